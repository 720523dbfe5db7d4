// A new version of the app waits until its person agrees, and never loads anything anew under an open form.

import { inject, ref, type InjectionKey, type Ref } from "vue";
import type { SyncOutcome } from "../worker/api.ts";
import type { Connection } from "./device.ts";
import { flushAll } from "./locking.ts";
import type { Session } from "./session.ts";

/** How long nobody asks for a new version again: an answer that there is none costs half a kilobyte. */
const LOOK_MS = 6 * 3_600_000;

export interface Updating {
  readonly isWaiting: Ref<boolean>;
  /** Saves what is typed, then loads the new version; the app is locked afterwards. */
  agree(): Promise<void>;
}

/** The versions of the app on this phone, as the browser keeps them. */
export interface Versions {
  /** Asks the server for a newer one, which is fetched beside this one. */
  look(): Promise<void>;
  /** Begins anew with the one that waits, else with what is there. */
  letIn(): Promise<void>;
}

/** What registers the service worker, given what is called when a version waits, and when it was let in elsewhere. */
export type Register = (told: { onWaiting(): void; onReplaced(): void }) => Versions;

export const UPDATING: InjectionKey<Updating> = Symbol("updating");

/** Asks for a new version after a sync: then there is a line, and nothing of the officer's waits for it any more. */
export function startUpdating(register: Register, { listen }: Connection, session: Session): Updating {
  const isWaiting = ref(false);
  let looked = 0;
  const versions = register({
    onWaiting: () => (isWaiting.value = true),
    // The older version would miss its own parts, and not read a store that the newer one has changed.
    onReplaced: () => (session.account.value ? (isWaiting.value = true) : location.reload()),
  });
  listen((event) => {
    if (event.kind !== "synced" || !isTime(event.outcome, Date.now() - looked)) return;
    looked = Date.now();
    void versions.look();
  });
  async function agree(): Promise<void> {
    await flushAll();
    await versions.letIn();
  }
  return { isWaiting, agree };
}

/** A clock that was set back is no reason to wait. */
function isTime({ code }: SyncOutcome, passedMs: number): boolean {
  return code === "protocol-version" || (code === null && (passedMs >= LOOK_MS || passedMs < 0));
}

export function useUpdating(): Updating {
  const updating = inject(UPDATING);
  if (!updating) throw new Error("no updating is provided");
  return updating;
}
