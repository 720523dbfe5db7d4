// Broken on purpose: the upper half of a number left out; the text bound up to its first NUL; the log left to the
// usual mode of locking; a write that finds no room told as done; the cipher left out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { VerilapError } from "../src/domain/errors.ts";
import { Database, migrate, type Connection } from "../src/store/database.ts";
import type { MemoryFile } from "../src/store/vfs.ts";
import { checkPages, FILE, openConnection } from "../src/store/wasm.ts";
import { SQL } from "./support/database.ts";
import { bytesOf, memoryFiles, sqlite } from "./support/sqlite.ts";

const KEY = new Uint8Array(32).fill(7);
const module = await sqlite();

function opened(
  files = memoryFiles(),
  key = KEY,
): { files: Map<string, MemoryFile>; connection: Connection } {
  return { files, connection: openConnection(module, key, files) };
}

function code(error: unknown): string {
  return error instanceof VerilapError ? error.code : String(error);
}

test("values come back as they were given", () => {
  const { connection } = opened();
  const given = [1, -1, 0, 2 ** 40, -(2 ** 40) - 1, 1.5, "Åsa 😀", "a\0b", "", null, Number.MAX_SAFE_INTEGER];
  const marks = given.map(() => "?").join();
  assert.deepEqual(connection.query(`SELECT ${marks}`, given), [given]);
  const bytes = new Uint8Array([0, 1, 255]);
  assert.deepEqual(connection.query("SELECT ?, typeof(?), typeof(?)", [bytes, bytes, new Uint8Array()]), [
    [bytes, "blob", "blob"],
  ]);
  connection.close();
});

test("what was committed is there when the store is opened again, also after a kill", () => {
  const { files, connection } = opened();
  migrate(connection, SQL);
  const database = new Database(connection, SQL);
  database.run("set_setting", "a", "1");
  // Killed: the connection is never closed, and what it did not commit is gone.
  connection.execute("BEGIN IMMEDIATE");
  database.run("set_setting", "b", "2");
  const copied = memoryFiles();
  for (const [name, file] of files) copied.get(name)?.write(bytesOf(file), { at: 0 });
  const again = new Database(openConnection(module, KEY, copied), SQL);
  assert.equal(again.value("setting", "a"), "1");
  assert.equal(again.value("setting", "b"), undefined);
  again.close();
  assert.equal(copied.get(`${FILE}-wal`)?.getSize(), 0);
  const third = new Database(opened(copied).connection, SQL);
  assert.equal(third.value("setting", "a"), "1");
  third.close();
  connection.close();
});

test("nothing that was saved can be read in the files", () => {
  const { files, connection } = opened();
  migrate(connection, SQL);
  new Database(connection, SQL).run("set_setting", "canary-name", JSON.stringify("Canary Siti"));
  const read = () => [...files.values()].map((file) => Buffer.from(bytesOf(file)).toString("latin1")).join();
  assert.doesNotMatch(read(), /canary|Canary|SQLite format/);
  connection.close();
  assert.doesNotMatch(read(), /canary|Canary|SQLite format/);
});

test("another key opens nothing and changes nothing", () => {
  const { files, connection } = opened();
  migrate(connection, SQL);
  connection.close();
  const before = [...files.values()].map(bytesOf);
  assert.throws(
    () => opened(files, new Uint8Array(32).fill(8)),
    (error) => code(error) === "store-damaged",
  );
  assert.deepEqual([...files.values()].map(bytesOf), before);
});

test("a byte that changed is told as damage", () => {
  const { files, connection } = opened();
  migrate(connection, SQL);
  checkPages(connection);
  connection.close();
  const file = files.get(FILE);
  assert.ok(file);
  const changed = new Uint8Array(1);
  const at = { at: 2 * 8192 + 100 };
  file.read(changed, at);
  changed[0] = (changed[0] ?? 0) ^ 1;
  file.write(changed, at);
  const again = opened(files).connection;
  assert.throws(
    () => checkPages(again),
    (error) => code(error) === "store-damaged",
  );
  again.close();
});

test("a full disk is told, nothing acknowledged is lost, and it works again with room", () => {
  const { files, connection } = opened();
  migrate(connection, SQL);
  const database = new Database(connection, SQL);
  database.run("set_setting", "a", "1");
  let room = 3;
  for (const file of files.values()) {
    const write = file.write.bind(file);
    file.write = (from, at) => {
      if (room-- > 0) return write(from, at);
      throw new DOMException("full", "QuotaExceededError");
    };
  }
  const big = JSON.stringify("x".repeat(100_000));
  assert.throws(
    () => database.transaction(() => database.run("set_setting", "b", big)),
    (error) => code(error) === "store-failed",
  );
  assert.equal(database.value("setting", "a"), "1");
  assert.equal(database.value("setting", "b"), undefined);
  room = Number.POSITIVE_INFINITY;
  database.transaction(() => database.run("set_setting", "b", big));
  connection.close();
  const again = new Database(opened(files).connection, SQL);
  assert.equal(again.value("setting", "b"), big);
  again.close();
});

test("without files a store lies in memory", () => {
  const connection = openConnection(module, KEY);
  migrate(connection, SQL);
  const database = new Database(connection, SQL);
  database.run("set_setting", "a", "1");
  assert.equal(database.value("setting", "a"), "1");
  database.close();
});
