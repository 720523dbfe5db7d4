// What a device showed of records while nobody else could see it: how that is told. What a device needs of
// `domain/opened.py`. It notes each showing before it shows, and reports it later.

import type { Json, JsonObject } from "./canonical.ts";

/** Names of records that travel in one report. */
export const MOST_RECORDS = 500;
const HOUR_MS = 3_600_000;

/** In which way a record was shown. */
export type Opened = "read" | "edit" | "export" | "list";

/** For how long showings of a record are counted as one; null: until they are reported. */
export function togetherMs(action: Opened): number | null {
  return action === "list" ? null : HOUR_MS;
}

/**
 * Some records that were shown equally often in one way, from `first` to `last` by the device's clock.
 *
 * `offset` is by how much that clock was known to be behind the server's (milliseconds; null where it never met one),
 * `author` whose device it was.
 */
export interface OpenedAct {
  readonly records: readonly string[];
  readonly action: string;
  readonly author: string;
  readonly first: number;
  readonly last: number;
  readonly offset: number | null;
  readonly count: number;
}

/** What a device reports at once. It sends the same again until the server says that it has this batch. */
export class OpenedReport {
  readonly batch: string;
  readonly acts: readonly OpenedAct[];

  constructor(batch: string, acts: readonly OpenedAct[]) {
    this.batch = batch;
    this.acts = acts;
  }

  /** As it travels. */
  asJson(): JsonObject {
    return { batch: this.batch, acts: this.acts.map(actAsJson) };
  }
}

function actAsJson({ action, author, first, last, offset, count, records }: OpenedAct): Json {
  return [action, author, first, last, offset, count, records];
}
