// Work that a device could not hand in, as the lines of a file. The writing half of `schemas/unsent.py`, which says what
// stands in them.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { canonicalBytes, canonicalText, digestOf, type JsonObject } from "../domain/canonical.ts";

const VERSION = 1;
/** The version of what holds files; what holds none is readable by servers of before. */
const WITH_FILES = 2;

/**
 * What a file says of itself: the device store and the account that wrote it, when by the device's clock, and how many
 * operations of which ids and files of which hashes. A phone writes it with its officer: it is never `recovered`.
 */
export interface Manifest {
  readonly replica: string;
  readonly author: string;
  readonly made: number;
  readonly app: string;
  readonly count: number;
  readonly digest: string;
  readonly files: number;
}

/** A file that was not sent: its hash, how many bytes it has, and they in pieces (of at most 1 MiB). */
export interface UnsentFile {
  readonly hash: string;
  readonly size: number;
  readonly pieces: Iterable<Uint8Array>;
}

/** Covers operations by their ids, and files by their hashes, in their order. */
export function digestOfIds(ids: readonly string[]): string {
  return digestOf(ids.join("\n"));
}

/** The proof of a device; `tokenHash` is the SHA-256 of its token as hexadecimal digits. */
export function prove(manifest: Manifest, tokenHash: string): string {
  return bytesToHex(hmac(sha256, ENCODER.encode(tokenHash), canonicalBytes(toJson(manifest))));
}

/** The lines; `operations` are canonical bytes. */
export function* writeLines(
  manifest: Manifest,
  proof: string,
  operations: Iterable<Uint8Array>,
  files: Iterable<UnsentFile>,
): Generator<Uint8Array> {
  yield line(canonicalText({ ...toJson(manifest), proof }));
  for (const raw of operations) {
    yield raw;
    yield line("");
  }
  for (const file of files) {
    yield line(canonicalText({ file: file.hash, size: file.size }));
    for (const piece of file.pieces) yield line(base64(piece));
  }
}

function toJson({ files, ...manifest }: Manifest): JsonObject {
  return { v: files ? WITH_FILES : VERSION, ...(files ? { files } : {}), ...manifest, recovered: false };
}

function line(text: string): Uint8Array {
  return ENCODER.encode(`${text}\n`);
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const ENCODER = new TextEncoder();
