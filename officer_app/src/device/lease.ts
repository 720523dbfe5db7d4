// The lock of a store that was without its server for too long: nothing in it is shown until the office says so. The
// port of `client_sync/lease.py`.
//
// It is a mark inside the encrypted store, and no second key (docs/decisions/0033). Nothing is erased by it, new forms
// are filled and everything is handed in as ever.

import { toText } from "../domain/canonical.ts";
import { begun, isOver, leaseAt, type Lease, type Moment } from "../domain/lease.ts";
import { LEASE, LEASE_DAYS, LOCK } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { StoreFailed, StoreLocked } from "./errors.ts";
import type { SyncReply } from "./replies.ts";

export const LOCK_BYTES = 8;
/** Of time that would be counted within the same boot anyway. */
export const WORTH_A_WRITE_MS = 60_000;

/** Which start of the machine this is (empty: unknown), and for how many milliseconds it has been on. */
export interface Boot {
  readonly id: string;
  readonly up: number;
}

/** What a browser says: nothing. Its clocks stand still while the phone sleeps, so that on the wall has to do. */
export function bootNow(): Boot {
  return { id: "", up: 0 };
}

/** Counts the lease of a store at each use, and locks it when that is over. */
export class LeaseKeeper {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #boot: () => Boot;
  readonly #randomBytes: (length: number) => Uint8Array;

  constructor(
    store: Store,
    clock: () => number = Date.now,
    boot: () => Boot = bootNow,
    randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length)),
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#boot = boot;
    this.#randomBytes = randomBytes;
  }

  /** Keeps how long it has been. A store that cannot be written is read all the same. */
  noteUse(): void {
    if (!this.#isDue) return;
    try {
      this.#store.transaction(() => this.#count());
    } catch (error) {
      if (!(error instanceof StoreFailed)) throw error;
    }
  }

  #count(): void {
    const kept = this.#kept();
    const lease = kept ? leaseAt(kept, this.#moment()) : begun(this.#moment());
    this.#store.settings.put(LEASE, toJson(lease));
    if (isOver(lease, this.#days)) {
      this.#store.settings.put(LOCK, toText(this.#randomBytes(LOCK_BYTES)));
    }
  }

  /** Whether there is anything to keep: whoever only reads waits for nobody who writes. */
  get #isDue(): boolean {
    if (!this.#days || this.#lock) return false;
    const kept = this.#kept();
    return kept === null || isWorthAWrite(kept, leaseAt(kept, this.#moment())) || this.isLocked;
  }

  /** Whether nothing may be shown; looked at anew each time, since an app may be open for months. */
  get isLocked(): boolean {
    if (this.#lock) return true;
    const kept = this.#days ? this.#kept() : null;
    return kept !== null && isOver(leaseAt(kept, this.#moment()), this.#days);
  }

  /** Throws `StoreLocked`. */
  check(): void {
    if (!this.isLocked) return;
    throw new StoreLocked("this device was without its server for too long", "store-locked", {
      days: this.#days,
    });
  }

  /** What an answer says of it; `named` is the lock that the request named. */
  hear(reply: SyncReply, named: string | null): void {
    const { settings } = this.#store;
    if (reply.revoked) return;
    if (reply.locked) {
      settings.put(LOCK, reply.locked);
      return;
    }
    if (reply.unlocked && named === this.#lock) settings.put(LOCK, null);
    if (!this.#lock) settings.put(LEASE, toJson(begun(this.#moment())));
  }

  get #lock(): string | null {
    return this.#store.settings.get<string>(LOCK);
  }

  get #days(): number {
    return this.#store.settings.get<number>(LEASE_DAYS) ?? 0;
  }

  #kept(): Lease | null {
    const found = this.#store.settings.get<[number, number, string, number]>(LEASE);
    if (!found) return null;
    const [elapsed, wall, boot, up] = found;
    return { elapsed, moment: { wall, boot, up } };
  }

  #moment(): Moment {
    const boot = this.#boot();
    return { wall: this.#clock(), boot: boot.id, up: boot.up };
  }
}

function isWorthAWrite(kept: Lease, lease: Lease): boolean {
  const isKnown = kept.moment.boot !== "" && kept.moment.boot === lease.moment.boot;
  return !isKnown || lease.elapsed - kept.elapsed >= WORTH_A_WRITE_MS;
}

function toJson({ elapsed, moment: { wall, boot, up } }: Lease): [number, number, string, number] {
  return [elapsed, wall, boot, up];
}
