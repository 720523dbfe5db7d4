// Finite state entropy (RFC 8878, 4.1): symbols in fractions of bits, by tables of states.

import { Bits } from "./bits.ts";

const LEAST_LOG = 5;

/** A table by which symbols are written. */
export class Table {
  readonly log: number;
  readonly #states: Uint16Array;
  readonly #bits: Int32Array;
  readonly #places: Int32Array;

  /** `shares` of 2 to the power of `log`; -1 is less than one. */
  constructor(shares: readonly number[], log: number) {
    const size = 1 << log;
    this.log = log;
    this.#states = new Uint16Array(size);
    this.#bits = new Int32Array(shares.length);
    this.#places = new Int32Array(shares.length);
    const next: number[] = [];
    let total = 0;
    for (const [symbol, share] of shares.entries()) {
      next.push(total);
      const count = Math.abs(share);
      if (count === 0) continue;
      const most = count === 1 ? log : log - (31 - Math.clz32(count - 1));
      this.#bits[symbol] = (most << 16) - (count << most);
      this.#places[symbol] = total - count;
      total += count;
    }
    for (const [place, symbol] of spread(shares, size).entries()) {
      this.#states[next[symbol]!++] = size + place;
    }
  }

  /** The state in which a symbol leaves whoever reads it last. */
  begin(symbol: number): number {
    const delta = this.#bits[symbol] as number;
    const count = (delta + (1 << 15)) >> 16;
    return this.#next(((count << 16) - delta) >> count, symbol);
  }

  /** Writes what leads from the state before a symbol to this one; gives the former. */
  write(bits: Bits, state: number, symbol: number): number {
    const count = (state + (this.#bits[symbol] as number)) >> 16;
    bits.write(state, count);
    return this.#next(state >> count, symbol);
  }

  #next(place: number, symbol: number): number {
    return this.#states[place + (this.#places[symbol] as number)] as number;
  }
}

/** Which symbol each state stands for. */
function spread(shares: readonly number[], size: number): Uint8Array {
  const symbols = new Uint8Array(size);
  let last = size - 1;
  for (const [symbol, share] of shares.entries()) if (share < 0) symbols[last--] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  for (const [symbol, share] of shares.entries()) {
    for (let one = 0; one < share; one++) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place > last);
    }
  }
  return symbols;
}

/** Shares of 2 to the power of `log` for symbols that occur so often: the one that each next part spares most. */
export function sharesOf(counts: readonly number[], log: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => (count ? Math.max(1, Math.floor((count * 2 ** log) / total)) : 0));
  const gain = (symbol: number, by: number) => {
    const share = shares[symbol] as number;
    return (counts[symbol] as number) * Math.log2((share + by) / share);
  };
  for (let left = 2 ** log - shares.reduce((sum, one) => sum + one, 0); left !== 0; left -= Math.sign(left)) {
    const by = Math.sign(left);
    let [best, most] = [-1, -Infinity];
    for (const symbol of shares.keys()) {
      if ((shares[symbol] as number) < (by > 0 ? 1 : 2)) continue;
      const gained = gain(symbol, by);
      if (gained > most) [best, most] = [symbol, gained];
    }
    shares[best]! += by;
  }
  return shares;
}

/** The bits that symbols take which occur so often and have these shares. */
export function bitsBy(counts: readonly number[], shares: readonly number[], log: number): number {
  return counts.reduce((sum, count, symbol) => {
    const share = Math.abs(shares[symbol] ?? 0);
    if (!count) return sum;
    return share ? sum + count * (log - Math.log2(share)) : Infinity;
  }, 0);
}

/** What a table is told by, with the bytes. */
export interface Told {
  readonly shares: readonly number[];
  readonly log: number;
  readonly head: Uint8Array;
}

/** The table that makes these symbols and its own telling shortest; two different ones at least have to occur. */
export function bestTable(counts: readonly number[], longestLog: number): Told & { readonly bits: number } {
  let best: (Told & { readonly bits: number }) | null = null;
  const kinds = counts.filter(Boolean).length;
  for (let log = LEAST_LOG; log <= longestLog; log++) {
    if (2 ** log < kinds) continue;
    const shares = sharesOf(counts, log);
    const head = headOf(shares, log);
    const bits = bitsBy(counts, shares, log) + 8 * head.length;
    if (best === null || bits < best.bits) best = { shares, log, head, bits };
  }
  if (best === null) throw new Error("there are more symbols than a table has room for");
  return best;
}

/** A table as it is told (4.1.1). */
function headOf(shares: readonly number[], log: number): Uint8Array {
  const bits = new Bits();
  bits.write(log - LEAST_LOG, 4);
  const end = shares.findLastIndex(Boolean) + 1;
  let left = (1 << log) + 1;
  for (let symbol = 0; symbol < end; symbol++) {
    const share = shares[symbol] as number;
    const length = 32 - Math.clz32(left);
    // The values that cannot be any more leave some of the others a bit shorter.
    const threshold = 1 << (length - 1);
    const spare = 2 * threshold - 1 - left;
    const value = share + 1;
    if (value < spare) bits.write(value, length - 1);
    else bits.write(value >= threshold ? value + spare : value, length);
    left -= Math.abs(share);
    if (share === 0) symbol += writeZeros(bits, shares, symbol);
  }
  bits.align();
  return bits.bytes;
}

/** How many more symbols without a share follow the one at `symbol`, in threes; gives how many. */
function writeZeros(bits: Bits, shares: readonly number[], symbol: number): number {
  let more = 0;
  while (shares[symbol + 1 + more] === 0) more += 1;
  let left = more;
  for (; left >= 3; left -= 3) bits.write(3, 2);
  bits.write(left, 2);
  return more;
}
