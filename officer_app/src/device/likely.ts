// Whom a form that is being filled may be about, of those whom the phone knows: told before somebody is entered twice.
//
// By the same number; or by the name as it sounds with the birth date, or with the mother's name. What tells the cases
// from each other is kept in memory until the store is locked: of numbers a hash under a key that goes with it.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { caseName } from "../domain/cases/naming.ts";
import { BIRTH_DATE, entitiesOf, NAME, NIK } from "../domain/cases/entities.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { numberIn, wordsOf } from "../domain/matching.ts";
import type { RecordState } from "../domain/merge.ts";
import type { Draft } from "../store/drafts.ts";
import type { Likely } from "../worker/api.ts";
import type { Language } from "../words/words.ts";
import type { CardBox, CaseCard } from "./cards.ts";
import { hintOf } from "./lists.ts";
import type { Looking } from "./looking.ts";

const FAMILY_NUMBER = "kk";
const MOTHER = "nama_ibu";
/** So many cases are read all at once. */
const MANY = 50;

/** What tells somebody from others. A role that nobody answered is an empty set; `numbers` are hashes. */
interface Marks {
  readonly numbers: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly birthDates: ReadonlySet<string>;
  readonly mothers: ReadonlySet<string>;
}

export class LikelyFinder {
  readonly #desk: Looking;
  readonly #key = crypto.getRandomValues(new Uint8Array(32));
  /** The marks of cases, as long as their cards are the same. */
  readonly #known = new Map<string, { readonly card: CaseCard; readonly marks: Marks }>();

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  /** The cases that a new form may be about; none where it was opened from one, or begins none. */
  find(draft: Draft, box: CardBox, language: Language): Likely[] {
    const { drafts, forms } = this.#desk.store;
    const definition = forms.definition(draft.formId);
    if (draft.record !== null || draft.case !== null || definition === null) return [];
    const answers = new Map(drafts.answers(draft.id).map((one) => [one.path, [one.value]]));
    const own = this.#marksOf(definition, (path) => answers.get(path) ?? []);
    if (own.numbers.size === 0 && own.names.size === 0) return [];
    const lists = entitiesOf(definition).filter((one) => one.path === "" && one.createIf !== null);
    return lists.flatMap(({ listName }) => {
      this.#learn(listName, box);
      return [...box.cases.values()]
        .filter((card) => card.list === listName)
        .flatMap((card) => {
          const marks = this.#known.get(card.record)?.marks;
          const by = marks ? likeness(own, marks) : null;
          return by ? [this.#likely(card, by, language)] : [];
        });
    });
  }

  #likely(card: CaseCard, by: Likely["by"], language: Language): Likely {
    const { record, name, village } = card;
    const place = this.#desk.store.forms.villages().find((one) => one.code === village)?.name ?? village;
    return { record, name, hint: [place, hintOf(card, language)].filter(Boolean).join(" · "), by };
  }

  /** Reads the cases of a list that are new or another. */
  #learn(listName: string, box: CardBox): void {
    for (const record of this.#known.keys()) if (!box.cases.has(record)) this.#known.delete(record);
    const { records } = this.#desk.store;
    const strange = [...box.cases.values()].filter(
      (card) => card.list === listName && this.#known.get(card.record)?.card !== card,
    );
    const words = this.#desk.wordsFor(`case:${listName}`, null);
    if (words === null || strange.length === 0) return;
    const states =
      strange.length > MANY
        ? records.allCases(listName)
        : strange.map((card) => records.shown(card.record)).filter((one) => one !== null);
    for (const state of states) {
      const card = box.cases.get(state.record);
      if (!card) continue;
      const marks = this.#marksOf(words, (path) => textsAt(state, path), [caseName(state)]);
      this.#known.set(state.record, { card, marks });
    }
  }

  /**
   * By the roles of questions outside of repeats, and by further `names`. A family's number tells families apart, and
   * no persons.
   */
  #marksOf(
    words: FormDefinition,
    valuesAt: (path: string) => readonly string[],
    names: readonly string[] = [],
  ): Marks {
    const fields = (role: string) => words.withRole(role).filter((one) => !one.path.includes("*"));
    const told = (role: string): string[] =>
      fields(role)
        .flatMap((one) => valuesAt(one.path))
        .filter((value) => value.trim() !== "");
    const numbers = told(fields(BIRTH_DATE).length > 0 ? NIK : FAMILY_NUMBER).map(numberIn);
    return {
      numbers: new Set(numbers.filter((one) => one !== null).map((one) => this.#hash(one))),
      names: new Set([...told(NAME), ...names].map(sound)),
      birthDates: new Set(told(BIRTH_DATE).map((one) => one.trim())),
      mothers: new Set(told(MOTHER).map(sound)),
    };
  }

  #hash(number: string): string {
    return bytesToHex(hmac(sha256, this.#key, new TextEncoder().encode(number)));
  }
}

function textsAt(state: RecordState, path: string): string[] {
  return state.valuesAt(path).filter((value) => typeof value === "string");
}

/** A name as it sounds, in whatever order its words stand. */
function sound(name: string): string {
  return [...wordsOf(name)].sort().join(" ");
}

function likeness(own: Marks, other: Marks): Likely["by"] | null {
  if (isShared(own.numbers, other.numbers)) return "number";
  if (!isShared(own.names, other.names)) return null;
  if (isShared(own.birthDates, other.birthDates)) return "name-birth";
  return isShared(own.mothers, other.mothers) ? "name-mother" : null;
}

function isShared(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((value) => value !== "" && other.has(value));
}
