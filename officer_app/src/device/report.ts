// What a sync did; the port of `client_sync/report.py`.

import type { KeptFile } from "../store/files.ts";
import type { Refusal } from "../store/outbox.ts";
import type { Applied } from "./apply.ts";
import { PRIVATE } from "./plan.ts";
import { OK, type Status, type SyncReply } from "./replies.ts";
import { Traffic } from "./transport.ts";

/**
 * What a sync did with files: `sent` went over the line (the server confirmed `bytesSent`), `known` it had already;
 * `waiting` remain, of which `forWifi` are kept back by choice; `code` says why nothing more was sent. `name`, `size`,
 * `done` and `moving` (bytes on their way) tell of the file that is being sent.
 */
export class FilesReport {
  sent = 0;
  known = 0;
  bytesSent = 0;
  waiting = 0;
  bytesWaiting = 0;
  forWifi = 0;
  code = "";
  refused: readonly KeptFile[] = [];
  name = "";
  size = 0;
  done = 0;
  moving = 0;

  /** Whether nothing remains but what is kept back by choice. */
  get isDone(): boolean {
    return this.waiting === this.forWifi;
  }

  /** A file has its turn. */
  begin(file: KeptFile): void {
    this.name = file.name;
    this.size = file.size;
    this.done = file.arrived;
    this.moving = 0;
  }

  /** The server says how far it is. */
  arrived(offset: number): void {
    this.bytesSent += Math.max(offset - this.done, 0);
    this.done = offset;
    this.moving = 0;
  }

  countRest(waiting: readonly KeptFile[], forWifi: number): void {
    this.waiting = waiting.length;
    this.forWifi = forWifi;
    this.bytesWaiting = waiting.reduce((sum, one) => sum + one.size - one.arrived, 0);
    this.refused = waiting.filter((one) => one.code);
  }
}

/**
 * `sent` operations were acknowledged, with these `verdicts`; `received` records came whole, `left` ones were dropped;
 * `unsent` operations and `wanted` records remain (none when `isQuiet`); `refused` are the operations that were held or
 * made void; `headsDiffer` the kecamatan whose audit is not the one known.
 */
export class SyncReport {
  sent = 0;
  received = 0;
  left = 0;
  readonly verdicts: Record<Status, number> = { ok: 0, held: 0, void: 0 };
  refused: Refusal[] = [];
  traffic = new Traffic();
  unsent = 0;
  wanted = 0;
  sentAgain = 0;
  unreadable = 0;
  forked = false;
  revoked = false;
  locked = false;
  reset: string[] = [];
  headsDiffer: string[] = [];
  isQuiet = false;
  readonly files = new FilesReport();
  /** Under which verdict those of the sent operations are counted that were not accepted at once. */
  readonly #counted = new Map<string, Status>();

  /** Counts one answer in. */
  add(applied: Applied, reply: SyncReply): void {
    for (const [status, count] of applied.verdicts) {
      this.sent += count;
      this.verdicts[status] += count;
    }
    for (const one of applied.notAccepted) this.#counted.set(one.id, one.status);
    this.#takeBack(applied.decided);
    this.refused.push(...applied.refused.filter((one) => applied.decided.get(one.id) !== OK));
    this.received += applied.received;
    this.left += applied.left;
    this.unreadable += reply.unreadable;
    this.forked ||= applied.forked;
    this.headsDiffer.push(...applied.headsDiffer);
    this.revoked ||= reply.revoked;
    this.locked = reply.locked !== null;
    const villages = reply.reset.filter((feed) => !feed.startsWith(PRIVATE));
    this.reset.push(...villages.filter((village) => !this.reset.includes(village)));
  }

  /** What was told of these operations holds no more: one may be accepted within the same sync. */
  #takeBack(decided: ReadonlyMap<string, Status>): void {
    this.refused = this.refused.filter((one) => (decided.get(one.id) ?? one.status) === one.status);
    for (const [operation, status] of decided) {
      const counted = this.#counted.get(operation);
      if (counted === undefined) continue;
      this.verdicts[counted] -= 1;
      this.verdicts[status] += 1;
      this.#counted.set(operation, status);
    }
  }

  /** Counts an operation in that the server did not even take. */
  addRefusedHere(refusal: Refusal): void {
    this.refused.push(refusal);
    this.verdicts.void += 1;
  }
}
