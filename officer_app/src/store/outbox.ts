// The device's own operations: saved, handed in, acknowledged, guarded for ninety days.
// The port of `client_sync/store/outbox.py`.

import { VOID, type Status, type Verdict } from "../device/replies.ts";
import { StoreDamaged } from "../device/errors.ts";
import { ERASED } from "../domain/erasing.ts";
import { idOf, parseRaw, type Operation } from "../domain/operations.ts";
import type { Database } from "./database.ts";

/** How long an operation is kept after the server has it and sent it back. */
export const KEPT_MS = 90 * 24 * 3600 * 1000;
export const MOST_OFFERED = 20_000;

/**
 * An operation that waits to be sent; `raw` are its bytes, which travel as they are. `isUrgent`: it cannot wait, or
 * something that cannot needs it before itself.
 */
export interface Outgoing {
  readonly id: string;
  readonly replica: string;
  readonly isCounted: boolean;
  readonly raw: Uint8Array;
  readonly isUrgent: boolean;
}

/** An own operation that the stored document of a record does not include. */
export interface Open {
  readonly id: string;
  readonly status: Status | "queued";
  readonly raw: Uint8Array;
}

/** An operation that was held or made void: kept, and shown until it is decided or dismissed. */
export interface Refusal {
  readonly id: string;
  readonly records: readonly string[];
  readonly status: Status;
  readonly code: string;
  readonly message: string;
  readonly isDismissed: boolean;
}

export class Outbox {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  add(operation: Operation, created: number, isUrgent = false): void {
    const { id, replica, n, author, raw } = operation;
    this.#db.run("add_operation", id, replica, n, author, created, raw, Number(isUrgent));
    for (const record of operation.records) this.#db.run("link_operation", record, id);
  }

  /**
   * The first operations in the order of sending, but for those named, read as asked for.
   *
   * Urgent ones first, with those before them that speak of any of their records; else in the order of saving. So of
   * what speaks of the same record the earlier always goes first.
   *
   * Raises `StoreDamaged` when the bytes are not those that were saved.
   */
  *queued(most: number, besides: Iterable<string> = []): Generator<Outgoing> {
    const leftOut = new Set(besides);
    let left = most;
    for (const name of ["urgent_operations", "queued_operations"]) {
      const isUrgent = name === "urgent_operations";
      for (const [one, replica, isCounted, raw] of this.#db.rows(name, JSON.stringify([...leftOut]), left)) {
        const id = String(one);
        if (isUrgent) leftOut.add(id);
        left -= 1;
        yield {
          id,
          replica: String(replica),
          isCounted: isCounted === 1,
          raw: sound(id, raw as Uint8Array),
          isUrgent,
        };
      }
      if (left <= 0) return;
    }
  }

  /** What no server has counted, in the order of saving: what waits, and what none even took in. */
  unsentIds(): string[] {
    return this.#texts("unsent_ids");
  }

