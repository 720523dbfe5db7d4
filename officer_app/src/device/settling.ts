// Whether a conflict is for the person of this device to settle, as far as is known here. The port of
// `client_sync/settling.py`.

import { mayReview } from "../domain/access.ts";
import { isVillage } from "../domain/areas.ts";
import { caseOf, listOf } from "../domain/cases/index.ts";
import { REMOVAL, type Dossier } from "../domain/dossier.ts";
import type { RecordState } from "../domain/merge.ts";
import { ALIVE, VILLAGE, isMarker, type Operation } from "../domain/operations.ts";
import { ASSIGNMENT, ROUND, readAssignment, readRound } from "../domain/planning.ts";
import { assignedIn, whyNot } from "../domain/settling.ts";
import type { Identity } from "../store/settings.ts";
import type { Store } from "../store/store.ts";

/**
 * Tells of conflicts on this device whose they are.
 *
 * That somebody else settled one before, the server alone knows; it says so when the settlement arrives.
 */
export class Settling {
  readonly #store: Store;
  readonly #identity: Identity;
  #open: ReadonlyMap<string, readonly RecordState[]> | null = null;

  constructor(store: Store, identity: Identity) {
    this.#store = store;
    this.#identity = identity;
  }

  /** Why the office will decide instead (see `domain/settling.ts`); null where it is this person's. */
  whyNot(dossier: Dossier, path: string): string | null {
    return whyNot(this.#identity.author, this.#assigned(dossier), {
      isReviewer: this.#isReviewer(dossier),
      isSettledBefore: this.#hasSettled(dossier, path),
    });
  }

  #isReviewer({ submission }: Dossier): boolean {
    const { role, areas } = this.#identity;
    const villages = submission.valuesAt(VILLAGE).filter((one) => typeof one === "string" && isVillage(one));
    return mayReview(role, areas, submission.kind, villages as string[]);
  }

  #assigned(dossier: Dossier): ReadonlySet<string> {
    const record = listOf(dossier.submission.kind) !== null ? dossier.record : caseOf(dossier);
    return assignedIn(this.#assignments.get(record ?? "") ?? []);
  }

  /** The assignments in rounds that are open, by case. */
  get #assignments(): ReadonlyMap<string, readonly RecordState[]> {
    this.#open ??= this.#findAssignments();
    return this.#open;
  }

  #findAssignments(): Map<string, RecordState[]> {
    const rounds = this.#store.records.allShown(ROUND).flatMap((state) => readRound(state) ?? []);
    const closed = new Set(
      rounds.filter((one) => one.isClosed).map((one) => placeOf(one.round, one.village)),
    );
    const found = new Map<string, RecordState[]>();
    for (const state of this.#store.records.allShown(ASSIGNMENT)) {
      const read = readAssignment(state);
      if (!read || closed.has(placeOf(read.round, read.village))) continue;
      found.set(read.case, [...(found.get(read.case) ?? []), state]);
    }
    return found;
  }

  /** Whether an operation of this device did that before; one that was held is no settlement. */
  #hasSettled(dossier: Dossier, path: string): boolean {
    const { outbox } = this.#store;
    const undecided = new Set(dossier.records.flatMap((record) => [...outbox.markedOf(record)]));
    return outbox
      .sentOf(dossier.records)
      .some((one) => !undecided.has(one.id) && settles(one, dossier, path));
  }
}

function placeOf(round: string, village: string): string {
  return `${round} ${village}`;
}

function settles(operation: Operation, dossier: Dossier, path: string): boolean {
  const isRemoval = path.endsWith(REMOVAL);
  const place = isRemoval ? path.slice(0, -REMOVAL.length) : path;
  const said = operation.parts
    .filter((part) => dossier.records.includes(part.record))
    .flatMap((part) => part.changes.filter((change) => change.path === place));
  // A first removal names answers too; what takes one back settles it, or was never contested.
  return said.some(({ value, preds }) => (isRemoval ? isMarker(value, ALIVE) : preds.length > 1));
}
