// A connection to an encrypted store: SQLite compiled to WebAssembly, its C functions called at once.

import { StoreDamaged, StoreFailed } from "../device/errors.ts";
import type { Connection, Row, SqlValue } from "./database.ts";
import type { SqliteModule } from "./module.ts";
import { FileVfs, type SyncFile } from "./vfs.ts";

export const FILE = "device.db";
/** The files of a store, as their handles must be there before it is opened. */
export const STORE_FILES = [FILE, `${FILE}-wal`, `${FILE}-journal`] as const;
/** What opens the store, sealed to the office: see `src/device/recovery.ts`. */
export const RECOVERY = "recovery.key";
export const KEY_BYTES = 32;
/** Of the file, as in `client_sync`: three records fit in such a page. */
const PAGE_BYTES = 8192;

const READ_WRITE_CREATE = 0x6;
const PERSISTENT = 1;
const ROW = 100;
const DONE = 101;
const OK = 0;
const [INTEGER, FLOAT, TEXT, BLOB] = [1, 2, 3, 4];

/** SQLite's primary codes by what a person can do: damage, and what may be better after making room. */
const DAMAGE: ReadonlySet<number> = new Set([11, 26]); // CORRUPT, NOTADB
const FAILURE: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 13, 14]); // BUSY … NOMEM, READONLY, IOERR, FULL, CANTOPEN

const SETTINGS: readonly (readonly [name: string, wanted: string, expected: string | number])[] = [
  ["temp_store", "MEMORY", 2], // nothing in plain beside the file
  ["journal_mode", "WAL", "wal"],
  ["synchronous", "FULL", 2],
  ["wal_autocheckpoint", "250", 250], // 2 MB: moving what is in the log must not be felt at a key
  ["foreign_keys", "ON", 1],
  ["secure_delete", "ON", 1], // what is erased is written over
  ["cache_size", "-8000", -8000], // KiB: a page that is here need not be decrypted again
];

/**
 * Opens a store under its key of 32 bytes, in the way of SQLCipher 4. Without `files` it lies in memory.
 *
 * Raises `StoreDamaged` where the key does not open the file, or the file is damaged; `StoreFailed`.
 */
