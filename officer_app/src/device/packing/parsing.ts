// Which repetitions are used: those with which all of it takes the fewest bits, by what symbols cost.

import type { Matches } from "./matches.ts";
import { LEAST_MATCH } from "./matches.ts";
import { DISTANCES, END, FAR, LENGTHS, LITERALS } from "./symbols.ts";

/** A text as DEFLATE says it: at each place a literal (distance 0), or a repetition of `lengths` from `distances` back. */
export interface Parsed {
  readonly lengths: Uint16Array;
  readonly distances: Uint16Array;
}

/** How many bits each symbol takes, in thought: fractions too. */
export interface Costs {
  readonly literals: Float64Array;
  readonly distances: Float64Array;
}

/** What is assumed before anything is known. */
export function firstCosts(): Costs {
  const literals = new Float64Array(LITERALS).fill(7);
  literals.fill(8, END);
  return { literals, distances: new Float64Array(DISTANCES).fill(5) };
}

/** What symbols cost that occur so often: of one that does not occur, as if it did once in two times. */
export function costsOf(counts: { literals: Uint32Array; distances: Uint32Array }): Costs {
  return { literals: entropies(counts.literals), distances: entropies(counts.distances) };
}

function entropies(counts: Uint32Array): Float64Array {
  const sum = counts.reduce((total, count) => total + count, 1);
  return Float64Array.from(counts, (count) => Math.log2(sum / (count || 0.5)));
}

/** The cheapest way to say some bytes; `pause` is awaited now and then. */
export async function parse(
  data: Uint8Array,
  matches: Matches,
  costs: Costs,
  pause: () => Promise<void>,
): Promise<Parsed> {
  const size = data.length;
  const cheapest = new Float64Array(size + 1).fill(Infinity);
  const length = new Uint16Array(size + 1);
  const distance = new Uint16Array(size + 1);
  const ofLength = Float64Array.from({ length: 259 }, (_, one) => {
    const symbol = LENGTHS.symbols[one] as number;
    return symbol ? (costs.literals[symbol] as number) + (LENGTHS.bits[symbol - 257] as number) : 0;
  });
  const ofDistance = costs.distances.map((cost, symbol) => cost + (FAR.bits[symbol] as number));
  cheapest[0] = 0;
  for (let place = 0; place < size; place++) {
    if (place % 4096 === 0) await pause();
    const here = cheapest[place] as number;
    const literal = here + (costs.literals[data[place] as number] as number);
    if (literal < (cheapest[place + 1] as number)) {
      cheapest[place + 1] = literal;
      length[place + 1] = 1;
      distance[place + 1] = 0;
    }
    let shortest = LEAST_MATCH;
    const end = matches.from[place + 1] as number;
    for (let at = matches.from[place] as number; at < end; at++) {
      const [longest, back] = [matches.lengths[at] as number, matches.distances[at] as number];
      const cost = here + (ofDistance[FAR.symbols[back] as number] as number);
      for (let one = shortest; one <= longest; one++) {
        const whole = cost + (ofLength[one] as number);
        if (whole >= (cheapest[place + one] as number)) continue;
        cheapest[place + one] = whole;
        length[place + one] = one;
        distance[place + one] = back;
      }
      shortest = longest + 1;
    }
  }
  return steps(size, length, distance);
}

/** The steps of the cheapest way, from its end to its beginning. */
function steps(size: number, length: Uint16Array, distance: Uint16Array): Parsed {
  const lengths: number[] = [];
  const distances: number[] = [];
  for (let place = size; place > 0; place -= length[place] as number) {
    lengths.push(length[place] as number);
    distances.push(distance[place] as number);
  }
  return { lengths: Uint16Array.from(lengths.reverse()), distances: Uint16Array.from(distances.reverse()) };
}
