// Prefix codes of literals (RFC 8878, 4.2): how long each one's code is, which bits it has, and how that is told.

import { Bits } from "./bits.ts";
import { bestTable, Table } from "./fse.ts";

export const LONGEST_CODE = 11;
const LONGEST_LOG = 6;
/** So many weights may be told as they are. */
const MOST_PLAIN = 128;

/** How many bits the codes of symbols get that occur so often, none of them more than `most`; 0 where none occurs. */
export function lengthsOf(counts: Uint32Array, most: number): Uint8Array {
  const lengths = new Uint8Array(counts.length);
  const symbols = Array.from(counts.keys()).filter((symbol) => counts[symbol]);
  if (symbols.length === 1) lengths[symbols[0] as number] = 1;
  if (symbols.length < 2) return lengths;
  const coins = symbols
    .sort((one, other) => (counts[one] ?? 0) - (counts[other] ?? 0))
    .map((symbol): Coin => ({ weight: counts[symbol] ?? 0, symbol, parts: null }));
  // Package-merge: in each round the coins of one more bit, in pairs, are set beside those of the next.
  let packages: Coin[] = [];
  for (let bit = 0; bit < most; bit++) packages = merged(coins, paired(packages));
  for (const coin of packages.slice(0, 2 * coins.length - 2)) spend(coin, lengths);
  return lengths;
}

interface Coin {
  readonly weight: number;
  readonly symbol: number;
  readonly parts: readonly [Coin, Coin] | null;
}

function paired(coins: readonly Coin[]): Coin[] {
  const found: Coin[] = [];
  for (let at = 0; at + 1 < coins.length; at += 2) {
    const [one, other] = [coins[at] as Coin, coins[at + 1] as Coin];
    found.push({ weight: one.weight + other.weight, symbol: -1, parts: [one, other] });
  }
  return found;
}

function merged(one: readonly Coin[], other: readonly Coin[]): Coin[] {
  return [...one, ...other].sort((a, b) => a.weight - b.weight);
}

function spend(coin: Coin, lengths: Uint8Array): void {
  if (coin.parts) for (const part of coin.parts) spend(part, lengths);
  else lengths[coin.symbol] = (lengths[coin.symbol] ?? 0) + 1;
}

/** The bits of each symbol's code: those of the longest codes are the lowest numbers. */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let length = Math.max(...lengths); length > 0; length--) {
    for (const [symbol, one] of lengths.entries()) if (one === length) codes[symbol] = code++;
    code >>= 1;
  }
  return codes;
}

/** How the codes are told: by weights, but for the last symbol's, which follows; null where they cannot be. */
export function toldCodes(lengths: Uint8Array): Uint8Array | null {
  const longest = Math.max(...lengths);
  const end = lengths.findLastIndex(Boolean);
  const weights = Array.from(lengths.subarray(0, end), (length) => (length ? longest + 1 - length : 0));
  const packed = packedWeights(weights);
  const plain = weights.length <= MOST_PLAIN ? 1 + Math.ceil(weights.length / 2) : Infinity;
  if (packed && packed.length < Math.min(plain, MOST_PLAIN)) return packed;
  if (plain === Infinity) return null;
  const told = new Uint8Array(plain).fill(127 + weights.length, 0, 1);
  for (const [place, weight] of weights.entries()) told[1 + (place >> 1)]! |= weight << (place & 1 ? 0 : 4);
  return told;
}

/** Weights by a table of their own, two states in turn; null where there is nothing to spare. */
function packedWeights(weights: readonly number[]): Uint8Array | null {
  const counts = new Array<number>(LONGEST_CODE + 1).fill(0);
  for (const weight of weights) counts[weight]! += 1;
  if (weights.length < 3 || counts.filter(Boolean).length < 2) return null;
  const told = bestTable(counts, LONGEST_LOG);
  const table = new Table(told.shares, told.log);
  const bits = new Bits();
  bits.byte(0);
  bits.append(told.head);
  const states: number[] = [];
  for (let place = weights.length - 1; place >= 0; place--) {
    const [turn, weight] = [place & 1, weights[place] as number];
    const state = states[turn];
    states[turn] = state === undefined ? table.begin(weight) : table.write(bits, state, weight);
  }
  bits.write(states[1] as number, table.log);
  bits.write(states[0] as number, table.log);
  bits.close();
  const { bytes } = bits;
  bytes[0] = bytes.length - 1;
  return bytes;
}
