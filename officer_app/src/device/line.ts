// What the line to the server bears: how much at once, when to give up; the port of `client_sync/line.py`.
//
// Batches begin small, double while things go well and are halved when they do not, so that a bad line loses little
// to a cut and a good one is not held up by round trips.

import type { Unreachable } from "./errors.ts";

export const FIRST_BATCH = 8 * 1024;
export const LARGEST_BATCH = 64 * 1024;
export const LEAST_BATCH = 1024;
export const MOST_OPERATIONS = 500;
/** Of a request before compression; the server takes 1 MiB. */
export const MOST_RAW = 1024 * 1024 - 16 * 1024;

export const USUAL_LIMIT = 256 * 1024;
export const LARGEST_LIMIT = 2 * 1024 * 1024;
export const LEAST_LIMIT = 32 * 1024;

/** Bytes a second upwards above which they are cheaper than computing. */
export const FAST = 100_000;
/** Seconds: an exchange as short as this says that the line bears more. */
export const QUICK = 0.25;

/** What was learnt in this sync; `target` are packed bytes up, `limit` inflated bytes down. */
export class Line {
  target: number;
  most = MOST_OPERATIONS;
  limit = USUAL_LIMIT;
  ratio = 0.14;
  /** Bytes a second upwards, where enough went up to say so. */
  speed: number | null = null;

  constructor(target = FIRST_BATCH) {
    this.target = target;
  }

  /** Begins with half of what went well the last time: lines change between two syncs. */
  static remembered(target: number | null): Line {
    const half = Math.floor((target ?? 0) / 2);
    return new Line(Math.min(Math.max(half, FIRST_BATCH), LARGEST_BATCH));
  }

  /** How many bytes of operations, before compression, make a batch of the target size. */
  get budget(): number {
    return Math.min(Math.trunc(this.target / this.ratio), MOST_RAW);
  }

  get isFast(): boolean {
    return this.speed !== null && this.speed > FAST;
  }

  /** An exchange went well: `raw` bytes of operations (0: none) travelled in `sent` bytes. */
  succeeded(raw: number, sent: number, seconds: number, hasMore: boolean): void {
    if (raw) {
      this.ratio = Math.min(1, Math.max(0.02, sent / raw));
      if (sent > Math.floor(FIRST_BATCH / 4)) this.speed = sent / Math.max(seconds, 0.001);
    }
    if (seconds < QUICK || sent >= Math.floor(this.target / 2)) {
      this.target = Math.min(this.target * 2, LARGEST_BATCH);
    }
    if (hasMore && seconds < 4 * QUICK) this.limit = Math.min(this.limit * 2, LARGEST_LIMIT);
    this.most = Math.min(this.most * 2, MOST_OPERATIONS);
  }

  /** Nothing moved for too long: less at once, in both directions. */
  timedOut(): void {
    this.target = Math.max(Math.floor(this.target / 2), LEAST_BATCH);
    this.limit = Math.max(Math.floor(this.limit / 2), LEAST_LIMIT);
  }

  /** The server did not take as many operations at once. */
  wasTooLarge(operations: number): void {
    this.most = Math.max(Math.floor(operations / 2), 1);
    this.target = Math.max(Math.floor(this.target / 2), LEAST_BATCH);
  }
}

/** What `Patience` needs; `clock` gives seconds of a clock that only goes forward, `chance` a number below 1. */
export interface Waiting {
  readonly attempts: number;
  readonly seconds: number;
  readonly firstPause: number;
  clock(): number;
  sleep(seconds: number): Promise<void>;
  chance(): number;
}

export const USUAL_WAITING: Waiting = {
  attempts: 4,
  seconds: 45,
  firstPause: 1,
  clock: () => performance.now() / 1000,
  sleep: (seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
  chance: Math.random,
};

/**
 * How often and how long to try again after a failure: exponential back-off with jitter.
 *
 * `attempts` in a row without success, within `seconds` since the first of them.
 */
export class Patience {
  readonly #waiting: Waiting;
  #failures = 0;
  #since = 0;

  constructor(waiting: Partial<Waiting> = {}) {
    this.#waiting = { ...USUAL_WAITING, ...waiting };
  }

  /** A fresh start: things went well, or nothing was tried yet. */
  begin(): void {
    this.#failures = 0;
    this.#since = this.#waiting.clock();
  }

  /** Waits before the next attempt, or throws `error` when enough was tried. */
  async bear(error: Unreachable): Promise<void> {
    const { attempts, seconds, firstPause, clock, sleep, chance } = this.#waiting;
    this.#failures += 1;
    if (this.#failures >= attempts || clock() - this.#since >= seconds) throw error;
    const longest = firstPause * 2 ** (this.#failures - 1);
    await sleep(longest * (0.5 + chance() / 2));
  }
}
