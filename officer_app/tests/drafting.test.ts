// Broken on purpose: an erased member left among the removals of a draft.
import assert from "node:assert/strict";
import { test } from "node:test";
import { erase } from "../src/device/erasing.ts";
import { Erased } from "../src/domain/erasing.ts";
import { Store } from "../src/store/store.ts";
import { openDatabase } from "./support/database.ts";

const RECORD = "6f9619ff-8b86-4d11-b42d-00c04fc964ff";

test("an erased member is removed by no draft", () => {
  const store = new Store(openDatabase());
  const nothing = { formId: null, village: null, returns: [], started: 0, case: null };
  store.drafts.add({ id: "d", record: RECORD, ...nothing });
  store.drafts.putRemoval("d", { member: "anggota/m_1", preds: ["a"] });
  store.drafts.putRemoval("d", { member: "anggota/m_2", preds: [] });
  store.transaction(() => erase(store, new Erased([], [[RECORD, "anggota/m_1"]])));
  assert.deepEqual(store.drafts.removals("d"), [{ member: "anggota/m_2", preds: [] }]);
});
