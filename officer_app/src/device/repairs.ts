// What a sync does beside exchanging: tells the device's key, compares with the server what the two hold, fetches what
// the office has set. The port of `client_sync/repairs.py`.

import { ASK_FILES } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import {
  applyAreas,
  applyEtags,
  applyForms,
  applyHave,
  confirmConfig,
  forgetPrivate,
  forgetVillage,
} from "./repairing.ts";
import type { Asker } from "./asking.ts";
import { NotEnrolled, Refused } from "./errors.ts";
import { NOTHING_TO_DO, PRIVATE, type Todo } from "./plan.ts";
import {
  misread,
  readAreasReply,
  readEtagsReply,
  readFormsReply,
  readHaveReply,
  readKeyReply,
  type EtagsReply,
} from "./replies.ts";
import type { SyncReport } from "./report.ts";
import { newKey, publicKey } from "./signing.ts";
import type { Surroundings } from "./surroundings.ts";

/** Codes that say nothing of a village: what is here stays. */
const SHUT_OUT: readonly string[] = ["revoked-device", "locked-device"];
const NO_KEYS: readonly unknown[] = [404, 405];
const NOT_OURS: readonly unknown[] = [403, 404];

/** The repairs of one sync; each gives what is left to do after it. */
export class Repairs {
  readonly #store: Store;
  readonly #asker: Asker;
  readonly #around: Surroundings;
  readonly #report: SyncReport;

  constructor(store: Store, asker: Asker, around: Surroundings, report: SyncReport) {
    this.#store = store;
    this.#asker = asker;
    this.#around = around;
    this.#report = report;
  }

  /** Tells the server the public key, once; a store without one gets one now. */
  async register(): Promise<void> {
    const { settings } = this.#store;
    if (settings.key === null) {
      this.#store.transaction(() => settings.beginKey(newKey(this.#around.randomBytes)));
    }
    const key = settings.key;
    if (key === null || key.device !== null) return;
    try {
      const document = await this.#asker.ask("PUT", "/device/key", { key: publicKey(key) });
      settings.key = { ...key, device: readKeyReply(document) };
    } catch (error) {
      // An older server knows no keys; a device that is shut out tells its own later, or never.
      const isBorne =
        error instanceof Refused &&
        (SHUT_OUT.includes(error.code) || NO_KEYS.includes(error.facts["status"]));
      if (!isBorne) throw error;
    }
  }

  /**
   * The server does not know our cursors: see what it has of our work, then compare village by village.
   *
   * A private feed has no list to compare: what it tells was in the answer about our work.
   */
  async reset(todo: Todo): Promise<Todo> {
    await this.reconcile(todo);
    for (const feed of todo.reset) {
      if (feed.startsWith(PRIVATE)) {
        forgetPrivate(this.#store, feed);
        continue;
      }
      try {
        applyEtags(this.#store, await this.#etags(feed));
      } catch (error) {
        if (!(error instanceof Refused) || !NOT_OURS.includes(error.facts["status"])) throw error;
        if (SHUT_OUT.includes(error.code)) break; // the next answer says the same
        this.#report.left += forgetVillage(this.#store, feed);
      }
    }
    return { ...NOTHING_TO_DO, hasMore: true };
  }

  async #etags(village: string): Promise<EtagsReply> {
    const path = `/etags?village=${encodeURIComponent(village)}`;
    const reply = readEtagsReply(await this.#asker.ask("GET", path));
    if (reply.village !== village) throw misread("etags", "another village");
    return reply;
  }

  /** Offers every operation that this account made here, and adopts what the server counts. */
  async reconcile(todo: Todo): Promise<Todo> {
    const { settings, outbox, feeds, files } = this.#store;
    const [replica, offered] = this.#store.snapshot(() => {
      const { identity } = settings;
      return [settings.replica, identity ? outbox.offered(identity.author) : []] as const;
    });
    if (replica === null) throw new NotEnrolled("this device is not enrolled");
    const document = await this.#asker.ask("POST", "/have", { replica: replica.id, ids: offered });
    const found = applyHave(this.#store, replica.id, offered, readHaveReply(document));
    settings.put(ASK_FILES, files.any() ? true : null);
    this.#report.sentAgain += found.sentAgain;
    this.#report.refused.push(...found.refused);
    const left = { unsent: outbox.countQueued(), wanted: feeds.countWanted() };
    return { ...NOTHING_TO_DO, ...left, newConfig: todo.newConfig };
  }

  /** Fetches villages and forms, what is new of them; new villages are read in the next exchange. */
  async configure(): Promise<Todo> {
    const areas = readAreasReply(await this.#asker.ask("GET", "/areas"));
    const forms = readFormsReply(await this.#asker.ask("GET", "/forms"));
    this.#report.left += applyAreas(this.#store, areas);
    applyForms(this.#store, forms);
    for (const { formId, version } of this.#store.forms.withoutDefinition()) {
      const definition = await this.#asker.ask("GET", `${formPath(formId, version)}/definition`);
      this.#store.forms.keepDefinition(formId, version, JSON.stringify(definition));
    }
    confirmConfig(this.#store, areas, forms);
    return { ...NOTHING_TO_DO, hasMore: true };
  }
}

/** Where a version of a form lies at the server. */
export function formPath(formId: string, version: string): string {
  return `/forms/${encodeURIComponent(formId)}/${encodeURIComponent(version)}`;
}
