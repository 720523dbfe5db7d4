// Bodies packed as small as they get: any reader of Zstandard gets the same bytes, and others have their turn meanwhile.
//
// Broken on purpose, each found: zeros of a table counted in fours; the states of weights begun in the other order; a
// recent distance taken behind no literal as behind some.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { lengthsOf } from "../src/device/packing/huffman.ts";
import { packedWell } from "../src/device/packing/zstd.ts";

const SYNCS = new URL("../../tests/vectors/transcripts/long_queue.json", import.meta.url);

/** Numbers that look like chance and are the same each time. */
function* chance(seed: number): Generator<number> {
  for (let at = seed; ;) {
    at = (Math.imul(at, 1103515245) + 12345) >>> 0;
    yield at >>> 16;
  }
}

function bytes(size: number, of: (drawn: number, place: number) => number): Uint8Array {
  const drawn = chance(size + 1);
  return new Uint8Array(size).map((_, place) => of(drawn.next().value as number, place));
}

/** Whether a reader gets these bytes. */
function isSame(packed: Uint8Array, data: Uint8Array): boolean {
  return zstdDecompressSync(packed).equals(data);
}

const SHAPES: Readonly<Record<string, (drawn: number, place: number) => number>> = {
  "one byte again and again": () => 7,
  anything: (drawn) => drawn & 255,
  "two letters": (drawn) => 65 + (drawn & 1),
  "a staircase": (_, place) => place & 255,
  "what repeats itself far back": (_, place) => ((place % 60_000) * 2654435761) >>> 24,
  "few letters, one of them seldom": (drawn) => Math.min(97 + Math.clz32(drawn << 16), 126),
  "all bytes, low ones often": (drawn) => Math.floor(((drawn & 1023) / 1023) ** 6 * 255),
  "beginnings in two orders": (drawn, place) => ((place >> 3) % 7 < 3 ? 48 + (place & 7) : 65 + (drawn & 3)),
  "one rare letter": (_, place) => (place % 5000 === 4999 ? 1 : 0),
};

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name} comes out as it went in`, async () => {
    for (const size of [0, 1, 2, 3, 4, 255, 256, 257, 1000, 1023, 1024, 9000]) {
      const data = bytes(size, shape);
      assert.ok(isSame(await packedWell(data), data), `${size} bytes`);
    }
  });
}

test("texts of many shapes and sizes come out as they went in", async () => {
  const words = ['"record":', "g_anak/nama", "é", "1", ",[]],", "64.02.18.2007", "\n", "x"];
  const drawn = chance(7);
  const draw = () => drawn.next().value as number;
  for (let text = 0; text < 120; text++) {
    const many = (draw() % 8) + 1;
    const count = draw() % (text % 10 ? 200 : 2000);
    const data = new TextEncoder().encode(Array.from({ length: count }, () => words[draw() % many]).join(""));
    assert.ok(isSame(await packedWell(data), data), `text ${text}`);
  }
});

test("what a phone sends takes hardly more than the smallest that the usual packer makes", async () => {
  const data = new Uint8Array(readFileSync(SYNCS));
  const packed = await packedWell(data);
  assert.ok(isSame(packed, data));
  const smallest = zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 22 } });
  assert.ok(packed.length < 1.04 * smallest.length, `${packed.length} ${smallest.length}`);
});

test("nobody waits until all of it is packed", async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1));
  await packedWell(bytes(200_000, (drawn) => 97 + (drawn & 7)));
  clearInterval(timer);
  assert.ok(turns > 3, `${turns}`);
});

test("no code is longer than it may be, and codes fill all bits", () => {
  const growing = new Uint32Array(30);
  for (let at = 0; at < 30; at++) growing[at] = at < 2 ? 1 : (growing[at - 1] ?? 0) + (growing[at - 2] ?? 0);
  for (const most of [5, 7, 15]) {
    const lengths = lengthsOf(growing, most);
    assert.ok(Math.max(...lengths) <= most);
    assert.equal(
      lengths.reduce((sum, length) => sum + 2 ** -length, 0),
      1,
    );
  }
  assert.deepEqual([...lengthsOf(new Uint32Array(3), 15)], [0, 0, 0]);
  assert.deepEqual([...lengthsOf(Uint32Array.of(0, 9, 0), 15)], [0, 1, 0]);
});
