// Merging: a record is the fold of the set of its accepted operations. The port of `domain/merge.py`.
//
// Whatever the order, the batching and the number of times they arrive, the same operations give the same state,
// down to the bytes. A value is replaced only by an operation that names it: what nobody has seen, nobody can
// overwrite, and no clock decides anything.

import { compareCodePoints, isSame, sorted } from "./canonical.ts";
import { RecordState, comparePlaces, type Origin, type Survivor } from "./record_state.ts";
import {
  ALIVE,
  DEAD,
  REVIEW,
  isMarker,
  pairOf,
  splitPair,
  type Operation,
  type Value,
} from "./operations.ts";

export * from "./record_state.ts";

// --- folding -------------------------------------------------------------------------------------

/**
 * The named operations of which `state` and `batch` do not tell whether they ever arrived.
 *
 * A store looks them up among the record's accepted operations before it folds.
 */
export function unexplained(
  state: RecordState | null,
  batch: Iterable<Operation>,
  record: string,
): Set<string> {
  const operations = [...batch];
  const named = new Set<string>();
  for (const operation of operations) {
    for (const { preds } of operation.partOf(record).changes) for (const one of preds) named.add(one);
  }
  for (const operation of operations) named.delete(operation.id);
  for (const one of state?.origins.keys() ?? []) named.delete(one);
  return named;
}

/**
 * The state after the operations of `batch`, none of which `state` holds already.
 *
 * `accepted` are those of the ids that `unexplained` asked for which the record has.
 */
export function fold(
  state: RecordState | null,
  batch: Iterable<Operation>,
  record: string,
  accepted: ReadonlySet<string> = new Set(),
): RecordState {
  const operations = new Map([...batch].map((one) => [one.id, one]));
  const parts = [...operations].map(([id, operation]) => ({ id, part: operation.partOf(record) }));
  const named = new Set(state?.missing);
  for (const { part } of parts) for (const pair of part.named) named.add(pair);
  const survivors = (state?.survivors ?? []).filter((one) => !named.has(pairOf(one.path, one.id)));
  for (const { id, part } of parts) {
    for (const { path, value, preds } of part.changes) {
      if (named.has(pairOf(path, id))) continue;
      survivors.push({ path, id, value, seen: isMarker(value, DEAD) ? sorted(new Set(preds)) : [] });
    }
  }
  survivors.sort(comparePlaces); // which no two of them share
  const left = new Set(survivors.map((one) => one.id));
  const isKnown = (id: string) => operations.has(id) || accepted.has(id) || (state?.origins.has(id) ?? false);
  const missing = [...named].filter((pair) => !isKnown(splitPair(pair)[1]));
  // Operations that disagree on the kind are refused before; the smallest keeps this a function of the set.
  const kinds = [...parts.map(({ part }) => part.kind), ...(state ? [state.kind] : [])];
  const origins = [...originsOf(state, operations)].filter(([id]) => left.has(id));
  return new RecordState(record, sorted(kinds)[0] ?? "", new Map(origins), survivors, new Set(missing));
}

function* originsOf(
  state: RecordState | null,
  operations: ReadonlyMap<string, Operation>,
): Iterable<[string, Origin]> {
  if (state) yield* state.origins;
  for (const [id, { author, time, form }] of operations) yield [id, { author, time, form }];
}

// --- reading -------------------------------------------------------------------------------------

/**
 * A record as a person sees it.
 *
 * `answers` hold one value a path, the provisional one where there is a conflict; `conflicts` the distinct values of
 * a path, the provisional one first; `removals` the members whose removal somebody contests; `hidden` those that are
 * removed.
 */
export interface View {
  readonly answers: ReadonlyMap<string, Value>;
  readonly conflicts: ReadonlyMap<string, readonly Survivor[]>;
  readonly removals: ReadonlyMap<string, readonly Survivor[]>;
  readonly hidden: ReadonlySet<string>;
  /** Whether no conflict waits for a person. */
  readonly isSettled: boolean;
}

export function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** The paths that `path` is under, itself first. */
export function* atAndAbove(path: string): Generator<string> {
  for (let above = path; above; above = above.slice(0, Math.max(above.lastIndexOf("/"), 0))) yield above;
}

