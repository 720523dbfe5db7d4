// What an officer has to do: his assigned cases with how far each is, and for which round a form is filled. The port of
// `domain/tasks.py`.
//
// No clock decides anything here: a day that is asked for is given, and only says what is overdue.

import { compareCodePoints } from "./canonical.ts";
import { notesOf, officersIn, type Notes } from "./handing_over.ts";
import type { RecordState } from "./merge.ts";
import {
  dueOf,
  isOverdue,
  isVisit,
  readAssignment,
  readRound,
  type Assignment,
  type Round,
  type Visit,
} from "./planning.ts";
import type { ReviewState } from "./review.ts";

// --- for which round -------------------------------------------------------------------------------

/**
 * The round that a new form is filled for, if one of it is open in the village.
 *
 * Of several that which has the case assigned, to whomever; else the one that is due first.
 */
export function roundFilledFor(
  formId: string,
  village: string,
  about: string | null,
  rounds: Iterable<Round>,
  assigned: Iterable<Assignment>,
): string | null {
  const planned = new Set([...assigned].filter((one) => about && one.case === about).map((one) => one.round));
  const open = [...rounds].filter((one) => one.form === formId && one.village === village && !one.isClosed);
  const rank = (one: Round) => Number(!planned.has(one.round));
  const compare = (one: Round, other: Round) =>
    rank(one) - rank(other) || compareDue(one.due, other.due) || compareCodePoints(one.round, other.round);
  return open.sort(compare)[0]?.round ?? null;
}

/** By day, what has none behind all others. */
function compareDue(one: string, other: string): number {
  return Number(one === "") - Number(other === "") || compareCodePoints(one, other);
}

// --- what is to be done ----------------------------------------------------------------------------

/** How far the visit to an assigned case is. */
export type TaskState = "open" | "draft" | "unsent" | "sent" | "approved" | "returned" | "rejected";

/** With these nothing is to be done on the device but sending. */
export const DONE: readonly TaskState[] = ["sent", "unsent", "approved"];

/**
 * A submission as tasks are told by it: what it is a visit of, whichever review it has got.
 *
 * `isUnsent` says whether anything of it is still on the device.
 */
export interface Filled {
  readonly record: string;
  readonly visit: Visit;
  readonly review: ReviewState;
  readonly isUnsent: boolean;
}

/**
 * An assigned case: the submissions that are visits for its round, and what is said of others' work on it.
 *
 * `round` is null where its record is not on the device. `due` is a day, or empty.
 */
export interface Task {
  readonly assignment: Assignment;
  readonly round: Round | null;
  readonly due: string;
  readonly state: TaskState;
  readonly isOverdue: boolean;
  readonly visits: readonly string[];
  readonly notes: Notes;
}

/** [form, case] of a form that is being filled. */
export type Begun = readonly [form: string, about: string];

/**
 * The cases that an account has in rounds that are not closed, by village and the day they are due.
 *
 * `planned` are the rounds and assignments that are known; one on which people disagree is everybody's whom one of them
 * named.
 */
export function tasksOf(
  account: string,
  planned: Iterable<RecordState>,
  filled: readonly Filled[],
  drafts: readonly Begun[],
  today: string,
): Task[] {
  const states = [...planned];
  const rounds = new Map<string, Round>();
  for (const state of states) {
    const round = readRound(state);
    if (round) rounds.set(inVillage(round), round);
  }
  const found: Task[] = [];
  for (const state of states) {
    const assignment = officersIn(state).has(account) ? readAssignment(state) : null;
    if (assignment === null) continue;
    const round = rounds.get(inVillage(assignment)) ?? null;
    if (!round?.isClosed) found.push(taskOf(assignment, round, state, filled, drafts, today));
  }
  return found.sort(compareTasks);
}

/** A round in a village: what stands for one record. */
function inVillage({ round, village }: Pick<Round, "round" | "village">): string {
  return `${round} ${village}`;
}

function compareTasks(one: Task, other: Task): number {
  return (
    compareCodePoints(one.assignment.village, other.assignment.village) ||
    compareDue(one.due, other.due) ||
    compareCodePoints(one.assignment.case, other.assignment.case)
  );
}

function taskOf(
  assignment: Assignment,
  round: Round | null,
  state: RecordState,
  filled: readonly Filled[],
  drafts: readonly Begun[],
  today: string,
): Task {
  const visits = round ? filled.filter((one) => isVisit(round, assignment.case, one.visit)) : [];
  const hasDraft = drafts.some(([form, about]) => form === round?.form && about === assignment.case);
  const stands = stateOf(visits, hasDraft);
  const due = round ? dueOf(assignment, round) : assignment.due;
  return {
    assignment,
    round,
    due,
    state: stands,
    isOverdue: !DONE.includes(stands) && isOverdue(due, today),
    visits: visits.map((one) => one.record),
    notes: notesOf(state),
  };
}

/** A return goes first, since it asks for something; then what lies here, then the office's word. */
function stateOf(visits: readonly Filled[], hasDraft: boolean): TaskState {
  const reviews = new Set(visits.map((one) => one.review));
  if (reviews.has("returned")) return "returned";
  if (visits.some((one) => one.isUnsent)) return "unsent";
  if (reviews.has("approved")) return "approved";
  if (reviews.has("pending") || reviews.has("stale")) return "sent";
  if (hasDraft) return "draft";
  return visits.length ? "rejected" : "open";
}
