// The browser's private file system: the folder of each store with its files under their own names, and the file of
// the accounts. Handles are opened beforehand; from then on everything is read and written at once.

import { StoreFailed } from "../device/errors.ts";
import { Slots } from "./slots.ts";
import type { SyncFile } from "./vfs.ts";
import { RECOVERY, STORE_FILES } from "./wasm.ts";

const FOLDER = "verilap";
const ACCOUNTS = ["accounts-0", "accounts-1"] as const;

/** All that this app keeps in files. Only one tab has it open: see `src/worker/one_tab.ts`. */
export class Files {
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** Throws `StoreFailed` where the browser gives no such files, as in a private window. */
  static async open(): Promise<Files> {
    return kept(async () => {
      const root = await navigator.storage.getDirectory();
      return new Files(await root.getDirectoryHandle(FOLDER, { create: true }));
    });
  }

  async accounts(): Promise<Slots> {
    return kept(async () => {
      const [first, second] = ACCOUNTS;
      return new Slots([await handle(this.#folder, first), await handle(this.#folder, second)]);
    });
  }

  /** The files of a store, made where there are none, by their names; the caller closes them. */
  async store(store: string): Promise<Map<string, SyncFile>> {
    const files = new Map<string, SyncFile>();
    try {
      return await kept(async () => {
        const folder = await this.#folder.getDirectoryHandle(store, { create: true });
        for (const name of [...STORE_FILES, RECOVERY]) files.set(name, await handle(folder, name));
        return files;
      });
    } catch (error) {
      for (const file of files.values()) file.close();
      throw error;
    }
  }

  /** Which stores have a folder. */
  async stores(): Promise<string[]> {
    const found: string[] = [];
    for await (const [name, entry] of this.#folder.entries())
      if (entry.kind === "directory") found.push(name);
    return found;
  }

  /** The files of a store that is not open, as they lie on the phone, without the empty ones. */
  async read(store: string): Promise<Map<string, File>> {
    return kept(async () => {
      const folder = await this.#folder.getDirectoryHandle(store);
      const found = new Map<string, File>();
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind !== "file") continue;
        const file = await (entry as FileSystemFileHandle).getFile();
        if (file.size > 0) found.set(name, file);
      }
      return found;
    });
  }

  /** Removes a store with its files. */
  async remove(store: string): Promise<void> {
    await kept(() => this.#folder.removeEntry(store, { recursive: true }));
  }
}

async function handle(folder: FileSystemDirectoryHandle, name: string): Promise<SyncFile> {
  const file = await folder.getFileHandle(name, { create: true });
  return file.createSyncAccessHandle();
}

async function kept<T>(todo: () => Promise<T>): Promise<T> {
  try {
    return await todo();
  } catch (error) {
    const detail = String(error);
    throw new StoreFailed(`the phone's files cannot be used: ${detail}`, "store-failed", { detail });
  }
}
