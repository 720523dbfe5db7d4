// The three distances used last, which take few bits to be said again (RFC 8878, 3.1.1.5).

export type Recent = readonly [number, number, number];

export const FIRST_RECENT: Recent = [1, 4, 8];
const OTHERS = 3;

/** How a distance is told behind so many literals: right behind a repetition the last one is not meant. */
export function offsetOf(back: number, run: number, [last, second, third]: Recent): number {
  const known = run ? [last, second, third] : [second, third, last - 1];
  const place = known.indexOf(back);
  return place < 0 ? back + OTHERS : place + 1;
}

/** Those used last after a distance was told so. */
export function recentAfter(offset: number, back: number, run: number, recent: Recent): Recent {
  const [last, second, third] = recent;
  const place = offset > OTHERS ? OTHERS : run ? offset - 1 : offset;
  if (place === 0) return recent;
  return [back, last, place === 1 ? third : second];
}
