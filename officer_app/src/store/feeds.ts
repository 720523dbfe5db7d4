// How far the device has read each feed, which villages list which record, and what it has yet to ask for.
// The port of `client_sync/store/feeds.py`.

import type { Database } from "./database.ts";

export const NEVER_READ = "0";

export class Feeds {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  cursors(): ReadonlyMap<string, string> {
    return new Map(this.#db.rows("cursors").map(([feed, cursor]) => [String(feed), String(cursor)]));
  }

  setCursors(cursors: ReadonlyMap<string, string>): void {
    this.#db.runMany("set_cursor", cursors);
  }

  forgetCursors(): void {
    this.#db.run("drop_cursors");
  }

  forgetFeed(feed: string): void {
    this.#db.run("drop_cursor", feed);
  }

  // --- memberships ---

  villagesOf(record: string): ReadonlySet<string> {
    return this.#texts("memberships_of_record", record);
  }

  recordsIn(village: string): ReadonlySet<string> {
    return this.#texts("members_of_village", village);
  }

  memberVillages(): ReadonlySet<string> {
    return this.#texts("member_villages");
  }

  /** Each of these records is in exactly these villages. */
  place(places: ReadonlyMap<string, readonly string[]>): void {
    const known = new Map<string, Set<string>>();
    for (const [record, village] of this.#db.among("memberships_of_records", places.keys())) {
      known.set(String(record), (known.get(String(record)) ?? new Set()).add(String(village)));
    }
    for (const [record, villages] of places) {
      const before = known.get(record) ?? new Set();
      for (const village of villages) {
        if (!before.has(village)) this.addMembership(village, record);
      }
      for (const village of before) {
        if (!villages.includes(village)) this.#db.run("drop_membership", village, record);
      }
    }
  }

  addMembership(village: string, record: string): void {
    this.#db.run("add_membership", village, record);
  }

  /** Ends a membership; whether it was there and was the last one. */
  leave(village: string, record: string): boolean {
    return this.#db.run("drop_membership", village, record) > 0 && this.villagesOf(record).size === 0;
  }

  leaveAll(record: string): void {
    this.#db.run("drop_memberships_of_record", record);
  }

  // --- wanted ---

  want(records: Iterable<string>): void {
    for (const record of records) this.#db.run("want", record);
  }

  unwant(records: Iterable<string>): void {
    for (const record of records) this.#db.run("unwant", record);
  }

  wanted(most: number): readonly string[] {
    return this.#db.rows("wanted", most).map(([record]) => String(record));
  }

  countWanted(): number {
    return Number(this.#db.value("count_wanted"));
  }

  wantNothing(): void {
    this.#db.run("drop_wanted");
  }

  #texts(name: string, ...parameters: string[]): ReadonlySet<string> {
    return new Set(this.#db.rows(name, ...parameters).map(([one]) => String(one)));
  }
}
