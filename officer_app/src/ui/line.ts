// What is known of the way to the office: what the browser says of the signal, and what the last try found.

import type { SyncOutcome } from "../worker/api.ts";

/** Codes of words; `isGood`: nothing speaks against it that something sent now arrives. */
export interface LineState {
  readonly words: "online" | "offline" | "line-away" | "line-weak" | "line-faulty" | "line-foreign";
  readonly isGood: boolean;
}

const FOUND: Readonly<Record<string, LineState["words"]>> = {
  unreachable: "line-away",
  "timed-out": "line-weak",
  "server-fault": "line-faulty",
  "foreign-answer": "line-foreign",
};

/**
 * How the line stands. `outcome` is that of the last try since the signal came or went, null where there was none.
 *
 * What was found counts more than what the browser believes: a machine may be its own server, and a signal is no office.
 */
export function lineState(isOnline: boolean, outcome: SyncOutcome | null): LineState {
  const found = outcome?.code ? FOUND[outcome.code.replace(/^files-/, "")] : undefined;
  if (!isOnline && (outcome === null || found)) return { words: "offline", isGood: false };
  return { words: found ?? "online", isGood: found === undefined };
}
