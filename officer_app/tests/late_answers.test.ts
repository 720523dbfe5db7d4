// What is told late, twice, or of what was known otherwise; and what an erasure leaves of own operations.
//
// Broken on purpose: cursors compared by how many they are; an answer to another replica counted; a decision that says
// nothing new told again; a redacted operation kept whole.
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyReply, judge } from "../src/device/apply.ts";
import { Erased } from "../src/domain/erasing.ts";
import { RECONCILE } from "../src/store/settings.ts";
import {
  answering,
  exchange,
  HELD,
  newReplica,
  newStore,
  planOf,
  shortOf,
  VOID,
} from "./support/answering.ts";
import { NOW, operation, RECORD, submission, VILLAGE_CODE } from "./support/operations.ts";

test("an answer of before another one came in is stale also where the same feeds were read on", () => {
  const store = newStore();
  store.feeds.setCursors(new Map([[VILLAGE_CODE, "5"]]));
  const plan = planOf(store);
  store.feeds.setCursors(new Map([[VILLAGE_CODE, "9"]]));
  const reply = answering(plan, { cursors: new Map([[VILLAGE_CODE, "6"]]) });
  assert.equal(applyReply(store, plan, reply, NOW, newReplica).isStale, true);
  assert.deepEqual([...store.feeds.cursors()], [[VILLAGE_CODE, "9"]]);
});

test("an answer to a replica that is given up counts nothing, and is compared later", () => {
  const store = newStore(submission({ nama: "Asha" }));
  const plan = planOf(store);
  store.settings.beginReplica("replica-of-the-tests-B");
  store.settings.put(RECONCILE, null);
  const applied = applyReply(store, plan, answering(plan, {}), NOW, newReplica);
  assert.equal(store.settings.get(RECONCILE), true);
  assert.equal(store.settings.replica?.have.total, 0);
  assert.equal(applied.isMismatched, false);
});

test("a decision is told once, and none of what is not of this device", () => {
  const one = submission({ nama: "Asha" });
  const store = newStore(one);
  exchange(store, { verdicts: new Map([[0, HELD]]) });
  assert.equal(judge(store, one.id, VOID, NOW).length, 1);
  assert.deepEqual(judge(store, one.id, VOID, NOW), []);
  assert.deepEqual(judge(store, operation([["b", "1"]], { n: 9 }).id, VOID, NOW), []);
});

test("of a member that is erased own operations keep nothing, and all else", () => {
  const one = submission({ nama: "Asha", "anggota/m_1/nama": "Budi" });
  const store = newStore(one);
  exchange(store, { entries: [shortOf(one)] });
  exchange(store, { erased: Erased.of([[RECORD, "anggota/m_1"]]) });
  const [kept] = store.outbox.sentOf([RECORD]);
  assert.ok(kept);
  const text = new TextDecoder().decode(kept.raw);
  assert.equal(kept.id, one.id);
  assert.deepEqual([text.includes("Asha"), text.includes("Budi")], [true, false]);
});
