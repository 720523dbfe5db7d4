// Operations as they are read: with `operation.ts` the port of `domain/operations.py`. What is wrong with one is told
// by a code.

import {
  canonicalBytes,
  digestOf,
  isList,
  isObject,
  readJson,
  type Json,
  type JsonObject,
} from "./canonical.ts";
import { MalformedOperation } from "./errors.ts";
import {
  AUTHOR,
  FORM,
  KIND,
  MAX_BYTES,
  MAX_CHANGES,
  MAX_NAMED,
  MOST_REDACTED,
  OPERATION_ID,
  Operation,
  Part,
  READABLE,
  RECORD_ID,
  REPLICA,
  isAtMost,
  isPath,
  namedBytes,
  type Change,
} from "./operation.ts";

export * from "./operation.ts";

const DECODER = new TextDecoder();
const MOST_OF_A_NAME = 100;

/** The id of the operation with these canonical bytes: 16 bytes of SHA-256, 22 characters. */
export function operationId(raw: Uint8Array): string {
  return digestOf(raw);
}

/** The same of stored bytes, which may be those of a redacted operation: that one says its own id. */
export function idOf(raw: Uint8Array): string {
  return DECODER.decode(raw).includes('"redacted":') ? parseRaw(raw).id : operationId(raw);
}

/**
 * The operation in a JSON value as it was sent.
 *
 * Throws `MalformedOperation` with a code that says what is wrong; such an operation gets the verdict `void` and is
 * kept as it came.
 */
export function readOperation(sent: Json): Operation {
  const operation = read(sent);
  let named = 0;
  for (const part of operation.parts) for (const change of part.changes) named += namedBytes(change);
  if (named > MAX_NAMED) {
    const message = `what an operation names has at most ${MAX_NAMED} bytes, here it is ${named}`;
    throw new MalformedOperation(message, "too-large");
  }
  return operation;
}

/**
 * An operation from its own canonical bytes, as a log keeps them.
 *
 * What it names is not weighed again: what was accepted before there was that limit is part of its record, and has
 * to stay readable.
 */
export function parseRaw(raw: Uint8Array): Operation {
  return read(readJson(raw));
}

function read(sent: Json): Operation {
  if (!isObject(sent)) throw new MalformedOperation("an operation is a JSON object");
  const raw = canonicalBytes(sent);
  const { id, without } = readRedacted(sent);
  if (raw.length > (id === null ? MAX_BYTES : MOST_REDACTED)) {
    const message = `an operation has at most ${MAX_BYTES} bytes, this one ${raw.length}`;
    throw new MalformedOperation(message, "too-large");
  }
  if (!READABLE.includes(sent["v"] as number)) {
    throw new MalformedOperation("this version of operations is not known here", "unknown-version");
  }
  return new Operation({
    id: id ?? operationId(raw),
    replica: readText(sent, "replica", REPLICA),
    n: readInteger(sent, "n", 1),
    author: readText(sent, "author", AUTHOR),
    time: readInteger(sent, "time"),
    form: readForm(member(sent, "meta")),
    parts: readParts(sent),
    raw,
    without,
  });
}

/** A member of an object; what it has inherited is none. */
function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The id that a redacted operation had as a whole, and what was erased of it. */
function readRedacted(sent: JsonObject): { id: string | null; without: readonly (readonly string[])[] } {
  const told = member(sent, "redacted") ?? null;
  if (told === null) return { id: null, without: [] };
  const id = isObject(told) ? member(told, "id") : null;
  const places = isObject(told) ? member(told, "without") : null;
  const isSound = typeof id === "string" && OPERATION_ID.test(id) && isList(places) && places.length > 0;
  if (!isSound || !places.every(isPlace)) {
    throw new MalformedOperation("redacted has not the expected form", "malformed-redacted");
  }
  return { id, without: places as unknown as readonly (readonly string[])[] };
}

function isPlace(place: Json): boolean {
  if (!isList(place) || place.length < 1 || place.length > 2) return false;
  const [record, path] = place;
  if (typeof record !== "string" || !RECORD_ID.test(record)) return false;
  return place.length === 1 || (typeof path === "string" && isPath(path));
}

