// How Zstandard says numbers (RFC 8878, 3.1.1.3.2.1): by codes, with bits that follow some of them.

/** Codes of one kind of number: from which number on each counts, and how many bits say how far beyond. */
export interface Codes {
  readonly bases: readonly number[];
  readonly bits: readonly number[];
  /** How many of 2 to the power of `log` each code has where nothing is told; -1: less than one. */
  readonly usual: readonly number[];
  readonly usualLog: number;
  /** The most exact table that may be told. */
  readonly longestLog: number;
  /** The code of a number. */
  of(number: number): number;
}

const times = (count: number, value: number) => new Array<number>(count).fill(value);

function codes(
  plain: number,
  further: readonly number[],
  first: number,
  usual: readonly number[],
  usualLog: number,
  longestLog: number,
): Codes {
  const bits = [...times(plain, 0), ...further];
  const bases: number[] = [];
  for (let base = first, code = 0; code < bits.length; base += 2 ** (bits[code++] as number))
    bases.push(base);
  const known = Uint8Array.from({ length: KNOWN }, (_, number) =>
    bases.findLastIndex((base) => base <= number),
  );
  const of = (number: number) =>
    number < KNOWN ? (known[number] as number) : bases.findLastIndex((base) => base <= number);
  return { bases, bits, usual, usualLog, longestLog, of };
}

/** Of so many numbers the codes are looked up. */
const KNOWN = 1024;

/** Literals before a repetition. */
export const RUNS: Codes = codes(
  16,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  0,
  [4, 3, ...times(11, 2), 1, 1, 1, ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)],
  6,
  9,
);

export const LEAST_MATCH = 3;
/** Lengths of repetitions. */
export const LENGTHS: Codes = codes(
  32,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  LEAST_MATCH,
  [1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)],
  6,
  9,
);

/** How far back: the first three numbers are the distances used last. */
export const OFFSETS: Codes = {
  bases: Array.from({ length: 31 }, (_, code) => 2 ** code),
  bits: Array.from({ length: 31 }, (_, code) => code),
  usual: [...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1)],
  usualLog: 5,
  longestLog: 8,
  of: (number) => 31 - Math.clz32(number),
};
