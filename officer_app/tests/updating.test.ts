// Broken on purpose: a look after each sync; none where the clock was set back; none where the server speaks another
// protocol; an open form loaded anew by what another tab did.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { DeviceEvent } from "../src/worker/api.ts";
import type { Connection } from "../src/ui/device.ts";
import type { Session } from "../src/ui/session.ts";
import { startUpdating, type Register } from "../src/ui/updating.ts";

const HOUR_MS = 3_600_000;

/** The app over a browser that keeps no versions: what it was asked, and what is told to it. */
function started(account: object | null = null) {
  const done: string[] = [];
  let told: Parameters<Register>[0] | null = null;
  let hear: (event: DeviceEvent) => void = () => {};
  const register: Register = (given) => {
    told = given;
    return { look: async () => void done.push("look"), letIn: async () => void done.push("let in") };
  };
  const connection = { listen: (listener: typeof hear) => (hear = listener) } as unknown as Connection;
  const updating = startUpdating(register, connection, { account: { value: account } } as unknown as Session);
  Object.assign(globalThis, { location: { reload: () => done.push("reload") } });
  const synced = (code: string | null) =>
    hear({ kind: "synced", outcome: { code } } as unknown as DeviceEvent);
  return { done, updating, synced, told: told as unknown as Parameters<Register>[0] };
}

test("a new version is asked for once the office was reached, every six hours at most", () => {
  mock.timers.enable({ apis: ["Date"], now: 1_790_000_000_000 });
  const { done, synced } = started();
  synced("unreachable");
  assert.equal(done.length, 0);
  synced(null);
  mock.timers.tick(5 * HOUR_MS);
  synced(null);
  assert.equal(done.length, 1);
  mock.timers.tick(HOUR_MS);
  synced(null);
  assert.equal(done.length, 2);
  mock.timers.setTime(1_600_000_000_000); // the clock was set back
  synced(null);
  assert.equal(done.length, 3);
  mock.timers.reset();
});

test("a server that speaks another protocol has a new version, which is asked for at once", () => {
  const { done, synced } = started();
  synced(null);
  synced("protocol-version");
  assert.deepEqual(done, ["look", "look"]);
});

test("what another tab let in is loaded at once where nobody works, and else waits for its person", async () => {
  const locked = started();
  locked.told.onReplaced();
  assert.deepEqual(locked.done, ["reload"]);
  const working = started({ store: "s1" });
  working.told.onReplaced();
  assert.deepEqual([working.done, working.updating.isWaiting.value], [[], true]);
  await working.updating.agree();
  assert.deepEqual(working.done, ["let in"]);
});
