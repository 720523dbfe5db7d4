// The schema and statements as the app brings them along (lean/sql.ts).
//
// Broken on purpose: names of statements left out too; a line that ends in a remark left out whole.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { withoutRemarks } from "../lean/sql.ts";
import { readSql } from "../src/store/sql.ts";

const FOLDER = new URL("../../client_sync/sql/", import.meta.url);

test("without its remarks the SQL says the same", () => {
  const texts = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".sql"))
    .map((name): [string, string] => [name, readFileSync(new URL(name, FOLDER), "utf-8")]);
  const whole = readSql(Object.fromEntries(texts));
  const lean = readSql(Object.fromEntries(texts.map(([name, text]) => [name, withoutRemarks(text)])));
  assert.deepEqual(lean.schema.map(said), whole.schema.map(said));
  assert.deepEqual([...lean.statements.keys()], [...whole.statements.keys()]);
  for (const [name, statement] of whole.statements) {
    assert.equal(
      said({ statements: [lean.statements.get(name) ?? ""] }),
      said({ statements: [statement] }),
      name,
    );
  }
});

/** What SQLite is told: no remarks, and one space where there are several or lines end. */
function said({ statements }: { readonly statements: readonly string[] }): string {
  return statements
    .join(";")
    .replace(/--[^\n]*/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

test("only whole lines that are remarks go", () => {
  const given = "-- of people\n-- name: all\nSELECT 1 -- one\n  -- two\nFROM x;\n";
  assert.equal(withoutRemarks(given), "-- name: all\nSELECT 1 -- one\nFROM x;\n");
});
