// Which repetitions are used: those with which all of it takes the fewest bits, by what symbols cost.

import { LEAST_MATCH, LENGTHS, OFFSETS, RUNS, type Codes } from "./codes.ts";
import type { Matches } from "./matches.ts";
import { offsetOf, recentAfter, type Recent } from "./recent.ts";

/** One step of a block: so many literals, then a repetition. */
export interface Sequence {
  readonly run: number;
  readonly length: number;
  /** The distance as it is told. */
  readonly offset: number;
}

/** A block as it is said: the last literals have no repetition behind them. */
export interface Parsed {
  readonly sequences: readonly Sequence[];
  readonly literals: Uint8Array;
  /** The distances used last, for the next block. */
  readonly recent: Recent;
}

/** How many bits each literal and each code takes, in thought: fractions too. */
export interface Costs {
  readonly literals: Float64Array;
  readonly runs: Float64Array;
  readonly lengths: Float64Array;
  readonly offsets: Float64Array;
}

/** What is assumed before anything is known. */
export function firstCosts(): Costs {
  const usual = ({ usual, usualLog }: Codes) =>
    Float64Array.from(usual, (share) => usualLog - Math.log2(Math.abs(share)));
  return {
    literals: new Float64Array(256).fill(6),
    runs: usual(RUNS),
    lengths: usual(LENGTHS),
    offsets: new Float64Array(OFFSETS.bits.length).fill(5),
  };
}

/** What symbols cost that occur as often as here; of one that does not occur, as if it did once in two times. */
export function costsOf({ sequences, literals }: Parsed): Costs {
  const counted = (codes: Codes, number: (one: Sequence) => number) =>
    entropies(countsOf(codes, sequences, number));
  const letters = new Array<number>(256).fill(0);
  for (const literal of literals) letters[literal]! += 1;
  return {
    literals: entropies(letters),
    runs: counted(RUNS, (one) => one.run),
    lengths: counted(LENGTHS, (one) => one.length),
    offsets: counted(OFFSETS, (one) => one.offset),
  };
}

/** How often each code occurs. */
export function countsOf(
  codes: Codes,
  sequences: readonly Sequence[],
  number: (one: Sequence) => number,
): number[] {
  const counts = new Array<number>(codes.bits.length).fill(0);
  for (const one of sequences) counts[codes.of(number(one))]! += 1;
  return counts;
}

function entropies(counts: readonly number[]): Float64Array {
  const sum = counts.reduce((total, count) => total + count, 1);
  return Float64Array.from(counts, (count) => Math.log2(sum / (count || 0.5)));
}

/** What a number of each size takes with the bits that follow its code. */
function whole(codes: Codes, costs: Float64Array, most: number): Float64Array {
  return Float64Array.from({ length: most + 1 }, (_, number) => {
    const code = codes.of(number);
    return (costs[code] ?? 0) + (codes.bits[code] ?? 0);
  });
}

/** From here on one literal more before a repetition costs nothing more, in thought. */
const LONG_RUN = 512;

/** The cheapest way to say the bytes from `from` up to, without, `to`; `pause` is awaited now and then. */
export async function parse(
  data: Uint8Array,
  [from, to]: readonly [number, number],
  matches: Matches,
  costs: Costs,
  before: Recent,
  pause: () => Promise<void>,
): Promise<Parsed> {
  const size = to - from;
  const cheapest = new Float64Array(size + 1).fill(Infinity);
  const length = new Uint16Array(size + 1);
  const distance = new Uint32Array(size + 1);
  const runs = new Uint32Array(size + 1);
  const recents = new Array<Recent>(size + 1).fill(before);
  const ofRun = whole(RUNS, costs.runs, LONG_RUN);
  const ofLength = whole(LENGTHS, costs.lengths, matches.longest);
  cheapest[0] = ofRun[0] as number;
  let [place, here, run, recent] = [0, 0, 0, before];
  const repeat = (back: number, shortest: number, longest: number) => {
    const offset = offsetOf(back, run, recent);
    const code = OFFSETS.of(offset);
    const cost = here + (costs.offsets[code] as number) + code + (ofRun[0] as number);
    let after: Recent | null = null;
    for (let most = shortest; most <= longest; most++) {
      const sum = cost + (ofLength[most] as number);
      const end = place + most;
      if (sum >= (cheapest[end] as number)) continue;
      cheapest[end] = sum;
      length[end] = most;
      distance[end] = back;
      runs[end] = 0;
      after ??= recentAfter(offset, back, run, recent);
      recents[end] = after;
    }
  };
  for (; place < size; place++) {
    if (place % 1024 === 0) await pause();
    here = cheapest[place] as number;
    run = runs[place] as number;
    recent = recents[place] as Recent;
    const known = Math.min(run, LONG_RUN - 1);
    const more = (ofRun[known + 1] as number) - (ofRun[known] as number);
    const literal = here + (costs.literals[data[from + place] as number] as number) + more;
    if (literal < (cheapest[place + 1] as number)) {
      cheapest[place + 1] = literal;
      length[place + 1] = 1;
      distance[place + 1] = 0;
      runs[place + 1] = run + 1;
      recents[place + 1] = recent;
    }
    const left = Math.min(size - place, matches.longest);
    for (const back of recent) {
      const same = back > from + place ? 0 : sameLength(data, from + place, back, left);
      if (same >= LEAST_MATCH) repeat(back, LEAST_MATCH, same);
    }
    let shortest = LEAST_MATCH;
    const end = matches.from[from + place + 1] as number;
    for (let at = matches.from[from + place] as number; at < end && shortest <= left; at++) {
      const longest = Math.min(matches.lengths[at] as number, left);
      repeat(matches.distances[at] as number, shortest, longest);
      shortest = longest + 1;
    }
  }
  return sequencesOf(data.subarray(from, to), length, distance, before);
}

/** How many bytes, `most` at most, are those that stand so far back. */
function sameLength(data: Uint8Array, place: number, back: number, most: number): number {
  let same = 0;
  while (same < most && data[place + same - back] === data[place + same]) same += 1;
  return same;
}

/** The steps of the cheapest way, from its end to its beginning and back. */
function sequencesOf(data: Uint8Array, length: Uint16Array, distance: Uint32Array, before: Recent): Parsed {
  const ends: number[] = [];
  for (let place = data.length; place > 0; place -= length[place] as number) ends.push(place);
  const sequences: Sequence[] = [];
  const literals: number[] = [];
  let [recent, run] = [before, 0];
  for (const end of ends.reverse()) {
    const back = distance[end] as number;
    if (back === 0) {
      literals.push(data[end - 1] as number);
      run += 1;
      continue;
    }
    const offset = offsetOf(back, run, recent);
    sequences.push({ run, length: length[end] as number, offset });
    recent = recentAfter(offset, back, run, recent);
    run = 0;
  }
  return { sequences, literals: Uint8Array.from(literals), recent };
}
