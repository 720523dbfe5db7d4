// Who this device is: its account, its server, its replica ids and what it keeps in mind between syncs.
// The port of `client_sync/store/settings.py`.

import { readChain, type SentChain } from "../device/chain.ts";
import type { Have } from "../device/replies.ts";
import type { Json } from "../domain/canonical.ts";
import type { Database } from "./database.ts";

export const IDENTITY = "identity";
export const CONFIG = "config";
export const OFFSET = "offset_ms";
export const CONFIRMED = "confirmed_cursors";
export const LINE = "line";
export const RECONCILE = "reconcile";
export const LAST_SYNC = "last_sync";
export const REVOKED = "is_revoked";
/** Milliseconds without contact up to a use, and what the clocks said then: see `src/device/lease.ts`. */
export const LEASE = "lease";
export const LEASE_DAYS = "lease_days";
/** The public key that unsent work is sealed to, as the office told it. */
export const OFFICE_KEY = "office_key";
/** The id of the lock by which nothing is shown, while there is one. */
export const LOCK = "lock";
export const KEY = "key";
export const CHAIN = "chain";
/** Whether the server may lack files that it once had: it came back from a backup, or is another one. */
export const ASK_FILES = "ask_files";
/** On which lines files travel that are not small: `any` (also where nothing is said) or `wifi`. */
export const ORIGINALS = "originals";
/** For how many days a file stays here that the server has. */
export const KEEP_FILES = "keep_files";
/** What the office types to confirm the enrolment, while it has not. */
export const NUMBER = "confirmation_number";

/** The account behind this device, as the server named it; `areas` are the codes it is responsible for. */
export interface Identity {
  readonly url: string;
  readonly token: string;
  readonly author: string;
  readonly role: string;
  readonly areas: readonly string[];
}

/** Whether the records on a device that were chosen for one account are those for another, villages apart. */
export function isSameReadingClass(one: Identity, other: Identity): boolean {
  return one.author === other.author && one.role === other.role;
}

/**
 * The device's private key (the 32 bytes of Ed25519, as text), and the id by which the server knows the device: none
 * until it has taken the public key.
 */
export interface DeviceKey {
  readonly seed: string;
  readonly device: string | null;
}

/** The current replica id, its last counter, and what the server must have counted from it. */
export interface Replica {
  readonly id: string;
  readonly lastN: number;
  readonly have: Have;
}

/** Small values by name, each a JSON text; and the replica ids. */
export class Settings {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** What is kept under a name; null where nothing is. */
  get<T extends Json>(name: string): T | null {
    const found = this.#db.value("setting", name);
    return found === undefined ? null : (JSON.parse(String(found)) as T);
  }

  /** Keeps a value; null forgets it. Writes nothing when it is there already. */
  put(name: string, value: Json): void {
    if (JSON.stringify(value) === JSON.stringify(this.get(name))) return;
    if (value === null) this.#db.run("drop_setting", name);
    else this.#db.run("set_setting", name, JSON.stringify(value));
  }

  get identity(): Identity | null {
    return this.get(IDENTITY) as Identity | null;
  }

  set identity({ url, token, author, role, areas }: Identity) {
    this.put(IDENTITY, { url, token, author, role, areas: [...areas] });
  }

  /** The device's key; none in a store that enrolled before there were keys. */
  get key(): DeviceKey | null {
    return this.get(KEY) as DeviceKey | null;
  }

  set key({ seed, device }: DeviceKey) {
    this.put(KEY, { seed, device });
  }

  /** Where the chain of signed batches stands. */
  get chain(): SentChain {
    return readChain(this.get(CHAIN));
  }

  set chain(chain: SentChain) {
    this.put(CHAIN, chain.toJson());
  }

  /** Goes on with a fresh key: nothing was signed with it yet. */
  beginKey(key: DeviceKey): void {
    this.key = key;
    this.put(CHAIN, null);
  }

  /** The current replica; none before the first enrolment. */
  get replica(): Replica | null {
    const found = this.#db.row("current_replica");
    if (!found) return null;
    const [id, lastN, total, xor] = found;
    return { id: String(id), lastN: Number(lastN), have: { total: Number(total), xor: String(xor) } };
  }

  /** The other replica ids under which operations were made that are still here. */
  earlierReplicas(): string[] {
    return this.#db.rows("earlier_replicas").map(([replica]) => String(replica));
  }

  /**
   * Goes on under a new replica id: nothing of what the server counted under the old one counts for it.
   *
   * The old operations stay guarded: they are offered to the server at the end of the next sync.
   */
  beginReplica(replica: string): void {
    this.#db.run("add_replica", replica);
    this.#db.run("count_no_operation");
    this.put(CONFIRMED, null);
    this.put(RECONCILE, this.#db.value("has_own_operations") ? true : null);
  }

  nextN(replica: Replica, n: number): void {
    this.#db.run("count_replica", n, replica.id);
  }

  setHave(replica: string, have: Have): void {
    this.#db.run("set_have", have.total, have.xor, replica);
  }
}
