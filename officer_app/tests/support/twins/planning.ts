// What the office plans, what an officer has to do, and whose a conflict is.

import { mayReview } from "../../../src/domain/access.ts";
import { sorted, type Json } from "../../../src/domain/canonical.ts";
import { notesOf, officersIn } from "../../../src/domain/handing_over.ts";
import type { RecordState } from "../../../src/domain/merge.ts";
import {
  assignmentRecord,
  isDay,
  lineOf,
  readAssignment,
  readRound,
  roundOf,
  roundRecord,
  type Assignment,
  type Round,
  type Visit,
} from "../../../src/domain/planning.ts";
import { assignedIn, whyNot } from "../../../src/domain/settling.ts";
import { roundFilledFor, tasksOf, type Filled } from "../../../src/domain/tasks.ts";
import { stateOf, type Deed, type Given } from "./asked.ts";

function planned({ record, operations }: Given): unknown {
  const state = stateOf(record, operations);
  const [round, assignment, notes] = [readRound(state), readAssignment(state), notesOf(state)];
  return {
    round: round && rowOfRound(round),
    assignment: assignment && rowOfAssignment(assignment),
    notes: [[...notes.held], [...notes.late]],
    officers: sorted(officersIn(state)),
    roundOf: roundOf(state),
    assigned: sorted(assignedIn([state])),
  };
}

function rowOfRound({ round, village, form, title, begins, due, isClosed }: Round): unknown[] {
  return [round, village, form, title, begins, due, isClosed];
}

function rowOfAssignment(one: Assignment): unknown[] {
  return [one.round, one.case, one.village, one.officer, one.due, sorted(one.earlier), one.isDisputed];
}

function statesOf(given: Record<string, Json[]>): RecordState[] {
  return Object.entries(given).map((one) => stateOf(...one));
}

function filledOf([record, visit, review, isUnsent]: Given): Filled {
  const [round, form, about, day, isRejected] = visit;
  const said: Visit = { round, form, case: about, day, isRejected };
  return { record, visit: said, review, isUnsent };
}

function tasks(given: Given): unknown {
  const filled = given.filled.map(filledOf);
  const found = tasksOf(given.account, statesOf(given.planned), filled, given.drafts, given.today);
  return found.map((task) => [
    task.assignment.record,
    task.round && task.round.record,
    task.due,
    task.state,
    task.isOverdue,
    task.visits,
    task.notes.held.size,
  ]);
}

function roundFor(given: Given): unknown {
  const states = statesOf(given.planned);
  const rounds = states.map(readRound).filter((one) => one !== null);
  const assigned = states.map(readAssignment).filter((one) => one !== null);
  return roundFilledFor(given.form, given.village, given.case, rounds, assigned);
}

function whyNotOf([author, assigned, isReviewer, isSettledBefore]: Given): unknown {
  return whyNot(author, new Set(assigned), { isReviewer, isSettledBefore });
}

export const DEEDS: Record<string, Deed> = {
  planned,
  tasks,
  roundFilledFor: roundFor,
  assigned: (given) => sorted(assignedIn(statesOf(given))),
  whyNot: whyNotOf,
  mayReview: ([role, areas, kind, villages]) => mayReview(role, areas, kind, villages),
  isDay,
  line: ([value, most]) => lineOf(value, most),
  plannedIds: ([round, place]) => [roundRecord(round, place), assignmentRecord(round, place)],
};
