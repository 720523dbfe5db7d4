// This device as a witness of the audit: which ends of chains it tells, and what an answer says of them; the port of
// `client_sync/witness.py`.
//
// A request either tells by a few characters of each which heads are known, and hears of those that moved on; or it
// spells one head out, and hears whether that lies in the server's chain. Never both: an idle sync is small.

import { contradicts, headText, isSameHead, readHead, TAG, type Head } from "../domain/heads.ts";
import {
  DIFFERS,
  isCurrent,
  newestOf,
  UNPROVEN,
  type Heads,
  type KeptHead,
  type Newest,
} from "../store/heads.ts";
import type { SyncReply } from "./replies.ts";

/**
 * What a request tells of each kecamatan, in their order, and what was known here when it was planned.
 *
 * `text` is how the pieces travel; `spelt` is the head that it wants compared.
 */
export interface Witness {
  readonly kecamatan: readonly string[];
  readonly text: string;
  readonly newest: Newest;
  readonly spelt: KeptHead | null;
}

/**
 * What the next request tells; null where there is no kecamatan.
 *
 * `turn` is a number that goes on from request to request. In every other one that sends something anyway (`isBusy`) an
 * older head has its turn to be compared.
 */
export function witnessOf(
  kecamatan: readonly string[],
  kept: readonly KeptHead[],
  turn: number,
  isBusy: boolean,
): Witness | null {
  if (kecamatan.length === 0) return null;
  const ours = kept.filter((one) => kecamatan.includes(one.kecamatan));
  const newest = newestOf(ours);
  const spelt = toCompare(ours, turn, isBusy);
  const pieces = new Map([...newest].map(([one, head]) => [one, head.digest.slice(0, TAG)]));
  if (spelt) pieces.set(spelt.kecamatan, headText(spelt.head));
  return { kecamatan, text: kecamatan.map((one) => pieces.get(one) ?? "").join(","), newest, spelt };
}

/** What the server has yet to hear of first, then what it has not said to be in its chain. */
function toCompare(ours: readonly KeptHead[], turn: number, isBusy: boolean): KeptHead | null {
  for (const state of [DIFFERS, UNPROVEN]) {
    const found = ours.find((one) => one.state === state);
    if (found) return found;
  }
  const current = ours.filter(isCurrent);
  if (!isBusy || turn % 2 === 0 || current.length === 0) return null;
  return current[Math.floor(turn / 2) % current.length] ?? null;
}

/**
 * Keeps what an answer says; gives the kecamatan whose audit turned out to be another than the one known.
 *
 * `at` is the server's time. What was heard meanwhile is left alone, and so is an answer to a request that was about
 * other villages, or that a locked device sent.
 */
export function takeHeads(heads: Heads, witness: Witness | null, reply: SyncReply, at: number): string[] {
  if (witness === null || reply.config !== null || reply.revoked || reply.locked) return [];
  const kept = heads.all().filter((one) => witness.kecamatan.includes(one.kecamatan));
  if (!isSameNewest(newestOf(kept), witness.newest)) return [];
  const { spelt } = witness;
  const isRefuted = spelt !== null && reply.differs.includes(spelt.kecamatan);
  if (spelt) {
    heads.settle(spelt.kecamatan);
    if (!isRefuted) heads.prove(spelt.kecamatan, spelt.head);
  }
  const pieces = reply.heads.split(",");
  if (pieces.length !== witness.kecamatan.length) return [];
  const refuted = spelt && isRefuted && isCurrent(spelt) ? spelt.kecamatan : null;
  return witness.kecamatan.filter((kecamatan, place) => {
    const told = readHead(pieces[place] ?? "");
    return takeHead(heads, kecamatan, told, witness.newest.get(kecamatan) ?? null, kecamatan === refuted, at);
  });
}

/** Keeps the end of one chain; whether it is another chain than that of which `known` was the end. */
function takeHead(
  heads: Heads,
  kecamatan: string,
  told: Head | null,
  known: Head | null,
  isRefuted: boolean,
  at: number,
): boolean {
  if (told === null) return false;
  const isOther = known !== null && (isRefuted || contradicts(known, told));
  const isNews = isOther && heads.end(kecamatan, told, at, isRefuted);
  const newest = heads.newest().get(kecamatan);
  if (told.seq > 0 && !(newest && isSameHead(newest, told))) heads.add(kecamatan, told, at);
  return isNews;
}

function isSameNewest(one: Newest, other: Newest): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([kecamatan, head]) => {
    const known = other.get(kecamatan);
    return known !== undefined && isSameHead(head, known);
  });
}
