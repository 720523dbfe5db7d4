// Where SQLite's files lie: a virtual file system over files that are read and written at once, as those of the
// browser's private file system (OPFS) are in a worker. They have their own names, so that a copy of the folder is a
// store that `client_sync` opens. What SQLite puts aside while it works is never written anywhere but into memory.

import type { SqliteModule } from "./module.ts";

/** What a `FileSystemSyncAccessHandle` can do. */
export interface SyncFile {
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

const OK = 0;
const IOERR = 10;
const NOTFOUND = 12;
const FULL = 13;
const CANTOPEN = 14;
const IOERR_SHORT_READ = 522;
const SECTOR_BYTES = 4096;
// As SQLite assumes of Unix: writing does not harm the bytes beside. Else it would write every commit's last page twice.
const POWERSAFE_OVERWRITE = 0x1000;
const UNDELETABLE_WHEN_OPEN = 0x800;

/** A file of no more than this worker's memory. */
export class MemoryFile implements SyncFile {
  #bytes = new Uint8Array(0);
  #size = 0;

  read(into: Uint8Array, { at }: { at: number }): number {
    const found = this.#bytes.subarray(at, Math.min(at + into.length, this.#size));
    into.set(found);
    return found.length;
  }

  write(from: Uint8Array, { at }: { at: number }): number {
    const end = at + from.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(from, at);
    this.#size = Math.max(this.#size, end);
    return from.length;
  }

  truncate(size: number): void {
    this.#bytes.fill(0, size);
    this.#size = Math.min(this.#size, size);
  }

  getSize(): number {
    return this.#size;
  }

  flush(): void {}

  close(): void {}
}

/**
 * The methods that SQLite calls, for files by their names. A file that is empty counts as one that is not there, for their
 * handles are opened beforehand: that alone cannot be done at once.
 *
 * A write that finds no room is `SQLITE_FULL`, any other failure `SQLITE_IOERR`: nothing is thrown through SQLite.
 */
export class FileVfs {
  readonly name = "verilap";
  readonly mxPathname = 64;
  readonly #module: SqliteModule;
  #files: ReadonlyMap<string, SyncFile> = new Map();
  readonly #open = new Map<number, SyncFile>();

  constructor(module: SqliteModule) {
    this.#module = module;
  }

  /** From now on these are the files that can be opened. */
  mount(files: ReadonlyMap<string, SyncFile>): void {
    this.#files = files;
  }

  hasAsyncMethod(): boolean {
    return false;
  }

  xOpen(_vfs: number, nameAt: number, file: number, flags: number, flagsAt: number): number {
    const found = nameAt ? this.#files.get(this.#module.UTF8ToString(nameAt)) : new MemoryFile();
    if (!found) return CANTOPEN;
    this.#open.set(file, found);
    this.#module.setValue(flagsAt, flags, "i32");
    return OK;
  }

  xDelete(_vfs: number, nameAt: number, _isDurable: number): number {
    const found = this.#files.get(this.#module.UTF8ToString(nameAt));
    return this.#tried(() => {
      found?.truncate(0);
      found?.flush();
    });
  }

  xAccess(_vfs: number, nameAt: number, _flags: number, answerAt: number): number {
    const found = this.#files.get(this.#module.UTF8ToString(nameAt));
    this.#module.setValue(answerAt, found && found.getSize() > 0 ? 1 : 0, "i32");
    return OK;
  }

  xFullPathname(_vfs: number, nameAt: number, room: number, at: number): number {
    const written = this.#module.stringToUTF8(this.#module.UTF8ToString(nameAt), at, room);
    return written < room ? OK : CANTOPEN;
  }

  xRandomness(_vfs: number, count: number, at: number): number {
    crypto.getRandomValues(this.#bytes(at, count));
    return count;
  }

  /** Milliseconds since noon of 24 November 4714 BC. */
  xCurrentTimeInt64(_vfs: number, at: number): number {
    this.#long(at, Date.now() + 210_866_760_000_000);
    return OK;
  }

  xClose(file: number): number {
    this.#open.delete(file);
    return OK;
  }

  xRead(file: number, at: number, count: number, low: number, high: number): number {
    return this.#tried(() => {
      const into = this.#bytes(at, count);
      const found = this.#of(file).read(into, { at: position(low, high) });
      if (found >= count) return OK;
      into.fill(0, found);
      return IOERR_SHORT_READ;
    });
  }

  xWrite(file: number, at: number, count: number, low: number, high: number): number {
    return this.#tried(() => {
      const written = this.#of(file).write(this.#bytes(at, count), { at: position(low, high) });
      return written === count ? OK : FULL;
    });
  }

  xTruncate(file: number, low: number, high: number): number {
    return this.#tried(() => this.#of(file).truncate(position(low, high)));
  }

  xSync(file: number, _flags: number): number {
    return this.#tried(() => this.#of(file).flush());
  }

  xFileSize(file: number, sizeAt: number): number {
    return this.#tried(() => this.#long(sizeAt, this.#of(file).getSize()));
  }

  // One connection has the file to itself.
  xLock(): number {
    return OK;
  }

  xUnlock(): number {
    return OK;
  }

  xCheckReservedLock(_file: number, answerAt: number): number {
    this.#module.setValue(answerAt, 0, "i32");
    return OK;
  }

  xFileControl(): number {
    return NOTFOUND;
  }

  xSectorSize(): number {
    return SECTOR_BYTES;
  }

  xDeviceCharacteristics(): number {
    return POWERSAFE_OVERWRITE | UNDELETABLE_WHEN_OPEN;
  }

  #of(file: number): SyncFile {
    const found = this.#open.get(file);
    if (!found) throw new Error("no such file is open");
    return found;
  }

  #long(at: number, value: number): void {
    this.#module.setValue(at, (value % 2 ** 32) | 0, "i32");
    this.#module.setValue(at + 4, Math.floor(value / 2 ** 32), "i32");
  }

  #bytes(at: number, count: number): Uint8Array {
    return this.#module.HEAPU8.subarray(at, at + count);
  }

  #tried(todo: () => number | void): number {
    try {
      return todo() ?? OK;
    } catch (error) {
      return error instanceof Error && error.name === "QuotaExceededError" ? FULL : IOERR;
    }
  }
}

/** Numbers of 64 bits come as two of 32. */
function position(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}
