// From what a person entered to changes of records: the first half of `domain/compose.py`, of which `packing.ts` has
// the other: how they become operations.
//
// Restricted answers go to a record of their own, with a marker in the submission at each of their paths. The marker
// is written anew with every restricted change: so the submission's version moves, and an approval of what was there
// before becomes stale. A filling that is too large for one operation becomes several, of which only the last says
// that it is submitted.

import { isCovered } from "./areas.ts";
import { compareCodePoints } from "./canonical.ts";
import type { Dossier } from "./dossier.ts";
import type { FormDefinition } from "./forms/definition.ts";
import { predsOfEdit, predsOfRemoval, predsOfRestore, type RecordState } from "./merge.ts";
import {
  ALIVE,
  DEAD,
  OF,
  RESTRICTED,
  RESTRICTED_PART,
  REVIEW,
  SUBMISSION,
  VILLAGE,
  isMarker,
  type Change,
  type Value,
} from "./operations.ts";
import type { Piece } from "./packing.ts";
import { SUBMITTED, type Return } from "./review.ts";

export * from "./packing.ts";

/** What is said about answers: it stands in the submission, wherever they do. */
export const MARKERS = [RESTRICTED, DEAD, ALIVE];

/** A value entered at a path; `preds` are the ids that were on the screen there, by record. */
export interface Edit {
  readonly path: string;
  readonly value: Value;
  readonly preds: ReadonlyMap<string, readonly string[]>;
}

/**
 * Who enters something, and the areas that he is responsible for.
 *
 * `fresh` is the id of the restricted part that he begins, should he need one.
 */
export interface Writer {
  readonly author: string;
  readonly areas: readonly string[];
  readonly fresh: string;
}

/** What is asked of a form here. */
export type TellsRestricted = Pick<FormDefinition, "isRestricted">;

/**
 * A new submission `record`; its restricted answers, if any, go into the new record `part`.
 *
 * `beside` is what it changes in cases: that stands before the last change, which says that it is submitted.
 */
export function piecesOfNew(
  record: string,
  part: string,
  village: string,
  answers: ReadonlyMap<string, string>,
  definition: TellsRestricted,
  beside: readonly Piece[] = [],
): Piece[] {
  const pieces = [ofSubmission(record, VILLAGE, village)];
  if ([...answers.keys()].some((path) => definition.isRestricted(path))) {
    pieces.push(...headsOfPart(part, record, village));
  }
  for (const [path, value] of answers) {
    if (!definition.isRestricted(path)) {
      pieces.push(ofSubmission(record, path, value));
      continue;
    }
    pieces.push(ofSubmission(record, path, RESTRICTED));
    pieces.push({ record: part, kind: RESTRICTED_PART, change: { path, value, preds: [] } });
  }
  return [...pieces, ...beside, ofSubmission(record, REVIEW, SUBMITTED)];
}

function ofSubmission(record: string, path: string, value: Value): Piece {
  return { record, kind: SUBMISSION, change: { path, value, preds: [] } };
}

function headsOfPart(part: string, submission: string, village: string): Piece[] {
  return [
    { record: part, kind: RESTRICTED_PART, change: { path: OF, value: submission, preds: [] } },
    { record: part, kind: RESTRICTED_PART, change: { path: VILLAGE, value: village, preds: [] } },
  ];
}

/** A change that names ids of any of the records, with what it names told apart by record. */
export function editOf(dossier: Dossier, change: Change): Edit {
  const seen = dossier.onScreen(change.path);
  const preds = new Map<string, readonly string[]>();
  const apart = new Set<string>();
  for (const [record, ids] of seen) {
    preds.set(
      record,
      change.preds.filter((one) => ids.includes(one)),
    );
    if (record !== dossier.record) for (const one of ids) apart.add(one);
  }
  // What nobody knows here, such as an operation that is still on its way, is the submission's.
  const named = preds.get(dossier.record) ?? [];
  const own = change.preds.filter((one) => named.includes(one) || !apart.has(one));
  return { path: change.path, value: change.value, preds: preds.set(dossier.record, own) };
}

/** Values entered into a record that is there, by the records that they belong into. */
export function piecesOfEdits(
  dossier: Dossier,
  edits: readonly Edit[],
  definition: TellsRestricted | null,
  writer: Writer,
): Piece[] {
  let begun: Piece[] = [];
  const pieces: Piece[] = [];
  for (const edit of edits) {
    const own = pieceOf(dossier.submission, edit, edit.value);
    if (!isRestricted(dossier, edit, definition)) {
      pieces.push(own);
      if (edit.path === VILLAGE) pieces.push(...moves(dossier, edit));
      continue;
    }
    const told = toldInParts(dossier, edit, writer);
    if (told.has(writer.fresh) && begun.length === 0) {
      begun = headsOfPart(writer.fresh, dossier.record, villageFor(dossier, edits, writer.areas));
    }
    for (const [record, value] of told) {
      pieces.push(pieceOf({ record, kind: RESTRICTED_PART }, edit, value));
    }
    pieces.push(pieceOf(dossier.submission, edit, RESTRICTED));
  }
  return [...begun, ...pieces];
}

function pieceOf({ record, kind }: Pick<Piece, "record" | "kind">, edit: Edit, value: Value): Piece {
  return { record, kind, change: { path: edit.path, value, preds: edit.preds.get(record) ?? [] } };
}

