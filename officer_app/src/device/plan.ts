// Plan, then act: what the next exchange says and what comes after it, computed as data; the port of
// `client_sync/plan.py`.

import { canonicalBytes, digestOf, toBytes, toText, xorDigest, type Json } from "../domain/canonical.ts";
import type { OpenedReport } from "../domain/opened.ts";
import { NEVER_READ } from "../store/feeds.ts";
import type { KeptHead } from "../store/heads.ts";
import type { Outgoing } from "../store/outbox.ts";
import type { Replica } from "../store/settings.ts";
import { USUAL_LIMIT, type Line } from "./line.ts";
import type { Have, SyncReply } from "./replies.ts";
import { witnessOf, type Witness } from "./witness.ts";

export const PROTOCOL = 1;
/** Cursors that always travel as a map; of more, a digest stands for a map that the server knows. */
export const FEW = 3;
export const MOST_WANTED = 500;
export const PRIVATE = "~";

/**
 * Where the device stands before an exchange, read in one snapshot.
 *
 * `cursors` are all that it has; `earlierReplicas` the other ids under which its operations were made; `confirmed` the
 * digest of the map of cursors that the server has seen in full; `opened` what it showed; `kecamatan` those of its
 * villages, and `heads` what it knows of their audit; `lock` the id of the lock by which nothing is shown.
 */
export interface Standing {
  readonly replica: Replica;
  readonly cursors: ReadonlyMap<string, string>;
  readonly confirmed: string | null;
  readonly config: string | null;
  readonly wanted: readonly string[];
  readonly earlierReplicas: readonly string[];
  readonly opened: OpenedReport | null;
  readonly lock: string | null;
  readonly kecamatan: readonly string[];
  readonly heads: readonly KeptHead[];
}

/** What is signed of a plan's operations: its place and digest in the device's chain, and what travels. */
export interface SignedBatch {
  readonly seq: number;
  readonly digest: string;
  readonly members: Readonly<Record<string, Json>>;
}

interface PlanParts {
  readonly replica: string;
  readonly have: Have;
  readonly knownCursors: ReadonlyMap<string, string>;
  readonly sentCursors: ReadonlyMap<string, string>;
  readonly isDigest: boolean;
  readonly operations: readonly Outgoing[];
  readonly wanted: readonly string[];
  readonly config: string | null;
  readonly clock: number;
  readonly limit: number;
  readonly opened: OpenedReport | null;
  readonly lock: string | null;
  readonly witness: Witness | null;
  readonly batch: SignedBatch | null;
}

/** One exchange: what is sent, and what of the device's standing the answer will be about. */
export interface Plan extends PlanParts {}

export class Plan {
  constructor(parts: PlanParts) {
    Object.assign(this, parts);
  }

  /** The same plan but for what is given. */
  with(changed: Partial<PlanParts>): Plan {
    return new Plan({ ...this, ...changed });
  }

  /** Whether it carries what cannot wait, and nothing else. */
  get isUrgent(): boolean {
    return this.operations[0]?.isUrgent ?? false;
  }

  get rawBytes(): number {
    return this.operations.reduce((sum, one) => sum + one.raw.length, 0);
  }

  get cursorsDigest(): string {
    return digestOf(canonicalBytes(Object.fromEntries(this.sentCursors)));
  }

