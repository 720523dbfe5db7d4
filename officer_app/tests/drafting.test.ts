// Broken on purpose: an erased member left among the removals of a draft; a record dropped under the draft that corrects
// it; one that stays for ever.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafting } from "../src/device/drafting.ts";
import { erase } from "../src/device/erasing.ts";
import { wholeOf } from "../src/device/replies.ts";
import { Erased } from "../src/domain/erasing.ts";
import { fold } from "../src/domain/merge.ts";
import { Store } from "../src/store/store.ts";
import { openDatabase } from "./support/database.ts";
import { operation, OTHER_RECORD, RECORD, VILLAGE_CODE } from "./support/operations.ts";

test("an erased member is removed by no draft", () => {
  const store = new Store(openDatabase());
  const nothing = { formId: null, village: null, returns: [], started: 0, case: null };
  store.drafts.add({ id: "d", record: RECORD, ...nothing });
  store.drafts.putRemoval("d", { member: "anggota/m_1", preds: ["a"] });
  store.drafts.putRemoval("d", { member: "anggota/m_2", preds: [] });
  store.transaction(() => erase(store, new Erased([], [[RECORD, "anggota/m_1"]])));
  assert.deepEqual(store.drafts.removals("d"), [{ member: "anggota/m_2", preds: [] }]);
});

test("a record that left the device stays for the drafts about it, and no longer", () => {
  const store = new Store(openDatabase());
  const records = [RECORD, OTHER_RECORD];
  const changes = [["$village", VILLAGE_CODE]] as const;
  const began = operation([], { parts: records.map((record) => ({ record, kind: "submission", changes })) });
  store.transaction(() => {
    for (const record of records) {
      store.records.take([wholeOf(fold(null, [began], record), [VILLAGE_CODE])], new Map());
    }
  });
  const opened = { formId: null, village: null, returns: [], started: 0 };
  store.drafts.add({ id: "a", record: RECORD, case: null, ...opened });
  store.drafts.add({ id: "b", record: null, case: OTHER_RECORD, ...opened });
  for (const record of records) store.transaction(() => store.records.drop(record));
  const desk = new Drafting(store, "1");
  const seen = () => records.map((record) => store.records.shown(record)?.record);
  assert.deepEqual(seen(), records);
  desk.discardDraft("a");
  assert.deepEqual(seen(), [undefined, OTHER_RECORD]);
  desk.discardDraft("b");
  assert.deepEqual(seen(), [undefined, undefined]);
});
