// The device's line to its server, as the pages ask for it: enrolling, syncing with its progress, what travels when.

import { ORIGINALS, NUMBER, type Identity } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { DeviceEvent, SyncOutcome } from "../worker/api.ts";
import { Asker } from "./asking.ts";
import { Engine } from "./engine.ts";
import { enroll } from "./enroll.ts";
import { DeviceError, NotEnrolled, Unreachable } from "./errors.ts";
import { WIFI } from "./file_queue.ts";
import { FileSync } from "./file_sync.ts";
import { fetchFormFiles } from "./form_files.ts";
import { Line, Patience, USUAL_WAITING, type Waiting } from "./line.ts";
import { outcomeOf } from "./outcome.ts";
import { ProgressTeller } from "./progress.ts";
import type { SyncReport } from "./report.ts";
import { surroundings, type Surroundings } from "./surroundings.ts";
import { checkUrl, HttpTransport, type Transport } from "./transport.ts";

/** The code of a sync that was ended because the store is closed or enrolled anew. */
const STOPPED = "stopped";

/** What a test may put in the place of the world. */
export interface Outside extends Partial<Surroundings> {
  readonly connect?: (url: string) => Transport;
  readonly waiting?: Partial<Waiting>;
}

/** The sync of one open store. `tell` hears of progress, of what may be shown differently now, and of the end. */
export class OfficerSync {
  readonly #store: Store;
  readonly #tell: (event: DeviceEvent) => void;
  readonly #outside: Outside;
  readonly #waiting: Waiting;
  #transport: Transport | null = null;
  #running: Promise<SyncOutcome> | null = null;
  #stopping = new AbortController();
  #isAskedAgain = false;

  constructor(store: Store, tell: (event: DeviceEvent) => void, outside: Outside = {}) {
    this.#store = store;
    this.#tell = tell;
    this.#outside = outside;
    this.#waiting = { ...USUAL_WAITING, ...outside.waiting };
  }

  /**
   * Exchanges a one-use code for a token; a store that exists is kept, under a new replica id.
   *
   * Fetches villages and forms too, where that works; else the next sync does. Rejects with `InvalidRequest` for an
   * address that is none, `Refused` with the server's code (`enroll-code`: wrong, used or expired), `Unreachable`, and
   * `DeviceError` (`code-of-another`) for a code of somebody else than `only`.
   */
  async enroll(url: string, code: string, deviceName: string, only: string | null = null): Promise<Identity> {
    await this.stop();
    const transport = this.#lineTo(checkUrl(url));
    const around = this.#surroundings();
    const identity = await enroll(this.#store, transport, url, code.trim(), deviceName, around, only);
    const engine = new Engine(this.#store, transport, around);
    try {
      // What is waiting is handed in before anything is dropped; the next sync sees to both.
      if (this.number !== null) await engine.register();
      else if (this.#store.outbox.countQueued() === 0) await engine.refresh();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
    return identity;
  }

  /** What somebody in the office types to confirm the enrolment; null where nothing waits for it. */
  get number(): string | null {
    return this.#store.settings.get<string>(NUMBER);
  }

  /**
   * Syncs until nothing is left, files after the text. `isWifi`: originals that wait for such a line may travel.
   *
   * Only one runs at a time: whoever asks meanwhile joins it, and what was saved until then goes before the files that
   * are on their way. What the line, the server or the store refuses is told by the outcome's `code`.
   */
  sync(isWifi: boolean): Promise<SyncOutcome> {
    if (this.#running) {
      this.#isAskedAgain = true;
      return this.#running;
    }
    this.#running = this.#syncAll(isWifi).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** On which lines files travel that are not small. */
  setOriginals(when: "any" | "wifi"): void {
    this.#store.settings.put(ORIGINALS, when === WIFI ? WIFI : null);
  }

  /** Ends a sync that is running, at once; the next one goes on with it. To be awaited before the store is closed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#transport?.close();
    this.#transport = null;
    await this.#running?.catch(() => undefined);
    this.#stopping = new AbortController();
  }

  // --- inside ---

  async #syncAll(isWifi: boolean): Promise<SyncOutcome> {
    const teller = new ProgressTeller(this.#store, this.#tell, isWifi, this.#waiting.clock);
    const reports: SyncReport[] = [];
    let error: DeviceError | null = null;
    try {
      do {
        if (this.#stopping.signal.aborted) throw new Unreachable("the sync was ended here", STOPPED);
        this.#isAskedAgain = false;
        await this.#syncOnce(isWifi, teller, reports);
      } while (this.#isAskedAgain && this.#isAnythingLeft(reports.at(-1)));
    } catch (fault) {
      if (!(fault instanceof DeviceError)) throw fault;
      error = fault;
    } finally {
      teller.end();
    }
    const outcome = outcomeOf(reports, error, this.number);
    this.#tell({ kind: "synced", outcome });
    return outcome;
  }

  /** A run that has just ended brought what is new; only for what lies here another one is worth its bytes. */
  #isAnythingLeft(report: SyncReport | undefined): boolean {
    return this.#store.outbox.countQueued() > 0 || report?.files.isDone === false;
  }

  async #syncOnce(isWifi: boolean, teller: ProgressTeller, reports: SyncReport[]): Promise<void> {
    const { identity } = this.#store.settings;
    if (identity === null) throw new NotEnrolled("this device is not enrolled");
    const transport = this.#lineTo(identity.url);
    const around = this.#surroundings(teller);
    const engine = new Engine(this.#store, transport, around);
    reports.push(engine.report);
    teller.begin(engine.report, transport.traffic);
    try {
      await engine.run();
      this.#store.settings.put(NUMBER, null);
      if (!engine.report.revoked && !engine.report.locked) {
        await fetchFormFiles(this.#store, new Asker(this.#store, transport, around, new Line()));
      }
      await new FileSync(this.#store, transport, around, identity.token, engine.report).run(isWifi);
    } finally {
      engine.countTraffic();
    }
  }

  #surroundings(teller?: ProgressTeller): Surroundings {
    const { connect: _connect, waiting: _waiting, ...given } = this.#outside;
    const { signal } = this.#stopping;
    const sleep = async (seconds: number) => {
      teller?.waitForLine(true);
      await Promise.race([this.#waiting.sleep(seconds), aborted(signal)]);
      teller?.waitForLine(false);
      if (signal.aborted) throw new Unreachable("the sync was ended here", STOPPED);
    };
    return surroundings({
      patience: new Patience({ ...this.#waiting, sleep }),
      progress: teller ? (report) => teller.tell(report) : null,
      isInterrupted: () => this.#isAskedAgain || this.#stopping.signal.aborted,
      ...given,
    });
  }

  #lineTo(url: string): Transport {
    const connect = this.#outside.connect ?? ((address: string) => new HttpTransport(address));
    this.#transport ??= connect(url);
    return this.#transport;
  }
}

/** Fulfilled when a signal is given. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener("abort", () => done(), { once: true }));
}
