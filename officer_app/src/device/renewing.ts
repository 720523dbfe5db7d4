// A form that was left out, filed once more with what is corrected: pure. The port of `client_sync/renewing.py`.
//
// Nothing of it is on the server, so a change alone would begin a record that is all but empty there, and the person
// who sees the whole form would never learn it.

import { isSame } from "../domain/canonical.ts";
import type { Edit, Piece } from "../domain/compose.ts";
import type { Dossier } from "../domain/dossier.ts";
import type { RecordState } from "../domain/merge.ts";
import {
  DEAD,
  OF,
  RESTRICTED,
  RESTRICTED_PART,
  REVIEW,
  VILLAGE,
  isMarker,
  type Operation,
  type Value,
} from "../domain/operations.ts";

/** The distinct values of a path, and the ids behind them by record. */
interface Found {
  readonly values: Value[];
  readonly preds: Map<string, readonly string[]>;
}

/**
 * What is entered anew; the members of `removed` are removed again by an operation that has seen it.
 *
 * `void` are the operations that were left out.
 */
export interface Renewal {
  readonly edits: readonly Edit[];
  readonly pieces: readonly Piece[];
  readonly removed: readonly string[];
  readonly void: ReadonlySet<string>;
}

export const NO_RENEWAL: Renewal = { edits: [], pieces: [], removed: [], void: new Set() };

export function isAnyRenewed({ edits, pieces, removed }: Renewal): boolean {
  return edits.length + pieces.length + removed.length > 0;
}

/** Whether what began the record is void: it puts it into a village, seeing nothing that was accepted. */
export function isLeftOut(
  record: string,
  void_: Iterable<Operation>,
  unaccepted: ReadonlySet<string>,
): boolean {
  return [...void_].some((operation) =>
    operation.parts.some(
      (part) =>
        part.record === record &&
        part.changes.some((one) => one.path === VILLAGE && one.preds.every((pred) => unaccepted.has(pred))),
    ),
  );
}

/**
 * Everything of a form that stands in view by void operations alone, and is not changed by `edits`.
 *
 * It names those, so that their marks are answered; what they removed stays removed, unless `pieces` bring it back.
 * Where two of them disagree nothing is chosen: it stays in view, marked.
 */
export function renewalOf(
  dossier: Dossier,
  void_: ReadonlySet<string>,
  edits: readonly Edit[],
  pieces: readonly Piece[],
): Renewal {
  const entered = new Set(edits.map((edit) => edit.path));
  const found = voidSurvivors(dossier, void_);
  const carried: Edit[] = [];
  for (const [path, { values, preds }] of found) {
    const [value] = values;
    if (value === undefined || values.length > 1 || entered.has(path) || isMarker(value, DEAD)) continue;
    carried.push({ path, value, preds });
  }
  const isMoved = entered.has(VILLAGE) || found.has(VILLAGE);
  return {
    edits: carried,
    pieces: headsOf(dossier.parts, void_, isMoved ? [OF] : [OF, VILLAGE]),
    removed: removedIn(dossier, found, pieces),
    void: void_,
  };
}

/** An answer that is readable stands in the place of the marker that there is one. */
function voidSurvivors(dossier: Dossier, void_: ReadonlySet<string>): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const state of [...dossier.parts, dossier.submission]) {
    for (const { path, id, value } of state.survivors) {
      const isHead = path === REVIEW || path === OF || (path === VILLAGE && state !== dossier.submission);
      if (!void_.has(id) || isHead) continue;
      const { values, preds } = found.get(path) ?? { values: [], preds: new Map<string, string[]>() };
      found.set(path, { values, preds });
      const isTold = values.length > 0 && isMarker(value, RESTRICTED);
      if (!isTold && !values.some((one) => isSame(one, value))) values.push(value);
      preds.set(state.record, [...(preds.get(state.record) ?? []), id]);
    }
  }
  return found;
}

/** To which submission the restricted parts belong, and where they are if that is not said anyway. */
function headsOf(
  parts: readonly RecordState[],
  void_: ReadonlySet<string>,
  paths: readonly string[],
): Piece[] {
  return parts.flatMap((part) =>
    paths.flatMap((path): Piece[] => {
      const those = part.at(path).filter((one) => void_.has(one.id));
      const [first] = those;
      if (!first) return [];
      const change = { path, value: first.value, preds: those.map((one) => one.id) };
      return [{ record: part.record, kind: RESTRICTED_PART, change }];
    }),
  );
}

function removedIn(dossier: Dossier, found: ReadonlyMap<string, Found>, pieces: readonly Piece[]): string[] {
  const asked = new Map(pieces.map(({ change }) => [change.path, change.value]));
  const removed = [...asked].filter(([, value]) => isMarker(value, DEAD)).map(([path]) => path);
  for (const [path, { values }] of found) {
    const isDead = values.some((value) => isMarker(value, DEAD));
    if (isDead && !asked.has(path) && !dossier.removals.has(path)) removed.push(path);
  }
  return removed;
}
