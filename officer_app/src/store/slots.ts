// A small text that is always there whole: written to the older of two files, read from the newer one that is sound.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { StoreDamaged, StoreFailed } from "../device/errors.ts";
import type { SyncFile } from "./vfs.ts";

interface Slot {
  readonly file: SyncFile;
  readonly turn: number;
  readonly text: string | null;
}

/** `StoreDamaged` is thrown where there was a text once, and neither file holds a sound one. */
export class Slots {
  readonly #files: readonly SyncFile[];

  constructor(files: readonly [SyncFile, SyncFile]) {
    this.#files = files;
  }

  /** The text that was written last, null before there is any. */
  read(): string | null {
    const found = this.#slots();
    const newest = found.find((slot) => slot.text !== null);
    if (!newest && found.some((slot) => slot.file.getSize() > 0)) {
      throw new StoreDamaged("the file of the accounts is damaged", "accounts-damaged");
    }
    return newest?.text ?? null;
  }

  /** Durable when it ends. Throws `StoreFailed`, and the text is as it was. */
  write(text: string): void {
    const [newest, oldest] = this.#slots();
    const said = `${(newest?.turn ?? 0) + 1}\n${text}`;
    const bytes = ENCODER.encode(`${digest(said)}\n${said}`);
    const file = oldest?.file;
    try {
      file?.truncate(bytes.length);
      if (file?.write(bytes, { at: 0 }) !== bytes.length) throw new Error("no room");
      file.flush();
    } catch (error) {
      const detail = String(error);
      throw new StoreFailed(`the accounts cannot be written: ${detail}`, "store-failed", { detail });
    }
  }

  /** The newer one first; what is not sound is older than anything. */
  #slots(): Slot[] {
    return this.#files.map(read).sort((one, other) => other.turn - one.turn);
  }
}

function read(file: SyncFile): Slot {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  const [, said, rest] = /^([0-9a-f]{64})\n([^]*)$/.exec(new TextDecoder().decode(bytes)) ?? [];
  if (said === undefined || rest === undefined || digest(rest) !== said)
    return { file, turn: -1, text: null };
  const end = rest.indexOf("\n");
  return { file, turn: Number(rest.slice(0, end)), text: rest.slice(end + 1) };
}

function digest(said: string): string {
  return bytesToHex(sha256(ENCODER.encode(said)));
}

const ENCODER = new TextEncoder();
