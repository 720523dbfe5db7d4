// How far the clock behind an operation is to be trusted: told to whoever chooses between two answers. The port of
// `domain/clocks.py`.

import { isObject, readJson } from "./canonical.ts";
import { DRIFT_MS, isImpossible } from "./filled.ts";
import type { Operation } from "./operations.ts";

/**
 * What is known of the clock that an operation was entered by: it differed from its server's by little (measured), or
 * by more (off); it says what cannot be (impossible); nobody compared it (unknown).
 */
export type ClockTrust = "measured" | "off" | "impossible" | "unknown";

/**
 * How far `time` is to be trusted; all in milliseconds.
 *
 * `offset` is what the clock was behind its server's when the device last knew, `received` when the server took the
 * operation in.
 */
export function clockTrust(time: number, offset: number | null, received: number): ClockTrust {
  if (offset !== null && Math.abs(offset) > DRIFT_MS) return "off";
  if (isImpossible({ time, received })) return "impossible";
  return offset === null ? "unknown" : "measured";
}

/** By how many milliseconds the device was behind when it last knew; null where it does not say. */
export function offsetOf(operation: Operation): number | null {
  const sent = readJson(operation.raw);
  const meta = isObject(sent) ? sent["meta"] : null;
  const offset = isObject(meta) ? meta["offset_ms"] : null;
  return typeof offset === "number" ? offset : null;
}
