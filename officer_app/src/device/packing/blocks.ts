// Blocks of Zstandard (RFC 8878, 3.1.1.3): literals by prefix codes, then sequences by states.

import { Bits } from "./bits.ts";
import { LENGTHS, OFFSETS, RUNS, type Codes } from "./codes.ts";
import { bestTable, bitsBy, Table } from "./fse.ts";
import { codesOf, lengthsOf, LONGEST_CODE, toldCodes } from "./huffman.ts";
import { countsOf, type Parsed, type Sequence } from "./parsing.ts";

const [USUAL, ONE, TOLD] = [0, 1, 2];
/** So few literals are one stream, more of them four. */
const ONE_STREAM = 256;

/** The inside of a block. */
export function blockOf(parsed: Parsed): Uint8Array {
  const bits = new Bits();
  writeLiterals(bits, parsed.literals);
  writeSequences(bits, parsed.sequences);
  return bits.bytes;
}

// --- literals ---

function writeLiterals(bits: Bits, literals: Uint8Array): void {
  const counts = new Uint32Array(256);
  for (const literal of literals) counts[literal]! += 1;
  const lengths = lengthsOf(counts, LONGEST_CODE);
  const told = counts.filter(Boolean).length > 1 ? toldCodes(lengths) : null;
  const streams = told ? streamsOf(literals, lengths) : [];
  const packed = (told?.length ?? 0) + streams.reduce((sum, one) => sum + one.length, 0);
  if (told === null || packed + 3 >= literals.length) {
    bits.write(0, 2);
    writeSize(bits, literals.length);
    bits.append(literals);
    return;
  }
  const jumps = streams.length > 1 ? streams.slice(0, -1) : [];
  bits.write(2, 2);
  writeSizes(bits, literals.length, packed + 2 * jumps.length, streams.length > 1);
  bits.append(told);
  for (const { length } of jumps) bits.write(length, 16);
  for (const stream of streams) bits.append(stream);
}

/** The size of literals that stand as they are. */
function writeSize(bits: Bits, size: number): void {
  const [format, length] = size < 32 ? [0, 5] : size < 4096 ? [1, 12] : [3, 20];
  bits.write(format, format === 0 ? 1 : 2);
  bits.write(size, length);
}

function writeSizes(bits: Bits, size: number, packed: number, isParted: boolean): void {
  const most = Math.max(size, packed);
  const [format, length] = !isParted ? [0, 10] : most < 1024 ? [1, 10] : most < 16_384 ? [2, 14] : [3, 18];
  bits.write(format, 2);
  bits.write(size, length);
  bits.write(packed, length);
}

/** The literals by their codes, each stream to be read from its end. */
function streamsOf(literals: Uint8Array, lengths: Uint8Array): Uint8Array[] {
  const codes = codesOf(lengths);
  const size = literals.length <= ONE_STREAM ? literals.length : Math.ceil(literals.length / 4);
  const streams: Uint8Array[] = [];
  for (let from = 0; from < literals.length; from += size) {
    const bits = new Bits();
    for (let place = Math.min(from + size, literals.length) - 1; place >= from; place--) {
      const literal = literals[place] as number;
      bits.write(codes[literal] as number, lengths[literal] as number);
    }
    bits.close();
    streams.push(bits.bytes);
  }
  return streams;
}

// --- sequences ---

/** How the codes of one kind of number are written; `table` is null where all are the same. */
interface Way {
  readonly mode: number;
  readonly head: Uint8Array;
  readonly table: Table | null;
}

function writeSequences(bits: Bits, sequences: readonly Sequence[]): void {
  writeCount(bits, sequences.length);
  if (sequences.length === 0) return;
  const runs = wayOf(
    RUNS,
    countsOf(RUNS, sequences, (one) => one.run),
  );
  const offsets = wayOf(
    OFFSETS,
    countsOf(OFFSETS, sequences, (one) => one.offset),
  );
  const lengths = wayOf(
    LENGTHS,
    countsOf(LENGTHS, sequences, (one) => one.length),
  );
  bits.byte((runs.mode << 6) | (offsets.mode << 4) | (lengths.mode << 2));
  for (const { head } of [runs, offsets, lengths]) bits.append(head);
  const parts = [new States(OFFSETS, offsets), new States(LENGTHS, lengths), new States(RUNS, runs)] as const;
  const [offset, length, run] = parts;
  // What is read first is written last.
  for (const one of sequences.toReversed()) {
    offset.write(bits, one.offset);
    length.write(bits, one.length);
    run.write(bits, one.run);
    run.writeRest(bits, one.run);
    length.writeRest(bits, one.length);
    offset.writeRest(bits, one.offset);
  }
  for (const state of [length, offset, run]) state.end(bits);
  bits.close();
}

function writeCount(bits: Bits, count: number): void {
  if (count < 128) bits.byte(count);
  else if (count < 0x7f00) {
    bits.byte((count >> 8) + 128);
    bits.byte(count & 255);
  } else {
    bits.byte(255);
    bits.write(count - 0x7f00, 16);
  }
}

function wayOf({ usual, usualLog, longestLog }: Codes, counts: readonly number[]): Way {
  const last = counts.findLastIndex(Boolean);
  if (counts.filter(Boolean).length === 1) return { mode: ONE, head: Uint8Array.of(last), table: null };
  const told = bestTable(counts, longestLog);
  if (bitsBy(counts, usual, usualLog) <= told.bits) {
    return { mode: USUAL, head: new Uint8Array(0), table: new Table(usual, usualLog) };
  }
  return { mode: TOLD, head: told.head, table: new Table(told.shares, told.log) };
}

/** Numbers of one kind, written from the last to the first. */
class States {
  readonly #codes: Codes;
  readonly #table: Table | null;
  #state: number | null = null;

  constructor(codes: Codes, { table }: Way) {
    this.#codes = codes;
    this.#table = table;
  }

  write(bits: Bits, number: number): void {
    const code = this.#codes.of(number);
    if (this.#state === null) this.#state = this.#table?.begin(code) ?? null;
    else this.#state = this.#table?.write(bits, this.#state, code) ?? null;
  }

  /** The bits that follow the code. */
  writeRest(bits: Bits, number: number): void {
    const code = this.#codes.of(number);
    bits.write(number - (this.#codes.bases[code] as number), this.#codes.bits[code] as number);
  }

  end(bits: Bits): void {
    if (this.#table && this.#state !== null) bits.write(this.#state, this.#table.log);
  }
}
