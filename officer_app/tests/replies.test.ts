// What the server says is read strictly: anything odd is `BadAnswer`, but for single records, which are left aside.
//
// Broken on purpose: an odd member taken as it is; the first unreadable record ended all others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BadAnswer } from "../src/device/errors.ts";
import {
  readAreasReply,
  readEnrollReply,
  readErrorReply,
  readEtagsReply,
  readFormsReply,
  readHaveReply,
  readKeyReply,
  readNeededReply,
  readSyncReply,
  SILENT,
} from "../src/device/replies.ts";
import { RECORD } from "./support/operations.ts";

const OPERATION = `${"a".repeat(21)}A`;
const DOCUMENT = {
  record: RECORD,
  kind: "submission",
  ops: [[OPERATION, "asha", 5, "anak@1"]],
  values: [["nama", "Asha", 0]],
  in: ["64.02.18.2007"],
};

test("an answer that says nothing changes nothing, and what is newer is let through", () => {
  assert.deepEqual(readSyncReply({}), SILENT);
  assert.deepEqual(readSyncReply({ tomorrow: [1] }), SILENT);
});

test("every member of an answer is read", () => {
  const reply = readSyncReply({
    verdicts: { "0": { status: "held", code: "x", message: null }, "3": { status: "void" } },
    have: [2, "AAAAAAAAAAA"],
    clock: 7,
    config: "c",
    cursors: { "64.02.18.2007": "9" },
    records: [DOCUMENT, [RECORD, "digest", "64.02.18.2007"]],
    left: [["64.02.18.2007", RECORD]],
    reset: ["64.02.18.2007"],
    decisions: [[OPERATION, { status: "ok" }]],
    unknown: [RECORD],
    erased: [[RECORD], [RECORD, "anggota/m_1"]],
    more: true,
    fork: true,
    revoked: true,
    opened: "b",
    locked: "l",
    unlocked: true,
    heads: "x",
    differs: ["64.02.18"],
    batch: [4, "d".repeat(43)],
    keyless: true,
  });
  assert.deepEqual(reply.verdicts.get(0), { status: "held", code: "x", message: "" });
  assert.deepEqual(reply.verdicts.get(3), { status: "void", code: "", message: "" });
  assert.deepEqual(reply.have, { total: 2, xor: "AAAAAAAAAAA" });
  assert.deepEqual([...reply.cursors], [["64.02.18.2007", "9"]]);
  assert.deepEqual(
    reply.entries.map((one) => [one.kind, one.record, one.villages]),
    [
      ["whole", RECORD, ["64.02.18.2007"]],
      ["short", RECORD, ["64.02.18.2007"]],
    ],
  );
  assert.deepEqual(reply.decisions, [[OPERATION, { status: "ok", code: "", message: "" }]]);
  assert.deepEqual([[...reply.erased.records], reply.erased.members], [[RECORD], [[RECORD, "anggota/m_1"]]]);
  assert.deepEqual(reply.batch, [4, "d".repeat(43)]);
  assert.deepEqual([reply.clock, reply.config, reply.locked, reply.unreadable], [7, "c", "l", 0]);
});

const ODD: readonly unknown[] = [
  null,
  [],
  "x",
  { verdicts: { a: { status: "ok" } } },
  { verdicts: { "0": { status: "maybe" } } },
  { verdicts: [] },
  { have: [1] },
  { have: [-1, "AAAAAAAAAAA"] },
  { have: [1, "short"] },
  { have: [1.5, "AAAAAAAAAAA"] },
  { clock: "7" },
  { clock: 2 ** 60 },
  { cursors: { a: 1 } },
  { records: {} },
  { left: [["a"]] },
  { reset: "64.02" },
  { decisions: [["no id", { status: "ok" }]] },
  { erased: [[]] },
  { erased: [["a", "b", "c"]] },
  { erased: [[1]] },
  { more: "yes" },
  { opened: null },
  { locked: "" },
  { batch: [1, "short"] },
];

for (const odd of ODD) {
  test(`an odd answer is none: ${JSON.stringify(odd)}`, () => {
    assert.throws(() => readSyncReply(odd), BadAnswer);
  });
}

test("a record that makes no sense is left aside, and the others are taken", () => {
  const odd = [
    { ...DOCUMENT, record: "1" },
    { ...DOCUMENT, kind: "Not A Kind" },
    { ...DOCUMENT, values: [["nama", "Asha", 9]] },
    { ...DOCUMENT, in: "64.02" },
    [RECORD],
    ["x", "digest"],
    7,
    null,
  ];
  const reply = readSyncReply({ records: [...odd, DOCUMENT] });
  assert.deepEqual([reply.entries.length, reply.unreadable], [1, odd.length]);
});

test("the other answers are read as strictly", () => {
  const have = { missing: ["a"], have: [0, "AAAAAAAAAAA"] };
  assert.deepEqual(readHaveReply(have).verdicts, null);
  assert.deepEqual(readHaveReply({ ...have, verdicts: {} }).verdicts, new Map());
  assert.throws(() => readHaveReply({ have: [0, "AAAAAAAAAAA"] }), BadAnswer);
  assert.equal(readKeyReply({ device: "d" }), "d");
  assert.throws(() => readKeyReply({ device: "d".repeat(23) }), BadAnswer);
  assert.deepEqual(readNeededReply({ needed: ["h"] }), ["h"]);
  assert.throws(() => readNeededReply({}), BadAnswer);
  const etags = { village: "v", cursor: "1", records: [[RECORD, "d"]] };
  assert.deepEqual([...readEtagsReply(etags).records], [[RECORD, "d"]]);
  assert.throws(() => readEtagsReply({ village: "v", cursor: "1" }), BadAnswer);
  const enrolled = { token: "t", replica: "r", author: "asha", role: "officer", areas: [] };
  assert.equal(readEnrollReply(enrolled).nonce, null);
  assert.throws(() => readEnrollReply({ ...enrolled, author: "" }), BadAnswer);
  const areas = { config: "c", author: "asha", role: "officer", areas: ["64"], villages: [] };
  assert.deepEqual([readAreasReply(areas).leaseDays, readAreasReply(areas).recoveryKey], [0, null]);
  assert.throws(() => readAreasReply({ ...areas, recovery_key: "short" }), BadAnswer);
  const form = { form_id: "anak", version: "1", digest: "d", state: "retired" };
  assert.equal(readFormsReply({ config: "c", forms: [form] }).forms[0]?.isRetired, true);
  assert.deepEqual(readErrorReply({ error: {} }), { code: "error", message: "" });
  assert.throws(() => readErrorReply({}), BadAnswer);
});

test("what was wrong is told by what was asked and why", () => {
  assert.throws(
    () => readNeededReply({ needed: 1 }),
    (error: BadAnswer) => error.code === "bad-answer" && error.facts["what"] === "files/needed",
  );
});
