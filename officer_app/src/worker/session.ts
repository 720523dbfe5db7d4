// An open store with all that works on it.

import { Drafting } from "../device/drafting.ts";
import { OfficerSync } from "../device/officer_sync.ts";
import { OfficerWrites } from "../device/officer_writes.ts";
import { Views } from "../device/views.ts";
import type { OpenStore } from "../store/phone.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/words.ts";
import type { DeviceEvent } from "./api.ts";

/** `opened` is null while somebody practises: then nothing is kept, and no server is spoken to. */
export class Session {
  readonly opened: OpenStore | null;
  readonly store: Store;
  readonly desk: Drafting;
  readonly views: Views;
  readonly writes: OfficerWrites;
  readonly sync: OfficerSync;

  constructor(
    opened: OpenStore | null,
    store: Store,
    version: string,
    language: Language,
    tell: (event: DeviceEvent) => void,
  ) {
    this.opened = opened;
    this.store = store;
    this.desk = new Drafting(store, version);
    this.views = new Views(this.desk);
    this.views.setLanguage(language);
    this.writes = new OfficerWrites(this.desk);
    this.sync = new OfficerSync(store, tell);
  }

  get isPractice(): boolean {
    return this.opened === null;
  }

  /** The office may have told a key just now. */
  renewRecovery(): void {
    this.opened?.recovery.renew(this.store);
  }

  /** Hangs up, and closes the files: another start of the app finds them as they are now. */
  async close(): Promise<void> {
    await this.sync.stop();
    if (this.opened) this.opened.close();
    else this.store.close();
  }
}
