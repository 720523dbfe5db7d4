// The app locks after two minutes in which nobody touched it: whoever finds the phone finds a PIN before the names.
// It waits while a sensor, the camera or a finger that signs is at work, and saves what was typed before.

/** Milliseconds without a touch after which the app locks. */
export const IDLE_MS = 120_000;
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "touchmove"] as const;

const held = new Map<symbol, string>();
const flushes = new Set<() => Promise<void>>();
let touched = Date.now();
let idle = IDLE_MS;
let wake: (() => void) | null = null;

/** Lets the app stay open, whatever the clock says, until the function is called. `reason` is for whoever debugs. */
export function hold(reason: string): () => void {
  const mark = Symbol(reason);
  held.set(mark, reason);
  return () => {
    if (held.delete(mark)) touched = Date.now();
  };
}

/** Has something saved before the app locks, is hidden or is loaded anew; the function ends that. */
export function beforeLock(flush: () => Promise<void>): () => void {
  flushes.add(flush);
  return () => flushes.delete(flush);
}

/** Saves what is typed and not saved. One that fails keeps no other back: its screen has told of it. */
export async function flushAll(): Promise<void> {
  await Promise.allSettled([...flushes].map((flush) => flush()));
}

/**
 * Calls `lock` once nobody has touched the app for `idleMs`, also where the phone slept meanwhile; the function ends
 * it. A clock that was set is no reason: the time is taken again when it goes backwards.
 */
export function lockWhenIdle(lock: () => Promise<void>, idleMs = IDLE_MS): () => void {
  let timer = 0;
  let isLocking = false;
  const look = async () => {
    clearTimeout(timer);
    const now = Date.now();
    if (now < touched) touched = now;
    const left = touched + idleMs - now;
    if (left <= 0 && !held.size && !isLocking) {
      isLocking = true;
      await flushAll();
      await lock();
      return;
    }
    timer = window.setTimeout(look, held.size ? 1_000 : Math.max(left, 250));
  };
  const hide = () => {
    if (document.visibilityState === "hidden") void flushAll();
    else void look();
  };
  const leave = () => void flushAll();
  touched = Date.now();
  idle = idleMs;
  wake = () => void look();
  for (const kind of TOUCHES) addEventListener(kind, touch, { passive: true, capture: true });
  document.addEventListener("visibilitychange", hide);
  addEventListener("pagehide", leave);
  void look();
  return () => {
    clearTimeout(timer);
    wake = null;
    for (const kind of TOUCHES) removeEventListener(kind, touch, { capture: true });
    document.removeEventListener("visibilitychange", hide);
    removeEventListener("pagehide", leave);
  };
}

function touch(): void {
  const now = Date.now();
  // The screen comes back before anybody could touch it: what slept too long is locked, not kept awake.
  if (now - touched > idle && !held.size) wake?.();
  else touched = now;
}
