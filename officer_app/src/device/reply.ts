// What the server answers, as the device knows it: with `replies.ts`, which reads it, the port of `schemas/replies.py`.

import { NOTHING_ERASED, type Erased } from "../domain/erasing.ts";
import type { RecordState } from "../domain/merge.ts";

export const OK = "ok";
export const HELD = "held";
export const VOID = "void";
export type Status = typeof OK | typeof HELD | typeof VOID;

/** What became of an operation: ok, held (kept, a person decides) or void (kept, never applied). */
export interface Verdict {
  readonly status: Status;
  readonly code: string;
  readonly message: string;
}

export const ACCEPTED: Verdict = { status: OK, code: "", message: "" };

/** How many operations a side counts, and the xor of the beginnings of their ids (11 characters). */
export interface Have {
  readonly total: number;
  readonly xor: string;
}

export const NOTHING: Have = { total: 0, xor: "A".repeat(11) };

/** Whether two sides count the same operations. */
export function isSameHave(one: Have, other: Have): boolean {
  return one.total === other.total && one.xor === other.xor;
}

/** A record as the server holds it, and those of the device's villages that list it. */
export interface Whole {
  readonly kind: "whole";
  readonly record: string;
  readonly state: RecordState;
  readonly villages: readonly string[];
}

/** A record whose new state the device can compute; `digest` tells whether it got it right. */
export interface Short {
  readonly kind: "short";
  readonly record: string;
  readonly digest: string;
  readonly villages: readonly string[];
}

export type Entry = Whole | Short;

/** An entry that brings the record itself. */
export function wholeOf(state: RecordState, villages: readonly string[]): Whole {
  return { kind: "whole", record: state.record, state, villages };
}

/**
 * The answer to one exchange; what the server left out is unchanged or empty.
 *
 * `verdicts` go by the position of the operation in the request; `left` are (village, record) pairs; `opened` names the
 * report that was taken; `heads` are ends of chains by position, and `differs` those to which what was told does not
 * lead; `unreadable` counts the entries that made no sense and were left aside. `locked` is the id of the lock by which
 * the device gets nothing to read, `unlocked` says that the one it named is no more; `erased` must not be kept here any
 * more. `batch` (seq and digest) is where the device's chain goes on from, if not from the batch that was sent;
 * `keyless` says that the server does not know the device's key.
 */
export interface SyncReply {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly have: Have | null;
  readonly clock: number | null;
  readonly config: string | null;
  readonly cursors: ReadonlyMap<string, string>;
  readonly entries: readonly Entry[];
  readonly left: readonly (readonly [village: string, record: string])[];
  readonly reset: readonly string[];
  readonly decisions: readonly (readonly [operation: string, verdict: Verdict])[];
  readonly unknown: readonly string[];
  readonly erased: Erased;
  readonly more: boolean;
  readonly fork: boolean;
  readonly revoked: boolean;
  readonly opened: string;
  readonly locked: string | null;
  readonly unlocked: boolean;
  readonly heads: string;
  readonly differs: readonly string[];
  readonly batch: readonly [seq: number, digest: string] | null;
  readonly keyless: boolean;
  readonly unreadable: number;
}

/** An answer that says nothing, for what differs from it. */
export const SILENT: SyncReply = {
  verdicts: new Map(),
  have: null,
  clock: null,
  config: null,
  cursors: new Map(),
  entries: [],
  left: [],
  reset: [],
  decisions: [],
  unknown: [],
  erased: NOTHING_ERASED,
  more: false,
  fork: false,
  revoked: false,
  opened: "",
  locked: null,
  unlocked: false,
  heads: "",
  differs: [],
  batch: null,
  keyless: false,
  unreadable: 0,
};

/**
 * What the server has of the offered operations, and the digest of those that it has.
 *
 * It lacks the `missing`; `verdicts` are those of held and void ones, and everything else is accepted. None at all come
 * from a server of before they were told: then nothing is said of what is not missing. What is `unsigned` waits until
 * this device has signed it.
 */
export interface HaveReply {
  readonly missing: readonly string[];
  readonly have: Have;
  readonly verdicts: ReadonlyMap<string, Verdict> | null;
  readonly unsigned: readonly string[];
}

/** The records of a village with their digests, what of it is erased, and the cursor of the snapshot. */
export interface EtagsReply {
  readonly village: string;
  readonly cursor: string;
  readonly records: ReadonlyMap<string, string>;
  readonly erased: Erased;
}

/** What a one-use code is exchanged for; `nonce` is there where the office confirms the enrolment. */
export interface EnrollReply {
  readonly token: string;
  readonly replica: string;
  readonly author: string;
  readonly role: string;
  readonly areas: readonly string[];
  readonly nonce: string | null;
}

export interface VillageName {
  readonly code: string;
  readonly name: string;
  readonly kecamatan: string;
}

/**
 * Whose device this is and which villages are his; `config` is the digest of forms and villages.
 *
 * `leaseDays`: after how many days without contact it locks; 0 never. `recoveryKey`: the public key of the office, to
 * which unsent work is sealed.
 */
export interface AreasReply {
  readonly config: string;
  readonly author: string;
  readonly role: string;
  readonly areas: readonly string[];
  readonly villages: readonly VillageName[];
  readonly leaseDays: number;
  readonly recoveryKey: string | null;
}

/** A version of a form; one that is retired is for what was begun with it. */
export interface PublishedForm {
  readonly formId: string;
  readonly version: string;
  readonly title: Readonly<Record<string, string>>;
  readonly digest: string;
  readonly isRetired: boolean;
}

export interface FormsReply {
  readonly config: string;
  readonly forms: readonly PublishedForm[];
}

/** Why the server did not do it: a stable code and a sentence. */
export interface ErrorReply {
  readonly code: string;
  readonly message: string;
}
