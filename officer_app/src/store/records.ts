// The records on this device: the server's document of each, and what its person sees.
// The port of `client_sync/store/records.py`.
//
// What the person sees is the document with the device's own operations on top that are not in it yet, held and void
// ones included (but for what void ones say of the review), by the same merge as everywhere. It is kept beside the
// document while the two differ, so that reading needs no merge, and so that an acknowledged operation costs no second
// one: when the server's digest is that of what the person sees, and nothing in it is undecided, the view becomes the
// document.

import { OK, VOID, type Entry, type Short } from "../device/replies.ts";
import { StoreDamaged } from "../device/errors.ts";
import { caseKind } from "../domain/cases/naming.ts";
import { fold, RecordState, unexplained } from "../domain/merge.ts";
import { OF, parseRaw, SUBMISSION, VILLAGE, withoutReviews, type Operation } from "../domain/operations.ts";
import type { Database, Row, SqlValue } from "./database.ts";
import type { Feeds } from "./feeds.ts";
import type { Files } from "./files.ts";
import type { Open, Outbox } from "./outbox.ts";

/** A record as lists know it before it is read; `digest` is that of what its person sees. */
export interface Listed {
  readonly record: string;
  readonly kind: string;
  readonly form: string | null;
  readonly of: string | null;
  readonly digest: string;
}

export class Records {
  readonly #db: Database;
  readonly #outbox: Outbox;
  readonly #feeds: Feeds;
  readonly #files: Files;

  constructor(database: Database, outbox: Outbox, feeds: Feeds, files: Files) {
    this.#db = database;
    this.#outbox = outbox;
    this.#feeds = feeds;
    this.#files = files;
  }

  // --- reading ---

