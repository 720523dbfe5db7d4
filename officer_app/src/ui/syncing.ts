// When a sync begins: when the app was opened or comes to the front, when the signal comes back, when something was
// saved, and every few minutes. It never keeps anybody from working.

import { computed, inject, ref, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref } from "vue";
import type { SyncOutcome } from "../worker/api.ts";
import { lineState, type LineState } from "./line.ts";
import type { Session } from "./session.ts";

const USUAL_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Whoever comes back to the app sooner than that after a sync, and has nothing unsent, has no use for another one. */
const FRESH_MS = 30_000;

export interface Syncing {
  readonly isRunning: Ref<boolean>;
  /** What kept the last one from ending well; null where nothing did. */
  readonly fault: Ref<unknown>;
  readonly line: ComputedRef<LineState>;
  /** Syncs now; `isWifi`: large pictures too that wait for Wi-Fi. */
  now(isWifi?: boolean): Promise<void>;
}

export const SYNCING: InjectionKey<Syncing> = Symbol("syncing");

export function useSyncing(): Syncing {
  const syncing = inject(SYNCING);
  if (!syncing) throw new Error("no syncing is provided");
  return syncing;
}

/** What a browser tells of the line; few do. */
interface Line {
  readonly type?: string;
}

/** Whether this is plainly a line that costs nothing. */
export function isOnWifi(): boolean {
  const line = (navigator as { connection?: Line }).connection;
  return line?.type === "wifi" || line?.type === "ethernet";
}

/** Syncs by itself as long as the page lives and a store is open. */
export function startSyncing(session: Session): Syncing {
  const isRunning = ref(false);
  const fault = ref<unknown>(null);
  /** Of the last try since the signal came or went. */
  const found = shallowRef<SyncOutcome | null>(null);
  let running = 0;
  let timer = 0;
  let ended = 0;
  let pause = FIRST_PAUSE_MS;

  async function now(isWifi = isOnWifi()): Promise<void> {
    if (!session.account.value || session.standing.value?.isPractice) return;
    // One that runs is joined by the worker: new text goes before the photos that are on their way.
    isRunning.value = ++running > 0;
    fault.value = null;
    try {
      const outcome = await session.device.sync(isWifi);
      session.outcome.value = found.value = outcome;
      plan(outcome.code === null);
    } catch (error) {
      fault.value = error;
      plan(false);
    } finally {
      ended = Date.now();
      isRunning.value = --running > 0;
      if (!isRunning.value) session.progress.value = null;
      session.changes.value++;
    }
  }

  function plan(isWell: boolean): void {
    clearTimeout(timer);
    pause = isWell ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
    timer = window.setTimeout(byItself, isWell ? USUAL_MS : pause);
  }

  /** Without a signal nothing is tried: each try would be one more that may have arrived, and has to be told of. */
  function byItself(): void {
    if (session.account.value && session.isOnline.value) void now();
  }

  watch(session.isOnline, () => (found.value = null));
  watch([session.account, session.isOnline], byItself);
  const unsent = computed(() => session.standing.value?.unsent.operations ?? 0);
  watch(unsent, (now, before) => now > before && byItself());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && (unsent.value > 0 || Date.now() - ended > FRESH_MS)) byItself();
  });
  const line = computed(() => lineState(session.isOnline.value, found.value));
  return { isRunning, fault, line, now };
}
