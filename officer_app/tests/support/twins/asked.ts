// What questions to both implementations are made of: as `tests/support/twins/asked.py` has it.

import type { Json, JsonObject } from "../../../src/domain/canonical.ts";
import type { Piece } from "../../../src/domain/compose.ts";
import { Dossier, type Seen } from "../../../src/domain/dossier.ts";
import { fold, type RecordState, type Survivor } from "../../../src/domain/merge.ts";
import { readOperation, type Change, type Operation, type Value } from "../../../src/domain/operations.ts";

/** What is given is read as the deed of Python reads it: whatever it is, the vectors were made by that. */
export type Given = any;
export type Deed = (given: Given) => unknown;

export function stateOf(record: string, sent: readonly Json[]): RecordState {
  return fold(null, sent.map(readOperation), record);
}

export function dossierOf(given: Given): Dossier {
  const [submission] = Object.entries<Json[]>(given.submission);
  const parts = Object.entries<Json[]>(given.parts ?? {});
  return new Dossier(
    stateOf(...(submission as [string, Json[]])),
    parts.map((part) => stateOf(...part)),
  );
}

export function changeOf([path, value, preds]: Given): Change {
  return { path, value, preds };
}

export function rowOf({ path, value, preds }: Change): [string, Value, readonly string[]] {
  return [path, value, preds];
}

export function rowOfPiece({ record, kind, change }: Piece): unknown[] {
  return [record, kind, ...rowOf(change)];
}

export function idsOf(found: ReadonlyMap<string, readonly Survivor[]>): object {
  return objectOf([...found].map(([path, survivors]) => [path, survivors.map((one) => one.id)] as const));
}

export function rowOfSeen({ path, record, id, value, author, time }: Seen): unknown[] {
  return [path, record, id, value, author, time];
}

export function toldOf(operation: Operation): JsonObject {
  return {
    id: operation.id,
    replica: operation.replica,
    n: operation.n,
    author: operation.author,
    time: operation.time,
    form: operation.form,
    parts: operation.parts.map((part) => [part.record, part.kind, part.changes.map(rowOf)]),
    records: operation.records,
    submissions: operation.submissions,
    without: operation.without,
  };
}

/** A map as JSON has it; a name such as `__proto__` is one like any other. */
export function objectOf<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}
