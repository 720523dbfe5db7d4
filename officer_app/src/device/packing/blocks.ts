// Blocks of DEFLATE with codes of their own (RFC 1951, 3.2.7).

import type { Bits } from "./bits.ts";
import { codesOf, lengthsOf } from "./huffman.ts";
import type { Parsed } from "./parsing.ts";
import { DISTANCES, END, FAR, LENGTHS, LITERALS } from "./symbols.ts";

const LONGEST_CODE = 15;
const LONGEST_OF_LENGTHS = 7;
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const FURTHER_BITS: Readonly<Record<number, number>> = { 16: 2, 17: 3, 18: 7 };
/** Steps of a block that is worth parting, and how many places are tried for it. */
const LEAST_STEPS = 256;
const PLACES = 12;

/** A text and where its literals are read: `at[i]` is where step `i` begins. */
export interface Told extends Parsed {
  readonly data: Uint8Array;
  readonly at: Uint32Array;
}

export interface Counts {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
}

/** How often each symbol occurs from step `from` up to, without, step `to`. */
export function countsOf(told: Told, from: number, to: number): Counts {
  const literals = new Uint32Array(LITERALS);
  const distances = new Uint32Array(DISTANCES);
  for (let step = from; step < to; step++) {
    const back = told.distances[step] as number;
    literals[symbolOf(told, step)]! += 1;
    if (back) distances[FAR.symbols[back] as number]! += 1;
  }
  literals[END] = 1;
  return { literals, distances };
}

function symbolOf({ data, at, lengths, distances }: Told, step: number): number {
  if (!distances[step]) return data[at[step] as number] as number;
  return LENGTHS.symbols[lengths[step] as number] as number;
}

/** Where blocks end, so that all of them take few bits. */
export function endsOfBlocks(told: Told, from = 0, to = told.lengths.length): number[] {
  if (to - from < 2 * LEAST_STEPS) return [to];
  const whole = bitsOf(told, from, to);
  let [best, place] = [whole, -1];
  for (let one = 1; one < PLACES; one++) {
    const middle = from + Math.floor(((to - from) * one) / PLACES);
    const parted = bitsOf(told, from, middle) + bitsOf(told, middle, to);
    if (parted < best) [best, place] = [parted, middle];
  }
  if (place < 0) return [to];
  return [...endsOfBlocks(told, from, place), ...endsOfBlocks(told, place, to)];
}

function bitsOf(told: Told, from: number, to: number): number {
  const counts = countsOf(told, from, to);
  const head = new Head(counts);
  return head.bits + bitsBehind(counts, head);
}

function bitsBehind({ literals, distances }: Counts, head: Head): number {
  let sum = 0;
  for (const [symbol, count] of literals.entries()) {
    sum += count * ((head.literals[symbol] as number) + (LENGTHS.bits[symbol - 257] ?? 0));
  }
  for (const [symbol, count] of distances.entries()) {
    sum += count * ((head.distances[symbol] as number) + (FAR.bits[symbol] as number));
  }
  return sum;
}

/** The codes of a block, and how they are told. */
class Head {
  readonly literals: Uint8Array;
  readonly distances: Uint8Array;
  readonly #lengths: Uint8Array;
  readonly #runs: readonly (readonly [symbol: number, further: number])[];
  readonly #counts: readonly [literals: number, distances: number, lengths: number];

  constructor(counts: Counts) {
    this.literals = lengthsOf(counts.literals, LONGEST_CODE);
    this.distances = lengthsOf(counts.distances, LONGEST_CODE);
    const literals = Math.max(lastUsed(this.literals), 257);
    const distances = Math.max(lastUsed(this.distances), 1);
    this.#runs = runsOf([...this.literals.subarray(0, literals), ...this.distances.subarray(0, distances)]);
    const often = new Uint32Array(ORDER.length);
    for (const [symbol] of this.#runs) often[symbol]! += 1;
    this.#lengths = lengthsOf(often, LONGEST_OF_LENGTHS);
    const told = Math.max(lastUsed(Uint8Array.from(ORDER, (symbol) => this.#lengths[symbol] as number)), 4);
    this.#counts = [literals, distances, told];
  }

  get bits(): number {
    const runs = this.#runs.map(
      ([symbol]) => (this.#lengths[symbol] as number) + (FURTHER_BITS[symbol] ?? 0),
    );
    return 17 + 3 * this.#counts[2] + runs.reduce((sum, one) => sum + one, 0);
  }

  write(bits: Bits): void {
    const [literals, distances, lengths] = this.#counts;
    bits.write(literals - 257, 5);
    bits.write(distances - 1, 5);
    bits.write(lengths - 4, 4);
    for (const symbol of ORDER.slice(0, lengths)) bits.write(this.#lengths[symbol] as number, 3);
    const codes = codesOf(this.#lengths);
    for (const [symbol, further] of this.#runs) {
      bits.write(codes[symbol] as number, this.#lengths[symbol] as number);
      bits.write(further, FURTHER_BITS[symbol] ?? 0);
    }
  }
}

function lastUsed(lengths: Uint8Array): number {
  return lengths.findLastIndex((one) => one > 0) + 1;
}

/** Lengths of codes as they are told: what repeats itself in one symbol. */
function runsOf(lengths: readonly number[]): [symbol: number, further: number][] {
  const runs: [number, number][] = [];
  for (let at = 0; at < lengths.length;) {
    const length = lengths[at] as number;
    let same = 1;
    while (at + same < lengths.length && lengths[at + same] === length) same += 1;
    at += same;
    if (length) {
      runs.push([length, 0]);
      same -= 1;
    }
    const [most, least] = length ? [6, 3] : [138, 3];
    while (same >= least) {
      const some = Math.min(same, most);
      runs.push(length ? [16, some - 3] : some > 10 ? [18, some - 11] : [17, some - 3]);
      same -= some;
    }
    for (; same > 0; same--) runs.push([length, 0]);
  }
  return runs;
}

/** Writes a block of the steps from `from` up to, without, `to`. */
export function writeBlock(bits: Bits, told: Told, from: number, to: number, isLast: boolean): void {
  const head = new Head(countsOf(told, from, to));
  const [literals, distances] = [codesOf(head.literals), codesOf(head.distances)];
  bits.write(Number(isLast), 1);
  bits.write(2, 2);
  head.write(bits);
  for (let step = from; step < to; step++) {
    const symbol = symbolOf(told, step);
    bits.write(literals[symbol] as number, head.literals[symbol] as number);
    const back = told.distances[step] as number;
    if (!back) continue;
    const place = symbol - 257;
    const beyond = (told.lengths[step] as number) - (LENGTHS.bases[place] as number);
    bits.write(beyond, LENGTHS.bits[place] as number);
    const far = FAR.symbols[back] as number;
    bits.write(distances[far] as number, head.distances[far] as number);
    bits.write(back - (FAR.bases[far] as number), FAR.bits[far] as number);
  }
  bits.write(literals[END] as number, head.literals[END] as number);
}