/** The restricted parts move with their submission: whoever may read it there may read them there. */
function moves(dossier: Dossier, edit: Edit): Piece[] {
  return dossier.parts.map((part) => ({
    record: part.record,
    kind: RESTRICTED_PART,
    change: { path: VILLAGE, value: edit.value, preds: predsOfEdit(part, VILLAGE) },
  }));
}

/** Where a part begins: where the submission is, or is moved to; of several villages in its author's. */
function villageFor(dossier: Dossier, edits: readonly Edit[], areas: readonly string[]): string {
  const moved = edits.filter((edit) => edit.path === VILLAGE).map((edit) => edit.value);
  const villages = [...moved, dossier.village ?? "", ...dossier.submission.valuesAt(VILLAGE)];
  const texts = villages.filter((village) => typeof village === "string");
  return texts.find((village) => isCovered(village, areas)) ?? texts[0] ?? "";
}

/** By the form, or because it is answered that way already (a newer form may say otherwise). */
function isRestricted(dossier: Dossier, edit: Edit, definition: TellsRestricted | null): boolean {
  if (dossier.submission.kind !== SUBMISSION || MARKERS.some((marker) => isMarker(edit.value, marker)))
    return false;
  if (definition?.isRestricted(edit.path)) return true;
  const isMarked = dossier.submission.valuesAt(edit.path).some((value) => isMarker(value, RESTRICTED));
  return isMarked || dossier.restrictedValues.has(edit.path);
}

/**
 * What the restricted parts say once this is entered, by the part's record.
 *
 * Whose answers were the same, reads what it is now. Where they were not, the value stands in the parts of those who
 * gave it, else in one of the writer's own, and the others say no more than that there is one: nobody reads in his
 * part what somebody else entered in another.
 */
function toldInParts(dossier: Dossier, edit: Edit, writer: Writer): Map<string, Value> {
  const named = dossier.parts.map((part) => [part.record, namedTexts(part, edit)] as const);
  const answering = new Map(named.filter(([, texts]) => texts.size > 0));
  const different = namedTexts(dossier.submission, edit);
  for (const texts of answering.values()) for (const text of texts) different.add(text);
  const own = dossier.parts.filter((part) => isBegunBy(part, writer.author)).map((part) => part.record);
  const ownOne = own.length ? own.slice(0, 1) : [writer.fresh];
  if (different.size < 2) return valued(answering.size ? answering.keys() : ownOne, edit.value);
  const giving = [...answering].filter(([, texts]) => texts.has(edit.value)).map(([record]) => record);
  const ownAnswering = own.filter((record) => answering.has(record)).slice(0, 1);
  const kept = giving.length ? giving : ownAnswering.length ? ownAnswering : ownOne;
  return new Map([...valued(answering.keys(), RESTRICTED), ...valued(kept, edit.value)]);
}

function valued(records: Iterable<string>, value: Value): Map<string, Value> {
  return new Map([...records].map((record) => [record, value]));
}

/** The answers of a record that an edit replaces. */
function namedTexts(state: RecordState, edit: Edit): Set<Value> {
  const named = edit.preds.get(state.record) ?? [];
  const replaced = state
    .at(edit.path)
    .filter((one) => named.includes(one.id) && typeof one.value === "string");
  return new Set(replaced.map((one) => one.value));
}

/** Whether a restricted part is the author's, and not only written into by him. */
function isBegunBy(part: RecordState, author: string): boolean {
  return part.at(OF).some((one) => part.originOf(one.id).author === author);
}

/** Hides a member with everything that is seen at and below it. */
export function pieceOfRemoval({ submission }: Dossier, member: string): Piece {
  const preds = predsOfRemoval(submission, member);
  return { record: submission.record, kind: submission.kind, change: { path: member, value: DEAD, preds } };
}

/** Takes the removals of a member back: everything under it is there again as it was. */
export function pieceOfRestore({ submission }: Dossier, member: string): Piece {
  const preds = predsOfRestore(submission, member);
  return { record: submission.record, kind: submission.kind, change: { path: member, value: ALIVE, preds } };
}

/**
 * Answers the returns that were in view, each in the record in which it stands or stood.
 *
 * The submission is sent again where it was returned itself, or is filed once more (`isRenewed`): a return of a
 * restricted part takes no approval of the submission away. It comes last, as in every filling.
 */
export function piecesOfSubmission(
  dossier: Dossier,
  returns: Iterable<Return>,
  { isRenewed = false }: { readonly isRenewed?: boolean } = {},
): Piece[] {
  const named = new Map<string, string[]>();
  for (const { record, id } of returns) named.set(record, [...(named.get(record) ?? []), id]);
  const own = named.get(dossier.record) ?? [];
  const parts = dossier.parts.map((part) => part.record).filter((record) => named.has(record));
  const pieces = parts
    .sort(compareCodePoints)
    .map((record) => answered(record, RESTRICTED_PART, named.get(record)));
  if (own.length || isRenewed) pieces.push(answered(dossier.record, SUBMISSION, own));
  return pieces;
}

function answered(record: string, kind: string, preds: readonly string[] = []): Piece {
  return { record, kind, change: { path: REVIEW, value: SUBMITTED, preds } };
}
