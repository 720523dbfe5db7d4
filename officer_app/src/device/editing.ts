// What may be done to a record as it is on the screen, and what its author is told: pure. The port of
// `client_sync/editing.py`.

import { isSame } from "../domain/canonical.ts";
import { pieceOfRemoval, pieceOfRestore, type Edit, type Piece } from "../domain/compose.ts";
import { KEEP, REMOVAL, REMOVE, type Dossier } from "../domain/dossier.ts";
import { refuseMasked, refuseNoMember, refuseUnsettling } from "../domain/entering.ts";
import { InvalidRequest } from "../domain/errors.ts";
import { readFileAnswer } from "../domain/files.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { isUnder } from "../domain/merge.ts";
import { VILLAGE, type Value } from "../domain/operations.ts";
import { checkVillage, textOf } from "./answers.ts";

/** Throws `InvalidRequest` where there is no member to remove, or people disagree on its removal. */
export function checkRemoval(dossier: Dossier, member: string, definition: FormDefinition | null): void {
  refuseNoMember(dossier, member, definition);
  if (dossier.removals.has(member)) {
    const facts = { record: dossier.record, path: member + REMOVAL };
    throw new InvalidRequest("a removal is contested", "contested", facts);
  }
  const isThere = dossier.submission.survivors.some((one) => isUnder(one.path, member));
  if (dossier.isHidden(member) || !isThere) {
    const message = `there is nothing to remove at ${member}`;
    throw new InvalidRequest(message, "nothing-there", { path: member });
  }
}

/** Throws `InvalidRequest` for an answer at or under one of the members, which are removed. */
export function refuseRemoved(path: string, members: Iterable<string>): void {
  for (const member of members) {
    if (!isUnder(path, member)) continue;
    throw new InvalidRequest(`${member} is removed`, "member-removed", { path, member });
  }
}

/**
 * The edit that settles a conflict. Throws `InvalidRequest` where there is none.
 *
 * `value` is an answer, or the id of the operation behind one of those in conflict: what is masked on the screen can
 * be chosen, and not typed.
 */
export function settledValue(
  dossier: Dossier,
  path: string,
  value: string,
  definition: FormDefinition | null,
): Edit {
  const sides = dossier.conflicts.get(path);
  if (!sides) throw new InvalidRequest(`nobody disagrees at ${path}`, "no-conflict", { path });
  const entered = sides.find((one) => one.id === value)?.value ?? textOf(value, path);
  const values = sides.map((one) => one.value);
  refuseUnsettling(dossier, path, entered);
  refuseMasked(new Map([[path, entered]]), definition, dossier);
  refuseMereName(path, entered, values);
  if (path === VILLAGE && typeof entered === "string") checkVillage(entered);
  return { path, value: entered, preds: dossier.onScreen(path) };
}

/** Throws `InvalidRequest` where a text, such as a file's name, would hide the files to choose between. */
function refuseMereName(path: string, entered: Value, values: readonly Value[]): void {
  const isAboutFiles = values.some((value) => typeof value === "string" && readFileAnswer(value));
  if (isAboutFiles && isNoFile(entered) && !values.some((value) => isSame(value, entered))) {
    throw new InvalidRequest(`${path} is answered by files`, "not-one-of-files", { path });
  }
}

/** The change that settles a contested removal. Throws `InvalidRequest`. */
export function settledRemoval(dossier: Dossier, member: string, value: string): Piece {
  if (!dossier.removals.has(member)) {
    const message = `nobody contests a removal of ${member}`;
    throw new InvalidRequest(message, "no-conflict", { path: member + REMOVAL });
  }
  if (value === KEEP) return pieceOfRestore(dossier, member);
  if (value === REMOVE) return pieceOfRemoval(dossier, member);
  throw new InvalidRequest("a contested removal is settled by keep or remove", "keep-or-remove");
}

/** Whether it is a text that says nothing of a file, such as its mere name. */
function isNoFile(value: Value): boolean {
  return typeof value === "string" && value !== "" && !readFileAnswer(value);
}
