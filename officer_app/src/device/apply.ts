// What an answer changes on the device: one transaction each, so a cut leaves the old or the new. The port of
// `client_sync/apply.py`; `repairing.ts` has what repairs and configuration change.

import { ERASED } from "../domain/erasing.ts";
import type { Outgoing, Refusal } from "../store/outbox.ts";
import { CONFIG, CONFIRMED, OFFSET, RECONCILE, REVOKED } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { empty, erase } from "./erasing.ts";
import { chainedTo, FEW, including, type Plan } from "./plan.ts";
import { ACCEPTED, isSameHave, OK, VOID, type Status, type SyncReply, type Verdict } from "./replies.ts";
import { takeHeads } from "./witness.ts";

export const SMALL_DRIFT_MS = 500;
/** The code of an operation that the server does not even take in; it is kept here and shown. */
export const REFUSED = "refused";

/**
 * What an answer changed.
 *
 * `notAccepted` are those of the `refused` that were sent just now; `decided` the statuses of operations of which
 * something else was said before, perhaps in this very sync; `headsDiffer` the kecamatan of which the server's audit
 * turned out to be another than the one known here; `moved` whether anything at all came forward: cursors, records,
 * acknowledgements.
 */
export class Applied {
  readonly verdicts = new Map<Status, number>();
  readonly refused: Refusal[] = [];
  readonly notAccepted: Refusal[] = [];
  readonly decided = new Map<string, Status>();
  received = 0;
  left = 0;
  isMismatched = false;
  isStale = false;
  forked = false;
  headsDiffer: readonly string[] = [];
  moved = false;
}

/** Takes one answer in; `clock` is the device's, halfway between request and answer. */
export function applyReply(
  store: Store,
  plan: Plan,
  reply: SyncReply,
  clock: number,
  newReplica: () => string,
): Applied {
  const applied = new Applied();
  const isErased = store.transaction(() => {
    const at = reply.clock ?? clock;
    count(store, plan, reply, applied);
    const accepted = acknowledge(store, plan, reply, at, applied);
    if (isSameMap(store.feeds.cursors(), plan.knownCursors)) {
      decide(store, reply, at, applied);
      takeFeed(store, plan, reply, applied, accepted);
    } else {
      // The feeds were read on meanwhile: what this answer tells of them may be older.
      applied.isStale = true;
      store.feeds.want(accepted.keys());
    }
    if (plan.opened && reply.opened === plan.opened.batch) {
      store.openings.drop(reply.opened);
      applied.moved = true;
    }
    applied.headsDiffer = takeHeads(store.heads, plan.witness, reply, at);
    const isAnythingErased = eraseAll(store, plan, reply);
    noteClock(store, reply, clock);
    store.settings.put(REVOKED, reply.revoked ? true : null);
    if (reply.config !== null && reply.config !== plan.config) {
      // This answer may hold records of villages that are new. Should they be taken away again before they are
      // fetched, the server's configuration is the one that was known here.
      store.settings.put(CONFIG, null);
    }
    chain(store, plan, reply);
    if (reply.fork && plan.operations.some((one) => one.replica === plan.replica)) {
      fork(store, plan, applied, newReplica);
    }
    return isAnythingErased;
  });
  if (isErased) store.database.emptyLog();
  return applied;
}

/** The chain of signed batches goes on from what the server says. */
function chain(store: Store, plan: Plan, reply: SyncReply): void {
  const ending = chainedTo(plan, reply);
  if (ending) store.settings.chain = store.settings.chain.after(...ending);
  const { key } = store.settings;
  if (reply.keyless && key) store.settings.key = { ...key, device: null }; // the next sync tells it again
}

/** Whatever else the answer says, and however old it is, what is erased stays so; gives whether any is. */
function eraseAll(store: Store, plan: Plan, reply: SyncReply): boolean {
  const told = [...verdictsOf(plan, reply), ...reply.decisions];
  const emptied = told.filter(([, verdict]) => verdict.code === ERASED).map(([operation]) => operation);
  empty(store, emptied);
  erase(store, reply.erased);
  return emptied.length > 0 || !reply.erased.isNothing;
}

/** Adds what was acknowledged to what the server must have counted, and compares. */
function count(store: Store, plan: Plan, reply: SyncReply, applied: Applied): void {
  const { replica } = store.settings;
  if (replica === null || replica.id !== plan.replica || !isSameHave(replica.have, plan.have)) {
    store.settings.put(RECONCILE, true); // something was counted meanwhile
    return;
  }
  const uncounted = plan.operations.filter((one) => !one.isCounted).map((one) => one.id);
  const expected = including(plan.have, uncounted);
  if (!isSameHave(expected, plan.have)) store.settings.setHave(plan.replica, expected);
  applied.isMismatched = !isSameHave(expected, reply.have ?? plan.have);
}

function verdictsOf(plan: Plan, reply: SyncReply): [operation: string, verdict: Verdict][] {
  return plan.operations.map((one, place) => [one.id, reply.verdicts.get(place) ?? ACCEPTED]);
}

