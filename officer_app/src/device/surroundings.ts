// What a sync needs from outside.

import { Patience } from "./line.ts";
import { bootNow, type Boot } from "./lease.ts";
import type { SyncReport } from "./report.ts";
import type { RandomBytes } from "./signing.ts";
import { toText } from "../domain/canonical.ts";

/**
 * Each can be replaced by a test.
 *
 * `clock` gives milliseconds since 1970, `tick` seconds of a clock that only goes forward, `newReplica` a random id,
 * `randomBytes` what keys are made of; `progress` is told after each answer; `boot` says which start of the machine
 * this is; `isInterrupted`, whether files are to leave the line to text that was saved meanwhile.
 */
export interface Surroundings {
  readonly clock: () => number;
  readonly tick: () => number;
  readonly newReplica: () => string;
  readonly randomBytes: RandomBytes;
  readonly patience: Patience;
  readonly progress: ((report: SyncReport) => void) | null;
  readonly boot: () => Boot;
  readonly isInterrupted: () => boolean;
}

const REPLICA_BYTES = 16;

/** The clocks and the chance of this machine, but for what is given. */
export function surroundings(given: Partial<Surroundings> = {}): Surroundings {
  const randomBytes =
    given.randomBytes ?? ((length: number) => crypto.getRandomValues(new Uint8Array(length)));
  return {
    clock: Date.now,
    tick: () => performance.now() / 1000,
    newReplica: () => toText(randomBytes(REPLICA_BYTES)),
    randomBytes,
    patience: new Patience(),
    progress: null,
    boot: bootNow,
    isInterrupted: () => false,
    ...given,
  };
}