  /** Their bytes. Raises `StoreDamaged`. */
  *unsent(): Generator<Uint8Array> {
    for (const [one, raw] of this.#db.rows("unsent_operations")) yield sound(String(one), raw as Uint8Array);
  }

  /** What waits besides these operations: (replica, first n, last n), in order. */
  rangesBeside(operations: Iterable<string>): [replica: string, first: number, last: number][] {
    return this.#db
      .among("ranges_beside", operations)
      .map(([replica, first, last]) => [String(replica), Number(first), Number(last)]);
  }

  countQueued(): number {
    return Number(this.#db.value("count_queued"));
  }

  /** How many filled forms anything waits of. */
  countQueuedForms(): number {
    return Number(this.#db.value("count_queued_forms"));
  }

  /** The records of which anything waits. */
  queuedRecords(): ReadonlySet<string> {
    return new Set(this.#texts("queued_records"));
  }

  /** How many bytes wait, before they are packed. */
  queuedBytes(): number {
    return Number(this.#db.value("queued_bytes"));
  }

  /** Takes operations out of the outbox, each with its verdict; `clock` is the server's. */
  acknowledge(verdicts: Iterable<readonly [operation: string, verdict: Verdict]>, clock: number): void {
    for (const [operation, { status, code, message }] of verdicts) {
      this.#db.run("acknowledge_operation", status, code, message, clock, operation);
    }
  }

  /** Takes one out of the outbox that no server has counted. */
  refuse(operation: string, { status, code, message }: Verdict, clock: number): void {
    this.#db.run("refuse_operation", status, code, message, clock, operation);
  }

  /**
   * Takes another verdict over than the one that is known; `clock` is the server's.
   *
   * Gives the records that the operation touches: none when it is not ours, or this is nothing new.
   */
  judge(operation: string, { status, code, message }: Verdict, clock: number): string[] {
    const isNews = this.#db.run("judge_operation", status, code, message, clock, operation) > 0;
    return isNews ? this.recordsOf(operation) : [];
  }

  /** A document of the server shows it, so it is accepted, whatever was said of it before. */
  acceptShown(operation: string): void {
    this.#db.run("accept_operation", operation);
  }

  recordsOf(operation: string): string[] {
    return this.#texts("records_of_operation", operation);
  }

  /** The records that each of the operations touches. */
  recordsOfEach(operations: Iterable<string>): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const [operation, record] of this.#db.among("records_of_operations", operations)) {
      const records = found.get(String(operation));
      if (records) records.push(String(record));
      else found.set(String(operation), [String(record)]);
    }
    return found;
  }

  /** Those of the records that any own operation touches. */
  touchedAmong(records: Iterable<string>): ReadonlySet<string> {
    return new Set(this.#db.among("records_with_operations", records).map(([record]) => String(record)));
  }

  statusOf(operation: string): Status | "queued" | null {
    return (this.#db.value("status_of_operation", operation) ?? null) as Status | "queued" | null;
  }

  dismiss(operation: string): void {
    this.#db.run("dismiss_operation", operation);
  }

  /** Everything that is held or void, dismissed or not. */
  refused(): Refusal[] {
    return this.#db.rows("refused_operations").map(([id, status, code, message, isDismissed, , records]) => ({
      id: String(id),
      records: String(records ?? "")
        .split(" ")
        .filter(Boolean),
      status: status as Status,
      code: String(code),
      message: String(message),
      isDismissed: isDismissed === 1,
    }));
  }

  /** The ids of everything that is held or void. */
  marked(): ReadonlySet<string> {
    return new Set(this.#texts("held_or_void"));
  }

  /** Those of them that touch a record. */
  markedOf(record: string): ReadonlySet<string> {
    return new Set(this.#texts("held_or_void_of", record));
  }

  /** How many operations have each status, dismissed ones apart. */
  counts(): ReadonlyMap<string, number> {
    return new Map(
      this.#db.rows("count_by_status").map(([status, count]) => [String(status), Number(count)]),
    );
  }

  // --- what a record still lacks ---

  /** The operations that are in the person's view of the record but not in its document. */
  openOf(record: string): Open[] {
    return this.#db.rows("open_of_record", record).map(([id, status, raw]) => ({
      id: String(id),
      status: status as Open["status"],
      raw: raw as Uint8Array,
    }));
  }

  /** Those of them that are void: nobody will accept them any more. */
  voidOf(record: string): Operation[] {
    return this.openOf(record)
      .filter((one) => one.status === VOID)
      .map((one) => parseRaw(one.raw));
  }

  uncontainedOf(record: string): ReadonlySet<string> {
    return new Set(this.#texts("uncontained_of_record", record));
  }

  dismissedOf(record: string): ReadonlySet<string> {
    return new Set(this.#texts("dismissed_of_record", record));
  }

  /** The document is the server's: it includes what the server accepted, and nothing else of ours. */
  containAccepted(record: string): void {
    this.#db.run("contain_accepted", record);
  }

  /** The documents of these records include every own operation. */
  containAll(records: Iterable<string>): void {
    for (const record of records) this.#db.run("contain_all", record);
  }

  contain(record: string, operation: string, isContained = true): void {
    this.#db.run("contain_operation", Number(isContained), record, operation);
  }

  // --- erasing ---

  /** The operations on these records that were sent, and of which there is anything left. */
  sentOf(records: Iterable<string>): Operation[] {
    return this.#db
      .among("sent_of_records", records)
      .map(([, raw]) => raw as Uint8Array)
      .filter((raw) => raw.length > 0)
      .map((raw) => parseRaw(raw));
  }

  /** Leaves nothing of an operation but its id and what became of it. */
  empty(operation: string): void {
    this.#db.run("empty_operation", ERASED, operation);
    this.#db.run("unlink_operation", operation, "[]");
  }

  /** Puts a redacted operation in the place of the whole one. */
  redact(operation: Operation): void {
    this.#db.run("redact_operation", operation.raw, operation.id);
    this.#db.run("unlink_operation", operation.id, JSON.stringify(operation.records));
  }

  // --- reconciling ---

  /** The newest ids that this account made here; those that the server would not even look at apart. */
  offered(author: string): string[] {
    return this.#db.rows("offered_operations", author, MOST_OFFERED).map(([one]) => String(one));
  }

  /** Exactly these are counted in the current replica's have. */
  countOnly(operations: Iterable<string>): void {
    this.#db.run("count_no_operation");
    for (const one of operations) this.#db.run("count_operation", one);
  }

  /** Puts an operation that the server lost back into the outbox; false if it is there already. */
  queueAgain(operation: string): boolean {
    return this.#db.run("queue_again", operation) > 0;
  }

  /** Forgets what the server has had for ninety days by its own clock, and sent back. */
  prune(clock: number): void {
    this.#db.run("prune_operations", clock - KEPT_MS);
  }

  #texts(name: string, ...parameters: string[]): string[] {
    return this.#db.rows(name, ...parameters).map(([one]) => String(one));
  }
}

/** The bytes of an operation, if they are those that were saved. */
function sound(one: string, raw: Uint8Array): Uint8Array {
  let found: string;
  try {
    found = idOf(raw);
  } catch {
    found = "";
  }
  if (found === one) return raw;
  throw new StoreDamaged("the device store is damaged: an operation has changed", "store-damaged", {
    detail: one,
  });
}
