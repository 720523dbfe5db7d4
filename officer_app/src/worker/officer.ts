// What the pages ask of the device: `DeviceApi` over the store of whoever has unlocked his own.

import { attach, fieldOf, fileOf } from "../device/attaching.ts";
import { DeviceError, StoreDamaged } from "../device/errors.ts";
import { readAttachment } from "../device/photos.ts";
import { writeUnsent } from "../device/unsent.ts";
import { toText } from "../domain/canonical.ts";
import type { Evaluated } from "../domain/cases/index.ts";
import type { PhoneStores } from "../store/phone.ts";
import { copyForPractice } from "../store/practice.ts";
import type { Language } from "../words/words.ts";
import type * as api from "./api.ts";
import { Session } from "./session.ts";

const REPLICA_BYTES = 16;
/** For so long nobody else has his turn in what is done beforehand. */
const SLICE_MS = 8;

/** How the stores of this phone are reached; null while another tab has them. */
export type Reach = () => Promise<PhoneStores | null>;

export class Officer implements api.DeviceApi {
  readonly #reach: Reach;
  readonly #version: string;
  readonly #tell: (event: api.DeviceEvent) => void;
  #language: Language = "id";
  #session: Session | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(reach: Reach, version: string, tell: (event: api.DeviceEvent) => void) {
    this.#reach = reach;
    this.#version = version;
    this.#tell = tell;
  }

  // --- the phone and its accounts ---

  async phone(): Promise<api.Phone> {
    const stores = await this.#reach();
    return { accounts: stores?.all() ?? [], isElsewhere: stores === null, version: this.#version };
  }

  async throttle(store: string): Promise<api.Throttle> {
    return (await this.#stores()).throttle(store);
  }

  async begin({ url, code, deviceName, pin }: api.Beginning): Promise<api.Begun> {
    const stores = await this.#stores();
    return this.#inTurn(async () => {
      await this.#close();
      const opened = await stores.begin(pin);
      const session = this.#over(opened, opened.store);
      try {
        const { author } = await session.sync.enroll(url, code, deviceName);
        stores.settle(opened.id, author);
        this.#session = session;
        return { store: opened.id, author, number: session.sync.number };
      } catch (error) {
        await session.close();
        await stores.drop(opened.id);
        throw error;
      }
    });
  }

  async unlock(store: string, pin: string): Promise<void> {
    const stores = await this.#stores();
    await this.#inTurn(async () => {
      await this.#close();
      const opened = await stores.unlock(store, pin);
      this.#session = this.#over(opened, opened.store);
    });
  }

  async practise(): Promise<void> {
    const stores = await this.#stores();
    await this.#inTurn(async () => {
      const { opened, store } = this.#open();
      if (opened === null) return;
      const practice = await stores.inMemory();
      copyForPractice(store, practice, toText(crypto.getRandomValues(new Uint8Array(REPLICA_BYTES))));
      await this.#close();
      this.#session = this.#over(null, practice);
    });
  }

  async lock(): Promise<void> {
    await this.#inTurn(() => this.#close());
  }

  async changePin(from: string, to: string): Promise<void> {
    await (await this.#stores()).changePin(this.#real().opened.id, from, to);
  }

  async leave(): Promise<void> {
    const session = this.#real();
    const stores = await this.#stores();
    // Also what this phone showed of whom is told before it is forgotten.
    const { code, facts } = await session.sync.sync(true);
    if (code !== null) throw new DeviceError("the last sync did not end well", code, { ...facts });
    await this.#inTurn(async () => {
      const { outbox, files, drafts } = this.#open() === session ? session.store : this.#real().store;
      if (outbox.countQueued() || files.waiting().length || drafts.count()) {
        throw new DeviceError("the store holds what the office has not", "account-unsent");
      }
      await this.#close();
      await stores.drop(session.opened.id);
    });
  }

  async enrolAgain(url: string, code: string): Promise<api.Begun> {
    const session = this.#real();
    const only = session.store.settings.identity?.author;
    const { author } = await session.sync.enroll(url, code, "", only);
    session.renewRecovery();
    this.#tell({ kind: "changed" });
    return { store: session.opened.id, author, number: session.sync.number };
  }

  async forgotten(store: string): Promise<Readonly<Record<string, Blob>>> {
    return (await this.#stores()).handedOver(store);
  }

  async setLanguage(language: Language): Promise<void> {
    this.#language = language;
    this.#session?.views.setLanguage(language);
  }

  // --- reading ---

  async home(): Promise<api.Home> {
    const home = this.#asked((session) => ({ ...session.views.home(), isPractice: session.isPractice }));
    setTimeout(() => this.#prepareSearch(this.#session));
    return home;
  }

  async standing(): Promise<api.Standing> {
    return this.#asked((session) => ({ ...session.views.standing(), isPractice: session.isPractice }));
  }

  async search(text: string): Promise<readonly api.Hit[]> {
    return this.#asked(({ views }) => views.search(text));
  }

  async cases(list: string | null, village: string | null): Promise<readonly api.CaseLine[]> {
    return this.#asked(({ views }) => views.cases(list, village));
  }

  async case(record: string): Promise<api.CaseView> {
    return this.#asked(({ views }) => views.case(record));
  }

  async record(record: string): Promise<api.RecordView> {
    return this.#asked(({ views }) => views.record(record));
  }

  async records(): Promise<readonly api.RecordLine[]> {
    return this.#asked(({ views }) => views.records());
  }

  async pending(): Promise<readonly api.PendingLine[]> {
    return this.#asked(({ views }) => views.pending());
  }

  async conflicts(): Promise<readonly api.Conflict[]> {
    return this.#asked(({ views }) => views.conflicts());
  }

  async filling(draft: string): Promise<api.Filling> {
    return this.#asked(({ views }) => views.filling(draft));
  }

  async form(identity: string): Promise<api.FormFiles> {
    return this.#asked(({ views }) => views.form(identity));
  }

  async likely(draft: string): Promise<readonly api.Likely[]> {
    return this.#asked(({ views }) => views.likely(draft));
  }

  async file(hash: string): Promise<Blob | null> {
    return this.#asked(({ desk }) => fileOf(desk, hash));
  }

  // --- writing: durable before it is answered ---

  async startDraft(formId: string, village: string | null, caseRecord: string | null): Promise<string> {
    return this.#asked(({ writes }) => writes.startDraft(formId, village, caseRecord));
  }

  async startCorrection(record: string): Promise<string> {
    return this.#asked(({ writes }) => writes.startCorrection(record));
  }

  async keep(draft: string, answers: readonly (readonly [path: string, text: string])[]): Promise<void> {
    this.#asked(({ writes }) => writes.keep(draft, answers));
  }

  async removeMember(draft: string, path: string): Promise<void> {
    this.#asked(({ writes }) => writes.removeMember(draft, path));
  }

  async discard(draft: string): Promise<void> {
    this.#asked(({ writes }) => writes.discard(draft));
  }

  async finish(draft: string, evaluated: readonly Evaluated[]): Promise<api.Saved | api.Wanted> {
    return this.#asked(({ writes }) => writes.finish(draft, evaluated));
  }

  async resolve(
    record: string,
    path: string,
    chosen: string,
    evaluated: readonly Evaluated[],
  ): Promise<api.Saved | api.Wanted> {
    return this.#asked(({ writes }) => writes.resolve(record, path, chosen, evaluated));
  }

  async dismiss(operation: string): Promise<void> {
    this.#asked(({ writes }) => writes.dismiss(operation));
  }

  /** A photo takes a moment to be made smaller; whoever locks meanwhile is told that nothing was attached. */
  async attach(draft: string, path: string, file: Blob, name: string): Promise<api.Attached> {
    const { desk } = this.#open();
    const field = this.#asked(() => fieldOf(desk, draft, path));
    const attachment = await readAttachment(file, name, field, desk.now);
    return this.#asked((session) => attach(session.desk, draft, path, attachment));
  }

  // --- sync ---

  async sync(isWifi: boolean): Promise<api.SyncOutcome> {
    const session = this.#real();
    try {
      return await session.sync.sync(isWifi);
    } finally {
      if (session === this.#session) session.renewRecovery();
    }
  }

  async setOriginals(when: "any" | "wifi"): Promise<void> {
    this.#asked(({ sync }) => sync.setOriginals(when));
  }

  async unsentWork(): Promise<Blob | null> {
    const { store } = this.#real();
    const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));
    return this.#asked(() =>
      store.snapshot(() => {
        const pieces = writeUnsent(store, this.#version, Date.now(), randomBytes);
        // A blob a piece: the browser keeps those on its disk, and the worker no more than one of them.
        return pieces && new Blob(Array.from(pieces, (piece) => new Blob([piece.slice()])));
      }),
    );
  }

  // --- inside ---

  async #stores(): Promise<PhoneStores> {
    const stores = await this.#reach();
    if (!stores) throw new DeviceError("another tab has the app open", "elsewhere");
    return stores;
  }

  #over(opened: Session["opened"], store: Session["store"]): Session {
    return new Session(opened, store, this.#version, this.#language, this.#tell);
  }

  /** One store is opened or closed after the other, however fast somebody presses. */
  #inTurn<T>(todo: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(todo);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  #open(): Session {
    if (this.#session) return this.#session;
    throw new DeviceError("no store is open", "locked");
  }

  /** In pieces, so that whoever asks for anything meanwhile hardly waits. */
  #prepareSearch(session: Session | null): void {
    if (session === null || session !== this.#session) return;
    if (!session.views.prepareSearch(SLICE_MS)) setTimeout(() => this.#prepareSearch(session));
  }

  /** What a practice store has not: a server, a PIN, an office. */
  #real(): Session & { readonly opened: NonNullable<Session["opened"]> } {
    const session = this.#open();
    if (session.opened === null) throw new DeviceError("this is practice", "practice");
    return session as Session & { readonly opened: NonNullable<Session["opened"]> };
  }

  /** Damage locks the store: nothing is built on what cannot be read any more. */
  #asked<T>(todo: (session: Session) => T): T {
    const session = this.#open();
    try {
      return todo(session);
    } catch (error) {
      if (error instanceof StoreDamaged) void this.lock().then(() => this.#tell({ kind: "locked" }));
      throw error;
    }
  }
}
