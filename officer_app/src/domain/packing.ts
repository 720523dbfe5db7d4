// From changes of records to operations: the second half of `domain/compose.py`.

import { canonicalBytes, type Json, type JsonObject } from "./canonical.ts";
import {
  OF,
  RESTRICTED,
  RESTRICTED_PART,
  VERSION,
  VILLAGE,
  isMarker,
  namedBytes,
  readOperation,
  type Change,
  type Operation,
} from "./operations.ts";

/** Of canonical bytes, up to which an operation is filled; 64 KB are allowed. */
export const FILL_BYTES = 60_000;
/** Likewise; 2,000 are allowed. */
export const FILL_CHANGES = 1_900;
/** Likewise, of what is named; 256 KB are allowed. */
export const FILL_NAMED = 240_000;
const ENVELOPE = 700;
const PER_PART = 120;
/** The brackets of its preds and two commas, beside path and value in brackets of their own. */
const PER_CHANGE = 4;
const PER_PRED = 32;
const PER_INDEX = 7;
/** A restricted answer and its marker. */
const PAIR = 2;

/** One change to one record. */
export interface Piece {
  readonly record: string;
  readonly kind: string;
  readonly change: Change;
}

/** What an operation says of itself: from which counter of which replica, by whom and when. */
export interface Stamp {
  readonly replica: string;
  readonly n: number;
  readonly author: string;
  readonly time: number;
  readonly salt: string;
  readonly meta: JsonObject;
}

/**
 * Divides pieces into operations that are not too large, in order: what comes last is in the last one.
 *
 * A restricted answer stays beside its marker, and what begins a restricted part beside what follows: the server
 * takes neither without the other.
 */
export function pack(pieces: readonly Piece[]): Piece[][] {
  const packed: Piece[][] = [];
  let load = new Load();
  for (const some of inseparable(pieces)) {
    if (packed.length === 0 || !load.takes(some)) {
      packed.push([]);
      load = new Load();
    }
    load.add(some);
    packed.at(-1)?.push(...some);
  }
  return packed;
}

function* inseparable(pieces: readonly Piece[]): Iterable<Piece[]> {
  let some: Piece[] = [];
  for (const piece of pieces) {
    const before = some.at(-1);
    if (before && !belongsTo(before, piece)) {
      yield* bearable(some);
      some = [];
    }
    some.push(piece);
  }
  if (some.length) yield* bearable(some);
}

function belongsTo(before: Piece, piece: Piece): boolean {
  if (before.kind !== RESTRICTED_PART && piece.kind !== RESTRICTED_PART) return false;
  return (before.kind === RESTRICTED_PART && isHead(before)) || before.change.path === piece.change.path;
}

/** Whether it says what begins a restricted part. */
function isHead({ change }: Piece): boolean {
  return change.path === OF || change.path === VILLAGE;
}

/** The same; of what is too large for any operation each restricted answer with a marker of its own. */
function bearable(some: Piece[]): Piece[][] {
  const markers = some.filter((piece) => isMarker(piece.change.value, RESTRICTED));
  if (some.length <= PAIR || markers.length === 0 || new Load().takes(some)) return [some];
  const others = some.filter((piece) => !isMarker(piece.change.value, RESTRICTED));
  const heads = others.filter(isHead);
  const answers = others.slice(heads.length);
  const further = answers.slice(1).map((piece) => [piece, ...markers]);
  return [[...heads, ...answers.slice(0, 1), ...markers], ...further];
}

/** How full an operation is, estimated from above. */
class Load {
  #bytes = ENVELOPE;
  #changes = 0;
  #named = 0;
  readonly #records = new Set<string>();
  readonly #preds = new Set<string>();

  takes(pieces: readonly Piece[]): boolean {
    return (
      this.#changes + pieces.length <= FILL_CHANGES &&
      this.#bytes + sumOf(pieces, (piece) => this.#cost(piece)) <= FILL_BYTES &&
      this.#named + sumOf(pieces, (piece) => namedBytes(piece.change)) <= FILL_NAMED
    );
  }

  add(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      this.#bytes += this.#cost(piece);
      this.#changes += 1;
      this.#named += namedBytes(piece.change);
      this.#records.add(piece.record);
      for (const pred of piece.change.preds) this.#preds.add(pred);
    }
  }

  #cost({ record, change }: Piece): number {
    const fresh = [...new Set(change.preds)].filter((pred) => !this.#preds.has(pred)).length;
    const part = this.#records.has(record) ? 0 : PER_PART;
    const said = canonicalBytes([change.path, change.value]).length + PER_CHANGE;
    return said + PER_PRED * fresh + PER_INDEX * change.preds.length + part;
  }
}

function sumOf<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}

/** The operation of these pieces. Throws `MalformedOperation` when it could not be sent as it is. */
export function seal(pieces: Iterable<Piece>, stamp: Stamp): Operation {
  const preds = new Map<string, number>();
  const parts = new Map<string, { record: string; kind: string; changes: Json[] }>();
  for (const { record, kind, change } of pieces) {
    for (const one of change.preds) if (!preds.has(one)) preds.set(one, preds.size);
    const part = parts.get(record) ?? { record, kind, changes: [] };
    part.changes.push([change.path, change.value, change.preds.map((one) => preds.get(one) ?? -1)]);
    parts.set(record, part);
  }
  return readOperation({
    v: VERSION,
    replica: stamp.replica,
    n: stamp.n,
    author: stamp.author,
    time: stamp.time,
    salt: stamp.salt,
    meta: stamp.meta,
    preds: [...preds.keys()],
    parts: [...parts.values()],
  });
}
