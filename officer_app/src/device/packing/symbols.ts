// The alphabets of DEFLATE (RFC 1951, 3.2.5): literals and lengths, and distances, each with bits that follow them.

const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];

export const END = 256;
export const LITERALS = 286;
export const DISTANCES = 30;

/** A table of symbols: which one a value has, from which value on it counts, how many bits say how far beyond. */
export interface Table {
  readonly symbols: Uint16Array;
  readonly bases: readonly number[];
  readonly bits: readonly number[];
}

function table(first: number, bits: readonly number[], from: number, most: number): Table {
  const symbols = new Uint16Array(most + 1);
  const bases: number[] = [];
  let base = from;
  for (const [place, count] of bits.entries()) {
    bases.push(base);
    symbols.fill(first + place, base, Math.min(base + 2 ** count, most + 1));
    base += 2 ** count;
  }
  return { symbols, bases, bits };
}

/** Of lengths 3 to 258; the longest has a symbol of its own. */
export const LENGTHS: Table = table(257, LENGTH_BITS, 3, 258);
(LENGTHS.symbols as Uint16Array)[258] = 285;
(LENGTHS.bases as number[])[28] = 258;
/** Of distances 1 to 32768. */
export const FAR: Table = table(0, DISTANCE_BITS, 1, 32_768);
