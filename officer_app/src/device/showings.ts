// What pages show, noted before they show it: the port of what `client_sync/desk.py` notes, for pages that are drawn anew
// whenever anything changes.

import type { Dossier } from "../domain/dossier.ts";
import type { Opened } from "../domain/opened.ts";
import type { Looking } from "./looking.ts";

/** What is drawn anew within this time is not shown anew. */
const SAME_SHOWING_MS = 60_000;
/** The ways in which pages show records; what opens them to be filled is noted by itself. */
const WAYS = ["list", "read"] as const satisfies readonly Opened[];
export type Way = (typeof WAYS)[number];

export class Showings {
  readonly #desk: Looking;
  /** When records were shown in which way, by the device's clock, and those that the next note is of. */
  readonly #noted: Readonly<Record<Way, Map<string, number>>> = { list: new Map(), read: new Map() };
  readonly #fresh: Readonly<Record<Way, Set<string>>> = { list: new Set(), read: new Set() };

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  /** One state of the store for all that is read, and one write for what is noted of it. */
  during<T>(todo: () => T): T {
    for (const way of WAYS) this.#fresh[way].clear();
    const shown = this.#desk.store.transaction(() => {
      const found = todo();
      for (const way of WAYS) this.#desk.noteShown(this.#fresh[way], way);
      return found;
    });
    for (const way of WAYS) {
      for (const record of this.#fresh[way]) this.#noted[way].set(record, this.#desk.now);
    }
    return shown;
  }

  /** Has it noted that these records are shown; what was drawn a moment ago is the same showing. */
  note(records: Iterable<string>, way: Way): void {
    const { now } = this.#desk;
    for (const record of records) {
      const before = this.#noted[way].get(record) ?? -Infinity;
      if (now < before || now - before > SAME_SHOWING_MS) this.#fresh[way].add(record);
    }
  }

  /** A record of which its answers are shown. Throws `NotFound`. */
  read(record: string): Dossier {
    const dossier = this.#desk.dossier(record);
    this.note(dossier.records, "read");
    return dossier;
  }
}
