// The ends of the audit's chains as devices keep and compare them. The port of `domain/heads.py`.
//
// Whoever holds the end of a chain holds, by its digest, everything before it. A device tells what it knows of each
// kecamatan in their order, in a few characters, and hears of those that have moved on.

import { sorted } from "./canonical.ts";

const KECAMATAN = "64.02.18".length;
/** Characters of a digest that travel and are kept: 96 bits, which nobody can match with another past. */
export const DIGEST = 16;
/** Characters that tell whether a chain has moved on; enough for that, and for nothing else. */
export const TAG = 3;

const HEAD = /^(0|[1-9][0-9]{0,15})\.([A-Za-z0-9_-]{16})?$/;

/** A place in a chain, and the beginning of the digest that was told for it. Place 0: there is none. */
export interface Head {
  readonly seq: number;
  readonly digest: string;
}

export function headOf(seq: number, digest: string): Head {
  return { seq, digest };
}

/** As it travels. */
export function headText({ seq, digest }: Head): string {
  return `${seq}.${digest.slice(0, DIGEST)}`;
}

export function isSameHead(one: Head, other: Head): boolean {
  return one.seq === other.seq && one.digest === other.digest;
}

/** Whether a chain that ends at `later` cannot have gone through `head`. */
export function contradicts(head: Head, later: Head): boolean {
  return later.seq < head.seq || (later.seq === head.seq && !isOf(head, later));
}

/** Whether it is the same place with the same digest, of which one may be a longer form. */
function isOf(head: Head, { digest }: Head): boolean {
  return digest !== "" && digest.slice(0, DIGEST) === head.digest.slice(0, DIGEST);
}

/** A head that was spelt out; null for a tag, or for what is neither. */
export function readHead(piece: string): Head | null {
  const [, seq = "", digest = ""] = HEAD.exec(piece) ?? [];
  return seq !== "" && (seq === "0") === (digest === "") ? { seq: Number(seq), digest } : null;
}

/** The chains that a device is told of, in the order in which both sides name them. */
export function kecamatanOf(villages: Iterable<string>): string[] {
  return sorted(new Set([...villages].map((village) => village.slice(0, KECAMATAN))));
}
