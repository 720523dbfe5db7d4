// Work that cannot be synced, as a file that only the office opens: the port of `client_sync/unsent.py`. It holds what no
// server has counted and nothing that was read.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { toBytes } from "../domain/canonical.ts";
import { OFFICE_KEY } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { DeviceError, NotEnrolled } from "./errors.ts";
import { KEY_BYTES, seal, UNSENT } from "./sealing.ts";
import { digestOfIds, prove, writeLines, type Manifest } from "./unsent_file.ts";

/**
 * What is unsent for the office, photos and files too, in pieces; null where nothing is. `version` is that of this app.
 *
 * Throws `DeviceError` (`no-office-key` before the office has told its key), `NotEnrolled`, `StoreDamaged`.
 */
export function writeUnsent(
  store: Store,
  version: string,
  now: number,
  randomBytes: (count: number) => Uint8Array,
): Iterable<Uint8Array> | null {
  const office = store.settings.get<string>(OFFICE_KEY);
  if (office === null)
    throw new DeviceError("the office has not told this device a key yet", "no-office-key");
  const { identity, replica } = store.settings;
  if (identity === null || replica === null) throw new NotEnrolled("this device is not enrolled");
  const ids = store.outbox.unsentIds();
  const files = store.files.unsent();
  if (ids.length + files.length === 0) return null;
  const manifest: Manifest = {
    replica: replica.id,
    author: identity.author,
    made: now,
    app: version,
    count: ids.length,
    digest: digestOfIds([...ids, ...files.map((file) => file.hash)]),
    files: files.length,
  };
  const proof = prove(manifest, bytesToHex(sha256(new TextEncoder().encode(identity.token))));
  const pieces = files.map((file) => ({
    hash: file.hash,
    size: file.size,
    pieces: store.files.pieces(file),
  }));
  const lines = writeLines(manifest, proof, store.outbox.unsent(), pieces);
  return seal(lines, toBytes(office), UNSENT, randomBytes(KEY_BYTES));
}
