// Zstandard (RFC 8878) as small as it gets: on a thin line a fifth less than the gzip of a browser, for some tenths of a
// second.
//
// All repetitions are found, however far back, and the cheapest way to say them is searched by what symbols cost, which
// is learnt from the way that was found before. The line waits for it, the person does not: it stops every few
// milliseconds.

import { Bits } from "./bits.ts";
import { blockOf } from "./blocks.ts";
import { matchesIn } from "./matches.ts";
import { costsOf, firstCosts, parse } from "./parsing.ts";
import { FIRST_RECENT } from "./recent.ts";

/** Of searching the way. */
const ROUNDS = 2;
const LARGEST_BLOCK = 128 * 1024;
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const [RAW, PACKED] = [0, 2];
/** For so long nothing else of the worker has its turn. */
const SLICE_MS = 8;

/** The bytes as Zstandard. */
export async function packedWell(data: Uint8Array): Promise<Uint8Array> {
  const pause = pauses();
  const matches = await matchesIn(data, pause);
  const frame = new Bits();
  for (const byte of MAGIC) frame.byte(byte);
  writeSize(frame, data.length);
  const blocks = Math.max(1, Math.ceil(data.length / LARGEST_BLOCK));
  let [costs, recent] = [firstCosts(), FIRST_RECENT];
  for (let block = 0; block < blocks; block++) {
    const [from, to] = [block, block + 1].map((one) => Math.floor((data.length * one) / blocks)) as [
      number,
      number,
    ];
    let parsed = await parse(data, [from, to], matches, costs, recent, pause);
    for (let round = 1; round < ROUNDS; round++) {
      parsed = await parse(data, [from, to], matches, costsOf(parsed), recent, pause);
    }
    const inside = blockOf(parsed);
    const isPacked = inside.length < to - from;
    const kind = isPacked ? PACKED : RAW;
    const size = isPacked ? inside.length : to - from;
    frame.write(Number(block === blocks - 1) | (kind << 1) | (size << 3), 24);
    frame.append(isPacked ? inside : data.subarray(from, to));
    if (isPacked) [costs, recent] = [costsOf(parsed), parsed.recent];
  }
  return frame.bytes;
}

/** In one segment, with its size, without a checksum: each operation has its own. */
function writeSize(frame: Bits, size: number): void {
  const [flag, base, bytes] = size < 256 ? [0, 0, 1] : size < 65_792 ? [1, 256, 2] : [2, 0, 4];
  frame.byte((flag << 6) | (1 << 5));
  for (let byte = 0; byte < bytes; byte++) frame.byte(((size - base) >>> (8 * byte)) & 255);
}

function pauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await new Promise((done) => setTimeout(done));
    since = performance.now();
  };
}
