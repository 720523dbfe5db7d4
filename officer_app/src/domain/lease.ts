// How long a device has been without its server, whatever its clock says. The port of `domain/lease.py`.
//
// A clock of a phone may be of 1970 or 2099, and its owner may set it. So the time is added up from one use to the
// next: within one boot of the machine by the clock that counts since then, and that nobody can set; else by the clock
// on the wall, which is believed for a day at the most and never backwards.

const DAY_MS = 24 * 3600 * 1000;
/** What a use counts at least of which nothing but the wall clock tells: setting that back is not endless. */
export const LEAST_MS = 10_000;

/**
 * What the clocks say: `wall` milliseconds since 1970, `up` milliseconds since the start that `boot` names; empty where
 * there is none.
 */
export interface Moment {
  readonly wall: number;
  readonly boot: string;
  readonly up: number;
}

/** `elapsed` milliseconds without contact up to a moment; its `wall` is the latest that was ever seen. */
export interface Lease {
  readonly elapsed: number;
  readonly moment: Moment;
}

/** The lease after contact with the server. */
export function begun(moment: Moment): Lease {
  return { elapsed: 0, moment };
}

/** The same lease at a later use. */
export function leaseAt(lease: Lease, moment: Moment): Lease {
  const passed = timeBetween(lease.moment, moment);
  const wall = Math.max(moment.wall, lease.moment.wall);
  return { elapsed: lease.elapsed + passed, moment: { wall, boot: moment.boot, up: moment.up } };
}

function timeBetween(known: Moment, now: Moment): number {
  if (now.boot && now.boot === known.boot) return Math.max(0, now.up - known.up);
  const sinceBoot = now.boot ? now.up : 0; // it was started after the use before
  return Math.min(DAY_MS, Math.max(LEAST_MS, now.wall - known.wall, sinceBoot));
}

/** Whether it has lasted for so many days; with 0 it never ends. */
export function isOver(lease: Lease, days: number): boolean {
  return days > 0 && lease.elapsed >= days * DAY_MS;
}
