// Files as answers: one value says what a file is; the bytes travel apart, and are known by their digest. The port of
// `domain/files.py`.
//
// The value is the canonical JSON text of an object with `hash` (SHA-256 of the bytes as they are uploaded, base64url
// without padding), `name`, `size` in bytes, `type` (a media type) and, where they are known, `time` (when a photo was
// taken, by the camera: `2026-03-01T10:22:33`, with `+08:00` where it says so), `position` (`latitude longitude
// [altitude]` in degrees and metres) and `thumbnail`, the hash of a small picture that the device made of it and
// uploads before it.

import { canonicalText, isObject, toBytes, toText, type Json, type JsonObject } from "./canonical.ts";
import { InvalidRequest } from "./errors.ts";
import type { Operation, Value } from "./operations.ts";

/** 32 bytes in base64url: of the last character only four bits count, the others are zero. */
export const FILE_HASH = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const BEGINNING = "{";

/** The members of an answer; one of before this version may lack all but hash and name. */
export interface FileMembers {
  readonly hash: string;
  readonly name: string;
  readonly size?: number | null;
  readonly type?: string | null;
  readonly time?: string | null;
  readonly position?: string | null;
  readonly thumbnail?: string | null;
}

/**
 * What an answer says of a file.
 *
 * `hash` need not be a digest: what somebody typed is shown as it is, and never arrives.
 */
export class FileAnswer {
  readonly hash: string;
  readonly name: string;
  readonly size: number | null;
  readonly type: string | null;
  readonly time: string | null;
  readonly position: string | null;
  readonly thumbnail: string | null;

  constructor(said: FileMembers) {
    this.hash = said.hash;
    this.name = said.name;
    this.size = said.size ?? null;
    this.type = said.type ?? null;
    this.time = said.time ?? null;
    this.position = said.position ?? null;
    this.thumbnail = said.thumbnail ?? null;
  }

  /** The answer. */
  toText(): string {
    const told = Object.entries(this).filter(([, value]) => value !== null);
    return canonicalText(Object.fromEntries(told) as JsonObject);
  }

  /** The files that are to arrive: the small picture first; nothing that is no digest. */
  get hashes(): string[] {
    const named = [this.thumbnail, this.hash];
    return [...new Set(named.filter((one): one is string => one !== null && isFileHash(one)))];
  }
}

/** Whether a text can be the hash of a file. */
export function isFileHash(text: string): boolean {
  return FILE_HASH.test(text);
}

/** How a SHA-256 (32 bytes) is spelt. */
export function fileHash(digest: Uint8Array): string {
  return toText(digest);
}

/** The 32 bytes of a hash. Throws `InvalidRequest` (`file-hash`). */
export function digestBytes(spelt: string): Uint8Array {
  if (!isFileHash(spelt)) {
    throw new InvalidRequest("a file's hash is 43 characters of base64url", "file-hash");
  }
  return toBytes(spelt);
}

/** What a value says of a file; null where it is none. A member that makes no sense is left out. */
export function readFileAnswer(value: Value | null): FileAnswer | null {
  if (typeof value !== "string" || !value.startsWith(BEGINNING)) return null;
  const told = jsonIn(value);
  const { hash, name, size } = told;
  if (typeof hash !== "string" || typeof name !== "string") return null;
  return new FileAnswer({
    hash,
    name,
    size: typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : null,
    type: textOr(told["type"]),
    time: textOr(told["time"]),
    position: textOr(told["position"]),
    thumbnail: textOr(told["thumbnail"]),
  });
}

function jsonIn(text: string): JsonObject {
  try {
    const told = JSON.parse(text) as Json;
    return isObject(told) ? told : {};
  } catch {
    return {};
  }
}

function textOr(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/**
 * [record, hash] of every file that an operation names, small pictures too, some of them perhaps twice.
 *
 * By what the values say, whatever their questions are: an answer to a question that this version does not know keeps
 * its file.
 */
export function filesNamed(operation: Operation): [record: string, hash: string][] {
  return operation.parts.flatMap((part) =>
    part.values.flatMap((value) =>
      (readFileAnswer(value)?.hashes ?? []).map((hash): [string, string] => [part.record, hash]),
    ),
  );
}
