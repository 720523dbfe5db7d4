// Corrections: what a submission says of its cases once answers of it are changed. The port of
// `domain/cases/correcting.py`.

import type { Edit, Piece } from "../compose.ts";
import type { Dossier } from "../dossier.ts";
import { isUnder } from "../merge.ts";
import { ALIVE, DEAD, VILLAGE, isMarker, type Value } from "../operations.ts";
import type { Form } from "./aims.ts";
import { filingOf, type Filing, type Seen } from "./following.ts";

/**
 * The submission of a dossier with these edits; `pieces` are all its changes, removals among them.
 *
 * `seen` are the ids that were on the screen at each path of a draft when it was typed.
 */
export function filingOfEdits(
  form: Form,
  dossier: Dossier,
  edits: readonly Edit[],
  pieces: readonly Piece[],
  seen: Seen = new Map(),
): Filing {
  const answers = answersAfter(dossier, pieces);
  for (const { path, value } of edits) answers.set(path, value);
  const village = answers.get(VILLAGE);
  const own = edits.map(({ path }) => [path, dossier.onScreen(path).get(dossier.record) ?? []] as const);
  return filingOf({
    form,
    village: typeof village === "string" ? village : "",
    answers,
    before: dossier.answers,
    entered: new Set(edits.map((edit) => edit.path)),
    own: new Map(own),
    seen,
  });
}

/** A record's answers, with the members gone that are removed now, and those back that are restored. */
export function answersAfter(dossier: Dossier, pieces: readonly Piece[]): Map<string, Value> {
  const answers = new Map(dossier.answers);
  for (const { record, change } of pieces) {
    if (record !== dossier.record) continue;
    if (isMarker(change.value, DEAD)) {
      for (const path of answers.keys()) if (isUnder(path, change.path)) answers.delete(path);
    } else if (isMarker(change.value, ALIVE)) {
      for (const { path, value } of dossier.submission.survivors) {
        if (isUnder(path, change.path) && typeof value === "string") answers.set(path, value);
      }
    }
  }
  return answers;
}
