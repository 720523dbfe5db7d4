// At which paths people enter something and what. The port of `domain/entering.py`.
//
// What an operation may hold is more than this: a newer version writes reserved paths that this one does not know. They
// are accepted from its devices, and typed by nobody.

import { isSame } from "./canonical.ts";
import type { Dossier } from "./dossier.ts";
import { InvalidRequest } from "./errors.ts";
import type { FormDefinition } from "./forms/definition.ts";
import { MASK, MASKED_ROLES } from "./forms/display.ts";
import { atAndAbove, isRemovalMarker, lastStep } from "./merge.ts";
import { DEAD, OF, REVIEW, VILLAGE, isMarker, isReserved, type Value } from "./operations.ts";

/** Throws `InvalidRequest` when a path is kept for the program itself, those named apart. */
export function refuseReserved(paths: Iterable<string>, ...but: string[]): void {
  for (const path of paths) {
    if (isReserved(path) && !but.includes(path)) {
      throw new InvalidRequest(`${path} is not entered by hand`, "reserved-path", { path });
    }
  }
}

/**
 * Throws `InvalidRequest` when something new is entered at a reserved path, the village apart.
 *
 * Where people disagree at one, a person chooses between what is there: else the record could never be approved.
 */
export function refuseUnsettling(dossier: Dossier, path: string, value: Value): void {
  const candidates = path === REVIEW || path === OF ? [] : (dossier.conflicts.get(path) ?? []);
  if (!candidates.some((one) => isSame(one.value, value))) refuseReserved([path], VILLAGE);
}

/**
 * Throws `InvalidRequest` when a number is entered as screens show it: `6402********0009`.
 *
 * The true numbers would be lost from sight behind what looks like one of them. Where people disagree and one of them
 * did enter that (it comes from another program), it may be chosen.
 */
export function refuseMasked(
  values: ReadonlyMap<string, Value>,
  definition: FormDefinition | null,
  dossier: Dossier | null = null,
): void {
  for (const [path, value] of values) {
    const role = definition?.fieldAt(path)?.role;
    if (!MASKED_ROLES.has(role ?? "") || typeof value !== "string" || !value.includes(MASK)) continue;
    if (!dossier?.conflicts.get(path)?.some((one) => one.value === value)) {
      throw new InvalidRequest(`${path} takes a whole number, not one that is masked`, "masked-value", {
        path,
      });
    }
  }
}

/**
 * Throws `InvalidRequest` when an answer is entered at a member, a group or a repeat.
 *
 * By the form; where that does not know the path, by what stands below it. A removal of the member would replace such
 * an answer, and taking it back could not bring it back. Where people disagree at such a path (by another program),
 * they may be settled.
 */
export function refuseNoQuestion(
  paths: Iterable<string>,
  definition: FormDefinition | null,
  dossier: Dossier | null = null,
): void {
  const entered = [...paths];
  const known = [...entered, ...(dossier?.submission.survivors.map((one) => one.path) ?? [])];
  const above = new Set(known.flatMap((path) => [...atAndAbove(parentOf(path))]));
  for (const path of entered) {
    const isAsked = definition !== null && definition.fieldAt(path) !== null;
    const isAround = above.has(path) || (definition !== null && definition.encloses(path));
    if (isAround && !isAsked && !dossier?.conflicts.has(path)) {
      throw new InvalidRequest(`${path} is no question`, "not-a-question", { path });
    }
  }
}

/**
 * Throws `InvalidRequest` where no removal may stand: anywhere but at a member of a repeat.
 *
 * It hides everything below. Where one stands already, from another program, it can be taken back.
 */
export function refuseNoMember(dossier: Dossier, path: string, definition: FormDefinition | null): void {
  if (dossier.submission.at(path).some((one) => isMarker(one.value, DEAD))) return;
  refuseReserved([path]);
  if (!isMember(dossier, path, definition)) {
    throw new InvalidRequest(`${path} is no member of a repeat`, "not-a-member", { path });
  }
}

/**
 * By the form; where the form, or this version of it, is not known here, by the look of its id.
 *
 * What has an answer of its own is a question then, however it looks.
 */
function isMember(dossier: Dossier, path: string, definition: FormDefinition | null): boolean {
  const repeat = parentOf(path);
  if (definition?.knows(repeat)) return definition.isMember(path);
  const isAnswered = dossier.submission.at(path).some((one) => !isRemovalMarker(one.value));
  return repeat !== "" && lastStep(path).startsWith("m_") && !isAnswered;
}

/** What a path lies in; empty for one of a single step. */
function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
