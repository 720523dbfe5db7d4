// What lists and the search need of each record, kept in memory: a record is read anew only where its digest is another
// one. Nothing of it is written, and it goes with the worker when the store is locked.

import { caseName, caseOf, listOf } from "../domain/cases/index.ts";
import { Dossier } from "../domain/dossier.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { subjectOf } from "../domain/forms/subject.ts";
import { RESTRICTED_PART, SUBMISSION, VILLAGE, type Value } from "../domain/operations.ts";
import { PLANNED, roundOf } from "../domain/planning.ts";
import type { RecordState } from "../domain/merge.ts";
import type { ReviewState } from "../domain/review.ts";
import { isUrgent } from "../domain/urgency.ts";
import { identityOf } from "../store/forms.ts";
import type { Listed } from "../store/records.ts";
import type { Looking } from "./looking.ts";
import { termsOf, type Terms } from "./terms.ts";

const ADDRESS_ROLE = "alamat";
const BIRTH_DATE_ROLE = "tgl_lahir";

/** So many records are read all at once. */
const MANY = 100;

interface Card {
  readonly record: string;
  readonly village: string;
  readonly name: string;
  readonly terms: Terms;
  /** Conflicts and contested removals. */
  readonly conflicts: number;
}

/** A case in short; `birthDate` and `address` tell two of one name apart. */
export interface CaseCard extends Card {
  readonly kind: "case";
  readonly list: string;
  readonly birthDate: string;
  readonly address: string;
}

/** A submission in short; `author` began it; `records` are its own and those of its parts, `remark` what a decision on any of them says. */
export interface FormCard extends Card {
  readonly kind: "form";
  readonly form: string;
  readonly author: string;
  readonly case: string | null;
  readonly round: string | null;
  readonly records: readonly string[];
  readonly review: ReviewState;
  readonly isReturned: boolean;
  readonly remark: string;
  readonly filledAt: number;
  readonly isUrgent: boolean;
}

interface Kept<T> {
  readonly key: string;
  readonly card: T;
}

/** The cards of one store, as of one look at it. */
export interface CardBox {
  readonly cases: ReadonlyMap<string, CaseCard>;
  readonly forms: ReadonlyMap<string, FormCard>;
  /** Rounds and assignments. */
  readonly planned: ReadonlyMap<string, RecordState>;
  /** Goes up whenever any of them is another one. */
  readonly edition: number;
}

export class Cards {
  readonly #desk: Looking;
  readonly #cases = new Map<string, Kept<CaseCard>>();
  readonly #forms = new Map<string, Kept<FormCard>>();
  readonly #planned = new Map<string, Kept<RecordState>>();
  #box: CardBox = { cases: new Map(), forms: new Map(), planned: new Map(), edition: 0 };
  #isChanged = false;
  /** Those of the store at the last look. */
  #writes = -1;
  /** What is to be read anew, and what is made of it. */
  readonly #todo = new Map<string, (state: RecordState) => void>();

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  /** Everything as it was at the last look. */
  get seen(): CardBox {
    return this.#box;
  }

