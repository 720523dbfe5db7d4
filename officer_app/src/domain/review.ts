// Review: a register of its own in every record, in which each decision names those it has seen. The part of
// `domain/review.py` that a device needs: it reads decisions, and takes none.
//
// A submission has one, and so has each of its restricted parts: who may not read these does not review them either,
// and what is decided on one says nothing about the other. An approval is bound to the version that was approved. It
// counts exactly while that is the record's version and no conflict is open; a later change makes it stale.

import { isObject, type Json } from "./canonical.ts";
import { latestFirst, type RecordState, type Survivor, type View } from "./merge.ts";
import { REVIEW, type Value } from "./operations.ts";

export const SUBMITTED = "submitted";

export type Decision = "approve" | "return" | "reject";
const DECISIONS: readonly unknown[] = ["approve", "return", "reject"] satisfies Decision[];

/** A return that stands: in which record (a restricted part is reviewed by itself), by which operation. */
export interface Return {
  readonly record: string;
  readonly id: string;
}

export type ReviewState = "pending" | "approved" | "returned" | "rejected" | "stale";

/**
 * Where a record stands in review.
 *
 * `ids` are the surviving reviews, which the next decision names as seen; `remarks` map a question's path to a text;
 * `etag` is the version that was decided on.
 */
export interface Review {
  readonly state: ReviewState;
  readonly comment: string;
  readonly remarks: ReadonlyMap<string, string>;
  readonly etag: string | null;
  readonly ids: readonly string[];
}

/** Where the record of `state`, which shows `seen`, stands; two surviving reviews mean pending. */
export function reviewOf(state: RecordState, seen: View): Review {
  const survivors = [...state.at(REVIEW)].sort(latestFirst(state));
  const ids = state.at(REVIEW).map((one) => one.id);
  const [latest] = survivors;
  if (latest === undefined || !isDecision(latest.value)) {
    return { state: "pending", comment: "", remarks: new Map(), etag: null, ids };
  }
  const decided = readDecision(latest, ids, counts(state, seen, latest.value));
  return ids.length > 1 ? { ...decided, state: "pending" } : decided;
}

function isDecision(value: Value): boolean {
  return isObject(value) && DECISIONS.includes(value["decision"]);
}

/** Whether a review asks its officer for a correction. */
export function isReturn(value: Value): boolean {
  return isObject(value) && value["decision"] === "return";
}

/** The returns of a record that nobody has answered. */
export function returnsIn(state: RecordState): Return[] {
  return state
    .at(REVIEW)
    .filter((one) => isReturn(one.value))
    .map((one) => ({ record: state.record, id: one.id }));
}

function counts(state: RecordState, seen: View, decision: Value): boolean {
  return isObject(decision) && decision["etag"] === state.etag && seen.isSettled;
}

function readDecision(survivor: Survivor, ids: readonly string[], isCurrent: boolean): Review {
  const { decision, etag, comment, remarks } = isObject(survivor.value) ? survivor.value : {};
  return {
    state: stateBy(decision, isCurrent),
    comment: typeof comment === "string" ? comment : "",
    remarks: textsIn(remarks),
    etag: typeof etag === "string" ? etag : null,
    ids,
  };
}

function stateBy(decision: Json | undefined, isCurrent: boolean): ReviewState {
  if (decision === "approve") return isCurrent ? "approved" : "stale";
  return decision === "return" ? "returned" : "rejected";
}

/** The texts of an object; a newer version may have put more into it. */
function textsIn(value: Json | undefined): ReadonlyMap<string, string> {
  const members = isObject(value) ? Object.entries(value) : [];
  return new Map(members.filter((one): one is [string, string] => typeof one[1] === "string"));
}
