// The pages over a device that is not real. A test chooses it by the address:
// `?officers=Asha,Budi&elsewhere&empty&many&standing=JSON&idle=MS&update`.

import { begin } from "../../../src/ui/begin.ts";
import { beforeLock, hold } from "../../../src/ui/locking.ts";
import type { Register } from "../../../src/ui/updating.ts";
import { fakeDevice } from "../../support/fake_device.ts";

const asked = new URLSearchParams(location.search);
const idle = asked.get("idle");
const connection = fakeDevice({
  officers: asked.get("officers")?.split(",").filter(Boolean) ?? [],
  isElsewhere: asked.has("elsewhere"),
  isEmpty: asked.has("empty"),
  isMany: asked.has("many"),
  standing: JSON.parse(asked.get("standing") ?? "{}"),
});
let looks = 0;
const register: Register = ({ onWaiting }) => {
  if (asked.has("update")) queueMicrotask(onWaiting);
  return {
    look: async () => void (document.title = `looked ${++looks}`),
    letIn: async () => void (document.title = "updated"),
  };
};
// What the form's screen does while a sensor is at work, and what it saves before the app locks.
Object.assign(window, { hold, beforeLock });
begin(connection, register, idle ? Number(idle) : undefined);