  /** Everything as it is now. Call it in a snapshot of the store. */
  look(): CardBox {
    const { writes } = this.#desk.store.database;
    if (this.#writes === writes) return this.#box;
    const listed = this.#desk.store.records.listed();
    const parts = partsBySubmission(listed);
    const words = this.#caseWords();
    const forms = new FormsHere(this.#desk);
    this.#isChanged = false;
    this.#todo.clear();
    this.#forgetAllBut(new Set(listed.map((one) => one.record)));
    for (const one of listed) {
      if (one.kind === SUBMISSION) this.#lookAtForm(one, parts.get(one.record) ?? [], forms);
      else if (PLANNED.has(one.kind)) this.#keep(this.#planned, one.record, one.digest, (state) => state);
      else if (listOf(one.kind) !== null) {
        const key = `${one.digest} ${words.edition}`;
        this.#keep(this.#cases, one.record, key, (state) => caseCard(state, words.of(one.kind)));
      }
    }
    this.#read();
    if (this.#isChanged) {
      const { edition } = this.#box;
      const [cases, forms] = [cardsOf(this.#cases), cardsOf(this.#forms)];
      this.#box = { cases, forms, planned: cardsOf(this.#planned), edition: edition + 1 };
    }
    this.#writes = writes;
    return this.#box;
  }

  /** One that was read without its form is read again once that is here. */
  #lookAtForm(one: Listed, parts: readonly Listed[], forms: FormsHere): void {
    const definition = forms.of(one.form);
    const digests = [one, ...parts].map((each) => each.digest).join(" ");
    const key = `${digests} ${definition ? "read" : "unread"}`;
    this.#keep(this.#forms, one.record, key, (state) => {
      const { records } = this.#desk.store;
      const dossier = new Dossier(state, parts.length > 0 ? records.partsOf(one.record) : []);
      return formCard(dossier, definition, this.#desk);
    });
  }

  #keep<T>(kept: Map<string, Kept<T>>, record: string, key: string, make: (state: RecordState) => T): void {
    if (kept.get(record)?.key === key) return;
    this.#todo.set(record, (state) => kept.set(record, { key, card: make(state) }));
  }

  /** Many in the order in which they lie in the file, so that no page of it is decrypted twice; few by themselves. */
  #read(): void {
    const { records } = this.#desk.store;
    const isAll = this.#todo.size > MANY;
    const states = isAll ? records.shownEach() : [...this.#todo.keys()].map((one) => records.shown(one));
    for (const state of states) {
      if (!state) continue;
      this.#todo.get(state.record)?.(state);
    }
    this.#isChanged ||= this.#todo.size > 0;
  }

  #forgetAllBut(here: ReadonlySet<string>): void {
    for (const kept of [this.#cases, this.#forms, this.#planned]) {
      for (const record of kept.keys()) {
        if (here.has(record)) continue;
        kept.delete(record);
        this.#isChanged = true;
      }
    }
  }

  /** How cases read, and for which forms that holds. */
  #caseWords(): { readonly edition: string; of(kind: string): FormDefinition | null } {
    const known = new Map<string, FormDefinition | null>();
    const { forms } = this.#desk.store;
    const latest = forms.latest().map(identityOf);
    return {
      edition: latest.filter((one) => forms.definition(one)).join(" "),
      of: (kind) => {
        if (!known.has(kind)) known.set(kind, this.#desk.wordsFor(kind, null));
        return known.get(kind) ?? null;
      },
    };
  }
}

/** The forms of one look, each asked for once: there are few, of many records. */
class FormsHere {
  readonly #desk: Looking;
  readonly #known = new Map<string | null, FormDefinition | null>();

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  of(identity: string | null): FormDefinition | null {
    const known = this.#known.get(identity);
    if (known !== undefined) return known;
    const found = this.#desk.store.forms.definition(identity);
    this.#known.set(identity, found);
    return found;
  }
}

function partsBySubmission(listed: readonly Listed[]): ReadonlyMap<string, Listed[]> {
  const found = new Map<string, Listed[]>();
  for (const one of listed) {
    if (one.kind !== RESTRICTED_PART || one.of === null) continue;
    const beside = found.get(one.of);
    if (beside) beside.push(one);
    else found.set(one.of, [one]);
  }
  return found;
}

function cardsOf<T>(kept: ReadonlyMap<string, Kept<T>>): ReadonlyMap<string, T> {
  return new Map([...kept].map(([record, one]) => [record, one.card]));
}

// --- making them -----------------------------------------------------------------------------------

function caseCard(state: RecordState, words: FormDefinition | null): CaseCard {
  const dossier = new Dossier(state);
  const { answers } = dossier.shown;
  const name = caseName(state);
  return {
    kind: "case",
    record: state.record,
    list: listOf(state.kind) ?? "",
    village: dossier.village ?? "",
    name,
    birthDate: textWithRole(words, answers, BIRTH_DATE_ROLE),
    address: textWithRole(words, answers, ADDRESS_ROLE),
    terms: termsOf([state], words, name),
    conflicts: dossier.conflicts.size + dossier.removals.size,
  };
}

function formCard(dossier: Dossier, definition: FormDefinition | null, desk: Looking): FormCard {
  const states = [dossier.submission, ...dossier.parts];
  const { name } = subjectOf(definition, dossier.shown.answers);
  return {
    kind: "form",
    record: dossier.record,
    records: dossier.records,
    form: dossier.submission.form ?? "",
    village: dossier.village ?? "",
    name,
    author: authorOf(dossier),
    case: caseOf(dossier),
    round: roundOf(dossier.submission),
    review: dossier.review.state,
    isReturned: dossier.returns.length > 0,
    remark: remarkOn(dossier),
    filledAt: desk.filledAt(dossier),
    isUrgent: isUrgent(states),
    terms: termsOf(states, definition, name),
    conflicts: dossier.conflicts.size + dossier.removals.size,
  };
}

/** Who put the submission into its village for the first time that still stands; else who wrote first. */
function authorOf({ submission }: Dossier): string {
  const [placed] = submission.at(VILLAGE);
  const origins = placed ? [submission.originOf(placed.id)] : [...submission.origins.values()];
  return origins.sort((one, other) => one.time - other.time)[0]?.author ?? "";
}

/** What those who decided wrote, of the submission and of its parts, each once. */
function remarkOn(dossier: Dossier): string {
  const reviews = [dossier.review, ...dossier.partReviews.values()];
  const open = reviews.filter((one) => one.state === "returned" || one.state === "rejected");
  return [...new Set(open.map((one) => one.comment.trim()).filter(Boolean))].join("\n");
}

function textWithRole(
  words: FormDefinition | null,
  answers: ReadonlyMap<string, Value>,
  role: string,
): string {
  for (const field of words?.withRole(role) ?? []) {
    const value = answers.get(field.path);
    if (typeof value === "string" && value.trim()) return value.trim();
  }
  return "";
}
