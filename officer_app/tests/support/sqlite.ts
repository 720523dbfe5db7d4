// SQLite as phones have it, in Node; the files of a store in memory.

import { readFileSync } from "node:fs";
import { loadSqlite, type SqliteModule } from "../../src/store/module.ts";
import { MemoryFile } from "../../src/store/vfs.ts";
import { STORE_FILES } from "../../src/store/wasm.ts";

const WASM = new URL(import.meta.resolve("@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm"));

export async function sqlite(): Promise<SqliteModule> {
  return loadSqlite(readFileSync(WASM));
}

export function memoryFiles(): Map<string, MemoryFile> {
  return new Map(STORE_FILES.map((name) => [name, new MemoryFile()]));
}

/** All that stands in a file. */
export function bytesOf(file: MemoryFile): Uint8Array {
  const found = new Uint8Array(file.getSize());
  file.read(found, { at: 0 });
  return found;
}
