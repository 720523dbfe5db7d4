// One spelling for one value: canonical JSON, identifiers and digests. The port of `domain/canonical.py`.
//
// Canonical bytes follow RFC 8785 (JSON Canonicalization Scheme), narrowed to what travels here: no floating-point
// numbers, and integers below 2^53 only. A number is read as JavaScript reads it: 1.0 is 1 here, and refused by the
// server, which therefore never hands it on.

import { sha256 } from "@noble/hashes/sha2.js";
import { InvalidRequest, MalformedOperation } from "./errors.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export const ID_BYTES = 16;
/** Of lists and objects in each other: what is read here is read again elsewhere, with a smaller stack. */
export const MAX_DEPTH = 64;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The RFC 8785 bytes of a value.
 *
 * Throws `MalformedOperation` for what has no canonical form here: a number that is no integer below 2^53, half a
 * surrogate pair, or nesting beyond `MAX_DEPTH`.
 */
export function canonicalBytes(value: Json): Uint8Array {
  return ENCODER.encode(canonicalText(value));
}

/** The same as text. */
export function canonicalText(value: Json): string {
  refuseUnspeakable(value, MAX_DEPTH);
  const spelt = encode(value);
  // JSON escapes half a pair, and nobody else writes such an escape here but with a backslash of his own.
  if (spelt.includes("\\ud") && isTorn(value)) throw new MalformedOperation("half a surrogate pair");
  return spelt;
}

/** The canonical JSON of one text. */
export function encodeText(text: string): string {
  return JSON.stringify(text);
}

function refuseUnspeakable(value: Json, depth: number): void {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return;
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return;
    throw new MalformedOperation("numbers must be integers below 2^53", "malformed-number");
  }
  if (depth === 0) throw new MalformedOperation(`nested more than ${MAX_DEPTH} deep`, "malformed-nesting");
  if (isList(value)) {
    for (const item of value) if (!isShort(item)) refuseUnspeakable(item, depth - 1);
  } else {
    for (const name of Object.keys(value)) refuseUnspeakable(value[name] as Json, depth - 1);
  }
}

/** What nests no deeper than any list may hold: a text, an empty list, and [text, text, []], a first answer. */
function isShort(item: Json): boolean {
  if (typeof item === "string") return true;
  if (!isList(item)) return false;
  return item.length === 0 || (item.length === 3 && isFirstAnswer(item));
}

function isFirstAnswer([path, value, preds]: readonly Json[]): boolean {
  return typeof path === "string" && typeof value === "string" && isList(preds) && preds.length === 0;
}

function encode(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(encode).join(",")}]`;
  // The order of JavaScript, by UTF-16 code units, is that of RFC 8785.
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${encode(value[name] as Json)}`).join(",")}}`;
}

function isTorn(value: Json): boolean {
  if (typeof value === "string") return LONE_SURROGATE.test(value);
  if (value === null || typeof value !== "object") return false;
  if (isList(value)) return value.some(isTorn);
  return Object.keys(value).some((name) => LONE_SURROGATE.test(name) || isTorn(value[name] as Json));
}

/** Whether a value is a list, as the compiler does not tell of read-only ones. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether a value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same, as Python compares them: members in any order, and true is 1. */
export function isSame(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((item, place) => isSame(item, other[place] as Json));
  }
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    if (names.length !== Object.keys(other).length) return false;
    return names.every(
      (name) => Object.hasOwn(other, name) && isSame(one[name] as Json, other[name] as Json),
    );
  }
  return isCounted(one) && isCounted(other) && Number(one) === Number(other);
}

function isCounted(value: Json): boolean {
  return typeof value === "number" || typeof value === "boolean";
}

/** The JSON in bytes. Throws an `Error` where there is none. */
export function readJson(data: Uint8Array): Json {
  return JSON.parse(DECODER.decode(data)) as Json;
}

/** Bytes as base64url without padding, as ids and digests travel (RFC 4648 §5). */
export function toText(digest: Uint8Array): string {
  let binary = "";
  for (const byte of digest) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The bytes behind `toText`; throws `InvalidRequest` for anything else. */
export function toBytes(text: string): Uint8Array {
  if (!BASE64URL.test(text) || text.length % 4 === 1) throw new InvalidRequest("not base64url text");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** The first 16 bytes of SHA-256 as text: how operations, records and settings are named. */
export function digestOf(data: Uint8Array | string): string {
  return toText(sha256(typeof data === "string" ? ENCODER.encode(data) : data).subarray(0, ID_BYTES));
}

/** The xor of the first 64 bits of each id: a digest of a set that grows by one id at a time. */
export function xorDigest(ids: Iterable<string>): bigint {
  let folded = 0n;
  for (const one of ids) {
    const bytes = toBytes(one);
    folded ^= new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  }
  return folded;
}

/**
 * The order of texts by code point, as Python sorts them; below 0 where `one` comes first.
 *
 * JavaScript compares UTF-16 code units, of which those of the letters beyond 2^16 come before U+E000.
 */
export function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let place = 0; place < length; place++) {
    const difference = one.charCodeAt(place) - other.charCodeAt(place);
    if (difference !== 0) return ordered(one.charCodeAt(place)) - ordered(other.charCodeAt(place));
  }
  return one.length - other.length;
}

function ordered(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** The texts in the order of their code points. */
export function sorted(texts: Iterable<string>): string[] {
  return [...texts].sort(compareCodePoints);
}