  /** The request's JSON; operations travel as the bytes that were saved. */
  body(): Uint8Array {
    const head = new TextEncoder().encode(JSON.stringify(this.#members()));
    if (this.operations.length === 0) return head;
    const pieces = this.operations.flatMap((one, at) => (at ? [COMMA, one.raw] : [one.raw]));
    return joined([head.subarray(0, -1), OPERATIONS, ...pieces, END]);
  }

  #members(): Record<string, unknown> {
    const cursors = this.isDigest ? this.cursorsDigest : Object.fromEntries(this.sentCursors);
    return {
      protocol: PROTOCOL,
      replica: this.replica,
      have: [this.have.total, this.have.xor],
      clock: this.clock,
      ...(this.config ? { config: this.config } : {}),
      ...(this.limit === USUAL_LIMIT ? {} : { limit: this.limit }),
      ...(this.sentCursors.size > 0 ? { cursors } : {}),
      ...(this.wanted.length > 0 ? { want: this.wanted } : {}),
      ...(this.witness ? { heads: this.witness.text } : {}),
      ...(this.opened ? { opened: this.opened.asJson() } : {}),
      ...(this.lock ? { locked: this.lock } : {}),
      ...(this.batch ? { batch: this.batch.members } : {}),
    };
  }
}

const OPERATIONS = new TextEncoder().encode(',"ops":[');
const COMMA = new TextEncoder().encode(",");
const END = new TextEncoder().encode("]}");

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The next exchange: as many operations as the line bears, in the order in which they wait. */
export function planRequest(standing: Standing, queued: Iterable<Outgoing>, line: Line, clock: number): Plan {
  const operations = chooseBatch(queued, line);
  const isUrgent = operations[0]?.isUrgent ?? false;
  const draft = new Plan({
    replica: standing.replica.id,
    have: standing.replica.have,
    knownCursors: standing.cursors,
    sentCursors: cursorsToSend(standing),
    isDigest: false,
    operations,
    wanted: standing.lock ? [] : standing.wanted.slice(0, MOST_WANTED),
    config: standing.config,
    clock,
    limit: line.limit,
    opened: isUrgent ? null : standing.opened,
    lock: standing.lock,
    witness: null,
    batch: null,
  });
  const isDigest = draft.sentCursors.size > FEW && standing.confirmed === draft.cursorsDigest;
  const isBusy = draft.operations.length > 0 || draft.wanted.length > 0 || draft.opened !== null;
  // Which chains are meant follows from the villages, and so from the configuration that both sides name.
  const kecamatan = standing.config ? standing.kecamatan : [];
  const witness = witnessOf(kecamatan, standing.heads, Math.floor(clock / 1000), isBusy);
  return draft.with({ isDigest, witness });
}

/** Where the device will stand once it has stored the answer to `plan`. */
export function standingAfter(standing: Standing, plan: Plan, reply: SyncReply): Standing {
  const uncounted = plan.operations.filter((one) => !one.isCounted).map((one) => one.id);
  const knowsMap = plan.sentCursors.size > FEW && !plan.isDigest;
  return {
    ...standing,
    replica: { ...standing.replica, have: including(plan.have, uncounted) },
    cursors: new Map([...plan.knownCursors, ...reply.cursors]),
    confirmed: knowsMap ? plan.cursorsDigest : standing.confirmed,
    wanted: [],
    opened: null,
    kecamatan: [],
  };
}

/** `have` with more operations counted. */
export function including(have: Have, ids: readonly string[]): Have {
  if (ids.length === 0) return have;
  const folded = new DataView(new ArrayBuffer(8));
  const before = toBytes(have.xor);
  const known = new DataView(before.buffer, before.byteOffset, before.byteLength).getBigUint64(0);
  folded.setBigUint64(0, known ^ xorDigest(ids));
  return { total: have.total + ids.length, xor: toText(new Uint8Array(folded.buffer)) };
}

/**
 * The cursors that say something, and the private feeds of earlier replicas, read or not.
 *
 * What such a feed tells may come at any time: a server from a backup may hold what is accepted here.
 */
export function cursorsToSend(standing: Standing): ReadonlyMap<string, string> {
  const sent = new Map([...standing.cursors].filter(([, cursor]) => cursor !== NEVER_READ));
  for (const replica of standing.earlierReplicas) {
    if (!sent.has(PRIVATE + replica)) sent.set(PRIVATE + replica, NEVER_READ);
  }
  return sent;
}

/**
 * The first operations that fill the line's budget; one at least, however large.
 *
 * Urgent ones travel alone: the fewer bytes, the likelier a bad line bears them.
 */
export function chooseBatch(queued: Iterable<Outgoing>, line: Line): readonly Outgoing[] {
  const chosen: Outgoing[] = [];
  let size = 0;
  for (const one of queued) {
    size += one.raw.length + 1;
    if (chosen.length > 0 && (size > line.budget || chosen.length >= line.most)) break;
    if (chosen[0]?.isUrgent && !one.isUrgent) break;
    chosen.push(one);
  }
  return chosen;
}

/** The same exchange with nothing handed in. */
export function withoutOperations(plan: Plan): Plan {
  return plan.with({ operations: [], batch: null });
}

/** Which batch (seq and digest) the chain ends with after an answer; null where none was signed. */
export function chainedTo(plan: Plan, reply: SyncReply): readonly [seq: number, digest: string] | null {
  if (plan.batch === null) return null;
  return reply.batch ?? [plan.batch.seq, plan.batch.digest];
}

// --- what comes next -------------------------------------------------------------------------------

export type Step = "exchange" | "reset" | "reconcile" | "configure" | "done";

/** What is left after an answer; `isUnreported`: the server has yet to hear what was shown here. */
export interface Todo {
  readonly unsent: number;
  readonly wanted: number;
  readonly hasMore: boolean;
  readonly reset: readonly string[];
  readonly isMismatched: boolean;
  readonly newConfig: boolean;
  readonly isRevoked: boolean;
  readonly isUnreported: boolean;
  readonly isLocked: boolean;
}

export const NOTHING_TO_DO: Todo = {
  unsent: 0,
  wanted: 0,
  hasMore: false,
  reset: [],
  isMismatched: false,
  newConfig: false,
  isRevoked: false,
  isUnreported: false,
  isLocked: false,
};

/** What to do next. Work is handed in first: villages that were taken away are dropped only after that. */
export function nextStep(todo: Todo): Step {
  if (todo.isRevoked) return todo.unsent > 0 || todo.isUnreported ? "exchange" : "done";
  if (todo.reset.length > 0) return "reset";
  const isAsking = todo.wanted > 0 && !todo.isLocked;
  if (todo.unsent > 0 || isAsking || todo.hasMore || todo.isUnreported) return "exchange";
  if (todo.isMismatched) return "reconcile";
  return todo.newConfig ? "configure" : "done";
}
