// Who settles what people disagree on: what a device asks before it saves, of `domain/settling.py`.
//
// Whoever reviews may always. An officer may where the case is his, or nobody's, and as long as nobody has settled it
// before: disputed again, it is for those who review. Two values of one's own are no dispute between people.

import type { RecordState } from "./merge.ts";
import { ASSIGNED, readAssignment } from "./planning.ts";

export const NOT_ASSIGNED = "not-assigned";
export const SETTLED_BEFORE = "settled-before";

/**
 * Whose a case is by its assignments: those who have it, and with them those who had it before.
 *
 * Work that was begun before a case was given to somebody else is taken in, and marked late. Where several people
 * assigned differently it is everybody's whom they named. Nobody's: none.
 */
export function assignedIn(assignments: Iterable<RecordState>): ReadonlySet<string> {
  const now = new Set<string>();
  const before = new Set<string>();
  for (const state of assignments) {
    const assignment = readAssignment(state);
    if (assignment === null) continue;
    for (const one of state.valuesAt(ASSIGNED)) if (typeof one === "string" && one) now.add(one);
    for (const one of assignment.earlier) before.add(one);
  }
  return new Set(now.size ? [...now, ...before] : []);
}

/**
 * Why `author` may not settle a dispute, as a verdict's code; null where he may.
 *
 * `assigned` are the officers who have the case of the record in a round that is open, or had it in one; none where it
 * is nobody's.
 */
export function whyNot(
  author: string,
  assigned: ReadonlySet<string>,
  { isReviewer, isSettledBefore }: { readonly isReviewer: boolean; readonly isSettledBefore: boolean },
): string | null {
  if (isReviewer) return null;
  if (assigned.size && !assigned.has(author)) return NOT_ASSIGNED;
  return isSettledBefore ? SETTLED_BEFORE : null;
}
