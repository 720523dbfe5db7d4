// What lists and the search need of each record, kept in memory: a record is read anew only where its digest is another
// one. Nothing of it is written, and it goes with the worker when the store is locked.

import { caseName, caseOf, listOf } from "../domain/cases/index.ts";
import { Dossier } from "../domain/dossier.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { subjectOf } from "../domain/forms/subject.ts";
import { numberIn } from "../domain/matching.ts";
import { RESTRICTED_PART, SUBMISSION, VILLAGE, type Value } from "../domain/operations.ts";
import { PLANNED, roundOf } from "../domain/planning.ts";
import { lastStep, type RecordState } from "../domain/merge.ts";
import type { ReviewState } from "../domain/review.ts";
import { isUrgent } from "../domain/urgency.ts";
import { identityOf } from "../store/forms.ts";
import type { Listed } from "../store/records.ts";
import type { Looking } from "./looking.ts";

const ADDRESS_ROLE = "alamat";
/** What is looked for by its words: names, and where somebody lives. */
const NAME_ROLES: ReadonlySet<string> = new Set([
  "nama",
  "nama_panggilan",
  "nama_ibu",
  "nama_lain",
  "nama_kasus",
  ADDRESS_ROLE,
]);
const NUMBER_ROLES: ReadonlySet<string> = new Set(["nik", "kk"]);
const NUMBER_END_ROLE = "nik_akhir";
const BIRTH_DATE_ROLE = "tgl_lahir";
/** Digits at the end of a number by which somebody is looked for. */
export const END = 4;

/** By what a record is found: its names and addresses as they are written, and the last digits of its numbers. */
export interface Terms {
  readonly names: readonly string[];
  readonly ends: readonly string[];
}

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

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  /** Everything as it is now. Call it in a snapshot of the store. */
  look(): CardBox {
    const listed = this.#desk.store.records.listed();
    const parts = partsBySubmission(listed);
    const words = this.#caseWords();
    this.#isChanged = false;
    this.#forgetAllBut(new Set(listed.map((one) => one.record)));
    for (const one of listed) {
      if (one.kind === SUBMISSION) this.#lookAtForm(one, parts.get(one.record) ?? []);
      else if (PLANNED.has(one.kind)) this.#keep(this.#planned, one.record, one.digest, (state) => state);
      else if (listOf(one.kind) !== null) {
        const key = `${one.digest} ${words.edition}`;
        this.#keep(this.#cases, one.record, key, (state) => caseCard(state, words.of(one.kind)));
      }
    }
    if (this.#isChanged) {
      const { edition } = this.#box;
      const [cases, forms] = [cardsOf(this.#cases), cardsOf(this.#forms)];
      this.#box = { cases, forms, planned: cardsOf(this.#planned), edition: edition + 1 };
    }
    return this.#box;
  }

  #lookAtForm(one: Listed, parts: readonly Listed[]): void {
    const digests = [one, ...parts].map((each) => each.digest).join(" ");
    const known = this.#forms.get(one.record);
    // Whether the form is here by now, of what was read without it.
    const isReadable = known !== undefined && known.key === `${digests} read`;
    if (isReadable) return;
    const state = this.#desk.store.records.shown(one.record);
    if (!state) return;
    const definition = this.#desk.store.forms.definition(state.form);
    const key = `${digests} ${definition ? "read" : "unread"}`;
    if (known?.key === key) return;
    const dossier = new Dossier(state, parts.length > 0 ? this.#desk.store.records.partsOf(one.record) : []);
    this.#forms.set(one.record, { key, card: formCard(dossier, definition, this.#desk) });
    this.#isChanged = true;
  }

  #keep<T>(kept: Map<string, Kept<T>>, record: string, key: string, make: (state: RecordState) => T): void {
    if (kept.get(record)?.key === key) return;
    const state = this.#desk.store.records.shown(record);
    if (!state) return;
    kept.set(record, { key, card: make(state) });
    this.#isChanged = true;
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

/**
 * By what records are found: names, numbers and addresses by the roles of their questions.
 *
 * Of values that people disagree on all count, and so does what was removed: nobody who looks misses one.
 */
function termsOf(states: readonly RecordState[], definition: FormDefinition | null, name: string): Terms {
  return termsIn(
    states.flatMap((state) => state.survivors),
    definition,
    name,
  );
}

/** The same of answers by path, and of a name that is known of them. */
export function termsIn(
  answers: Iterable<{ readonly path: string; readonly value: Value }>,
  definition: FormDefinition | null,
  name: string,
): Terms {
  const names = new Set(name ? [name] : []);
  const ends = new Set<string>();
  const asked = definition ? stepsLookedFor(definition) : new Set<string>();
  for (const { path, value } of answers) {
    if (typeof value !== "string" || !value || !asked.has(lastStep(path))) continue;
    const role = definition?.roleAt(path) ?? "";
    if (NAME_ROLES.has(role)) names.add(value);
    else if (NUMBER_ROLES.has(role)) ends.add(numberIn(value)?.slice(-END) ?? "");
    else if (role === NUMBER_END_ROLE) ends.add(value.trim().slice(-END));
  }
  return { names: [...names], ends: [...ends].filter(Boolean) };
}

const known = new WeakMap<FormDefinition, ReadonlySet<string>>();

/** The last steps of the paths of questions that matter: most answers are passed over by them alone. */
function stepsLookedFor(definition: FormDefinition): ReadonlySet<string> {
  const roles = new Set([...NAME_ROLES, ...NUMBER_ROLES, NUMBER_END_ROLE]);
  const found =
    known.get(definition) ??
    new Set(definition.fields.filter((one) => roles.has(one.role ?? "")).map((one) => lastStep(one.path)));
  known.set(definition, found);
  return found;
}
