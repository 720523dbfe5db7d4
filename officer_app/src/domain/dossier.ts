// A submission together with those of its restricted parts that somebody may read. The port of `domain/dossier.py`.
//
// Access, versions and merging are decided per record, but a person fills and reads one form. Here the records become
// that one form again: restricted answers appear at their questions, what lies under a removed member does not, and
// an answer knows in which records which operations stand behind it.

import { compareCodePoints, isSame, sorted } from "./canonical.ts";
import { isRemovalMarker, isUnder, view, type RecordState, type Survivor, type View } from "./merge.ts";
import { DEAD, OF, RESTRICTED, REVIEW, VILLAGE, isMarker, isReserved, type Value } from "./operations.ts";
import { returnsIn, reviewOf, type Return, type Review } from "./review.ts";

/** After a member's path: the question whether its removal stands. */
export const REMOVAL = "#removal";
export const KEEP = "keep";
export const REMOVE = "remove";

/** A value on the screen: where, in which record, entered by which operation, by whom and when. */
export interface Seen {
  readonly path: string;
  readonly record: string;
  readonly id: string;
  readonly value: Value;
  readonly author: string;
  readonly time: number;
}

export class Dossier {
  readonly submission: RecordState;
  readonly parts: readonly RecordState[];
  #shown: View | undefined;
  #restrictedValues: ReadonlyMap<string, readonly Seen[]> | undefined;
  #marked: ReadonlySet<string> | undefined;
  #answers: ReadonlyMap<string, Value> | undefined;
  #conflicts: ReadonlyMap<string, readonly Seen[]> | undefined;

  /** `submission` may be any record; `parts` are the restricted parts of a submission that are readable. */
  constructor(submission: RecordState, parts: readonly RecordState[] = []) {
    this.submission = submission;
    this.parts = parts;
  }

  get record(): string {
    return this.submission.record;
  }

  /** The ids of all that is read here: the submission's, and those of its readable parts. */
  get records(): string[] {
    return this.#states.map((state) => state.record);
  }

