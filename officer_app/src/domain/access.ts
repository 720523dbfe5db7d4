// Who may do what: of `domain/access.py` and `domain/rights.py` what a device asks. The server decides by all of it.

import { isCovered } from "./areas.ts";
import { RESTRICTED_PART } from "./operations.ts";

/** The roles that review, and whether restricted parts too. */
const REVIEWERS: ReadonlyMap<string, boolean> = new Map([
  ["supervisor", false],
  ["peksos", true],
  ["head", true],
]);

/** Whether somebody of a role, with these areas, reviews records of a kind in any of these villages. */
export function mayReview(
  role: string,
  areas: readonly string[],
  kind: string,
  villages: Iterable<string>,
): boolean {
  const ofParts = REVIEWERS.get(role);
  if (ofParts === undefined || (kind === RESTRICTED_PART && !ofParts)) return false;
  return [...villages].some((village) => isCovered(village, areas));
}
