// What repairs and the office's configuration change on the device. The port of `client_sync/repair_apply.py`.

import { sorted } from "../domain/canonical.ts";
import type { Refusal } from "../store/outbox.ts";
import { CONFIG, LAST_SYNC, LEASE_DAYS, OFFICE_KEY, RECONCILE } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { isInDocument, judge } from "./apply.ts";
import { erase } from "./erasing.ts";
import { PRIVATE } from "./plan.ts";
import {
  ACCEPTED,
  type AreasReply,
  type EtagsReply,
  type FormsReply,
  type HaveReply,
  type Verdict,
} from "./replies.ts";

/** What the server had of the offered operations: how many go again, and which are marked anew. */
export interface Reconciled {
  readonly sentAgain: number;
  readonly refused: readonly Refusal[];
}

/** Puts what the server lost, or wants signed, back into the outbox, and marks of the rest what it does not stand by. */
export function applyHave(
  store: Store,
  replica: string,
  offered: readonly string[],
  reply: HaveReply,
): Reconciled {
  const lost = new Set(reply.missing);
  const missing = new Set([...reply.missing, ...reply.unsigned]);
  const there = offered.filter((one) => !missing.has(one));
  return store.transaction(() => {
    // A new replica id may have been taken meanwhile.
    if (store.settings.replica?.id !== replica) return { sentAgain: 0, refused: [] };
    store.outbox.countOnly(there);
    store.settings.setHave(replica, reply.have);
    store.settings.put(RECONCILE, null);
    const refused = reply.verdicts === null ? [] : mark(store, there, reply.verdicts);
    const again = offered.filter((one) => missing.has(one) && store.outbox.queueAgain(one));
    for (const operation of again) {
      for (const record of store.outbox.recordsOf(operation)) {
        store.outbox.contain(record, operation, isInDocument(store, record, operation));
        store.records.refresh(record);
      }
    }
    return { sentAgain: again.filter((one) => lost.has(one)).length, refused };
  });
}

/**
 * Takes over what the server says now of operations that it has: those it does not name are accepted.
 *
 * Few are named and few are marked, of however many that are known.
 */
function mark(
  store: Store,
  known: readonly string[],
  verdicts: ReadonlyMap<string, Verdict>,
): readonly Refusal[] {
  const at = store.settings.get<number>(LAST_SYNC) ?? 0;
  const marked = store.outbox.marked();
  return known
    .filter((one) => verdicts.has(one) || marked.has(one))
    .flatMap((one) => judge(store, one, verdicts.get(one) ?? ACCEPTED, at));
}

/**
 * Compares a village with the server's list of it: drops what is not in it, asks for what differs.
 *
 * What is asked for is a member already: another village that it moved away from does not drop it.
 */
export function applyEtags(store: Store, reply: EtagsReply): void {
  store.transaction(() => {
    for (const record of store.feeds.recordsIn(reply.village)) {
      if (!reply.records.has(record) && store.feeds.leave(reply.village, record)) store.records.drop(record);
    }
    erase(store, reply.erased);
    for (const [record, digest] of reply.records) {
      store.feeds.addMembership(reply.village, record);
      if (store.records.digestOf(record) !== digest) store.feeds.want([record]);
    }
    store.feeds.setCursors(new Map([[reply.village, reply.cursor]]));
  });
  if (!reply.erased.isNothing) store.database.emptyLog();
}

/** Reads a private feed from its beginning the next time. */
export function forgetPrivate(store: Store, feed: string): void {
  store.transaction(() => store.feeds.forgetFeed(feed));
}

/** Drops a village that is not the account's any more; gives how many records went with it. */
export function forgetVillage(store: Store, village: string): number {
  return store.transaction(() => {
    let dropped = 0;
    for (const record of store.feeds.recordsIn(village)) {
      if (!store.feeds.leave(village, record)) continue;
      store.records.drop(record);
      dropped += 1;
    }
    store.feeds.forgetFeed(village);
    return dropped;
  });
}

// --- what the office has set -----------------------------------------------------------------------

/** Takes the account's villages over and drops the others; gives how many records went. */
export function applyAreas(store: Store, reply: AreasReply): number {
  return store.transaction(() => {
    const { author, role, areas } = reply;
    const { identity } = store.settings;
    if (identity) store.settings.identity = { ...identity, author, role, areas };
    store.forms.setVillages(reply.villages);
    store.settings.put(LEASE_DAYS, reply.leaseDays);
    store.settings.put(OFFICE_KEY, reply.recoveryKey);
    const kept = new Set(reply.villages.map((village) => village.code));
    const feeds = [...store.feeds.cursors().keys()].filter((feed) => !feed.startsWith(PRIVATE));
    const known = new Set([...feeds, ...store.feeds.memberVillages()]);
    const lost = sorted([...known].filter((village) => !kept.has(village)));
    return lost.reduce((sum, village) => sum + forgetVillage(store, village), 0);
  });
}

export function applyForms(store: Store, reply: FormsReply): void {
  store.transaction(() => store.forms.publish(reply.forms));
}

/** All of it is here; if it changed between the calls, the next answer says so again. */
export function confirmConfig(store: Store, areas: AreasReply, forms: FormsReply): void {
  store.transaction(() => {
    store.settings.put(CONFIG, areas.config === forms.config ? forms.config : null);
  });
}