  get #states(): readonly RecordState[] {
    return [this.submission, ...this.parts];
  }

  /** What the submission alone shows. */
  get shown(): View {
    return (this.#shown ??= view(this.submission));
  }

  // --- answers ---

  /** What the restricted parts hold at each path; that the answer is in another part is none. */
  get restrictedValues(): ReadonlyMap<string, readonly Seen[]> {
    return (this.#restrictedValues ??= this.#findRestrictedValues());
  }

  #findRestrictedValues(): Map<string, readonly Seen[]> {
    const found = new Map<string, readonly Seen[]>();
    for (const part of this.parts) {
      for (const path of view(part).answers.keys()) {
        const told = seenAt(part, path).filter((one) => !isMarker(one.value, RESTRICTED));
        if (told.length === 0 || isReserved(path) || this.isHidden(path)) continue;
        found.set(path, [...(found.get(path) ?? []), ...told]);
      }
    }
    return found;
  }

  /**
   * Everything that is on the screen at a path, the newest first.
   *
   * The marker that there is a restricted answer gives way to the answer itself where that is readable.
   */
  valuesAt(path: string): Seen[] {
    const own = this.shown.answers.has(path) ? seenAt(this.submission, path) : [];
    const restricted = this.restrictedValues.get(path) ?? [];
    const left = restricted.length ? own.filter((one) => !isMarker(one.value, RESTRICTED)) : own;
    return [...left, ...restricted].sort(newestFirst);
  }

  /** The one value that is shown at a path: the provisional one in a conflict. */
  shownAt(path: string): Seen | null {
    return this.valuesAt(path).find((one) => !isMarker(one.value, RESTRICTED)) ?? null;
  }

  /** The paths where somebody left a restricted answer. */
  get #markedPaths(): ReadonlySet<string> {
    return (this.#marked ??= new Set(
      this.submission.survivors.filter((one) => isMarker(one.value, RESTRICTED)).map((one) => one.path),
    ));
  }

  /** One value a path, the provisional one in a conflict; without what may not be read. */
  get answers(): ReadonlyMap<string, Value> {
    return (this.#answers ??= this.#mergeAnswers());
  }

  #mergeAnswers(): Map<string, Value> {
    const marked = this.#markedPaths;
    const merged = new Map([...this.shown.answers].filter(([path]) => !marked.has(path)));
    const asked = [...marked].filter((path) => this.shown.answers.has(path));
    for (const path of new Set([...this.restrictedValues.keys(), ...asked])) {
      const one = this.shownAt(path);
      if (one) merged.set(path, one.value);
    }
    return merged;
  }

  /** The paths of which nothing is known but that there is a restricted answer. */
  get unreadable(): string[] {
    const asked = [...this.#markedPaths].filter((path) => this.shown.answers.has(path));
    return sorted(asked.filter((path) => !this.answers.has(path)));
  }

  /** The same, with the paths that are hidden: what is told of a past is told of these neither. */
  get keptBack(): ReadonlySet<string> {
    const told = new Set<string>();
    for (const part of this.parts) {
      for (const one of part.survivors) if (!isMarker(one.value, RESTRICTED)) told.add(one.path);
    }
    return new Set([...this.#markedPaths].filter((path) => !told.has(path)));
  }

  /** Those of `unreadable` where the reader's answer gave way to one that he may not read. */
  get settledElsewhere(): string[] {
    const isElsewhere = (path: string) =>
      this.parts.some((part) => part.valuesAt(path).some((value) => isMarker(value, RESTRICTED)));
    return this.unreadable.filter(isElsewhere);
  }

  // --- what waits for a person ---

  /** The values of each path where people disagree, the provisional one first. */
  get conflicts(): ReadonlyMap<string, readonly Seen[]> {
    return (this.#conflicts ??= this.#findConflicts());
  }

  #findConflicts(): Map<string, readonly Seen[]> {
    const found = new Map<string, readonly Seen[]>();
    const paths = new Set([...this.shown.conflicts.keys(), ...this.restrictedValues.keys()]);
    for (const path of sorted(paths)) {
      const values = this.valuesAt(path);
      if (this.shown.conflicts.has(path) || isContradiction(values)) found.set(path, values);
    }
    return found;
  }

  /** The contested removals by the member's path: who removed it, and whose values that would hide. */
  get removals(): ReadonlyMap<string, readonly Seen[]> {
    return new Map([...this.shown.removals].map(([root, dead]) => [root, this.#sides(root, dead)]));
  }

  #sides(root: string, dead: readonly Survivor[]): Seen[] {
    const removed = dead.map((removal) => ({ ...seenOf(this.submission, removal), value: REMOVE }));
    const kept = new Map(this.overlooked(root).map((one) => [one.id, one]));
    const told = [...kept.values()].sort(newestFirst).map((one) => ({ ...one, path: root, value: KEEP }));
    return [...removed, ...told];
  }

  /** What stands at or below a member that no removal of it has seen. */
  overlooked(member: string): Seen[] {
    const dead = this.submission.at(member).filter((one) => isMarker(one.value, DEAD));
    const known = new Set(dead.flatMap((removal) => [removal.id, ...removal.seen]));
    return this.submission.survivors
      .filter((one) => isUnder(one.path, member) && !known.has(one.id) && !isMarker(one.value, DEAD))
      .map((one) => seenOf(this.submission, one));
  }

  /** Conflicts and contested removals, the latter at `PATH#removal`. */
  get disputes(): ReadonlyMap<string, readonly Seen[]> {
    const asked = [...this.removals].map(([root, sides]) => [root + REMOVAL, sides] as const);
    const all = [...this.conflicts, ...asked];
    return new Map(all.sort(([path], [other]) => compareCodePoints(path, other)));
  }

  /** Whether no conflict that the reader may see waits for a person. */
  get isSettled(): boolean {
    return this.conflicts.size === 0 && this.shown.removals.size === 0;
  }

  /** Whether the path lies at or under a removed member. */
  isHidden(path: string): boolean {
    return [...this.shown.hidden].some((root) => isUnder(path, root));
  }

  // --- what a change names ---

  /** The ids behind each path, reviews apart; those of the restricted parts stand with the questions. */
  get survivors(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, Set<string>>();
    for (const state of this.#states) {
      for (const { path, id } of state.survivors) {
        if (path === REVIEW || (state !== this.submission && isReserved(path))) continue;
        found.set(path, (found.get(path) ?? new Set()).add(id));
      }
    }
    return new Map(sorted(found.keys()).map((path) => [path, sorted(found.get(path) ?? [])]));
  }

  /** The ids of the values at a path, by record: what an answer that is entered there replaces. */
  onScreen(path: string): ReadonlyMap<string, readonly string[]> {
    const found = this.#states.map((state) => [state.record, state.at(path).map((one) => one.id)] as const);
    return new Map(found.filter(([, ids]) => ids.length > 0));
  }

  // --- review ---

  /** Where the submission stands, for whoever may read it: the restricted parts make no difference. */
  get review(): Review {
    return reviewOf(this.submission, this.shown);
  }

  /** The reviews that survive, the newest first: several where nobody had seen the other's. */
  get reviews(): Seen[] {
    return seenAt(this.submission, REVIEW).sort(newestFirst);
  }

  /** Where each readable restricted part stands, by its record; it is reviewed by itself. */
  get partReviews(): ReadonlyMap<string, Review> {
    return new Map(this.parts.map((part) => [part.record, reviewOf(part, view(part))]));
  }

  /** The reviews that survive in each readable restricted part, the newest first, by its record. */
  get reviewsOfParts(): ReadonlyMap<string, Seen[]> {
    return new Map(this.parts.map((part) => [part.record, seenAt(part, REVIEW).sort(newestFirst)]));
  }

  /** The returns in view, those of restricted parts too: a correction answers them all. */
  get returns(): Return[] {
    return this.#states.flatMap(returnsIn);
  }

  /** The questions that are answered in a restricted part. */
  pathsOf(part: string): ReadonlySet<string> {
    const told = [...this.restrictedValues].filter(([, seen]) => seen.some((one) => one.record === part));
    return new Set(told.map(([path]) => path));
  }

  /** The paths at which a restricted part has an answer that somebody disagrees with. */
  disputedIn(part: string): string[] {
    const told = [...this.conflicts].filter(([, sides]) => sides.some((one) => one.record === part));
    return told.map(([path]) => path);
  }

  // --- what stands apart ---

  get village(): string | null {
    return this.#textAt(VILLAGE);
  }

  /** For a restricted part: the submission that it belongs to. */
  get of(): string | null {
    return this.#textAt(OF);
  }

  #textAt(path: string): string | null {
    const value = this.shown.answers.get(path);
    return typeof value === "string" ? value : null;
  }
}

function isContradiction([first, ...others]: readonly Seen[]): boolean {
  return first !== undefined && others.some((one) => !isSame(one.value, first.value));
}

function seenOf(state: RecordState, { path, id, value }: Survivor): Seen {
  const { author, time } = state.originOf(id);
  return { path, record: state.record, id, value, author, time };
}

function seenAt(state: RecordState, path: string): Seen[] {
  const told = state.at(path).filter((one) => !isRemovalMarker(one.value));
  return told.map((one) => seenOf(state, one));
}

function newestFirst(one: Seen, other: Seen): number {
  return other.time - one.time || compareCodePoints(other.id, one.id);
}
