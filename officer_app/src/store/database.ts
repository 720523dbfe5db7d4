// One SQLite file, its statements by name; the port of `client_sync/database.py`. Everything is synchronous: it runs
// in a worker, where the file is read and written without promises.

import type { Sql } from "./sql.ts";
import { StoreTooNew } from "../device/errors.ts";

export type SqlValue = string | number | Uint8Array | null;
export type Row = readonly SqlValue[];

/** A connection as a library gives it; `execute` tells how many rows were changed. Errors are told as our own. */
export interface Connection {
  execute(sql: string, parameters?: readonly SqlValue[]): number;
  query(sql: string, parameters?: readonly SqlValue[]): Row[];
  close(): void;
}

export class Database {
  readonly connection: Connection;
  readonly #sql: Sql;
  #isInside = false;
  #writes = 0;

  constructor(connection: Connection, sql: Sql) {
    this.connection = connection;
    this.#sql = sql;
  }

  /** Another number whenever anything may be another but what `runAside` wrote. */
  get writes(): number {
    return this.#writes;
  }

  /** Carries a statement out; gives the number of rows it changed. */
  run(name: string, ...parameters: SqlValue[]): number {
    this.#writes += 1;
    return this.runAside(name, ...parameters);
  }

  /** The same of what nothing follows from that anybody is shown. */
  runAside(name: string, ...parameters: SqlValue[]): number {
    return this.connection.execute(this.#statement(name), parameters);
  }

  runMany(name: string, rows: Iterable<readonly SqlValue[]>): void {
    this.#writes += 1;
    for (const row of rows) this.connection.execute(this.#statement(name), row);
  }

  rows(name: string, ...parameters: SqlValue[]): Row[] {
    return this.connection.query(this.#statement(name), parameters);
  }

  /** The rows that a statement finds for any of the values, all at once. */
  among(name: string, values: Iterable<string>): Row[] {
    return this.rows(name, JSON.stringify([...values]));
  }

  row(name: string, ...parameters: SqlValue[]): Row | undefined {
    return this.rows(name, ...parameters)[0];
  }

  /** The first column of the first row, or nothing. */
  value(name: string, ...parameters: SqlValue[]): SqlValue | undefined {
    return this.row(name, ...parameters)?.[0];
  }

  /** All or nothing, durable when it ends; inside another one it is part of that one. */
  transaction<T>(todo: () => T): T {
    return this.#between("BEGIN IMMEDIATE", todo);
  }

  /** Reads that see one state of the store. */
  snapshot<T>(todo: () => T): T {
    return this.#between("BEGIN DEFERRED", todo);
  }

  /** Empties a write-ahead log, which shows what was there; where it is in use, closing does so. */
  emptyLog(): void {
    try {
      this.connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Somebody reads.
    }
  }

  close(): void {
    this.connection.close();
  }

  #statement(name: string): string {
    const found = this.#sql.statements.get(name);
    if (found === undefined) throw new Error(`there is no statement ${name}`);
    return found;
  }

  #between<T>(begin: string, todo: () => T): T {
    if (this.#isInside) return todo();
    this.connection.execute(begin);
    this.#isInside = true;
    try {
      const result = todo();
      this.connection.execute("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#isInside = false;
    }
  }

  #rollBack(): void {
    this.#writes += 1;
    try {
      this.connection.execute("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, as when the disk is full.
    }
  }
}

/** Brings the schema to the newest number, a transaction a file: old or new, nothing between. */
export function migrate(connection: Connection, sql: Sql): void {
  for (const step of sql.schema) {
    if (schemaNumber(connection) >= step.number) continue;
    connection.execute("BEGIN IMMEDIATE");
    try {
      for (const statement of step.statements) connection.execute(statement);
      connection.execute(`PRAGMA user_version = ${step.number}`);
      connection.execute("COMMIT");
    } catch (error) {
      connection.execute("ROLLBACK");
      throw error;
    }
  }
  if (schemaNumber(connection) > (sql.schema.at(-1)?.number ?? 0)) {
    throw new StoreTooNew("a newer version of Verilap has changed this device store");
  }
}

function schemaNumber(connection: Connection): number {
  return Number(connection.query("PRAGMA user_version")[0]?.[0]);
}
