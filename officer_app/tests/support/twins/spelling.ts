// Canonical JSON, and operations as they are read.

import {
  canonicalBytes,
  digestOf,
  sorted,
  toBytes,
  toText,
  xorDigest,
  type Json,
} from "../../../src/domain/canonical.ts";
import { compareForms } from "../../../src/domain/merge.ts";
import { idOf, parseRaw, readOperation, withoutReviews } from "../../../src/domain/operations.ts";
import { rowOf, toldOf, type Deed, type Given } from "./asked.ts";

function canonical(given: string): unknown {
  const data = canonicalBytes(JSON.parse(given) as Json);
  return [new TextDecoder().decode(data), digestOf(data)];
}

function bytes(given: string): unknown {
  const data = toBytes(given);
  return [Buffer.from(data).toString("hex"), toText(data)];
}

function stored(given: string): unknown {
  const raw = new TextEncoder().encode(given);
  const operation = parseRaw(raw);
  return [idOf(raw), Buffer.from(operation.raw).equals(raw), toldOf(operation)];
}

function repeated({ operation, letter, length, value, count }: Given): unknown {
  const named = operation.preds.map((_: string, place: number) => place);
  const changes = Array.from({ length: count }, (_, one) => [`${letter.repeat(length)}${one}`, value, named]);
  const read = readOperation({ ...operation, parts: [{ ...operation.parts[0], changes }] });
  return [read.id, read.raw.length];
}

function withoutReviewsOf(given: Given): unknown {
  const operation = withoutReviews(readOperation(given));
  return [operation.id, operation.parts.map((part) => part.changes.map(rowOf))];
}

export const DEEDS: Record<string, Deed> = {
  canonical,
  bytes,
  xor: (given) => xorDigest(given).toString(16).padStart(16, "0"),
  sorted,
  versions: (given: string[]) => given.toSorted(compareForms),
  operation: (given) => toldOf(readOperation(given)),
  stored,
  repeated,
  withoutReviews: withoutReviewsOf,
};
