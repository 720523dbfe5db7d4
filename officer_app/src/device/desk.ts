// Correcting, without a line: everything is saved durably before it is told as saved. The port of the saving half of
// `client_sync/desk.py`; the reading half is `looking.ts`.
//
// `preds` of an operation are what was in view when it was entered, read in the same transaction that keeps it and
// takes its counter.

import { toText } from "../domain/canonical.ts";
import { Evaluations, answersAfter, askedOf, type Seen } from "../domain/cases/index.ts";
import {
  pack,
  pieceOfRemoval,
  piecesOfEdits,
  piecesOfSubmission,
  seal,
  type Edit,
  type Piece,
} from "../domain/compose.ts";
import { REMOVAL, type Dossier } from "../domain/dossier.ts";
import { InvalidRequest } from "../domain/errors.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { RESTRICTED_PART, SUBMISSION, VILLAGE } from "../domain/operations.ts";
import { PLANNED } from "../domain/planning.ts";
import type { Return } from "../domain/review.ts";
import { saysDanger } from "../domain/urgency.ts";
import { uuidOf } from "../domain/uuid.ts";
import { OFFSET } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { Notice } from "../worker/api.ts";
import { cleanPath } from "./answers.ts";
import { Casework, type Told } from "./casework.ts";
import { settledRemoval, settledValue } from "./editing.ts";
import { DeviceError, NotEnrolled } from "./errors.ts";
import type { Boot } from "./lease.ts";
import { Looking } from "./looking.ts";
import { NO_RENEWAL, isAnyRenewed, isLeftOut, renewalOf, type Renewal } from "./renewing.ts";

const SALT_BYTES = 8;
const ID_BYTES = 16;

/** What was saved durably: the record, the operations in order, and what to tell about them. */
export interface Kept {
  readonly record: string;
  readonly operations: readonly string[];
  readonly notices: readonly Notice[];
  readonly isUrgent: boolean;
}

/** When a form was filled: milliseconds since 1970 by the device's clock. */
export interface Period {
  readonly started: number;
  readonly ended: number;
}

/**
 * What a person does with the records of a device store.
 *
 * Methods that save throw `InvalidRequest` or `MalformedOperation` for what makes no sense, `Unevaluated` where a
 * form's rules have to be evaluated first, and then nothing is saved; errors of `errors.ts` for what cannot be done
 * now.
 */
export class Desk extends Looking {
  readonly #version: string;

  /** `version` is that of this app, which operations name. */
  constructor(
    store: Store,
    version: string,
    clock?: () => number,
    randomBytes?: (length: number) => Uint8Array,
    boot?: () => Boot,
  ) {
    super(store, clock, randomBytes, boot);
    this.#version = version;
  }

  /**
   * Settles a conflict: `value` replaces all that people entered there, as far as it is in view.
   *
   * The id of the operation behind one of the values stands for that value. A contested removal is settled at
   * `PATH#removal` by `keep` or `remove`. Throws `InvalidRequest` (code `no-conflict`) where nothing waits to be
   * settled.
   */
  resolve(record: string, path: string, value: string, evaluations: Evaluations): Kept {
    return this.store.transaction(() => {
      const dossier = this.editable(record);
      const [edits, pieces] = this.#settlement(dossier, path, value);
      const further = this.#following(dossier, edits, pieces, evaluations);
      const all = [...edits, ...further.edits];
      const kept = this.saveEdits(dossier, all, pieces, dossier.returns, evaluations);
      return { ...kept, notices: [...further.notices, ...kept.notices] };
    });
  }

