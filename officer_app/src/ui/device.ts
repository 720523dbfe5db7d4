// The worker that holds the store and the device, as the pages call it.

import type { DeviceApi, DeviceEvent } from "../worker/api.ts";
import { remote } from "../worker/remote.ts";

export type Listener = (event: DeviceEvent) => void;

/** The device, and a way to hear what it says by itself. */
export interface Connection {
  readonly device: DeviceApi;
  listen(listener: Listener): void;
}

/** Starts the worker. */
export function startDevice(): Connection {
  const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" });
  const listeners: Listener[] = [];
  const device = remote<DeviceApi>(worker, (event) => {
    for (const listener of listeners) listener(event as DeviceEvent);
  });
  return { device, listen: (listener) => listeners.push(listener) };
}
