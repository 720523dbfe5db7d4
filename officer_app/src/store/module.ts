// SQLite with SQLite3MultipleCiphers, compiled to WebAssembly: its C functions as they are. The package's own
// interface is not used, since it waits for a promise at every row.

import initialize from "@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs";

/** Pointers are numbers; numbers of 64 bits are two of 32, of a result the upper half is in `getTempRet0`. */
export interface SqliteModule {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  UTF8ToString(at: number): string;
  stringToUTF8(text: string, at: number, room: number): number;
  getValue(at: number, type: string): number;
  setValue(at: number, value: number, type: string): void;
  getTempRet0(): number;
  ccall(name: string, returns: string, types: readonly string[], given: readonly unknown[]): unknown;
  vfs_register(vfs: object, isDefault: boolean): number;
  _sqlite3_malloc(bytes: number): number;
  _sqlite3_free(at: number): void;
  _getSqliteFree(): number;
  _sqlite3_open_v2(nameAt: number, databaseAt: number, flags: number, vfsAt: number): number;
  _sqlite3_close_v2(database: number): number;
  _sqlite3_errmsg(database: number): number;
  _sqlite3_extended_errcode(database: number): number;
  _sqlite3_changes(database: number): number;
  _sqlite3_prepare_v3(
    database: number,
    sqlAt: number,
    bytes: number,
    flags: number,
    statementAt: number,
    restAt: number,
  ): number;
  _sqlite3_step(statement: number): number;
  _sqlite3_reset(statement: number): number;
  _sqlite3_clear_bindings(statement: number): number;
  _sqlite3_finalize(statement: number): number;
  _sqlite3_bind_null(statement: number, index: number): number;
  _sqlite3_bind_double(statement: number, index: number, value: number): number;
  _sqlite3_bind_int64(statement: number, index: number, low: number, high: number): number;
  _sqlite3_bind_text(statement: number, index: number, at: number, bytes: number, free: number): number;
  _sqlite3_bind_blob(statement: number, index: number, at: number, bytes: number, free: number): number;
  _sqlite3_column_count(statement: number): number;
  _sqlite3_column_type(statement: number, column: number): number;
  _sqlite3_column_bytes(statement: number, column: number): number;
  _sqlite3_column_text(statement: number, column: number): number;
  _sqlite3_column_blob(statement: number, column: number): number;
  _sqlite3_column_double(statement: number, column: number): number;
  _sqlite3_column_int64(statement: number, column: number): number;
}

/** Loads SQLite; `from` is the address of its WebAssembly, or that itself. */
export async function loadSqlite(from: string | Uint8Array): Promise<SqliteModule> {
  return typeof from === "string" ? initialize({ locateFile: () => from }) : initialize({ wasmBinary: from });
}
