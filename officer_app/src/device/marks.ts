// What waits of records, and what the server holds back or left out, read once for a whole list.

import { OF, parseRaw, RESTRICTED_PART, REVIEW } from "../domain/operations.ts";
import type { Refusal } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import type { Pending } from "../worker/api.ts";

export class Marks {
  readonly #queued: ReadonlySet<string>;
  readonly #pending = new Map<string, Pending[]>();

  constructor(store: Store) {
    this.#queued = store.outbox.queuedRecords();
    for (const one of store.outbox.refused()) {
      if (one.isDismissed) continue;
      const told = pendingOf(store, one);
      for (const record of one.records) {
        // One that a later operation answered needs no mark any more.
        if (!store.records.shown(record)?.origins.has(one.id)) continue;
        const beside = this.#pending.get(record);
        if (beside) beside.push(told);
        else this.#pending.set(record, [told]);
      }
    }
  }

  /** Whether anything of these records is still here alone. */
  isUnsent(records: readonly string[]): boolean {
    return records.some((record) => this.#queued.has(record));
  }

  /** What is held or void of these records, and in view. */
  of(records: readonly string[]): Pending[] {
    const found = records.flatMap((record) => this.#pending.get(record) ?? []);
    return [...new Map(found.map((one) => [one.operation, one])).values()];
  }
}

/** Whether later operations answered all that it says; what it says of the review alone is never in view. */
export function isAnswered(store: Store, { id, records }: Refusal): boolean {
  const own = records.flatMap((record) => store.outbox.openOf(record)).find((one) => one.id === id);
  const parts = own ? parseRaw(own.raw).parts : [];
  const isOfReview = !parts.some(({ changes }) => changes.some(({ path }) => path !== REVIEW));
  const shown = records.flatMap((record) => store.records.shown(record) ?? []);
  return !isOfReview && shown.length > 0 && !shown.some((state) => state.origins.has(id));
}

/** A held or void operation; its record is the submission, where it speaks of a part of one. */
export function pendingOf(store: Store, refusal: Refusal): Pending {
  const { id, status, code, message, isDismissed } = refusal;
  return {
    operation: id,
    status: status === "held" ? "held" : "void",
    code,
    message,
    record: recordOf(store, refusal.records),
    isDismissed,
  };
}

function recordOf(store: Store, records: readonly string[]): string | null {
  const [first] = records;
  const state = first === undefined ? null : store.records.shown(first);
  if (state?.kind !== RESTRICTED_PART) return state?.record ?? null;
  const of = state.valuesAt(OF).find((value) => typeof value === "string");
  return of ?? state.record;
}
