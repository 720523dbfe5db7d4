// A device store in Node's own SQLite, not encrypted, for tests of everything above it.

import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Database, migrate, type Connection, type Row, type SqlValue } from "../../src/store/database.ts";
import { readSql, type Sql } from "../../src/store/sql.ts";

const FOLDER = new URL("../../../client_sync/sql/", import.meta.url);

export const SQL: Sql = readSql(
  Object.fromEntries(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith(".sql"))
      .map((name) => [name, readFileSync(new URL(name, FOLDER), "utf-8")]),
  ),
);

class NodeConnection implements Connection {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec("PRAGMA foreign_keys = ON");
  }

  execute(sql: string, parameters: readonly SqlValue[] = []): number {
    return Number(this.#database.prepare(sql).run(...parameters).changes);
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Row[] {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all(...parameters) as unknown as Row[];
  }

  close(): void {
    this.#database.close();
  }
}

/** A fresh store, in memory unless a file is named. */
export function openDatabase(file = ":memory:"): Database {
  const connection = new NodeConnection(file);
  migrate(connection, SQL);
  return new Database(connection, SQL);
}
