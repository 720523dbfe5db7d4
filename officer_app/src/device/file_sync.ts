// Files to the server, after the text: small pictures first, then originals; within both urgent cases first. The port of
// `client_sync/file_sync.py`.
//
// What arrived is in the store after each piece, so a sync may be cut at any point and simply be run again. No file
// keeps another one back, but for what would befall them all.

import { isSmall, type KeptFile } from "../store/files.ts";
import { ASK_FILES, KEEP_FILES, LAST_SYNC, ORIGINALS } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import {
  codeForPages,
  DeviceError,
  Refused,
  StoreDamaged,
  StoreFailed,
  TimedOut,
  Unreachable,
} from "./errors.ts";
import { inOrder, urgentFiles, USUAL_DAYS, WIFI } from "./file_queue.ts";
import { Pace } from "./pace.ts";
import type { FilesReport, SyncReport } from "./report.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Transport } from "./transport.ts";
import { HashDiffers, MOST_ASKED, Uploads, UploadGone, type Upload } from "./uploads.ts";

const DAY_MS = 24 * 3_600_000;
/** How often in one sync an upload begins anew of which the server does not know. */
const BEGINNINGS = 3;
/** Statuses that say nothing of one file: the next one would be answered likewise. */
const OF_ALL: readonly unknown[] = [401, 403, 507];
/** The code of a server of before there were files. */
export const NO_FILES = "no-files";

/** One sync of the files of a device store; its report is `report.files`. */
export class FileSync {
  readonly #store: Store;
  readonly #around: Surroundings;
  readonly #report: SyncReport;
  readonly #uploads: Uploads;

