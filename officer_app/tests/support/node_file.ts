// A file of this machine, read and written at once as those of a browser are.

import {
  closeSync,
  fsyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
  constants,
} from "node:fs";
import type { SyncFile } from "../../src/store/vfs.ts";

export class NodeFile implements SyncFile {
  readonly #handle: number;

  constructor(path: string) {
    this.#handle = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  }

  read(into: Uint8Array, { at }: { at: number }): number {
    return readSync(this.#handle, into, 0, into.length, at);
  }

  write(from: Uint8Array, { at }: { at: number }): number {
    return writeSync(this.#handle, from, 0, from.length, at);
  }

  truncate(size: number): void {
    ftruncateSync(this.#handle, size);
  }

  getSize(): number {
    return fstatSync(this.#handle).size;
  }

  flush(): void {
    fsyncSync(this.#handle);
  }

  close(): void {
    closeSync(this.#handle);
  }
}