  #settlement(dossier: Dossier, path: string, value: string): [Edit[], Piece[]] {
    if (path.endsWith(REMOVAL)) {
      const member = cleanPath(path.slice(0, -REMOVAL.length));
      return [[], [settledRemoval(dossier, member, value)]];
    }
    const words = this.wordsFor(dossier.submission.kind, dossier.submission.form);
    return [[settledValue(dossier, cleanPath(path), value, words)], []];
  }

  /** Takes a held or void operation out of view; the server keeps it. Throws `InvalidRequest`. */
  dismiss(operation: string): void {
    this.store.transaction(() => {
      const { outbox, records } = this.store;
      const status = outbox.statusOf(operation);
      if (status !== "held" && status !== "void") {
        const message = `${operation} is no held or void operation of this device`;
        throw new InvalidRequest(message, "not-refused", { operation });
      }
      outbox.dismiss(operation);
      for (const record of outbox.recordsOf(operation)) records.refresh(record);
    });
  }

  // --- inside ---

  protected newRecord(): string {
    return uuidOf(this.randomBytes(ID_BYTES));
  }

  /** Without it nobody knows which answers are restricted. Throws `DeviceError`. */
  protected definition(identity: string | null): FormDefinition {
    const definition = this.store.forms.definition(identity);
    if (definition) return definition;
    const message = `the form ${identity} has not been fetched yet`;
    throw new DeviceError(message, "form-unreadable", { form: identity });
  }

  /** A record that is opened to be changed. Throws `InvalidRequest` where that is not done here. */
  protected editable(record: string): Dossier {
    const dossier = this.dossier(record);
    if (dossier.submission.kind === RESTRICTED_PART) {
      const message = `${record} is a restricted part; it is changed through its submission ${dossier.of}`;
      throw new InvalidRequest(message, "restricted-part", { record, submission: dossier.of });
    }
    if (PLANNED.has(dossier.submission.kind)) {
      throw new InvalidRequest(`${record} is planned in the office`, "planned-in-office", { record });
    }
    this.noteShown(dossier.records, "edit");
    return dossier;
  }

  protected casework(evaluations = new Evaluations()): Casework {
    return new Casework(this.store, this.identity.areas, evaluations);
  }

  /** What a record's form sets because of edits, and what to tell of that; not where people disagree. */
  #following(
    dossier: Dossier,
    edits: readonly Edit[],
    pieces: readonly Piece[],
    evaluations: Evaluations,
  ): { edits: Edit[]; notices: Notice[] } {
    const definition = this.definitionOf(dossier);
    const given = textsIn(edits.map(({ path, value }) => [path, value] as const));
    // A form with rules on what may not be read here is left as it is: what they set would be made from half of it.
    const isActing = definition?.fields.some((one) => one.logic.actions.some((action) => action.trigger));
    if (!definition || !isActing || !given.size || dossier.unreadable.length)
      return { edits: [], notices: [] };
    const asked = askedOf(definition, textsIn(answersAfter(dossier, pieces)), given);
    const found = Object.entries(evaluations.of(asked).set).filter(([path]) => !given.has(path));
    const isOpen = ([path]: [string, string]): boolean => !dossier.conflicts.has(path);
    const set = found.filter(isOpen);
    const left = found.filter((one) => !isOpen(one));
    const { record } = dossier;
    return {
      edits: set.map(([path, value]) => ({ path, value, preds: dossier.onScreen(path) })),
      notices: [
        ...set.map(([path]) => ({ code: "form-set", facts: { path } })),
        ...left.map(([path]) => ({ code: "form-not-set", facts: { path, record } })),
      ],
    };
  }

  /**
   * Keeps changes to a record; `returns` are the returns that they answer.
   *
   * `seen` says for a draft what was on the screen; else everything is answered on what is in view. A form that was
   * left out is filed whole once more.
   */
  protected saveEdits(
    dossier: Dossier,
    edits: readonly Edit[],
    pieces: readonly Piece[],
    returns: readonly Return[],
    evaluations: Evaluations,
    period: Partial<Period> = {},
    seen: Seen = new Map(),
  ): Kept {
    if (!edits.length && !pieces.length && !returns.length) {
      throw new InvalidRequest("nothing was entered", "nothing-entered");
    }
    const renewal = this.#renewal(dossier, edits, pieces);
    // Of several operations the first one says where the record is.
    const all = villageFirst([...renewal.edits, ...edits]);
    const removed = new Set(renewal.removed);
    const changes = [...renewal.pieces, ...pieces.filter((one) => !removed.has(one.change.path))];
    const { form, kind } = dossier.submission;
    const definition = this.definitionOf(dossier);
    let told: Told = { pieces: [], notices: [] };
    if (definition && all.length + changes.length > 0) {
      told = this.casework(evaluations).ofEdits(definition, dossier, all, changes, seen, renewal.void);
    }
    const { author, areas } = this.identity;
    const writer = { author, areas, fresh: this.newRecord() };
    const entered = [...piecesOfEdits(dossier, all, definition, writer), ...changes, ...told.pieces];
    if (kind === SUBMISSION) {
      entered.push(...piecesOfSubmission(dossier, returns, { isRenewed: isAnyRenewed(renewal) }));
    }
    const operations = this.save(entered, form, period);
    for (const member of renewal.removed) {
      operations.push(...this.save([pieceOfRemoval(this.dossier(dossier.record), member)], form, {}));
    }
    const notices = [...dangerIn(entered), ...told.notices];
    return { record: dossier.record, operations, notices, isUrgent: areUrgent(entered) };
  }

  /** What has to be entered anew of a form that was left out; nothing of one that was not. */
  #renewal(dossier: Dossier, edits: readonly Edit[], pieces: readonly Piece[]): Renewal {
    const { outbox } = this.store;
    const states = [dossier.submission, ...dossier.parts];
    const shown = new Set(states.flatMap((state) => [...state.origins.keys()]));
    const left = states.flatMap((state) => outbox.voidOf(state.record)).filter((one) => shown.has(one.id));
    if (!isLeftOut(dossier.record, left, outbox.uncontainedOf(dossier.record))) return NO_RENEWAL;
    return renewalOf(dossier, new Set(left.map((one) => one.id)), edits, pieces);
  }

  /** Seals and keeps operations; runs inside the transaction in which their counters are taken. */
  protected save(pieces: readonly Piece[], form: string | null, period: Partial<Period>): string[] {
    const { replica } = this.store.settings;
    if (replica === null) throw new NotEnrolled("this device is not enrolled");
    const now = this.clock();
    const { author } = this.identity;
    const meta = this.#meta(form, period);
    const isUrgent = areUrgent(pieces);
    const ids: string[] = [];
    for (const some of pack(pieces)) {
      const n = replica.lastN + ids.length + 1;
      const salt = toText(this.randomBytes(SALT_BYTES));
      const operation = seal(some, { replica: replica.id, n, author, time: now, salt, meta });
      this.store.save(operation, now, isUrgent);
      ids.push(operation.id);
    }
    this.store.settings.nextN(replica, replica.lastN + ids.length);
    return ids;
  }

  /** What an operation says about its making; what is not known is left out. */
  #meta(form: string | null, period: Partial<Period>): Record<string, string | number> {
    const offset = this.store.settings.get<number>(OFFSET);
    const { started, ended } = period;
    const meta = { app: this.#version, form, offset_ms: offset, started, ended };
    const known = Object.entries(meta).filter(([, value]) => value !== null && value !== undefined);
    return Object.fromEntries(known) as Record<string, string | number>;
  }
}

/** The texts among answers; what is reserved for the program is no answer of the form. */
function textsIn(answers: Iterable<readonly [string, unknown]>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [path, value] of answers) {
    if (typeof value === "string" && !path.startsWith("$")) texts.set(path, value);
  }
  return texts;
}

function villageFirst(edits: readonly Edit[]): Edit[] {
  const isVillage = (edit: Edit): boolean => edit.path === VILLAGE;
  return [...edits.filter(isVillage), ...edits.filter((edit) => !isVillage(edit))];
}

function areUrgent(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => saysDanger(piece.change));
}

/** What is told first, whatever else there is to tell, and whether the store is locked or not. */
export function dangerIn(pieces: readonly Piece[]): Notice[] {
  return areUrgent(pieces) ? [{ code: "danger-now", facts: {} }] : [];
}
