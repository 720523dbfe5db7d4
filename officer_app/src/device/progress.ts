// How far a sync is, in numbers that a person understands: forms, photos, seconds.

import { isSmall, type KeptFile } from "../store/files.ts";
import { ORIGINALS } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { DeviceEvent, Progress } from "../worker/api.ts";
import { WIFI } from "./file_queue.ts";
import type { SyncReport } from "./report.ts";
import type { Traffic } from "./transport.ts";

/** Seconds between two messages of the same sync. */
const PAUSE_S = 0.25;
/** So much has to go up before it says how fast the line is. */
const TELLING_BYTES = 2_000;
/** Of the bytes of operations these go over the line, packed: an eighth of many, a third of a single form. */
const PACKED = 0.15;

/** Tells the pages of one sync, at most four times a second. `tick` gives seconds. */
export class ProgressTeller {
  readonly #store: Store;
  readonly #tellPages: (event: DeviceEvent) => void;
  readonly #tick: () => number;
  readonly #isFree: boolean;
  readonly #began: number;
  /** The forms that have gone, by how many were left when it was looked last. */
  #forms = { done: 0, left: 0 };
  #photos: { done: number; left: ReadonlySet<string> } = { done: 0, left: new Set() };
  #report: SyncReport | null = null;
  #traffic: Traffic | null = null;
  #bytesBefore: number | null = null;
  #receivedBefore = 0;
  #isRunning = true;
  #isWaiting = false;
  #told = -Infinity;
  #shown = 0;

  constructor(store: Store, tell: (event: DeviceEvent) => void, isWifi: boolean, tick: () => number) {
    this.#store = store;
    this.#tellPages = tell;
    this.#tick = tick;
    this.#isFree = isWifi || store.settings.get(ORIGINALS) !== WIFI;
    this.#began = tick();
  }

  /** A run of the engine begins, perhaps one more of the same sync. */
  begin(report: SyncReport, traffic: Traffic): void {
    this.#receivedBefore += this.#report?.received ?? 0;
    this.#bytesBefore ??= traffic.bytesUp;
    this.#report = report;
    this.#traffic = traffic;
    this.#tellNow();
  }

  /** Something went on. */
  tell(report: SyncReport): void {
    this.#report = report;
    if (this.#tick() - this.#told >= PAUSE_S) this.#tellNow();
  }

  waitForLine(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    this.#tellNow();
  }

  end(): void {
    this.#isRunning = this.#isWaiting = false;
    this.#tellNow();
  }

  #tellNow(): void {
    this.#told = this.#tick();
    this.#tellPages({ kind: "progress", progress: this.#progress() });
    const shown = (this.#report?.sent ?? 0) + (this.#report?.received ?? 0) + (this.#report?.left ?? 0);
    if (shown === this.#shown && this.#isRunning) return;
    this.#shown = shown;
    this.#tellPages({ kind: "changed" });
  }

  #progress(): Progress {
    const waiting = this.#store.files.waiting().filter((one) => this.#isFree || isSmall(one));
    const left = this.#store.outbox.countQueuedForms();
    const photos = new Set(waiting.map(photoOf));
    this.#forms = { done: this.#forms.done + Math.max(this.#forms.left - left, 0), left };
    const gone = [...this.#photos.left].filter((one) => !photos.has(one)).length;
    this.#photos = { done: this.#photos.done + gone, left: photos };
    return {
      isRunning: this.#isRunning,
      forms: { done: this.#forms.done, all: this.#forms.done + left },
      files: { done: this.#photos.done, all: this.#photos.done + photos.size },
      received: this.#receivedBefore + (this.#report?.received ?? 0),
      secondsLeft: this.#isRunning ? this.#secondsLeft(waiting) : null,
      isWaitingForLine: this.#isWaiting,
    };
  }

  /** By how fast it went so far; null where nothing is to be sent, or nothing is known of the line yet. */
  #secondsLeft(waiting: readonly KeptFile[]): number | null {
    const files = waiting.reduce((sum, one) => sum + one.size - one.arrived, 0);
    const bytes = this.#store.outbox.queuedBytes() * PACKED + files;
    const sent = this.#sentBytes();
    const seconds = this.#tick() - this.#began;
    if (!bytes || sent < TELLING_BYTES || seconds <= 0) return null;
    return Math.ceil((bytes * seconds) / sent);
  }

  #sentBytes(): number {
    return (this.#traffic?.bytesUp ?? 0) - (this.#bytesBefore ?? 0);
  }
}

/** What was attached at one moment under one name is one photo to its person: the original and the small picture. */
function photoOf(file: KeptFile): string {
  return `${file.made}/${file.name}`;
}
