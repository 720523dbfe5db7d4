// What the pages ask to be shown: the reading half of `DeviceApi`, over the store. Whatever names records keeps that it
// shows them, durably, before it does.

import type { Dossier } from "../domain/dossier.ts";
import { InvalidRequest, NotFound } from "../domain/errors.ts";
import type { Draft } from "../store/drafts.ts";
import { LAST_SYNC, NUMBER, OFFICE_KEY, ORIGINALS, REVOKED } from "../store/settings.ts";
import type {
  CaseLine,
  CaseView,
  Conflict,
  DraftLine,
  Filling,
  FormFiles,
  Hit,
  Home,
  Likely,
  Pending,
  PendingLine,
  RecordLine,
  RecordView,
  Standing,
  Unsent,
} from "../worker/api.ts";
import type { Language } from "../words/words.ts";
import { Cards, type CardBox } from "./cards.ts";
import { conflictsIn } from "./disputes.ts";
import { definitionFor, fillingOf, formFiles } from "./filling.ts";
import { Finder } from "./finding.ts";
import { LikelyFinder } from "./likely.ts";
import {
  aboutOf,
  byName,
  caseLine,
  draftLine,
  formLines,
  newestFirst,
  recordLine,
  recordsOf,
  urgentFirst,
} from "./lists.ts";
import type { Looking } from "./looking.ts";
import { isAnswered, Marks, pendingOf } from "./marks.ts";
import { Settling } from "./settling.ts";
import { Showings, type Way } from "./showings.ts";
import { Tasks } from "./tasks.ts";
import { Telling, type WhyNot } from "./telling.ts";

const EMPTY_HOME = { tasks: [], returned: [], waiting: [], conflicts: [] } as const;

export class Views {
  readonly #desk: Looking;
  readonly #cards: Cards;
  readonly #finder: Finder;
  readonly #likely: LikelyFinder;
  readonly #tasks: Tasks;
  readonly #showings: Showings;
  #language: Language = "id";

  constructor(desk: Looking) {
    this.#desk = desk;
    this.#cards = new Cards(desk);
    this.#finder = new Finder(desk);
    this.#likely = new LikelyFinder(desk);
    this.#tasks = new Tasks(desk);
    this.#showings = new Showings(desk);
  }

  setLanguage(language: Language): void {
    this.#language = language;
  }

  // --- lists ---

  /** Everything of the first page; of records nothing but drafts and what was refused while the store is locked. */
  home(): Home {
    return this.#showings.during(() => {
      const { store } = this.#desk;
      const standing = this.standing();
      const box = standing.isLocked ? null : this.#cards.look();
      return {
        ...standing,
        ...(box ? this.#work(box) : EMPTY_HOME),
        villages: store.forms.villages(),
        forms: formLines(this.#desk),
        drafts: this.#draftLines(box),
        pending: this.#refused().filter((one) => !one.isDismissed),
      };
    });
  }

  #work(box: CardBox): Pick<Home, "tasks" | "returned" | "waiting" | "conflicts"> {
    const marks = new Marks(this.#desk.store);
    const tasks = this.#tasks.all(box, (card) => marks.isUnsent(card.records));
    const lines = [...box.forms.values()].map((card) => recordLine(this.#desk, card, marks));
    const returned = lines.filter((one) => one.state === "returned");
    const waiting = lines.filter((one) => marks.isUnsent(box.forms.get(one.record)?.records ?? []));
    const conflicts = this.#conflicts(box, "list").filter((one) => one.whyNot === null);
    this.#showings.note(
      [...returned, ...waiting].map((one) => one.record),
      "list",
    );
    this.#showings.note(
      tasks.map((one) => one.case),
      "list",
    );
    return { tasks, returned, waiting: waiting.sort(urgentFirst), conflicts };
  }

  /** How this device stands. */
  standing(): Standing {
    const { store, identity, lease } = this.#desk;
    const { settings } = store;
    return {
      author: identity.author,
      role: identity.role,
      url: identity.url,
      unsent: this.#unsent(),
      lastSync: settings.get<number>(LAST_SYNC),
      isLocked: lease.isLocked,
      isRevoked: settings.get<boolean>(REVOKED) ?? false,
      number: settings.get<string>(NUMBER),
      isPractice: false,
      hasOfficeKey: settings.get<string>(OFFICE_KEY) !== null,
      originals: settings.get<string>(ORIGINALS) === "wifi" ? "wifi" : "any",
    };
  }

