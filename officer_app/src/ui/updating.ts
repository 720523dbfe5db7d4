// A new version of the app waits until its person agrees, and never loads anything anew under an open form.

import { inject, ref, type InjectionKey, type Ref } from "vue";
import { flushAll } from "./locking.ts";

export interface Updating {
  readonly isWaiting: Ref<boolean>;
  /** Saves what is typed, then loads the new version; the app is locked afterwards. */
  agree(): Promise<void>;
}

/** What registers the service worker: its way to begin anew, given what is called when a version waits. */
export type Register = (options: { onNeedRefresh(): void }) => (isReloading?: boolean) => Promise<void>;

export const UPDATING: InjectionKey<Updating> = Symbol("updating");

export function startUpdating(register: Register): Updating {
  const isWaiting = ref(false);
  const update = register({ onNeedRefresh: () => (isWaiting.value = true) });
  async function agree(): Promise<void> {
    await flushAll();
    await update(true);
  }
  return { isWaiting, agree };
}

export function useUpdating(): Updating {
  const updating = inject(UPDATING);
  if (!updating) throw new Error("no updating is provided");
  return updating;
}