/** The last step of a path. */
export function lastStep(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What `state` shows. Reviews are a register of their own (`review.ts`) and not among the answers. */
export function view(state: RecordState): View {
  if (state.isSimple) {
    const answers = new Map(state.survivors.map((one) => [one.path, one.value]));
    answers.delete(REVIEW);
    return { answers, conflicts: new Map(), removals: new Map(), hidden: new Set(), isSettled: true };
  }
  const { removals, hidden } = removalsIn(state);
  const answers = new Map<string, Value>();
  const conflicts = new Map<string, readonly Survivor[]>();
  for (const [path, survivors] of state.byPath) {
    const shown = survivors.filter((one) => !isRemovalMarker(one.value)).sort(latestFirst(state));
    const [first] = shown;
    if (first === undefined || path === REVIEW || isBelowAny(path, hidden)) continue;
    if (shown.some((one) => !isSame(one.value, first.value))) conflicts.set(path, shown);
    answers.set(path, first.value);
  }
  return { answers, conflicts, removals, hidden, isSettled: conflicts.size === 0 && removals.size === 0 };
}

/** The order of survivors that puts what was entered last, by the devices' clocks, first. */
export function latestFirst(state: RecordState): (one: Survivor, other: Survivor) => number {
  return (one, other) =>
    state.originOf(other.id).time - state.originOf(one.id).time || compareCodePoints(other.id, one.id);
}

export function isRemovalMarker(value: Value): boolean {
  return isMarker(value, DEAD) || isMarker(value, ALIVE);
}

function isBelowAny(path: string, roots: ReadonlySet<string>): boolean {
  if (roots.size === 0) return false;
  for (const above of atAndAbove(path)) if (roots.has(above)) return true;
  return false;
}

/** The contested removals by path, and the paths of those that hide. */
function removalsIn(state: RecordState): Pick<View, "removals" | "hidden"> {
  const byRoot = new Map<string, Survivor[]>();
  for (const survivor of state.survivors) {
    if (!isMarker(survivor.value, DEAD)) continue;
    const others = byRoot.get(survivor.path);
    if (others) others.push(survivor);
    else byRoot.set(survivor.path, [survivor]);
  }
  const unseen = notSeenByAll(state, byRoot);
  const roots = [...byRoot.keys()];
  return {
    removals: new Map([...byRoot].filter(([root]) => unseen.has(root))),
    hidden: new Set(roots.filter((root) => !unseen.has(root))),
  };
}

/**
 * The removed members at or below which something survives that no removal of them has seen.
 *
 * From the values up to their members, not the other way round: a record may have thousands of both.
 */
function notSeenByAll(state: RecordState, byRoot: ReadonlyMap<string, readonly Survivor[]>): Set<string> {
  const unseen = new Set<string>();
  if (byRoot.size === 0) return unseen;
  const seen = new Map<string, Set<string>>();
  for (const [root, dead] of byRoot) {
    seen.set(root, new Set(dead.flatMap((removal) => [removal.id, ...removal.seen])));
  }
  for (const survivor of state.survivors) {
    if (isMarker(survivor.value, DEAD)) continue;
    for (const root of atAndAbove(survivor.path))
      if (seen.get(root)?.has(survivor.id) === false) unseen.add(root);
  }
  return unseen;
}

// --- what a person who sees this state names -----------------------------------------------------

/** What an answer entered at `path` replaces: every value that is on the screen there. */
export function predsOfEdit(state: RecordState | null, path: string): string[] {
  return state ? state.at(path).map((one) => one.id) : [];
}

/** What the removal of a member names: everything that survives at or below it. */
export function predsOfRemoval(state: RecordState, member: string): string[] {
  return sorted(new Set(state.survivors.filter((one) => isUnder(one.path, member)).map((one) => one.id)));
}

/** What bringing a member back names: its removals, and earlier ones that were taken back. */
export function predsOfRestore(state: RecordState, member: string): string[] {
  return state
    .at(member)
    .filter((one) => isRemovalMarker(one.value))
    .map((one) => one.id);
}
