// What all screens share: the device, whose store is open, how it stands, and what it tells by itself.

import { inject, ref, shallowRef, watch, type InjectionKey, type Ref, type ShallowRef } from "vue";
import type { Account, DeviceApi, Phone, Progress, Standing, SyncOutcome } from "../worker/api.ts";
import type { Connection } from "./device.ts";
import { flushAll, lockWhenIdle } from "./locking.ts";
import { go } from "./router.ts";
import { warmFilling } from "./warming.ts";
import { useWords } from "./words.ts";

export interface Session {
  readonly device: DeviceApi;
  readonly phone: ShallowRef<Phone | null>;
  /** Whose store is open; null while the app is locked. */
  readonly account: Ref<Account | null>;
  readonly standing: ShallowRef<Standing | null>;
  readonly progress: ShallowRef<Progress | null>;
  readonly outcome: ShallowRef<SyncOutcome | null>;
  /** What was begun on a screen and is not saved, by names of the screens: kept until the app is locked. */
  readonly begun: Map<string, unknown>;
  /** Grows whenever what is shown may differ. */
  readonly changes: Ref<number>;
  readonly isOnline: Ref<boolean>;
  /** Asks for what is known without a PIN. */
  look(): Promise<void>;
  open(account: Account): Promise<void>;
  practise(): Promise<void>;
  lock(): Promise<void>;
  /** Removes the open store, of which all is at the office. */
  leave(): Promise<void>;
}

export const SESSION: InjectionKey<Session> = Symbol("session");

export function useSession(): Session {
  const session = inject(SESSION);
  if (!session) throw new Error("no session is provided");
  return session;
}

/** Begins the session of a page; `idleMs` until it locks. */
export function createSession({ device, listen }: Connection, idleMs?: number): Session {
  const { language } = useWords();
  const phone = shallowRef<Phone | null>(null);
  const account = ref<Account | null>(null);
  const standing = shallowRef<Standing | null>(null);
  const progress = shallowRef<Progress | null>(null);
  const outcome = shallowRef<SyncOutcome | null>(null);
  const changes = ref(0);
  const begun = new Map<string, unknown>();
  const isOnline = ref(navigator.onLine);
  let stopWatching = () => {};
  let last = "";

  async function look(): Promise<void> {
    phone.value = await device.phone();
    // While the PIN is being typed. On a phone that is new here everything still comes over the line.
    if (phone.value.accounts.length) warmFilling();
  }

  async function stand(): Promise<void> {
    standing.value = await device.standing();
  }

  async function open(opened: Account): Promise<void> {
    await device.setLanguage(language.value);
    await stand();
    // Where somebody else has been is nothing that the next one may see.
    if (last && last !== opened.store) go("home", "", true);
    last = opened.store;
    account.value = opened;
    stopWatching();
    stopWatching = lockWhenIdle(lock, idleMs);
    warmFilling();
  }

  function close(): void {
    stopWatching();
    begun.clear();
    account.value = standing.value = progress.value = outcome.value = null;
  }

  async function lock(): Promise<void> {
    await flushAll();
    await device.lock();
    close();
    await look();
  }

  async function leave(): Promise<void> {
    await flushAll();
    await device.leave();
    close();
    await look();
  }

  async function practise(): Promise<void> {
    await flushAll();
    await device.practise();
    await stand();
    changes.value++;
  }

  listen((event) => {
    if (event.kind === "progress") progress.value = event.progress;
    else if (event.kind === "synced") outcome.value = event.outcome;
    else if (event.kind === "locked") close();
    else changes.value++;
  });
  watch(changes, () => {
    // Refused only where the store was locked meanwhile; then there is nothing to tell.
    if (account.value) void stand().catch(() => {});
  });
  watch(language, (chosen) => {
    if (account.value) void device.setLanguage(chosen).then(() => changes.value++);
  });
  addEventListener("online", () => (isOnline.value = true));
  addEventListener("offline", () => (isOnline.value = false));

  return {
    device,
    phone,
    account,
    standing,
    progress,
    outcome,
    begun,
    changes,
    isOnline,
    look,
    open,
    practise,
    lock,
    leave,
  };
}
