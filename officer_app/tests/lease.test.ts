// A store that was without its server for too long tells nothing, whatever its clock says.
//
// Broken on purpose: a clock that was set back stops the time; another request's lock taken off; the lock drawn anew at
// each use.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreLocked } from "../src/device/errors.ts";
import { LeaseKeeper } from "../src/device/lease.ts";
import { SILENT } from "../src/device/replies.ts";
import { Store } from "../src/store/store.ts";
import { openDatabase } from "./support/database.ts";
import { NOW } from "./support/operations.ts";

const DAY = 24 * 3_600_000;

function keeping(days = 30) {
  const store = Store.over(openDatabase());
  store.settings.put("lease_days", days);
  const clock = { now: NOW };
  const lease = new LeaseKeeper(
    store,
    () => clock.now,
    () => ({ id: "", up: 0 }),
    (length) => new Uint8Array(length),
  );
  lease.noteUse();
  return { store, clock, lease };
}

test("it locks after so many days, and the office alone unlocks it", () => {
  const { store, clock, lease } = keeping();
  for (let day = 1; day < 30; day++) {
    clock.now += DAY;
    lease.noteUse();
    lease.check();
  }
  clock.now += DAY;
  assert.ok(lease.isLocked);
  lease.noteUse();
  const lock = store.settings.get<string>("lock");
  assert.ok(lock);
  assert.throws(() => lease.check(), StoreLocked);
  lease.hear({ ...SILENT, unlocked: true }, "another");
  assert.ok(lease.isLocked);
  lease.hear({ ...SILENT, unlocked: true }, lock);
  assert.ok(!lease.isLocked);
});

test("a clock that is set forward counts a day a use, and one that is set back still counts", () => {
  const { clock, lease } = keeping();
  clock.now += 300 * DAY;
  lease.noteUse();
  assert.ok(!lease.isLocked);
  const { clock: slow, lease: kept, store } = keeping(1);
  slow.now -= 300 * DAY;
  kept.noteUse();
  const [elapsed] = store.settings.get<[number]>("lease") ?? [0];
  assert.equal(elapsed, 10_000);
});

test("contact begins it anew, but no contact of a device that was sent away", () => {
  const { clock, lease } = keeping(2);
  clock.now += DAY;
  lease.noteUse();
  lease.hear({ ...SILENT, revoked: true }, null);
  clock.now += DAY;
  assert.ok(lease.isLocked);
  const { clock: other, lease: kept } = keeping(2);
  other.now += DAY;
  kept.noteUse();
  kept.hear(SILENT, null);
  other.now += DAY;
  assert.ok(!kept.isLocked);
});

test("a server that knows no lease locks nothing, and one that locks is heard", () => {
  const { clock, lease } = keeping(0);
  clock.now += 900 * DAY;
  lease.noteUse();
  assert.ok(!lease.isLocked);
  lease.hear({ ...SILENT, locked: "by-the-office" }, null);
  assert.ok(lease.isLocked);
});
