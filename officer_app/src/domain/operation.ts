// Operations: what a person entered, removed or decided, as it is signed off on the device and kept for ever. The
// port of `domain/operations.py`, of which `operations.ts` has the other half: how they are read.
//
// The id of an operation is a digest of the canonical bytes of the JSON object that was sent, unknown members
// included, so every side computes the same id and a newer device's additions survive an older server.

import { encodeText, isObject, isSame, type JsonObject } from "./canonical.ts";

/** An answer as the XForm instance would hold it, or a marker or decision (an object). */
export type Value = string | JsonObject;

/** At a member's path: hides everything at and below it that this operation has seen. */
export const DEAD: JsonObject = { $: "dead" };
/** At a member's path: takes the removals it names back. */
export const ALIVE: JsonObject = { $: "alive" };
/** In a submission: this question is answered, in a restricted part of its own. */
export const RESTRICTED: JsonObject = { $: "restricted" };

export const REVIEW = "$review";
export const VILLAGE = "$village";
export const OF = "$of";

export const SUBMISSION = "submission";
export const RESTRICTED_PART = "restricted";

/** The server's own replica: written by many people, numbered by the clock, and never a fork. */
export const OFFICE = "office";

/** Of one operation's canonical bytes. */
export const MAX_BYTES = 64 * 1024;
/** Of one that is redacted: it also says what was taken out. */
export const MOST_REDACTED = 2 * MAX_BYTES;
/** Of one operation, all parts together. */
export const MAX_CHANGES = 2_000;
/** Of what one operation names, in bytes as a document spells it (`namedBytes`). */
export const MAX_NAMED = 256 * 1024;
/** Bytes of an id in a document's list of (path, id) pairs, beside the path. */
export const PER_NAMED = 28;
export const VERSION = 1;
/** The versions of operations that are understood here. */
export const READABLE: readonly number[] = [VERSION];

export const RECORD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const OPERATION_ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;
export const AUTHOR = /^[^\x00-\x1f\x7f-\x9f]+$/u;
export const DEVICE_REPLICA = /^[A-Za-z0-9_-]{8,43}$/;
export const REPLICA = /^(?:[A-Za-z0-9_-]{8,43}|office)$/;
export const KIND = /^[a-z][a-z0-9_-]{0,31}(?::[a-z][a-z0-9_]{0,63})?$/;
export const FORM = /^([A-Za-z_][A-Za-z0-9_.-]{0,63})@([0-9A-Za-z._-]{1,32})$/;
export const PATH = /^[^/\x00-\x1f#]+(?:\/[^/\x00-\x1f#]+)*$/u;
/** Code points of a path. */
export const MAX_PATH = 400;

/** One path set to one value by a person to whom the values of `preds` were shown there. */
export interface Change {
  readonly path: string;
  readonly value: Value;
  readonly preds: readonly string[];
}

/** The changes of one operation to one record. */
export class Part {
  readonly record: string;
  readonly kind: string;
  readonly changes: readonly Change[];

  constructor(record: string, kind: string, changes: readonly Change[]) {
    this.record = record;
    this.kind = kind;
    this.changes = changes;
  }

  get paths(): string[] {
    return this.changes.map((change) => change.path);
  }

  get values(): Value[] {
    return this.changes.map((change) => change.value);
  }

  /** The (path, id) pairs that the changes replace, spelt by `pairOf`. */
  get named(): Set<string> {
    return new Set(this.changes.flatMap(({ path, preds }) => preds.map((pred) => pairOf(path, pred))));
  }

  /** What the part sets at a path, if anything: a path stands once in a part. */
  valueAt(path: string): Value | null {
    return this.changes.find((change) => change.path === path)?.value ?? null;
  }
}

/**
 * One operation, checked.
 *
 * `raw` holds its canonical bytes, from which `id` follows (one that is redacted says its own id); `time` is the
 * device's clock in milliseconds since 1970, of which nothing but the display depends; `form` is
 * `form_id@version`. `without`, of a redacted one, is what was erased of it: each a record, or a record and the
 * path of a member.
 */
export class Operation {
  readonly id: string;
  readonly replica: string;
  readonly n: number;
  readonly author: string;
  readonly time: number;
  readonly form: string | null;
  readonly parts: readonly Part[];
  readonly raw: Uint8Array;
  readonly without: readonly (readonly string[])[];

  constructor(said: OperationMembers) {
    this.id = said.id;
    this.replica = said.replica;
    this.n = said.n;
    this.author = said.author;
    this.time = said.time;
    this.form = said.form;
    this.parts = said.parts;
    this.raw = said.raw;
    this.without = said.without;
  }

  get records(): string[] {
    return this.parts.map((part) => part.record);
  }

  /** The submissions that its restricted parts say they belong to. */
  get submissions(): string[] {
    const claimed = this.parts.map((part) => (part.kind === RESTRICTED_PART ? part.valueAt(OF) : null));
    return claimed.filter((one): one is string => typeof one === "string" && RECORD_ID.test(one));
  }

  /** The part about a record, which has to be among `records`. */
  partOf(record: string): Part {
    const found = this.parts.find((part) => part.record === record);
    if (found === undefined) throw new Error("the operation says nothing of this record");
    return found;
  }
}

/** The members of an operation. */
export type OperationMembers = Pick<
  Operation,
  "id" | "replica" | "n" | "author" | "time" | "form" | "parts" | "raw" | "without"
>;

/** The operation as if it said nothing about the review; its id and bytes stay. */
export function withoutReviews(operation: Operation): Operation {
  const parts = operation.parts.map(
    (part) =>
      new Part(
        part.record,
        part.kind,
        part.changes.filter((change) => change.path !== REVIEW),
      ),
  );
  return new Operation({ ...operation, parts });
}

/** A (path, id) pair as one text; the id stands first, since its length is known. */
export function pairOf(path: string, id: string): string {
  return `${id} ${path}`;
}

/** The path and the id in what `pairOf` made. */
export function splitPair(pair: string): [path: string, id: string] {
  const end = pair.indexOf(" ");
  return [pair.slice(end + 1), pair.slice(0, end)];
}

/** Whether a value is this marker and nothing more. */
export function isMarker(value: Value, marker: JsonObject): boolean {
  return isObject(value) && isSame(value, marker);
}

/** What the (path, id) pairs that a change names take in a document, should none of them ever arrive. */
export function namedBytes(change: Change): number {
  if (change.preds.length === 0) return 0;
  return change.preds.length * (new TextEncoder().encode(encodeText(change.path)).length + PER_NAMED);
}

/** Whether a path is kept for the program itself, whatever version of it. */
export function isReserved(path: string): boolean {
  return path.startsWith("$");
}

/** Whether a text is a question's or member's path, or one of those reserved with a `$`. */
export function isPath(path: string): boolean {
  return isAtMost(path, MAX_PATH) && PATH.test(path);
}

/** Whether a text has so many code points at most. */
export function isAtMost(text: string, most: number): boolean {
  return text.length <= most || (text.length <= 2 * most && [...text].length <= most);
}
