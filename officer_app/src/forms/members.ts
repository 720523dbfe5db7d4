// Ids of a repeat's members.

import { randomBytes } from "@noble/hashes/utils.js";

/** The letters of base64url, in the order in which texts are sorted. */
const LETTERS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const TIME_LETTERS = 8;
const CHANCE_LETTERS = 14;

let last = 0;

/**
 * A new id: `m_` and 22 characters. The first eight are the moment, since members are shown in the order of their
 * ids everywhere: so they stay as they were entered. The others are chance (84 bits).
 */
export function newMemberId(now: number): string {
  last = Math.max(last + 1, Math.floor(now));
  let time = "";
  for (let rest = last, at = 0; at < TIME_LETTERS; at++, rest = Math.floor(rest / 64)) {
    time = LETTERS.charAt(rest % 64) + time;
  }
  const chance = [...randomBytes(CHANCE_LETTERS)].map((byte) => LETTERS.charAt(byte % 64)).join("");
  return `m_${time}${chance}`;
}
