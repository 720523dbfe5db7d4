// What this device showed to its person, until the server has it. The port of `client_sync/store/openings.py`.

import { MOST_RECORDS, OpenedReport, togetherMs, type Opened, type OpenedAct } from "../domain/opened.ts";
import type { Database, Row } from "./database.ts";

const EVER = -Number.MAX_SAFE_INTEGER;

/** Rows of one record each; showings of a record that belong together are counted in one. */
export class Openings {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** Counts one showing of each record; `now` is the device's clock, `offset` how far it is behind. */
  note(records: Iterable<string>, action: Opened, author: string, offset: number | null, now: number): void {
    const window = togetherMs(action);
    const since = window === null ? EVER : now - window;
    const counted = [
      JSON.stringify([...new Set(records)].sort()),
      action,
      author,
      offset,
      since,
      now,
    ] as const;
    this.#db.runAside("count_openings_again", ...counted);
    this.#db.runAside("add_openings", ...counted);
  }

  /** Whether there is something to report. */
  any(): boolean {
    return Boolean(this.#db.value("has_openings"));
  }

  /**
   * The next report: the one whose answer did not arrive, or a new one; null where nothing is new.
   *
   * It writes, so it stands in a transaction that ends before the report is sent: what is reported is counted no
   * further, and a repeated report is the same.
   */
  report(newBatch: () => string): OpenedReport | null {
    let batch = this.#db.value("batch_of_openings");
    if (batch === undefined) {
      if (!this.any()) return null;
      batch = newBatch();
      this.#db.run("begin_batch_of_openings", batch, MOST_RECORDS);
    }
    return new OpenedReport(String(batch), actsOf(this.#db.rows("openings_of_batch", batch)));
  }

  /** Forgets what the server has put on record. */
  drop(batch: string): void {
    this.#db.run("drop_batch_of_openings", batch);
  }
}

/** Neighbouring rows that say the same but for the record, as one act each. */
function actsOf(rows: readonly Row[]): OpenedAct[] {
  const acts: { said: string; first: Row; records: string[] }[] = [];
  for (const row of rows) {
    const said = JSON.stringify(row.slice(0, -1));
    const last = acts.at(-1);
    if (last?.said === said) last.records.push(String(row.at(-1)));
    else acts.push({ said, first: row, records: [String(row.at(-1))] });
  }
  return acts.map(({ first: [action, author, first, last, offset, count], records }) => ({
    records,
    action: String(action),
    author: String(author),
    first: Number(first),
    last: Number(last),
    offset: offset as number | null,
    count: Number(count),
  }));
}
