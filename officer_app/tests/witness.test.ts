// The phone as a witness of the audit: what it tells of chains, and what it makes of the answers.
//
// Broken on purpose: an answer about other villages taken; a chain that went back not noticed; what differs forgotten
// before the server has heard of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENT } from "../src/device/replies.ts";
import { takeHeads, witnessOf } from "../src/device/witness.ts";
import { headText } from "../src/domain/heads.ts";
import { Store } from "../src/store/store.ts";
import { openDatabase } from "./support/database.ts";
import { NOW } from "./support/operations.ts";

const KECAMATAN = ["64.02.18", "64.02.19"];
const [A, B, C] = ["a".repeat(16), "b".repeat(16), "c".repeat(16)];

function telling() {
  const store = Store.over(openDatabase());
  const witness = (turn = 0, isBusy = false) => witnessOf(KECAMATAN, store.heads.all(), turn, isBusy);
  const hear = (heads: string, more: object = {}, asked = witness()) =>
    takeHeads(store.heads, asked, { ...SILENT, heads, ...more }, NOW);
  return { store, witness, hear };
}

test("heads are told by a few letters, and those that moved on are kept", () => {
  const { store, witness, hear } = telling();
  assert.equal(witness()?.text, ",");
  assert.deepEqual(hear(`3.${A},`), []);
  assert.equal(witness()?.text, "aaa,");
  assert.deepEqual(hear(`5.${B},0.`), []);
  assert.deepEqual([...store.heads.newest()], [["64.02.18", { seq: 5, digest: B }]]);
  // The one before is to be compared: it is spelt out until the server has said that it lies in the chain.
  assert.equal(witness()?.text, `3.${A},`);
  assert.deepEqual(hear(","), []);
  assert.equal(witness()?.text, "bbb,");
});

test("a chain that went back, or is another one at the same place, is news once", () => {
  const { store, hear } = telling();
  hear(`5.${A},`);
  assert.deepEqual(hear(`5.${B},`), ["64.02.18"]);
  assert.deepEqual([...store.heads.differing(NOW)], [["64.02.18", NOW]]);
  assert.deepEqual(hear(`5.${B},`), []);
  hear(`,7.${A}`);
  assert.deepEqual(hear(`,6.${C}`), ["64.02.19"]);
});

test("what the server does not find in its chain is another one", () => {
  const { store, witness, hear } = telling();
  hear(`3.${A},`);
  const spelt = witness(1, true);
  assert.equal(spelt?.text, `3.${A},`);
  assert.deepEqual(hear(`9.${C},`, { differs: ["64.02.18"] }, spelt), ["64.02.18"]);
  assert.deepEqual([...store.heads.newest().values()].map(headText), [`9.${C}`]);
});

test("answers about other villages, and to locked or revoked devices, say nothing", () => {
  const { store, hear, witness } = telling();
  const before = witness();
  for (const more of [{ config: "c" }, { revoked: true }, { locked: "l" }]) hear(`3.${A},`, more);
  hear(`3.${A}`);
  assert.deepEqual(store.heads.all(), []);
  hear(`3.${A},`);
  assert.deepEqual(hear(`4.${B},`, {}, before), []); // planned before that was known
  assert.deepEqual([...store.heads.newest().values()].map(headText), [`3.${A}`]);
  assert.deepEqual(takeHeads(store.heads, null, { ...SILENT, heads: `4.${B},` }, NOW), []);
});
