// What filling a form needs, there before somebody opens one: fetched, compiled and run once while the page has nothing
// else to do. Whoever is quicker waits for what is left.

import { warmEngine, warmForm } from "../forms/engine.ts";
import type { DeviceApi } from "../worker/api.ts";

let isWarm = false;
/** The form that was warmed last. */
let next = "";

/** The screen on which forms are filled, which whoever only looks does not wait for. */
export const filling = () => import("./filling/Filling.vue");

/** Engine and screen, before it is known which form. */
export function warmFilling(): void {
  if (isWarm) return;
  isWarm = true;
  void idle()
    .then(warmEngine)
    .then(filling)
    // Without a line and before the app lies here: the form will say so.
    .catch(() => (isWarm = false));
}

/** The form that will be opened next, as far as the page that is shown can tell. */
export function warmNext(device: DeviceApi, identity: string | undefined): void {
  if (!identity || identity === next) return;
  next = identity;
  void idle()
    .then(() => device.form(identity))
    .then((files) => warmForm(files, idle))
    // One that has not been fetched yet, or a store that was locked meanwhile.
    .catch(() => (next = ""));
}

function idle(): Promise<void> {
  return new Promise((done) => requestIdleCallback(() => done()));
}
