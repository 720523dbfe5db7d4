// Assigned cases as the pages sort them.

import type { TaskLine } from "../worker/api.ts";

const DONE: ReadonlySet<TaskLine["state"]> = new Set(["unsent", "sent", "approved"]);

/** Whether the officer has nothing more to do for it, as far as he knows. */
export function isDone({ state }: TaskLine): boolean {
  return DONE.has(state);
}
