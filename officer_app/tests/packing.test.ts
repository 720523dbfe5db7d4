// Bodies packed as small as they get: any reader of gzip gets the same bytes, and others have their turn meanwhile.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { lengthsOf } from "../src/device/packing/huffman.ts";
import { packedWell } from "../src/device/packing/gzip.ts";

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

const SHAPES: Readonly<Record<string, (drawn: number, place: number) => number>> = {
  "one byte again and again": () => 7,
  anything: (drawn) => drawn & 255,
  "two letters": (drawn) => 65 + (drawn & 1),
  "a staircase": (_, place) => place & 255,
  "what repeats itself far back": (_, place) => ((place % 32_768) * 2654435761) >>> 24,
  "what repeats itself too far back": (_, place) => ((place % 32_769) * 2654435761) >>> 24,
  "one rare letter": (_, place) => (place % 5000 === 4999 ? 1 : 0),
};

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name} comes out as it went in`, async () => {
    for (const size of [0, 1, 2, 3, 4, 257, 258, 259, 260, 1000, 66_000]) {
      const data = bytes(size, shape);
      assert.deepEqual(new Uint8Array(gunzipSync(await packedWell(data))), data, `${size} bytes`);
    }
  });
}

test("what a phone sends takes a twentieth less than the smallest that zlib makes", async () => {
  const data = new Uint8Array(readFileSync(SYNCS));
  const packed = await packedWell(data);
  assert.deepEqual(new Uint8Array(gunzipSync(packed)), data);
  assert.ok(packed.length < 0.955 * gzipSync(data, { level: 9 }).length, `${packed.length}`);
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
