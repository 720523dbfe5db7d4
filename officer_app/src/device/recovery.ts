// What opens a store for the office when the PIN is forgotten: a small file beside it, sealed to the office's key.
// The port of `client_sync/recovery.py`; from the first sync on a store has it.

import { concatBytes, bytesToHex } from "@noble/hashes/utils.js";
import { canonicalBytes, digestOf, toBytes } from "../domain/canonical.ts";
import { OFFICE_KEY } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { SyncFile } from "../store/vfs.ts";
import { seal, STORE_KEY } from "./sealing.ts";

/** For which key the file was written, and the digest of it. */
const RECOVERY = "recovery";

/** The file of a store that is opened by `key`. */
export class RecoveryFile {
  readonly #file: SyncFile;
  readonly #key: Uint8Array;
  readonly #randomBytes: (count: number) => Uint8Array;

  constructor(
    file: SyncFile,
    key: Uint8Array,
    randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count)),
  ) {
    this.#file = file;
    this.#key = key;
    this.#randomBytes = randomBytes;
  }

  /**
   * Writes it where it is missing, was altered, or is for an older key of the office.
   *
   * Where it cannot be written now it is the next time: nothing that a person does waits for it. It has some 250 bytes,
   * which a disk writes at once, so there is no draft that would take its place.
   */
  renew(store: Store): void {
    const office = store.settings.get<string>(OFFICE_KEY);
    if (office === null || this.#isThere(store, office)) return;
    const opens = canonicalBytes({ key: bytesToHex(this.#key) });
    const pieces = seal([opens], toBytes(office), STORE_KEY, this.#randomBytes(this.#key.length));
    try {
      this.#write(concatBytes(...pieces));
      store.settings.put(RECOVERY, this.#there(office));
    } catch (error) {
      console.warn("the recovery file was not written", error);
    }
  }

  #isThere(store: Store, office: string): boolean {
    return JSON.stringify(store.settings.get(RECOVERY)) === JSON.stringify(this.#there(office));
  }

  #there(office: string): string[] {
    const bytes = new Uint8Array(this.#file.getSize());
    this.#file.read(bytes, { at: 0 });
    return [office, bytes.length > 0 ? digestOf(bytes) : ""];
  }

  #write(bytes: Uint8Array): void {
    const written = this.#file.write(bytes, { at: 0 });
    this.#file.truncate(written);
    this.#file.flush();
    if (written !== bytes.length) throw new Error("no room");
  }
}