  constructor(store: Store, transport: Transport, around: Surroundings, token: string, report: SyncReport) {
    this.#store = store;
    this.#around = around;
    this.#report = report;
    this.#uploads = new Uploads(transport, token, around.tick, new Pace(), (moved) => {
      this.files.moving += moved;
      this.#tell();
    });
  }

  get files(): FilesReport {
    return this.#report.files;
  }

  /**
   * Sends what is to be sent, as far as it goes; the report says what remains, and why. `isWifi`: this line costs its
   * person nothing.
   *
   * Rejects with `StoreDamaged` and `StoreFailed` alone: of the line and the server the report tells.
   */
  async run(isWifi: boolean): Promise<FilesReport> {
    const { files, settings } = this.#store;
    if (!files.any()) return this.files;
    const isFree = isWifi || settings.get(ORIGINALS) !== WIFI;
    try {
      await this.#compare();
      for (const file of inOrder(files.waiting(), urgentFiles(this.#store))) {
        if (this.#around.isInterrupted()) break;
        if (isSmall(file) || isFree) await this.#sendOrExplain(file);
      }
    } catch (error) {
      const isOurs = error instanceof StoreDamaged || error instanceof StoreFailed;
      if (isOurs || !(error instanceof DeviceError)) throw error;
      this.files.code = codeOf(error);
    } finally {
      this.#countRest(isFree);
    }
    return this.files;
  }

  // --- which ---

  /** Asks of what waits, and of what the server may have lost, whether it is needed there. */
  async #compare(): Promise<void> {
    const { files, settings } = this.#store;
    const waiting = files.waiting().map((one) => one.hash);
    const days = Number(settings.get(KEEP_FILES) ?? USUAL_DAYS);
    const old = files.keptSinceBefore(this.#now() - days * DAY_MS);
    const isDoubtful = Boolean(settings.get(ASK_FILES));
    const sent = files.all().filter((one) => one.sent !== null);
    const kept = isDoubtful ? sent.map((one) => one.hash) : [...old].sort();
    const asked = [...waiting, ...kept];
    for (let start = 0; start < asked.length; start += MOST_ASKED) {
      await this.#compareSome(asked.slice(start, start + MOST_ASKED), new Set(old));
    }
    settings.put(ASK_FILES, null);
  }

  async #compareSome(asked: readonly string[], old: ReadonlySet<string>): Promise<void> {
    const needed = await this.#persist(() => this.#uploads.needed(asked));
    const files = this.#store.files;
    this.#store.transaction(() => {
      for (const file of asked) {
        const known = files.find(file);
        if (known === null) continue;
        if (known.sent === null && !needed.has(file)) {
          files.sent([file], this.#now());
          this.files.known += 1;
        } else if (known.sent !== null && needed.has(file)) {
          files.sendAgain([file]); // nobody else may have it any more
        } else if (known.sent !== null && old.has(file)) {
          files.drop([file]);
        }
      }
    });
  }

  // --- sending ---

  /** Sends a file; where the server refuses or loses it, that is noted, and the next has its turn. */
  async #sendOrExplain(file: KeptFile): Promise<void> {
    this.files.begin(file);
    try {
      if (!(await this.#send(file))) return;
    } catch (error) {
      const isOfOne = error instanceof Refused || error instanceof HashDiffers || error instanceof UploadGone;
      if (!isOfOne) throw error;
      this.#store.files.explain(file.hash, error.code);
      if (OF_ALL.includes(error.facts["status"])) throw error;
      return;
    }
    this.#store.transaction(() => this.#store.files.sent([file.hash], this.#now()));
    this.files.sent += 1;
    this.#tell();
  }

  /** Until the server has all of it, or it is interrupted. Rejects when patience ends, or the server refuses. */
  async #send(file: KeptFile): Promise<boolean> {
    let upload: Upload | null = file.upload ? { id: file.upload, arrived: file.arrived } : null;
    let isSure = false;
    let isNew = upload === null;
    let beginnings = 0;
    let furthest = -1;
    this.#uploads.isCareful = false;
    this.#around.patience.begin();
    while (upload === null || !isSure || upload.arrived < file.size) {
      if (this.#around.isInterrupted()) return false;
      try {
        upload = upload ? await this.#step(file, upload, isSure) : await this.#begin(file, isNew);
        isSure = true;
        if (upload.arrived > furthest) {
          furthest = upload.arrived;
          this.#around.patience.begin();
        }
      } catch (error) {
        if (error instanceof UploadGone || error instanceof HashDiffers) {
          const isOther = error instanceof HashDiffers;
          beginnings += 1;
          this.#store.files.beginUpload(file.hash, null, 0);
          upload = null;
          isSure = false;
          isNew = true;
          furthest = 0;
          if (beginnings >= BEGINNINGS || (this.#uploads.isCareful && isOther)) throw error;
          this.#uploads.isCareful = isOther;
        } else if (error instanceof Unreachable) {
          isSure = isNew = false;
          await this.#bear(error);
        } else throw error;
      }
    }
    return true;
  }

  /** Begins an upload; what was tried before may have arrived, and is not sent again at once. */
  async #begin(file: KeptFile, isNew: boolean): Promise<Upload> {
    const length = isNew ? this.#uploads.length(file.size) : 0;
    const first = this.#store.files.read(file, 0, length);
    return this.#note(file, await this.#uploads.create(file.hash, file.size, first));
  }

  /** Asks how far an upload is, or sends the next piece. */
  async #step(file: KeptFile, upload: Upload, isSure: boolean): Promise<Upload> {
    if (!isSure) return this.#note(file, await this.#uploads.arrived(upload.id, file.size));
    const length = this.#uploads.length(file.size - upload.arrived);
    const data = this.#store.files.read(file, upload.arrived, length);
    const now = await this.#uploads.append(upload.id, upload.arrived, data, file.size);
    if (now.arrived <= upload.arrived) throw new Unreachable("the server did not take a piece");
    return this.#note(file, now);
  }

  /** Keeps how far a file is, so that any later sync goes on from there. */
  #note(file: KeptFile, upload: Upload): Upload {
    this.#store.files.beginUpload(file.hash, upload.id, upload.arrived);
    this.files.arrived(upload.arrived);
    this.#tell();
    return upload;
  }

  // --- inside ---

  async #persist<T>(attempt: () => Promise<T>): Promise<T> {
    this.#around.patience.begin();
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        await this.#bear(error);
      }
    }
  }

  /** Waits before the next attempt; a server without room for more is not asked again at once. */
  async #bear(error: Unreachable): Promise<void> {
    if (error instanceof TimedOut) this.#uploads.pace.failed();
    if (OF_ALL.includes(error.facts["status"])) throw error;
    await this.#around.patience.bear(error);
  }

  #tell(): void {
    this.#around.progress?.(this.#report);
  }

  /** The server's clock, as it was in this sync; the device's may be decades off. */
  #now(): number {
    return Number(this.#store.settings.get(LAST_SYNC) ?? this.#around.clock());
  }

  #countRest(isFree: boolean): void {
    const waiting = this.#store.files.waiting();
    this.files.countRest(waiting, isFree ? 0 : waiting.filter((one) => !isSmall(one)).length);
  }
}

/** Why nothing more is sent now, in one word. */
export function codeOf(error: DeviceError): string {
  if (error instanceof Refused && error.facts["status"] === 404) return NO_FILES;
  return String(error.facts["code_sent"] || codeForPages(error));
}