  /** The record as its person sees it. */
  shown(record: string): RecordState | null {
    return readState(this.#db.value("shown_record", record));
  }

  /** The server's document of the record, as it was last sent. */
  stored(record: string): RecordState | null {
    return readState(this.#db.row("record_row", record)?.[0]);
  }

  /** The restricted parts of a submission that are on this device. */
  partsOf(submission: string): RecordState[] {
    return states(this.#db.rows("shown_parts", submission));
  }

  /** All records of a kind, by village. */
  allShown(kind: string = SUBMISSION): RecordState[] {
    return states(this.#db.rows("shown_records", kind));
  }

  /** The cases of a list, or of all of them, by list and village. */
  allCases(listName: string | null = null): RecordState[] {
    const kind = caseKind(listName ?? "");
    const end = listName ? `${kind}!` : kind.replace(":", ";"); // what follows these kinds in ASCII
    return states(this.#db.rows("shown_cases", kind, end));
  }

  /** The cases of a list in which one of these texts (ids, numbers) stands somewhere. */
  casesSaying(listName: string, texts: Iterable<string>): RecordState[] {
    const wanted = [...texts];
    if (wanted.length === 0) return [];
    return states(this.#db.rows("cases_saying", caseKind(listName), JSON.stringify(wanted)));
  }

  ids(): string[] {
    return this.#db.rows("record_ids").map(([record]) => String(record));
  }

  /** Everything that is here, with the digests of what is seen of it: whoever keeps something of records in memory
   * reads those anew whose digest is another one. */
  listed(): Listed[] {
    return this.#db.rows("listed_records").map(([record, kind, form, of, digest]) => ({
      record: String(record),
      kind: String(kind),
      form: form as string | null,
      of: of as string | null,
      digest: String(digest),
    }));
  }

  /** All records as their person sees them, in the order in which they lie in the file. */
  *shownEach(): Generator<RecordState> {
    for (let last: SqlValue = 0; ;) {
      const rows = this.#db.rows("shown_after", last);
      yield* states(rows.map(([, data = null]) => [data]));
      if (rows.length === 0) return;
      last = rows.at(-1)?.[0] ?? last;
    }
  }

  count(kind: string = SUBMISSION): number {
    return Number(this.#db.value("count_records", kind));
  }

  digestOf(record: string): string | null {
    const found = this.#db.value("stored_digest", record);
    return found ? String(found) : null;
  }

  // --- writing ---

  /** Shows an operation of this device that was just saved. */
  addOwn(operation: Operation): void {
    for (const record of operation.records) {
      const state = this.shown(record);
      const absent = this.#outbox.dismissedOf(record);
      this.#putView(fold(state, [operation], record, known(state, [operation], record, absent)));
    }
  }

  /**
   * Takes in what an answer tells of records; gives those that have to be asked for.
   *
   * `accepted` says how many of our operations on a record the answer accepted. Set-wise where it can be: a first sync
   * brings ten thousand records.
   */
  take(entries: readonly Entry[], accepted: ReadonlyMap<string, number>): string[] {
    const own = this.#outbox.touchedAmong(entries.map((entry) => entry.record));
    const placed = new Map<string, readonly string[]>();
    const level: string[] = [];
    const unknown: string[] = [];
    for (const entry of entries) {
      if (entry.villages.length === 0) {
        this.drop(entry.record);
        continue;
      }
      if (entry.kind === "whole") {
        this.#takeDocument(entry.state, own.has(entry.record));
      } else if (this.#acceptView(entry, accepted.get(entry.record) ?? 0)) {
        level.push(entry.record);
      } else if (!this.#acceptFolded(entry)) {
        unknown.push(entry.record);
        continue;
      }
      placed.set(entry.record, entry.villages);
    }
    this.#outbox.containAll(level);
    this.#feeds.place(placed);
    return unknown;
  }

  /** Puts the server's document in the place of what was there. */
  #takeDocument(state: RecordState, isOursToo: boolean): void {
    this.#putDocument(state);
    if (!isOursToo) return;
    for (const one of this.#outbox.markedOf(state.record)) {
      if (state.origins.has(one)) this.#outbox.acceptShown(one);
    }
    this.#outbox.containAccepted(state.record);
    this.refresh(state.record);
  }

  /** What is in view becomes the document, if nothing in it is undecided. */
  #acceptView(entry: Short, accepted: number): boolean {
    return this.#db.run("accept_view", entry.record, entry.digest, accepted) > 0;
  }

  /** Computes the document; false when by its digest the server's is another one. */
  #acceptFolded(entry: Short): boolean {
    const { record } = entry;
    let state = this.stored(record);
    const accepted = this.#outbox.openOf(record).filter((one) => one.status === OK);
    const batch = unseen(
      state,
      accepted.map((one) => parseRaw(one.raw)),
    );
    if (batch.length > 0) {
      const absent = this.#outbox.uncontainedOf(record);
      state = fold(state, batch, record, known(state, batch, record, absent));
    }
    if (state === null || state.digest !== entry.digest) return false;
    this.#takeDocument(state, true);
    return true;
  }

  /**
   * Gives the server's document up; what of ours it does not have stays in view.
   *
   * One that a draft is about stays until that is finished or thrown away (`letGo`): what somebody is typing just now
   * could neither be kept nor sent without it.
   */
  drop(record: string): void {
    this.#feeds.leaveAll(record);
    this.#feeds.unwant([record]);
    if (!this.#isDrafted(record)) this.#giveUp(record);
  }

  /** Gives up what stayed for a draft, once there is none about it. */
  letGo(record: string): void {
    const isLeft = this.digestOf(record) !== null && this.#feeds.villagesOf(record).size === 0;
    if (isLeft && !this.#isDrafted(record)) this.#giveUp(record);
  }

  #isDrafted(record: string): boolean {
    return Boolean(this.#db.value("is_drafted", record));
  }

  #giveUp(record: string): void {
    this.#outbox.containAccepted(record);
    const batch = this.#outbox.openOf(record).map(inView);
    if (batch.length === 0) {
      this.#db.run("drop_record", record);
      this.#files.leave(record);
      return;
    }
    this.#putView(this.#foldOpen(null, batch, record));
    this.#db.run("drop_document", record);
  }

  /** Removes all that is kept of a record, whatever of ours is in it. */
  erase(record: string): void {
    this.#feeds.leaveAll(record);
    this.#feeds.unwant([record]);
    this.#db.run("drop_record", record);
    this.#files.eraseRecord(record);
  }

  /** Computes anew what the person sees of a record. */
  refresh(record: string): void {
    const waiting = this.#outbox.openOf(record);
    const row = this.#db.row("record_row", record);
    if (waiting.length === 0 && (row === undefined || row[3] === null)) return;
    const state = readState(row?.[0]);
    const batch = unseen(state, waiting.map(inView));
    if (batch.length > 0) {
      this.#putView(this.#foldOpen(state, batch, record));
    } else if (state) {
      this.#putDocument(state);
    } else {
      this.#db.run("drop_record", record);
      this.#files.leave(record);
    }
  }

  #foldOpen(state: RecordState | null, batch: readonly Operation[], record: string): RecordState {
    return fold(state, batch, record, known(state, batch, record, this.#outbox.dismissedOf(record)));
  }

  #putDocument(state: RecordState): void {
    this.#db.run("put_document", ...columns(state), state.digest, state.toBytes());
  }

  #putView(state: RecordState): void {
    this.#db.run("put_view", ...columns(state), state.digest, state.toBytes());
  }
}

/** Which of the operations that a batch names, and nothing tells of, the record has: all but those `absent`. */
function known(
  state: RecordState | null,
  batch: readonly Operation[],
  record: string,
  absent: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set([...unexplained(state, batch, record)].filter((one) => !absent.has(one)));
}

function columns(state: RecordState): (string | null)[] {
  return [state.record, state.kind, state.form, textAt(state, VILLAGE), textAt(state, OF)];
}

/** A reserved path's value, any of them where there are several; for finding only. */
function textAt(state: RecordState, path: string): string | null {
  return state.valuesAt(path).find((value) => typeof value === "string") ?? null;
}

/** Those that the document does not show to be in it already (it may have come before the verdict). */
function unseen(state: RecordState | null, batch: readonly Operation[]): Operation[] {
  return batch.filter((one) => state === null || !state.origins.has(one.id));
}

/** What an operation shows. A void one submits nothing and answers no return. */
function inView(one: Open): Operation {
  const operation = parseRaw(one.raw);
  return one.status === VOID ? withoutReviews(operation) : operation;
}

function states(rows: readonly Row[]): RecordState[] {
  return rows.map(([data]) => readState(data)).filter((state) => state !== null);
}

/** A state from disk. Raises `StoreDamaged` when the bytes are none. */
function readState(data: SqlValue | undefined): RecordState | null {
  if (data === null || data === undefined) return null;
  try {
    return RecordState.fromBytes(data as Uint8Array);
  } catch (error) {
    throw new StoreDamaged("the device store is damaged: a record cannot be read", "store-damaged", {
      detail: String(error),
    });
  }
}
