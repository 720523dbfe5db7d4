// Broken on purpose: the rollback left out; a second transaction begun inside the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase } from "./support/database.ts";

test("a transaction that fails leaves nothing", () => {
  const database = openDatabase();
  assert.throws(() =>
    database.transaction(() => {
      database.run("set_setting", "a", "1");
      database.transaction(() => database.run("set_setting", "b", "2"));
      throw new Error("cut");
    }),
  );
  assert.equal(database.value("setting", "a"), undefined);
  database.transaction(() => database.run("set_setting", "a", "1"));
  assert.equal(database.value("setting", "a"), "1");
});
