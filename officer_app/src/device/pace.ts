// How large the pieces are in which files travel: what the line takes in half a minute; the port of
// `client_sync/pace.py`.
//
// The server keeps what came of a piece that was cut, so a cut costs little however large they are, while each piece
// costs a round trip.

export const LEAST = 16 * 1024;
export const LARGEST = 256 * 1024;
export const FIRST = 64 * 1024;
export const WANTED_S = 30;
/** Of what was handed to the system some may still be there while an answer is waited for. */
export const BUFFERED = 64 * 1024;
export const SHORTEST_WAIT_S = 10;
export const LONGEST_WAIT_S = 60;
/** Nothing takes less time than this, whatever a clock says. */
const LEAST_S = 0.001;
const REST = 1.5;
/** The weight of what was just measured against what was known. */
const STEADY = 0.5;

/**
 * What was learnt of the line in this sync.
 *
 * `roundTrip` is the shortest time of a call with next to nothing in it (seconds), `rate` the bytes a second that
 * travel beside it: how long an answer needs says nothing of how fast bytes are.
 */
export class Pace {
  chunk = FIRST;
  roundTrip: number | null = null;
  rate: number | null = null;

  /** How many of the bytes that are left go next: a short rest goes with the piece before it. */
  piece(left: number): number {
    return left <= this.chunk * REST ? left : this.chunk;
  }

  /** A call with next to nothing in it went well. */
  answered(seconds: number): void {
    this.roundTrip = Math.min(seconds, this.roundTrip || seconds);
  }

  /** A piece of so many bytes went well: the next one has at most twice as many. */
  moved(size: number, seconds: number): void {
    const measured = size / Math.max(seconds - (this.roundTrip ?? 0), seconds / 10, LEAST_S);
    this.rate = this.rate === null ? measured : STEADY * measured + (1 - STEADY) * this.rate;
    const wanted = Math.min(Math.trunc(this.rate * WANTED_S), 2 * Math.max(this.chunk, size));
    // What did not fill a piece says little of how large one may be.
    if (size >= this.chunk || wanted < this.chunk) {
      this.chunk = Math.min(Math.max(wanted, LEAST), LARGEST);
    }
  }

  /** How many seconds to wait for the answer to a piece, where enough is known of the line to say so. */
  wait(size: number): number | null {
    if (!this.rate) return null;
    const expected = Math.min(size, BUFFERED) / this.rate + (this.roundTrip ?? 0);
    return Math.min(Math.max(2 * expected, SHORTEST_WAIT_S), LONGEST_WAIT_S);
  }

  /** A piece did not get through: less at once. */
  failed(): void {
    this.chunk = Math.max(Math.floor(this.chunk / 2), LEAST);
  }
}
