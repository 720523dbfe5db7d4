// Batches of operations: what a device signs of each, and how one follows the other. What a device needs of
// `domain/batches.py`.
//
// The id of an operation is a digest of what is sent, so whoever signs the ids signs the content. A batch also names
// the one before it and what the device still holds behind it: a chain that shows where another device writes with the
// same key, and that lets an office name what was on a phone when it got lost.

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalBytes, digestOf, toText, type JsonObject } from "./canonical.ts";

/** Stands in what is signed, so that a signature means nothing anywhere else. */
export const CONTEXT = "verilap-batch-1";
/** Of the earlier attempts that a batch names. */
export const MOST_TRIED = 20;
/** Of the ranges of what still waits; a device joins what lies behind. */
export const MOST_RANGES = 500;
/** 32 bytes of SHA-256 as text; a public key looks the same. */
export const DIGEST = /^[A-Za-z0-9_-]{43}$/;
/** Bytes of an Ed25519 private key. */
export const SEED_LENGTH = 32;

/** By replica, the first and last `n` of what belongs together. */
export type Ranges = ReadonlyMap<string, readonly (readonly [first: number, last: number])[]>;

/** What a batch is made of; see `Batch`. */
export interface BatchMembers {
  readonly device: string;
  readonly replica: string;
  readonly seq: number;
  readonly before: string;
  readonly operations: readonly string[];
  readonly again?: readonly string[];
  readonly waiting?: Ranges;
  readonly drafts?: number;
}

/**
 * What is signed. `seq` counts the batches of a device, `before` is the digest of the last one that was answered,
 * `again` those of attempts since that had no answer. `operations` are ids in the order of sending, `waiting` is what
 * the device holds behind them, `drafts` how many forms are being filled.
 */
export class Batch {
  readonly device: string;
  readonly replica: string;
  readonly seq: number;
  readonly before: string;
  readonly operations: readonly string[];
  readonly again: readonly string[];
  readonly waiting: Ranges;
  readonly drafts: number;

  constructor(said: BatchMembers) {
    this.device = said.device;
    this.replica = said.replica;
    this.seq = said.seq;
    this.before = said.before;
    this.operations = said.operations;
    this.again = said.again ?? [];
    this.waiting = said.waiting ?? new Map();
    this.drafts = said.drafts ?? 0;
  }

  /** The canonical bytes that are signed. */
  toBytes(): Uint8Array {
    const { device, replica, operations } = this;
    return canonicalBytes({ context: CONTEXT, device, replica, ops: operations, ...this.members() });
  }

  /** What travels beside the operations, without the signature; what is empty is absent. */
  members(): JsonObject {
    return {
      seq: this.seq,
      before: this.before,
      ...(this.again.length ? { again: this.again } : {}),
      ...(this.waiting.size ? { waiting: Object.fromEntries(this.waiting) } : {}),
      ...(this.drafts ? { drafts: this.drafts } : {}),
    };
  }

  /** A digest of all but the earlier attempts: that of two attempts at the same thing is the same. */
  get core(): string {
    return digestOf(new Batch({ ...this, again: [] }).toBytes());
  }
}

/** The digest by which the next batch names this one: SHA-256 of what was signed and of the signature. */
export function batchDigest(signed: Uint8Array, signature: Uint8Array): string {
  return toText(sha256(concatBytes(signed, signature)));
}

/** The digest of a public key (as text): a device tells it before it tells the key. */
export function keyDigest(key: string): string {
  return toText(sha256(utf8ToBytes(key)));
}

/**
 * Ranges as [replica, first, last], in order, by replica; where there are too many, the last of each replica takes in
 * what lies behind: rather one too many is named than one too few.
 */
export function joined(ranges: Iterable<readonly [replica: string, first: number, last: number]>): Ranges {
  const found = new Map<string, [number, number][]>();
  let count = 0;
  for (const [replica, first, last] of ranges) {
    const listed = found.get(replica) ?? [];
    const latest = listed.at(-1);
    if (count >= MOST_RANGES && latest) latest[1] = last;
    else listed.push([first, last]);
    found.set(replica, listed);
    count += 1;
  }
  return found;
}
