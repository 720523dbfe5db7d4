// The accounts of a phone: one store each, its key under its officer's PIN, and how often a wrong one was tried.
//
// What stands here is readable by whoever has the files: the name that the lock screen shows, and nothing of what is
// in the stores.

import { InvalidRequest, NotFound } from "../domain/errors.ts";
import { StoreDamaged, WrongKey } from "../device/errors.ts";
import { checkPin, openKey, sealKey, type SealedKey } from "./pin.ts";
import type { Slots } from "./slots.ts";
import { KEY_BYTES } from "./wasm.ts";

/** So many wrong PINs in a row cost nothing. */
export const FREE_TRIES = 5;
const MINUTE_MS = 60_000;
/** From the fifth wrong PIN on, each lets its person wait longer. */
export const WAITS_MS: readonly number[] = [1, 5, 15, 30, 60].map((minutes) => minutes * MINUTE_MS);
/** How much of a wait may have to be waited again when the app is closed meanwhile. */
const NOTED_MS = 10_000;

export interface Throttled {
  readonly failed: number;
  readonly waitMs: number;
}

/** `state`: a store that is `beginning` was never enrolled or is to go, a `damaged` one does not open any more. */
export interface PhoneAccount extends Throttled {
  readonly store: string;
  readonly name: string;
  readonly state: "beginning" | "usual" | "damaged";
  readonly phone: string;
  readonly key: SealedKey;
}

/** A key of this browser that cannot be read out, and by what the accounts know it again. */
export interface PhoneKey {
  readonly key: CryptoKey;
  readonly id: string;
}

export class Accounts {
  readonly #slots: Slots;
  readonly #phone: PhoneKey;
  readonly #tick: () => number;
  readonly #since = new Map<string, number>();
  #all: readonly PhoneAccount[];

  /** `tick` are milliseconds that run while the app is open, whatever a clock is set to. Throws `StoreDamaged`. */
  constructor(slots: Slots, phone: PhoneKey, tick: () => number) {
    this.#slots = slots;
    this.#phone = phone;
    this.#tick = tick;
    this.#all = JSON.parse(slots.read() ?? "[]") as PhoneAccount[];
  }

  all(): readonly PhoneAccount[] {
    return this.#all;
  }

  /** How long no PIN is tried. Only time counts in which the app is open: a clock can be set forward. */
  throttled(store: string): Throttled {
    const { failed, waitMs } = this.#of(store);
    const now = this.#tick();
    const since = this.#since.get(store) ?? now;
    const left = Math.max(0, waitMs - (now - since));
    this.#since.set(store, since);
    if (waitMs - left >= NOTED_MS || (left === 0 && waitMs > 0)) {
      this.#change(store, { waitMs: left });
      this.#since.set(store, now);
    }
    return { failed, waitMs: left };
  }

  /** Notes a store that is about to be made, under a PIN; gives its key. Throws `InvalidRequest` for a poor PIN. */
  async begin(store: string, pin: string): Promise<Uint8Array> {
    checkPin(pin);
    const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    const sealed = await sealKey(key, pin, store, this.#phone.key);
    const fresh = { failed: 0, waitMs: 0, state: "beginning", phone: this.#phone.id } as const;
    this.#write([...this.#all, { store, name: "", key: sealed, ...fresh }]);
    return key;
  }

  /** The store is made and enrolled: the lock screen shows it by this name. */
  finish(store: string, name: string): void {
    this.#change(store, { name, state: "usual" });
  }

  markDamaged(store: string): void {
    this.#change(store, { state: "damaged" });
  }

  /** The store is to be removed, by the next start where this one is killed meanwhile. */
  leave(store: string): void {
    this.#change(store, { state: "beginning" });
  }

  forget(store: string): void {
    this.#write(this.#all.filter((one) => one.store !== store));
    this.#overwrite();
  }

  /**
   * The key of a store by its PIN. A try is counted before it is made, so that a kill saves nobody a count.
   *
   * Throws `WrongKey` (facts: `failed`, `waitMs`), also while it has to be waited; `StoreDamaged` (`phone-key-lost`)
   * where the browser has lost its part of the key.
   */
  async open(store: string, pin: string): Promise<Uint8Array> {
    const before = this.throttled(store);
    if (before.waitMs > 0) throw wrong(before);
    const account = this.#of(store);
    if (account.phone !== this.#phone.id) {
      throw new StoreDamaged("the browser has lost its part of the store's key", "phone-key-lost");
    }
    const counted = { failed: before.failed + 1, waitMs: waitAfter(before.failed + 1) };
    this.#change(store, counted);
    this.#since.set(store, this.#tick());
    const key = await openKey(account.key, pin, store, this.#phone.key);
    if (!key) throw wrong(counted);
    this.#change(store, { failed: 0, waitMs: 0 });
    return key;
  }

  /** Puts the key under another PIN. Throws as `open`, and `InvalidRequest` for a poor PIN or the same one. */
  async changePin(store: string, from: string, to: string): Promise<void> {
    checkPin(to);
    if (from === to) throw new InvalidRequest("that is the PIN already", "pin-same");
    const key = await this.open(store, from);
    this.#change(store, { key: await sealKey(key, to, store, this.#phone.key) });
    this.#overwrite();
  }

  #of(store: string): PhoneAccount {
    const found = this.#all.find((one) => one.store === store);
    if (!found) throw new NotFound("there is no such account on this phone", "account-unknown");
    return found;
  }

  #change(store: string, changes: Partial<PhoneAccount>): void {
    this.#of(store);
    this.#write(this.#all.map((one) => (one.store === store ? { ...one, ...changes } : one)));
  }

  /** The other slot has what was written before: a key under a PIN that opens nothing more. */
  #overwrite(): void {
    this.#write(this.#all);
  }

  #write(all: readonly PhoneAccount[]): void {
    this.#slots.write(JSON.stringify(all));
    this.#all = all;
  }
}

/** How long has to be waited after so many wrong PINs in a row. */
export function waitAfter(failed: number): number {
  if (failed < FREE_TRIES) return 0;
  return WAITS_MS[Math.min(failed - FREE_TRIES, WAITS_MS.length - 1)] ?? 0;
}

function wrong(facts: Throttled): WrongKey {
  return new WrongKey("the PIN does not open the device store", "wrong-key", { ...facts });
}
