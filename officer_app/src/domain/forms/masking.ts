// Numbers of persons and families (NIK, KK), as people see them who have not asked for the whole number. The port of
// `domain/forms/masking.py`.
//
// A question says by its role that its answer is one. Where nothing is known of a question, as in a version of a form
// that is not here, whatever looks like such a number is taken for one: sixteen digits in a row.

import type { Value } from "../operations.ts";
import type { FormDefinition } from "./definition.ts";
import { MASKED_ROLES, masked, tellApart } from "./display.ts";

const LOOKS_LIKE_ONE = /(?<!\d)\d{16}(?!\d)/g;

/** Whether an answer is, or holds, a number that is shown masked. */
export function isMaskedNumber(definition: FormDefinition | null, path: string, value: Value): boolean {
  if (typeof value !== "string") return false;
  const found = definition?.fieldAt(path) ?? null;
  return found ? MASKED_ROLES.has(found.role ?? "") : maskedText(value) !== value;
}

/** The answer with its number masked; any other one as it is. */
export function maskedAnswer(definition: FormDefinition | null, path: string, value: Value): Value {
  if (typeof value !== "string" || !isMaskedNumber(definition, path, value)) return value;
  return definition?.fieldAt(path) ? masked(value) : maskedText(value);
}

/** Several answers to one question: numbers show as many digits as it takes to tell them apart. */
export function maskedAnswers(
  definition: FormDefinition | null,
  path: string,
  values: readonly Value[],
): Value[] {
  if (values.length && values.every((value) => isMaskedNumber(definition, path, value))) {
    return tellApart(values.filter((value) => typeof value === "string"));
  }
  return values.map((value) => maskedAnswer(definition, path, value));
}

/** A text of which nothing is known, with whatever looks like such a number masked. */
export function maskedText(text: string): string {
  return text.replace(LOOKS_LIKE_ONE, (found) => masked(found));
}