function readText(sent: JsonObject, name: string, pattern: RegExp): string {
  const value = member(sent, name);
  const isOne = typeof value === "string" && value !== "" && isAtMost(value, MOST_OF_A_NAME);
  if (!isOne || !pattern.test(value)) {
    throw new MalformedOperation(`${name} has not the expected form`, `malformed-${name}`);
  }
  return value;
}

function readInteger(sent: JsonObject, name: string, least = -Infinity): number {
  const value = member(sent, name);
  if (typeof value !== "number" || value < least) {
    throw new MalformedOperation(`${name} must be an integer`, `malformed-${name}`);
  }
  return value;
}

function readForm(meta: Json | undefined): string | null {
  if (meta === null || meta === undefined) return null;
  if (!isObject(meta)) throw new MalformedOperation("meta must be an object", "malformed-meta");
  const form = member(meta, "form") ?? null;
  if (form === null) return null;
  if (typeof form !== "string" || !FORM.test(form)) {
    throw new MalformedOperation("meta.form must be form_id@version", "malformed-form");
  }
  return form;
}

function readParts(sent: JsonObject): Part[] {
  const preds = Object.hasOwn(sent, "preds") ? sent["preds"] : [];
  if (!isList(preds) || !preds.every((pred) => typeof pred === "string" && OPERATION_ID.test(pred))) {
    throw new MalformedOperation("preds must be a list of operation ids", "malformed-preds");
  }
  const parts = member(sent, "parts");
  if (!isList(parts) || parts.length === 0) {
    throw new MalformedOperation("parts must be a list that is not empty", "malformed-parts");
  }
  const found = parts.map((part) => readPart(part, preds as readonly string[]));
  if (new Set(found.map((part) => part.record)).size < found.length) {
    throw new MalformedOperation("a record appears in two parts", "malformed-parts");
  }
  if (found.reduce((sum, part) => sum + part.changes.length, 0) > MAX_CHANGES) {
    throw new MalformedOperation(`an operation has at most ${MAX_CHANGES} changes`, "too-large");
  }
  return found;
}

function readPart(part: Json, preds: readonly string[]): Part {
  if (!isObject(part)) throw new MalformedOperation("a part is an object", "malformed-parts");
  const [record, kind, changes] = [member(part, "record"), member(part, "kind"), member(part, "changes")];
  if (typeof record !== "string" || !RECORD_ID.test(record)) {
    throw new MalformedOperation("record must be a UUID of version 4, in small letters", "malformed-record");
  }
  if (typeof kind !== "string" || !KIND.test(kind)) {
    throw new MalformedOperation("kind has not the expected form", "malformed-kind");
  }
  if (!isList(changes) || changes.length === 0) {
    throw new MalformedOperation("changes must be a list that is not empty", "malformed-changes");
  }
  const found = changes.map((change) => readChange(change, preds));
  if (new Set(found.map((change) => change.path)).size < found.length) {
    throw new MalformedOperation("a path appears twice in one part", "malformed-changes");
  }
  return new Part(record, kind, found);
}

function readChange(change: Json, preds: readonly string[]): Change {
  if (!isList(change) || change.length < 3) {
    throw new MalformedOperation("a change is [path, value, preds]", "malformed-changes");
  }
  const [path, value, indexes] = change;
  if (typeof path !== "string" || !isPath(path)) {
    throw new MalformedOperation("a path is steps joined by /", "malformed-path");
  }
  if (typeof value !== "string" && !isObject(value)) {
    throw new MalformedOperation("a value is a text or a marker", "malformed-value");
  }
  if (!isList(indexes)) {
    throw new MalformedOperation("a change names its preds by a list of indexes", "malformed-preds");
  }
  return { path, value, preds: indexes.map((index) => namedBy(index, preds)) };
}

function namedBy(index: Json, preds: readonly string[]): string {
  const pred = typeof index === "number" ? preds[index] : undefined;
  if (pred === undefined) throw new MalformedOperation("an index points to no pred", "malformed-preds");
  return pred;
}
