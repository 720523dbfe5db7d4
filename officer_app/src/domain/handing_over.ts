// What an assignment says of other people's work on its case: what a device needs of `domain/handing_over.py`.
//
// An assignment travels to every phone of its village. So whoever has the case now learns there that work of somebody
// else waits for a decision (`held/<operation>`), or came in after the case was handed on (`late/<submission>`); each
// names the author.

import { compareCodePoints } from "./canonical.ts";
import { view, type RecordState } from "./merge.ts";
import { OPERATION_ID, RECORD_ID } from "./operations.ts";
import { ASSIGNED, MOST_OF_A_NAME, lineOf } from "./planning.ts";

const HELD = "held/";
const LATE = "late/";

/** Authors of work on the case: of held operations by their ids, of late submissions by theirs. */
export interface Notes {
  readonly held: ReadonlyMap<string, string>;
  readonly late: ReadonlyMap<string, string>;
}

/** What an assignment says of other people's work; nothing of what is decided by now. */
export function notesOf(state: RecordState): Notes {
  return { held: namedBelow(state, HELD, OPERATION_ID), late: namedBelow(state, LATE, RECORD_ID) };
}

function namedBelow(state: RecordState, above: string, pattern: RegExp): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const told = [...view(state).answers].filter(([path]) => path.startsWith(above));
  for (const [path, value] of told.sort(([one], [other]) => compareCodePoints(one, other))) {
    const [id, name] = [path.slice(above.length), lineOf(value, MOST_OF_A_NAME)];
    if (name && pattern.test(id)) found.set(id, name);
  }
  return found;
}

/** Everybody who has an assignment: several while people disagree. */
export function officersIn(state: RecordState): ReadonlySet<string> {
  return new Set(
    state.valuesAt(ASSIGNED).filter((value) => typeof value === "string" && value !== "") as string[],
  );
}
