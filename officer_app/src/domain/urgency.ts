// Which filled forms cannot wait: those that say that somebody is in danger now. What a device needs of
// `domain/urgency.py`.

import { lastStep, type RecordState } from "./merge.ts";
import type { Change, Value } from "./operations.ts";

/** The question whether the child is in danger now, in whatever group a form asks it. */
export const DANGER = "bahaya_segera";
const YES = "1";

/**
 * Whether a submission, or one of its restricted parts, says so.
 *
 * One voice is enough: not all of those who disagree need to have said it, and a member that was removed may have been
 * removed by mistake.
 */
export function isUrgent(states: Iterable<RecordState>): boolean {
  return [...states].some((state) => state.survivors.some((one) => isSaid(one.path, one.value)));
}

/** Whether an answer says so. */
export function isSaid(path: string, value: Value): boolean {
  return value === YES && lastStep(path) === DANGER;
}

/** Whether somebody enters it. */
export function saysDanger(change: Change): boolean {
  return isSaid(change.path, change.value);
}
