// Puts the pages together over a device.

import { createApp } from "vue";
import App from "./App.vue";
import type { Connection } from "./device.ts";
import { createSession, SESSION } from "./session.ts";
import { startUpdating, UPDATING, type Register } from "./updating.ts";
import "./style.css";

/** Shows the app; `idleMs` until it locks. */
export function begin(connection: Connection, register: Register, idleMs?: number): void {
  const session = createSession(connection, idleMs);
  createApp(App)
    .provide(SESSION, session)
    .provide(UPDATING, startUpdating(register, connection, session))
    .mount("#app");
}
