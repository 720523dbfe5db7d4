// The ends of the audit's chains that the server told this device. The port of `client_sync/store/heads.py`.

import type { Head } from "../domain/heads.ts";
import { headOf } from "../domain/heads.ts";
import type { Database } from "./database.ts";

export const KNOWN = "known";
export const UNPROVEN = "unproven";
export const DIFFERS = "differs";
export const DAY_MS = 24 * 3_600_000;
export const KEPT_MS = 400 * DAY_MS;

export type HeadState = typeof KNOWN | typeof UNPROVEN | typeof DIFFERS | "past";

/** An end of a chain; `told` by the server's clock, `state` as the schema says. */
export interface KeptHead {
  readonly kecamatan: string;
  readonly head: Head;
  readonly told: number;
  readonly state: HeadState;
}

/** By kecamatan. */
export type Newest = ReadonlyMap<string, Head>;

/** Whether it is of the chain that the server has, as far as is known. */
export function isCurrent(kept: KeptHead): boolean {
  return kept.state === KNOWN || kept.state === UNPROVEN;
}

/** The newest of each kecamatan. */
export function newestOf(kept: readonly KeptHead[]): Newest {
  return new Map(kept.filter(isCurrent).map((one) => [one.kecamatan, one.head]));
}

/** For each kecamatan the newest, and the last of each day for 400 days. */
export class Heads {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** By kecamatan, in the order in which they were told. */
  all(): KeptHead[] {
    return this.#db.rows("heads").map(([kecamatan, seq, digest, told, state]) => ({
      kecamatan: String(kecamatan),
      head: headOf(Number(seq), String(digest)),
      told: Number(told),
      state: state as HeadState,
    }));
  }

  /** By kecamatan, of chains that are not known to be gone. */
  newest(): Newest {
    return newestOf(this.all());
  }

  /** Keeps a new end. That the one before it lies in the same chain is yet to be asked. */
  add(kecamatan: string, head: Head, told: number): void {
    this.#db.run("leave_head_unproven", kecamatan);
    this.#db.run("add_head", kecamatan, head.seq, head.digest, told);
    this.#db.run("prune_heads", told - KEPT_MS);
  }

  /** Notes that the server says that a head lies in its chain. */
  prove(kecamatan: string, head: Head): void {
    this.#db.run("prove_head", kecamatan, head.seq, head.digest);
  }

  /**
   * Notes that what is known of a chain is not in the one that ends at `now`; whether that is news.
   *
   * With `isTold` it was the server that found it; else it is to hear of the newest.
   */
  end(kecamatan: string, now: Head, noticed: number, isTold: boolean): boolean {
    if (!isTold) this.#db.run("tell_of_newest_head", kecamatan);
    const ended = this.#db.run("end_chain", kecamatan, noticed, now.seq, now.digest);
    return this.#db.run("notice_head", kecamatan, noticed) + ended > 0;
  }

  /** Notes that the server has heard of what differs. */
  settle(kecamatan: string): void {
    this.#db.run("settle_heads", kecamatan);
  }

  /** When it came out, by kecamatan, that its chain is another one; not before `since`. */
  differing(since: number): ReadonlyMap<string, number> {
    const rows = this.#db.rows("chains_that_differ", since);
    return new Map(rows.map(([kecamatan, noticed]) => [String(kecamatan), Number(noticed)]));
  }

  /** Of another server they say nothing. */
  forget(): void {
    this.#db.run("drop_heads");
  }
}
