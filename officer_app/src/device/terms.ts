// By what records are found on the phone: names, numbers and addresses, by the roles of their questions.

import type { FormDefinition } from "../domain/forms/definition.ts";
import { numberIn } from "../domain/matching.ts";
import { lastStep, type RecordState } from "../domain/merge.ts";
import type { Value } from "../domain/operations.ts";

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
/** Digits at the end of a number by which somebody is looked for. */
export const END = 4;

/** By what a record is found: its names and addresses as they are written, and the last digits of its numbers. */
export interface Terms {
  readonly names: readonly string[];
  readonly ends: readonly string[];
}

/**
 * By what records are found: names, numbers and addresses by the roles of their questions.
 *
 * Of values that people disagree on all count, and so does what was removed: nobody who looks misses one.
 */
export function termsOf(
  states: readonly RecordState[],
  definition: FormDefinition | null,
  name: string,
): Terms {
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
