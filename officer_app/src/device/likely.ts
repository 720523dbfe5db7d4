// Whom a form that is being filled may be about, of those whom the phone knows: told before somebody is entered twice.
//
// By the same number; or by the name as it sounds with the birth date, or with the mother's name. The numbers are whole
// in the records that the phone holds, so they are compared as they are and kept nowhere else.

import { caseName } from "../domain/cases/naming.ts";
import { BIRTH_DATE, entitiesOf, NAME, NIK } from "../domain/cases/entities.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { numberIn, wordsOf } from "../domain/matching.ts";
import { VILLAGE } from "../domain/operations.ts";
import type { RecordState } from "../domain/merge.ts";
import type { Draft } from "../store/drafts.ts";
import type { Likely } from "../worker/api.ts";
import type { Looking } from "./looking.ts";

const FAMILY_NUMBER = "kk";
const MOTHER = "nama_ibu";

/** What tells somebody from others. A role that nobody answered is an empty set. */
interface Marks {
  readonly numbers: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly birthDates: ReadonlySet<string>;
  readonly mothers: ReadonlySet<string>;
}

/** The cases that a new form may be about; none where it was opened from one, or begins none. */
export function likelyFor(desk: Looking, draft: Draft): Likely[] {
  const definition = desk.store.forms.definition(draft.formId);
  if (draft.record !== null || draft.case !== null || definition === null) return [];
  const lists = entitiesOf(definition).filter((one) => one.path === "" && one.createIf !== null);
  if (lists.length === 0) return [];
  const answers = new Map(desk.store.drafts.answers(draft.id).map((one) => [one.path, [one.value]]));
  const own = marksOf(definition, (path) => answers.get(path) ?? []);
  return lists.flatMap(({ listName }) => {
    const words = desk.wordsFor(`case:${listName}`, null);
    if (words === null) return [];
    return candidates(desk, listName, own).flatMap((state) => {
      const by = likeness(
        own,
        marksOf(words, (path) => textsAt(state, path), [caseName(state)]),
      );
      const village = textsAt(state, VILLAGE)[0] ?? "";
      return by ? [{ record: state.record, name: caseName(state), village, by }] : [];
    });
  });
}

/** The cases of a list that are worth a look. */
function candidates(desk: Looking, listName: string, own: Marks): RecordState[] {
  if (own.names.size > 0) return desk.store.records.allCases(listName);
  return desk.store.records.casesSaying(listName, own.numbers);
}

function textsAt(state: RecordState, path: string): string[] {
  return state.valuesAt(path).filter((value) => typeof value === "string");
}

/**
 * By the roles of questions outside of repeats, and by further `names`. A family's number tells families apart, and no
 * persons.
 */
function marksOf(
  words: FormDefinition,
  valuesAt: (path: string) => readonly string[],
  names: readonly string[] = [],
): Marks {
  const told = (role: string): string[] =>
    words
      .withRole(role)
      .filter((one) => !one.path.includes("*"))
      .flatMap((one) => valuesAt(one.path))
      .filter((value) => value.trim() !== "");
  const isOfPersons = words.withRole(BIRTH_DATE).some((one) => !one.path.includes("*"));
  const numbers = told(isOfPersons ? NIK : FAMILY_NUMBER).map(numberIn);
  return {
    numbers: new Set(numbers.filter((one): one is string => one !== null)),
    names: new Set([...told(NAME), ...names].map(sound)),
    birthDates: new Set(told(BIRTH_DATE).map((one) => one.trim())),
    mothers: new Set(told(MOTHER).map(sound)),
  };
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
