// When a form was filled: the moment that `today()` and `now()` mean, whoever looks at it and whenever. The port of
// `domain/filled.py`.
//
// It is that of the latest answer that stands in it, as whoever entered that saw the form: by the clock of the device,
// corrected by what it was known to be behind. Nothing else moves it: not the sync, nor a decision.

import type { RecordState } from "./merge.ts";
import { isReserved } from "./operations.ts";

/** 1 January 2026, UTC: there was no such program before, so an earlier clock is wrong. */
export const FIRST_MS = 1_767_225_600_000;
/** Clocks that differ by less mislead nobody. */
export const DRIFT_MS = 5 * 60 * 1000;

/**
 * An operation as far as its moment matters. `offset` is what the device's clock was behind, as it knew; `received` is
 * when the server took it in (here: now, where it has not).
 */
export interface Entered {
  readonly time: number;
  readonly offset: number;
  readonly received: number;
}

/** When it was entered; when it was received, where the clock says what cannot be. */
export function momentOf({ time, offset, received }: Entered): number {
  const told = time + offset;
  return FIRST_MS <= told && told <= received + DRIFT_MS ? told : received;
}

/** Whether the clock says what cannot be: a time long before there was this program, or after it was received. */
export function isImpossible({ time, received }: Pick<Entered, "time" | "received">): boolean {
  return time > received + DRIFT_MS || time < FIRST_MS;
}

/** The ids of the operations whose answers stand in a submission and its restricted parts. */
export function operationsBehind(states: Iterable<RecordState>): Set<string> {
  const found = new Set<string>();
  for (const state of states) {
    for (const one of state.survivors) if (!isReserved(one.path)) found.add(one.id);
  }
  return found;
}

/** The moment of the latest answer; `otherwise` where there is none. */
export function filledAt(entered: Iterable<Entered>, otherwise: number): number {
  const moments = [...entered].map(momentOf);
  return moments.length ? moments.reduce((one, other) => Math.max(one, other)) : otherwise;
}
