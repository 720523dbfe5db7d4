// Answers of a server to a store, as `tests/apply.test.ts` and others take them in.

import assert from "node:assert/strict";
import { applyReply } from "../../src/device/apply.ts";
import { Line } from "../../src/device/line.ts";
import { including, planRequest, type Plan, type Standing } from "../../src/device/plan.ts";
import { SILENT, type SyncReply, type Verdict } from "../../src/device/replies.ts";
import { fold } from "../../src/domain/merge.ts";
import type { Operation } from "../../src/domain/operations.ts";
import { Store } from "../../src/store/store.ts";
import { openDatabase } from "./database.ts";
import { NOW, RECORD, REPLICA, VILLAGE_CODE } from "./operations.ts";

export const HELD: Verdict = { status: "held", code: "outside-scope", message: "m" };
export const VOID: Verdict = { status: "void", code: "refused-by-office", message: "" };
export const newReplica = (): string => "replica-of-the-tests-N";

/** A store of the officer asha with these operations, which wait to be sent. */
export function newStore(...operations: Operation[]): Store {
  const store = Store.over(openDatabase());
  store.settings.beginReplica(REPLICA);
  store.settings.identity = { url: "https://a", token: "t", author: "asha", role: "officer", areas: ["64"] };
  for (const one of operations) store.save(one, NOW);
  return store;
}

/** What of a store a request is planned from. */
export function standingOf(store: Store): Standing {
  const { replica } = store.settings;
  assert.ok(replica);
  return {
    replica,
    cursors: store.feeds.cursors(),
    confirmed: null,
    config: "c",
    wanted: store.feeds.wanted(10),
    earlierReplicas: store.settings.earlierReplicas(),
    opened: null,
    lock: null,
    kecamatan: [],
    heads: [],
  };
}

/** The next request. */
export function planOf(store: Store): Plan {
  return planRequest(standingOf(store), store.outbox.queued(10), new Line(), NOW);
}

/** An answer that counts what was sent. */
export function answering(plan: Plan, said: Partial<SyncReply>): SyncReply {
  const have = including(
    plan.have,
    plan.operations.map((one) => one.id),
  );
  return { ...SILENT, have, clock: NOW, ...said };
}

/** One request and its answer. */
export function exchange(store: Store, said: Partial<SyncReply> = {}) {
  const plan = planOf(store);
  return applyReply(store, plan, answering(plan, said), NOW, newReplica);
}

/** What a server tells of a record that the device can make by itself. */
export function shortOf(...operations: Operation[]) {
  const { digest } = fold(null, operations, RECORD);
  return { kind: "short" as const, record: RECORD, digest, villages: [VILLAGE_CODE] };
}
