// What a person looks at on a device, without a line: the reading half of `client_sync/desk.py`.

import { caseDefinition, listOf } from "../domain/cases/index.ts";
import { Dossier } from "../domain/dossier.ts";
import { InvalidRequest, NotFound } from "../domain/errors.ts";
import { filledAt, operationsBehind } from "../domain/filled.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import type { RecordState } from "../domain/merge.ts";
import type { Opened } from "../domain/opened.ts";
import type { FormVersion } from "../store/forms.ts";
import { identityOf } from "../store/forms.ts";
import { OFFSET, type Identity } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { NotEnrolled } from "./errors.ts";
import { bootNow, LeaseKeeper, type Boot } from "./lease.ts";

/**
 * The records of a device store as its person sees them.
 *
 * What shows any of them throws `StoreLocked` while the store is locked; new forms are filled all the same.
 */
export class Looking {
  readonly store: Store;
  readonly lease: LeaseKeeper;
  protected readonly clock: () => number;
  protected readonly randomBytes: (length: number) => Uint8Array;

  constructor(
    store: Store,
    clock: () => number = Date.now,
    randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length)),
    boot: () => Boot = bootNow,
  ) {
    this.store = store;
    this.clock = clock;
    this.randomBytes = randomBytes;
    this.lease = new LeaseKeeper(store, clock, boot, randomBytes);
    this.lease.noteUse();
  }

  /** The device's clock: milliseconds since 1970, right or wrong. */
  get now(): number {
    return this.clock();
  }

  /** The account behind this device. Throws `NotEnrolled`. */
  get identity(): Identity {
    const { identity } = this.store.settings;
    if (identity === null) throw new NotEnrolled("this device is not enrolled");
    return identity;
  }

  /**
   * The moment that `today()` means in a submission; now where nothing is answered.
   *
   * A document says no more of a clock than its time, so an impossible one stands for now.
   */
  filledAt(dossier: Dossier): number {
    const states = [dossier.submission, ...dossier.parts];
    const times = new Map(states.flatMap((state) => [...state.origins].map(([id, one]) => [id, one.time])));
    const received = this.now;
    const behind = [...operationsBehind(states)];
    const entered = behind.map((id) => ({ time: times.get(id) ?? received, offset: 0, received }));
    return filledAt(entered, received);
  }

  /** A record as its person sees it, with its restricted parts. Throws `NotFound`. */
  dossier(record: string): Dossier {
    this.lease.check();
    return this.store.snapshot(() => {
      const state = this.store.records.shown(record);
      if (state) return new Dossier(state, this.store.records.partsOf(record));
      throw new NotFound(`there is no record ${record} on this device`, "unknown-record", { record });
    });
  }

  /** The form that a submission is read with, if it is on this device. A case is no form's. */
  definitionOf(dossier: Dossier): FormDefinition | null {
    if (listOf(dossier.submission.kind) !== null) return null;
    return this.store.forms.definition(dossier.submission.form);
  }

  /** A case as it is in view. Throws `NotFound`, and `InvalidRequest` for another record. */
  case(record: string): RecordState {
    const state = this.dossier(record).submission;
    if (listOf(state.kind) !== null) return state;
    throw new InvalidRequest(`${record} is no case`, "not-a-case", { record });
  }

  /** The cases on this device, of one list or of all, by list and village. */
  cases(listName: string | null = null): Dossier[] {
    this.lease.check();
    return this.store.records.allCases(listName).map((state) => new Dossier(state));
  }

  /** How records of a kind (and a form) read in words: a case by the published forms that fill it. */
  wordsFor(kind: string, form: string | null): FormDefinition | null {
    const listName = listOf(kind);
    if (listName === null) return this.store.forms.definition(form);
    const found = this.store.forms.latest().map((one) => this.store.forms.definition(identityOf(one)));
    return caseDefinition(
      listName,
      found.filter((one) => one !== null),
    );
  }

  /** The newest published version of a form. Throws `InvalidRequest` naming those that there are. */
  publishedForm(formId: string): FormVersion {
    const found = this.store.forms.newest(formId);
    if (found) return found;
    const ids = this.store.forms.latest().map((one) => one.formId);
    const published = ids.join(", ") || "-";
    throw new InvalidRequest(`there is no form ${formId}; published: ${published}`, "unknown-form", {
      form: formId,
      published,
    });
  }

  // --- showing ---

  /**
   * A record for its person to see: that it was shown is kept, durably, before it is.
   *
   * Throws `NotFound`. `dossier` gives the same to what shows it to nobody.
   */
  show(record: string, action: Opened = "read"): Dossier {
    return this.store.transaction(() => {
      const dossier = this.dossier(record);
      this.noteShown(dossier.records, action);
      return dossier;
    });
  }

  /** Keeps that these records are shown; the next sync reports it. Nothing where there are none. */
  noteShown(records: Iterable<string>, action: Opened): void {
    const named = [...records];
    if (named.length === 0) return;
    this.store.transaction(() => {
      const offset = this.store.settings.get<number>(OFFSET);
      this.store.openings.note(named, action, this.identity.author, offset, this.now);
    });
  }
}