/** Empties the outbox of what was sent; gives the records of what was accepted, with how much it was. */
function acknowledge(
  store: Store,
  plan: Plan,
  reply: SyncReply,
  at: number,
  applied: Applied,
): Map<string, number> {
  const verdicts = verdictsOf(plan, reply);
  store.outbox.acknowledge(verdicts, at);
  const recordsOf = store.outbox.recordsOfEach(verdicts.map(([operation]) => operation));
  const accepted = new Map<string, number>();
  for (const [operation, verdict] of verdicts) {
    // Of what is erased no record is asked for.
    const records = verdict.code === ERASED ? [] : (recordsOf.get(operation) ?? []);
    applied.verdicts.set(verdict.status, (applied.verdicts.get(verdict.status) ?? 0) + 1);
    if (verdict.status === OK) {
      for (const record of records) accepted.set(record, (accepted.get(record) ?? 0) + 1);
    } else {
      applied.notAccepted.push(refusalOf(operation, records, verdict));
      refreshVoid(store, records, verdict);
      store.feeds.want(records.filter((record) => isInDocument(store, record, operation)));
    }
  }
  applied.refused.push(...applied.notAccepted);
  applied.moved = verdicts.length > 0;
  return accepted;
}

function refusalOf(operation: string, records: readonly string[], verdict: Verdict): Refusal {
  return { id: operation, records, ...verdict, isDismissed: false };
}

/** What became of held operations since: by a person, or by themselves. */
function decide(store: Store, reply: SyncReply, at: number, applied: Applied): void {
  for (const [operation, verdict] of reply.decisions) {
    if (verdict.status === OK && verdict.code === ERASED && !verdict.message) continue; // nothing is left of it
    applied.decided.set(operation, verdict.status);
    applied.refused.push(...judge(store, operation, verdict, at));
  }
}

/** Marks an operation anew if the server says something new of it; gives what is to be told of that. */
export function judge(store: Store, operation: string, verdict: Verdict, at: number): Refusal[] {
  const records = store.outbox.judge(operation, verdict, at);
  if (verdict.status === OK) {
    for (const record of records) lookFor(store, record, operation);
    return [];
  }
  showAgain(store, operation, records);
  return records.length > 0 ? [refusalOf(operation, records, verdict)] : [];
}

/** An accepted operation is in the record, which is asked for if it is not seen there. */
function lookFor(store: Store, record: string, operation: string): void {
  if (isInDocument(store, record, operation)) {
    store.outbox.contain(record, operation);
    store.records.refresh(record);
  } else {
    store.feeds.want([record]);
  }
}

/**
 * What is not accepted is in view by itself.
 *
 * A document that shows it comes from a state of the server that is gone: it is asked for anew.
 */
function showAgain(store: Store, operation: string, records: readonly string[]): void {
  for (const record of records) {
    const isThere = isInDocument(store, record, operation);
    store.outbox.contain(record, operation, isThere);
    store.records.refresh(record);
    if (isThere) store.feeds.want([record]);
  }
}

/** Whether the server's document shows an operation. */
export function isInDocument(store: Store, record: string, operation: string): boolean {
  return store.records.stored(record)?.origins.has(operation) ?? false;
}

// --- records ---------------------------------------------------------------------------------------

function takeFeed(
  store: Store,
  plan: Plan,
  reply: SyncReply,
  applied: Applied,
  accepted: ReadonlyMap<string, number>,
): void {
  const unknown = store.records.take(reply.entries, accepted);
  store.feeds.want(unknown);
  applied.received = reply.entries.filter((entry) => entry.kind === "whole").length;
  const told = new Set(reply.entries.map((entry) => entry.record));
  for (const record of unknown) told.delete(record);
  if (store.feeds.countWanted() > 0) store.feeds.unwant(told);
  for (const [village, record] of reply.left) {
    if (!store.feeds.leave(village, record)) continue;
    store.records.drop(record);
    applied.left += 1;
  }
  for (const record of reply.unknown) store.records.drop(record);
  if (!reply.revoked) {
    // An accepted operation's record that is not told of may be out of our sight now: ask.
    const gone = new Set(reply.unknown);
    store.feeds.want([...accepted.keys()].filter((one) => !told.has(one) && !gone.has(one)));
  }
  moveCursors(store, plan, reply);
  const isAnything = [reply.entries.length, reply.left.length, reply.unknown.length, reply.cursors.size];
  applied.moved ||= isAnything.some((one) => one > 0);
}

function moveCursors(store: Store, plan: Plan, reply: SyncReply): void {
  if (plan.sentCursors.size > FEW && !plan.isDigest) store.settings.put(CONFIRMED, plan.cursorsDigest);
  store.feeds.setCursors(reply.cursors);
}

/** Measures how wrong the device's clock is; small drifts are not worth a write. */
function noteClock(store: Store, reply: SyncReply, clock: number): void {
  if (reply.clock === null) return;
  const offset = reply.clock - clock;
  const known = store.settings.get<number>(OFFSET);
  if (known === null || Math.abs(offset - known) > SMALL_DRIFT_MS) store.settings.put(OFFSET, offset);
}

/** Somebody else counts under the same replica id (a clone, a restored copy): go on under a new one. */
function fork(store: Store, plan: Plan, applied: Applied, newReplica: () => string): void {
  if (store.settings.replica?.id !== plan.replica) return;
  store.settings.beginReplica(newReplica());
  applied.forked = true;
}

/** Takes an operation out of the way that the server does not take in; it stays here and in view. */
export function refuseLocally(
  store: Store,
  operation: Outgoing,
  code: string,
  message: string,
  clock: number,
): Refusal {
  const verdict: Verdict = { status: VOID, code: REFUSED, message: `${code}: ${message}` };
  return store.transaction(() => {
    store.outbox.refuse(operation.id, verdict, clock);
    const records = store.outbox.recordsOf(operation.id);
    refreshVoid(store, records, verdict);
    return refusalOf(operation.id, records, verdict);
  });
}

/** What a void operation said of the review leaves the view. */
function refreshVoid(store: Store, records: readonly string[], verdict: Verdict): void {
  if (verdict.status !== VOID) return;
  for (const record of records) store.records.refresh(record);
}

function isSameMap(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}