  #unsent(): Unsent {
    const { outbox, files } = this.#desk.store;
    const waiting = files.waiting();
    const bytes = waiting.reduce((sum, one) => sum + one.size - one.arrived, 0);
    return {
      forms: outbox.countQueuedForms(),
      operations: outbox.countQueued(),
      files: waiting.length,
      bytes: outbox.queuedBytes() + bytes,
    };
  }

  /** Drafts that may be told of: while the store is locked those that began with nothing that is in it. */
  #drafts(box: CardBox | null): Draft[] {
    const drafts = this.#desk.store.drafts.all();
    return box ? drafts : drafts.filter((one) => one.record === null && one.case === null);
  }

  #draftLines(box: CardBox | null): DraftLine[] {
    const drafts = this.#drafts(box);
    this.#showings.note(
      drafts.flatMap((one) => recordsOf(one, box)),
      "list",
    );
    return drafts.map((one) => draftLine(this.#desk, one, box));
  }

  /**
   * Reads for a while what the search needs, so that the first one is no slower than the others; whether all of it is
   * read. Nothing of it is shown.
   */
  prepareSearch(ms: number): boolean {
    const until = performance.now() + ms;
    const box = this.#cards.seen;
    return this.#finder.fill(box, () => performance.now() > until);
  }

  /** What somebody looks for as he types, best known first. */
  search(text: string): readonly Hit[] {
    return this.#showings.during(() => {
      this.#desk.lease.check();
      const box = this.#cards.look();
      const hits = this.#finder.find(text, box, this.#language);
      this.#showings.note(
        hits.flatMap((hit) => this.#recordsOfHit(hit, box)),
        "list",
      );
      return hits;
    });
  }

  cases(list: string | null, village: string | null): readonly CaseLine[] {
    return this.#showings.during(() => {
      this.#desk.lease.check();
      const cards = [...this.#cards.look().cases.values()].filter(
        (one) => (list === null || one.list === list) && (village === null || one.village === village),
      );
      this.#showings.note(
        cards.map((one) => one.record),
        "list",
      );
      return cards.map((one) => caseLine(one, this.#language)).sort(byName);
    });
  }

  /** Every form that is here, newest first. */
  records(): readonly RecordLine[] {
    return this.#showings.during(() => {
      this.#desk.lease.check();
      const marks = new Marks(this.#desk.store);
      const cards = [...this.#cards.look().forms.values()];
      this.#showings.note(
        cards.map((one) => one.record),
        "list",
      );
      return cards.map((one) => recordLine(this.#desk, one, marks)).sort(newestFirst);
    });
  }

  /** What the server holds back or left out, dismissed or not; told by its ids alone while the store is locked. */
  pending(): readonly PendingLine[] {
    return this.#showings.during(() => {
      const box = this.#desk.lease.isLocked ? null : this.#cards.look();
      const lines = this.#refused().map((one) => ({ ...one, about: aboutOf(this.#desk, one, box) }));
      this.#showings.note(
        lines.flatMap((one) => (one.about && one.record !== null ? [one.record] : [])),
        "list",
      );
      return lines;
    });
  }

  #refused(): Pending[] {
    const { store } = this.#desk;
    const refused = store.outbox.refused().filter((one) => one.isDismissed || !isAnswered(store, one));
    return refused.map((one) => pendingOf(store, one));
  }

  // --- one of them ---

  /** A case with the forms about it, the latest first. Throws `NotFound`, and `InvalidRequest` for another record. */
  case(record: string): CaseView {
    return this.#showings.during(() => {
      const dossier = this.#showings.read(record);
      const box = this.#cards.look();
      const card = box.cases.get(record);
      if (!card) throw new InvalidRequest(`${record} is no case`, "not-a-case", { record });
      const telling = this.#telling(dossier.submission.kind, null);
      const marks = new Marks(this.#desk.store);
      const visits = [...box.forms.values()].filter((one) => one.case === record);
      this.#showings.note(
        visits.map((one) => one.record),
        "list",
      );
      const tasks = this.#tasks.all(box, (one) => marks.isUnsent(one.records));
      return {
        ...caseLine(card, this.#language),
        answers: telling.answers(dossier, this.#whyNot(dossier)),
        visits: visits.map((one) => recordLine(this.#desk, one, marks)).sort(newestFirst),
        tasks: tasks.filter((one) => one.case === record),
      };
    });
  }

  /** A filled form in words. Throws `NotFound`, and `InvalidRequest` for a record that is none. */
  record(record: string): RecordView {
    return this.#showings.during(() => {
      const dossier = this.#showings.read(record);
      const card = this.#cards.look().forms.get(record);
      if (!card) throw new InvalidRequest(`${record} is no filled form`, "not-a-form", { record });
      const { store, identity } = this.#desk;
      const telling = this.#telling(dossier.submission.kind, dossier.submission.form);
      const reviews = [dossier.review, ...dossier.partReviews.values()];
      const remarks = new Map(reviews.flatMap((one) => [...one.remarks]));
      const draft = store.drafts.all().find((one) => one.record === record);
      const whyNot = this.#whyNot(dossier);
      return {
        ...recordLine(this.#desk, card, new Marks(store)),
        case: card.case,
        answers: telling.answers(dossier, whyNot, remarks),
        remarks: [...remarks].map(([path, text]) => ({ path, label: telling.label(path), text })),
        isMine: card.author === identity.author,
        draft: draft?.id ?? null,
        conflictsForOffice: [...dossier.disputes].filter(([path]) => whyNot(path) !== null).length,
      };
    });
  }

  conflicts(): readonly Conflict[] {
    return this.#showings.during(() => {
      this.#desk.lease.check();
      return this.#conflicts(this.#cards.look(), "read");
    });
  }

  /** In a list without the answers that disagree. */
  #conflicts(box: CardBox, way: Way): Conflict[] {
    const settling = new Settling(this.#desk.store, this.#desk.identity);
    const disputed = [...box.forms.values(), ...box.cases.values()].filter((one) => one.conflicts > 0);
    return disputed.flatMap(({ record }) => {
      const dossier = this.#desk.dossier(record);
      this.#showings.note(dossier.records, way);
      const found = conflictsIn(this.#desk, dossier, settling, this.#language);
      return way === "read" ? found : found.map((one) => ({ ...one, sides: [] }));
    });
  }

  // --- filling ---

  /** A draft as the engine takes it. Throws `NotFound`, `DeviceError` where its form is not here. */
  filling(draft: string): Filling {
    return this.#showings.during(() => fillingOf(this.#desk, this.#draft(draft)));
  }

  /** What the engine runs of `form_id@version`. Throws `DeviceError` where it is not here. */
  form(identity: string): FormFiles {
    return formFiles(this.#desk, definitionFor(this.#desk, identity));
  }

  /** Those whom a new form may be about; nothing while the store is locked. */
  likely(draft: string): readonly Likely[] {
    return this.#showings.during(() => {
      if (this.#desk.lease.isLocked) return [];
      const found = this.#likely.find(this.#draft(draft), this.#cards.look(), this.#language);
      this.#showings.note(
        found.map((one) => one.record),
        "list",
      );
      return found;
    });
  }

  #draft(draft: string): Draft {
    const found = this.#desk.store.drafts.find(draft);
    if (found) return found;
    throw new NotFound(`there is no draft ${draft}`, "unknown-draft", { draft });
  }

  // --- inside ---

  #recordsOfHit(hit: Hit, box: CardBox): string[] {
    if (hit.kind !== "draft") return [hit.record];
    const draft = this.#desk.store.drafts.find(hit.record);
    return draft ? recordsOf(draft, box) : [];
  }

  #whyNot(dossier: Dossier): WhyNot {
    const settling = new Settling(this.#desk.store, this.#desk.identity);
    return (path) => settling.whyNot(dossier, path);
  }

  #telling(kind: string, form: string | null): Telling {
    return new Telling(this.#desk.store, this.#desk.wordsFor(kind, form), this.#language);
  }
}