export function openConnection(
  module: SqliteModule,
  key: Uint8Array,
  files?: ReadonlyMap<string, SyncFile>,
): Connection {
  if (key.length !== KEY_BYTES) throw new Error("a store's key has 32 bytes");
  const vfs = files ? mount(module, files) : "";
  const connection = new WasmConnection(module, files ? FILE : ":memory:", vfs);
  try {
    if (files) unlock(connection, key);
    configure(connection, files !== undefined);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

const registered = new WeakMap<SqliteModule, FileVfs>();

/** The files of one store at a time; the layer that encrypts holds on to what was registered first. */
function mount(module: SqliteModule, files: ReadonlyMap<string, SyncFile>): string {
  let vfs = registered.get(module);
  if (!vfs) {
    vfs = new FileVfs(module);
    const made = ["sqlite3mc_vfs_create", "number", ["string", "number"], [vfs.name, 0]] as const;
    if (module.vfs_register(vfs, false) !== OK || module.ccall(...made) !== OK) {
      throw new StoreFailed("this SQLite library does not encrypt");
    }
    registered.set(module, vfs);
  }
  vfs.mount(files);
  return `multipleciphers-${vfs.name}`;
}

function unlock(connection: Connection, key: Uint8Array): void {
  const spelt = [...key].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // One tab has the store: the log needs no memory that is shared, and must not ask for it at its first look.
  connection.query("PRAGMA locking_mode = EXCLUSIVE");
  connection.query("PRAGMA cipher = 'sqlcipher'");
  connection.query("PRAGMA legacy = 4");
  connection.query(`PRAGMA legacy_page_size = ${PAGE_BYTES}`);
  connection.query(`PRAGMA key = "x'${spelt}'"`);
  connection.query("SELECT count(*) FROM sqlite_master");
}

/** Settings are read back after they were set: a library that ignores one must not go unnoticed. */
function configure(connection: Connection, isFile: boolean): void {
  for (const [name, wanted, expected] of SETTINGS) {
    if (!isFile && name === "journal_mode") continue;
    connection.query(`PRAGMA ${name} = ${wanted}`);
    const found = connection.query(`PRAGMA ${name}`)[0]?.[0];
    if (found !== expected) throw new StoreFailed(`the device store refuses ${name}=${wanted}`);
  }
}

/**
 * Reads and authenticates every page but those of photos: damage must show before work is built on it.
 *
 * A photo's pages are authenticated when it is read. Raises `StoreDamaged`.
 */
export function checkPages(connection: Connection): void {
  const tables = connection.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'file_piece'",
  );
  for (const [table] of tables) {
    const found = connection.query(`PRAGMA quick_check(${String(table)})`)[0]?.[0];
    if (found === "ok") continue;
    throw new StoreDamaged("the device store is damaged", "store-damaged", { detail: String(found) });
  }
}

class WasmConnection implements Connection {
  readonly #module: SqliteModule;
  readonly #database: number;
  readonly #statements = new Map<string, number>();

  constructor(module: SqliteModule, file: string, vfs: string) {
    this.#module = module;
    const name = this.#text(file);
    const chosen = vfs ? this.#text(vfs) : { at: 0 };
    const room = module._sqlite3_malloc(4);
    const code = module._sqlite3_open_v2(name.at, room, READ_WRITE_CREATE, chosen.at);
    this.#database = module.getValue(room, "i32");
    for (const at of [name.at, chosen.at, room]) module._sqlite3_free(at);
    if (code !== OK) {
      const error = this.#error(code);
      this.close();
      throw error;
    }
  }

  execute(sql: string, parameters: readonly SqlValue[] = []): number {
    this.query(sql, parameters);
    return this.#module._sqlite3_changes(this.#database);
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Row[] {
    const statement = this.#prepared(sql);
    const rows: Row[] = [];
    try {
      parameters.forEach((value, index) => this.#bind(statement, index + 1, value));
      const columns = this.#module._sqlite3_column_count(statement);
      for (;;) {
        const code = this.#module._sqlite3_step(statement);
        if (code === DONE) return rows;
        if (code !== ROW) throw this.#error(code);
        rows.push(Array.from({ length: columns }, (_, column) => this.#column(statement, column)));
      }
    } finally {
      this.#module._sqlite3_reset(statement);
      this.#module._sqlite3_clear_bindings(statement);
    }
  }

  close(): void {
    for (const statement of this.#statements.values()) this.#module._sqlite3_finalize(statement);
    this.#statements.clear();
    this.#module._sqlite3_close_v2(this.#database);
  }

  #prepared(sql: string): number {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const text = this.#text(sql);
    const room = this.#module._sqlite3_malloc(4);
    const code = this.#module._sqlite3_prepare_v3(this.#database, text.at, text.bytes, PERSISTENT, room, 0);
    const statement = this.#module.getValue(room, "i32");
    this.#module._sqlite3_free(text.at);
    this.#module._sqlite3_free(room);
    if (code !== OK) throw this.#error(code);
    this.#statements.set(sql, statement);
    return statement;
  }

  #bind(statement: number, index: number, value: SqlValue): void {
    const code = this.#bound(statement, index, value);
    if (code !== OK) throw this.#error(code);
  }

  #bound(statement: number, index: number, value: SqlValue): number {
    const module = this.#module;
    if (value === null) return module._sqlite3_bind_null(statement, index);
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value)) return module._sqlite3_bind_double(statement, index, value);
      return module._sqlite3_bind_int64(statement, index, (value % 2 ** 32) | 0, Math.floor(value / 2 ** 32));
    }
    const { at, bytes } = typeof value === "string" ? this.#text(value) : this.#copied(value);
    const bind = typeof value === "string" ? module._sqlite3_bind_text : module._sqlite3_bind_blob;
    return bind(statement, index, at, bytes, module._getSqliteFree());
  }

  #column(statement: number, column: number): SqlValue {
    const module = this.#module;
    switch (module._sqlite3_column_type(statement, column)) {
      case INTEGER: {
        const low = module._sqlite3_column_int64(statement, column) >>> 0;
        return module.getTempRet0() * 2 ** 32 + low;
      }
      case FLOAT:
        return module._sqlite3_column_double(statement, column);
      case TEXT:
        return DECODER.decode(this.#found(statement, column, module._sqlite3_column_text));
      case BLOB:
        return this.#found(statement, column, module._sqlite3_column_blob).slice();
      default:
        return null;
    }
  }

  #found(statement: number, column: number, read: (statement: number, column: number) => number): Uint8Array {
    const at = read(statement, column);
    const bytes = this.#module._sqlite3_column_bytes(statement, column);
    return this.#module.HEAPU8.subarray(at, at + bytes);
  }

  #text(text: string): { at: number; bytes: number } {
    return this.#copied(ENCODER.encode(text), 1);
  }

  /** Copies bytes into SQLite's memory, with so many zeros behind them. */
  #copied(bytes: Uint8Array, zeros = 0): { at: number; bytes: number } {
    const at = this.#module._sqlite3_malloc(bytes.length + zeros || 1);
    if (at === 0) throw new StoreFailed("the phone is out of memory");
    this.#module.HEAPU8.set(bytes, at);
    this.#module.HEAPU8.fill(0, at + bytes.length, at + bytes.length + zeros);
    return { at, bytes: bytes.length };
  }

  #error(code: number): Error {
    const detail = `${this.#module.UTF8ToString(this.#module._sqlite3_errmsg(this.#database))} (${code})`;
    const primary = code & 0xff;
    if (DAMAGE.has(primary)) {
      return new StoreDamaged(`the device store is damaged: ${detail}`, "store-damaged", { detail });
    }
    if (FAILURE.has(primary)) {
      return new StoreFailed(`the device store cannot be used: ${detail}`, "store-failed", { detail });
    }
    return new Error(`SQLite: ${detail}`);
  }
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
