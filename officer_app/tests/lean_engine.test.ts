// What stands in the place of the engine's libraries (lean/engine.ts).
//
// Broken on purpose: two quotes kept as two; a row that ends at each of CR and LF; a digest in capitals.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/forms/csv.ts";
import { MD5, SHA1, SHA256, SHA384, SHA512, base64, hex } from "../src/forms/digests.ts";

test("rows of a list are read as RFC 4180 has them", () => {
  const given = '\ufeffkode,nama,kec\r\n1,"Muara, ""Kaman""",\r\n"2","dua\nbaris",x\n3,\r4,é';
  assert.deepEqual(parse(given, { delimiter: "," }).data, [
    ["kode", "nama", "kec"],
    ["1", 'Muara, "Kaman"', ""],
    ["2", "dua\nbaris", "x"],
    ["3", ""],
    ["4", "é"],
  ]);
  assert.deepEqual(parse("", { delimiter: "," }).data, []);
});

test("the delimiter is the one that the first row has most often", () => {
  const delimitersToGuess = [",", ";", "\t", "|"];
  for (const [given, delimiter] of [
    ["a;b;c\n1,2;3;4", ";"],
    ["a\tb", "\t"],
    ["a|b|c,d", "|"],
    ['"a;b",c', ","],
    ["a", ","],
  ] as const) {
    const { meta, data } = parse(given, { delimitersToGuess, preview: 1 });
    assert.deepEqual([meta.delimiter, data.length], [delimiter, 1], given);
  }
});

test("quotes that do not end are told", () => {
  for (const given of ['a,"b', '"a"b,c', 'a\n"']) assert.equal(parse(given, {}).errors.length, 1, given);
});

test("digests are those that everybody computes", () => {
  const given = "Asha \u00e9";
  assert.equal(hex.stringify(MD5("")), "d41d8cd98f00b204e9800998ecf8427e");
  assert.equal(hex.stringify(SHA1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(base64.stringify(SHA256("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  assert.deepEqual(
    [SHA384(given), SHA512(given)].map((one) => one.words.length),
    [12, 16],
  );
  assert.deepEqual(SHA256("abc").words.slice(0, 2), [-1166534977, -1895706646]);
});
