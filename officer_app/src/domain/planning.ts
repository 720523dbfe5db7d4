// Rounds and assignments: what the office plans, as records in the feeds of their villages like all others. What a
// device needs of `domain/planning.py`.
//
// A round has one record in each of its villages, so that villages share nothing; an assignment is one for each case of
// a round. The ids of both follow from what they are of: two people who plan the same mean one record, and where they
// planned otherwise it is in conflict, for a person to settle.

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { isVillage } from "./areas.ts";
import { CASE } from "./cases/naming.ts";
import { view, type RecordState, type View } from "./merge.ts";
import { FORM, RECORD_ID, VILLAGE, type Value } from "./operations.ts";
import { uuidOf } from "./uuid.ts";

export const ROUND = "round";
export const ASSIGNMENT = "assignment";
/** The kinds of records that only those write who plan. */
export const PLANNED: ReadonlySet<string> = new Set([ROUND, ASSIGNMENT]);

/** Which round a record is of, or a submission was filled for. */
export const ROUND_ID = "$round";
/** In an assignment: the account that has it; the empty text stands for nobody. */
export const ASSIGNED = "$assigned";
const FORM_ID = "form";
const TITLE = "title";
const BEGINS = "begins";
const DUE = "due";
const CLOSED = "closed";
const YES = "1";
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
/** A year with five digits typed by mistake is no date, one of a thousand years from now neither. */
const LAST_DAY = "2999-12-31";
const FIRST_DAY = "2000-01-01";
const MOST_OF_A_TITLE = 200;
export const MOST_OF_A_NAME = 100;
/** In an assignment: above the names of those who had it before, each at a path of its own. */
const EARLIER = "earlier/";
/** What shows nothing on a line, or ends it. */
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/**
 * A round in one of its villages.
 *
 * `round` is the round's own id, `form` a form's id; `begins` and `due` are days (`YYYY-MM-DD`).
 */
export interface Round {
  readonly record: string;
  readonly round: string;
  readonly village: string;
  readonly form: string;
  readonly title: string;
  readonly begins: string;
  readonly due: string;
  readonly isClosed: boolean;
}

/**
 * A case of a round, and who is to visit it.
 *
 * `officer` is nobody's name where nobody has it; `isDisputed` tells that several people assigned differently, of which
 * one is shown. `due` is a day of its own, or empty. `earlier` had it before.
 */
export interface Assignment {
  readonly record: string;
  readonly round: string;
  readonly case: string;
  readonly village: string;
  readonly officer: string;
  readonly due: string;
  readonly earlier: ReadonlySet<string>;
  readonly isDisputed: boolean;
}

/** The id of the record of a round in a village: a UUID of version 4 by its form, made of a digest. */
export function roundRecord(roundId: string, village: string): string {
  return madeOf(ROUND, roundId, village);
}

/** The id of the assignment of a case in a round, made likewise. */
export function assignmentRecord(roundId: string, record: string): string {
  return madeOf(ASSIGNMENT, roundId, record);
}

function madeOf(...said: string[]): string {
  return uuidOf(sha256(utf8ToBytes(said.join("\n"))));
}

/**
 * What the record of a round says; null where it is of another kind, or names no round or village.
 *
 * Nor where its id is not the one of these: there is one record for each, whatever somebody sends by hand.
 */
export function readRound(state: RecordState): Round | null {
  if (state.kind !== ROUND) return null;
  const seen = view(state);
  const [round, village] = [textAt(seen, ROUND_ID), textAt(seen, VILLAGE)];
  if (!RECORD_ID.test(round) || !isVillage(village) || state.record !== roundRecord(round, village))
    return null;
  const form = textAt(seen, FORM_ID);
  return {
    record: state.record,
    round,
    village,
    form: FORM.test(`${form}@1`) ? form : "",
    title: lineOf(seen.answers.get(TITLE), MOST_OF_A_TITLE),
    begins: dayAt(seen, BEGINS),
    due: dayAt(seen, DUE),
    isClosed: seen.answers.get(CLOSED) === YES,
  };
}

/** What an assignment says; null for another kind, or where its id is not its round's and case's. */
export function readAssignment(state: RecordState): Assignment | null {
  if (state.kind !== ASSIGNMENT) return null;
  const seen = view(state);
  const [round, about, village] = [textAt(seen, ROUND_ID), textAt(seen, CASE), textAt(seen, VILLAGE)];
  if (!RECORD_ID.test(round) || !RECORD_ID.test(about) || !isVillage(village)) return null;
  if (state.record !== assignmentRecord(round, about)) return null;
  const before = [...seen.answers].filter(([path, value]) => path.startsWith(EARLIER) && value !== "");
  return {
    record: state.record,
    round,
    case: about,
    village,
    officer: lineOf(seen.answers.get(ASSIGNED), MOST_OF_A_NAME),
    due: dayAt(seen, DUE),
    earlier: new Set(before.map(([, value]) => value).filter((value) => typeof value === "string")),
    isDisputed: seen.conflicts.has(ASSIGNED),
  };
}

/** One line of text of that many characters: whoever sends an operation by hand may say anything. */
export function lineOf(value: Value | undefined, most: number): string {
  const letters = typeof value === "string" ? [...value] : [];
  const printable = letters.filter((one) => one === " " || !UNPRINTABLE.test(one));
  return printable.slice(0, most).join("");
}

/** Whether the text is a day that a round may begin or end on, as it is kept: `2026-02-28`. */
export function isDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (day === undefined || text < FIRST_DAY || text > LAST_DAY) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.toISOString().startsWith(text);
}

function dayAt(seen: View, path: string): string {
  const text = textAt(seen, path);
  return isDay(text) ? text : "";
}

function textAt(seen: View, path: string): string {
  const value = seen.answers.get(path);
  return typeof value === "string" ? value : "";
}

/** The round that a submission was filled for, if it says so. */
export function roundOf(state: RecordState): string | null {
  const named = textAt(view(state), ROUND_ID);
  return RECORD_ID.test(named) ? named : null;
}

// --- what counts -----------------------------------------------------------------------------------

/**
 * A submission about a case, as far as rounds ask.
 *
 * `round` is the one that it names, if any; `form` a form's id; `day` when it was taken in, or filled where nobody has
 * taken it in yet, by the office's calendar.
 */
export interface Visit {
  readonly round: string | null;
  readonly form: string;
  readonly case: string | null;
  readonly day: string;
  readonly isRejected: boolean;
}

/**
 * Whether a submission is a visit of a case in a round.
 *
 * It is when it names both; without a round when it is of the round's form and came on its first day or later. One that
 * was rejected is none.
 */
export function isVisit(one: Round, about: string, visit: Visit): boolean {
  if (visit.isRejected || visit.case !== about) return false;
  if (visit.round !== null) return visit.round === one.round;
  return visit.form === one.form && one.begins !== "" && visit.day >= one.begins;
}

/** The day until which a case is to be visited: its own, else that of the round. */
export function dueOf(assignment: Assignment | null, one: Round): string {
  return assignment?.due || one.due;
}

/** Whether the day is over by which something was due; both as `YYYY-MM-DD`, no day is never over. */
export function isOverdue(due: string, today: string): boolean {
  return due !== "" && due < today;
}
