// What of some bytes stands in them before.

import { LEAST_MATCH } from "./codes.ts";

/** Longer ones are said in pieces. */
const LONGEST_MATCH = 1024;
const HASH_BITS = 15;
/** How many earlier places with the same beginning are looked at. */
const MOST_LOOKED_AT = 100;

/**
 * For each place the lengths that repeat something earlier, each longer than the one before it, with the nearest
 * distance of each: those of `place` stand from `from[place]` up to `from[place + 1]`.
 */
export interface Matches {
  readonly from: Uint32Array;
  readonly lengths: readonly number[];
  readonly distances: readonly number[];
  /** More than any of these lengths. */
  readonly longest: number;
}

/** Looks for them; `pause` is awaited now and then. */
export async function matchesIn(data: Uint8Array, pause: () => Promise<void>): Promise<Matches> {
  const from = new Uint32Array(data.length + 1);
  const lengths: number[] = [];
  const distances: number[] = [];
  const newest = new Int32Array(1 << HASH_BITS).fill(-1);
  const before = new Int32Array(data.length);
  for (let place = 0; place < data.length; place++) {
    if (place % 1024 === 0) await pause();
    from[place] = lengths.length;
    if (place + LEAST_MATCH > data.length) continue;
    const hash = hashAt(data, place);
    const most = Math.min(LONGEST_MATCH, data.length - place);
    let longest = LEAST_MATCH - 1;
    let left = MOST_LOOKED_AT;
    for (let at = newest[hash] as number; at >= 0 && left > 0; at = before[at] as number) {
      left -= 1;
      if (data[at + longest] !== data[place + longest]) continue;
      let length = 0;
      while (length < most && data[at + length] === data[place + length]) length += 1;
      if (length <= longest) continue;
      longest = length;
      lengths.push(length);
      distances.push(place - at);
      if (length === most) break;
    }
    before[place] = newest[hash] as number;
    newest[hash] = place;
  }
  from[data.length] = lengths.length;
  return { from, lengths, distances, longest: LONGEST_MATCH };
}

function hashAt(data: Uint8Array, place: number): number {
  const three = (data[place]! << 16) | (data[place + 1]! << 8) | data[place + 2]!;
  return Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
}
