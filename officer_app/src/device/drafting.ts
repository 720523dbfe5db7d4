// Forms being filled: kept answer by answer, altered by no sync, made operations when they are finished. The port of
// `client_sync/drafting.py`.
//
// What the form sets by itself (defaults, triggers) the engine does in the page, which hands it over with what was
// typed.

import {
  Evaluations,
  NO_OPENING,
  caseOf,
  filingOf,
  seenInCases,
  targetsOf,
  type Opening,
} from "../domain/cases/index.ts";
import { piecesOfNew, type Piece } from "../domain/compose.ts";
import type { Dossier } from "../domain/dossier.ts";
import { refuseMasked, refuseNoQuestion, refuseReserved } from "../domain/entering.ts";
import { InvalidRequest, NotFound } from "../domain/errors.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { isUnder, predsOfRemoval, type RecordState } from "../domain/merge.ts";
import { DEAD, SUBMISSION, type Value } from "../domain/operations.ts";
import { ROUND, ROUND_ID, assignmentRecord, readAssignment, readRound } from "../domain/planning.ts";
import { roundFilledFor } from "../domain/tasks.ts";
import { UNTOUCHED, isUntouched, type Draft, type DraftAnswer, type Preds } from "../store/drafts.ts";
import { identityOf } from "../store/forms.ts";
import { checkVillage, cleanPath, textOf } from "./answers.ts";
import { Desk, dangerIn, type Kept, type Period } from "./desk.ts";
import { checkRemoval, refuseRemoved } from "./editing.ts";

/** A desk on which forms may lie half filled. */
export class Drafting extends Desk {
  /**
   * Opens a new form to be filled. Its id becomes the record's.
   *
   * From a case it begins with what the case says, in the case's village if none is given.
   */
  startDraft(formId: string, village: string | null = null, caseRecord: string | null = null): Draft {
    return this.store.transaction(() => {
      const form = this.publishedForm(formId);
      const identity = identityOf(form);
      const opening = caseRecord ? this.#opening(this.definition(identity), caseRecord) : NO_OPENING;
      const draft: Draft = {
        id: this.newRecord(),
        record: null,
        formId: identity,
        village: checkVillage(village || opening.village),
        returns: [],
        started: this.clock(),
        case: caseRecord,
      };
      this.store.drafts.add(draft);
      for (const [path, value] of opening.answers) {
        const preds = new Map([[UNTOUCHED, []], ...(opening.seen.get(path) ?? [])]);
        this.store.drafts.put(draft.id, { path, value, preds });
      }
      return draft;
    });
  }

  /** Opens a record to be corrected. The draft is empty: what is not typed anew stays as it is. */
  startCorrection(record: string): Draft {
    return this.store.transaction(() => {
      const { returns } = this.editable(record);
      const nothing = { formId: null, village: null, case: null };
      const draft: Draft = { id: this.newRecord(), record, returns, started: this.clock(), ...nothing };
      this.store.drafts.add(draft);
      return draft;
    });
  }

  /**
   * Keeps answers in a draft, each with the ids of what is on the screen there now: what was typed, and what the form
   * set because of it.
   */
  typeAnswers(draft: string, answers: Iterable<readonly [path: string, text: unknown]>): void {
    const clean = Array.from(answers, ([path, text]) => [cleanPath(path), text] as const);
    refuseReserved(clean.map(([path]) => path));
    const texts = new Map(clean.map(([path, text]) => [path, textOf(text, path)]));
    this.store.transaction(() => {
      const found = this.draft(draft);
      const { dossier, definition } = this.#filled(found);
      refuseMasked(texts, definition);
      refuseNoQuestion(texts.keys(), definition, dossier);
      const removed = this.#removed(draft);
      const typed = new Map(this.store.drafts.answers(draft).map((one) => [one.path, one]));
      for (const [path, value] of texts) {
        refuseRemoved(path, removed);
        const before = typed.get(path);
        if (before && isUntouched(before) && before.value === value) continue;
        const answer = { path, value, preds: this.#onScreen(found, dossier, definition, path, typed) };
        this.store.drafts.put(draft, answer);
        typed.set(path, answer);
      }
      this.store.files.dropUnnamed();
    });
  }

  /**
   * Removes a member of a repeat: what a draft says of it is taken back, and from the record that it corrects it is
   * removed with what is in view now at and below it. Throws `InvalidRequest`.
   */
  removeMember(draft: string, path: string): void {
    const member = cleanPath(path);
    this.store.transaction(() => {
      const { dossier, definition } = this.#filled(this.draft(draft));
      refuseRemoved(member, this.#removed(draft));
      const said = this.store.drafts.answers(draft).filter((one) => isUnder(one.path, member));
      const isThere = dossier?.submission.survivors.some((one) => isUnder(one.path, member)) ?? false;
      if (definition && !definition.isMember(member)) {
        throw new InvalidRequest(`${member} is no member of a repeat`, "not-a-member", { path: member });
      }
      if (dossier && (isThere || !said.length)) {
        checkRemoval(dossier, member, definition);
        this.store.drafts.putRemoval(draft, { member, preds: predsOfRemoval(dossier.submission, member) });
      }
      for (const one of said) this.store.drafts.takeBack(draft, one.path);
      this.store.files.dropUnnamed();
    });
  }

  /** Throws `NotFound`. */
  draft(draft: string): Draft {
    const found = this.store.drafts.find(draft);
    if (found) return found;
    throw new NotFound(`there is no draft ${draft}`, "unknown-draft", { draft });
  }

  /** Throws a draft away. Throws `NotFound`. */
  discardDraft(draft: string): void {
    this.store.transaction(() => {
      this.#remove(this.draft(draft));
      this.store.files.dropUnnamed();
    });
  }

  /**
   * Makes the operations of a draft and removes it, both or neither.
   *
   * Each answer names what was on the screen when it was typed, not what a sync has brought since: what its author has
   * not seen, he does not replace.
   */
  finishDraft(draft: string, evaluations: Evaluations): Kept {
    return this.store.transaction(() => {
      const found = this.draft(draft);
      const answers = this.store.drafts.answers(draft);
      const period = { started: found.started, ended: this.clock() };
      const kept = found.record
        ? this.#saveCorrected(found.record, found, answers, period, evaluations)
        : this.#saveFilled(found, answers, period, evaluations);
      this.#remove(found);
      return kept;
    });
  }

  // --- inside ---

  #remove(draft: Draft): void {
    this.store.drafts.remove(draft.id);
    for (const record of [draft.record, draft.case]) if (record !== null) this.store.records.letGo(record);
  }

  /** What a form begins with that is opened from a case. */
  #opening(definition: FormDefinition, caseRecord: string): Opening {
    const found = this.case(caseRecord);
    this.noteShown([caseRecord], "read");
    return this.casework().opening(definition, found);
  }

  /** The record that a draft corrects, if it does, and the form that it is filled with. */
  #filled(draft: Draft): { dossier: Dossier | null; definition: FormDefinition | null } {
    const dossier = draft.record ? this.dossier(draft.record) : null;
    const definition = dossier ? this.definitionOf(dossier) : this.store.forms.definition(draft.formId);
    return { dossier, definition };
  }

  /** The members that a draft removes. */
  #removed(draft: string): string[] {
    return this.store.drafts.removals(draft).map((one) => one.member);
  }

  /** The ids of what is on the screen at a path: in the record, and in its cases. */
  #onScreen(
    draft: Draft,
    dossier: Dossier | null,
    definition: FormDefinition | null,
    path: string,
    typed: ReadonlyMap<string, DraftAnswer>,
  ): Preds {
    const before = typed.get(path);
    const filledIn = draft.case && before ? filledInBy(before, draft.case) : null;
    if (filledIn?.size) return filledIn;
    const own: Preds = dossier?.onScreen(path) ?? new Map();
    const known = dossier ? definition : this.definition(draft.formId);
    if (!known) return own;
    const answers = new Map<string, Value>(dossier?.answers ?? []);
    for (const one of typed.values()) if (one.path !== path) answers.set(one.path, one.value);
    const record = draft.record ?? draft.id;
    const form = this.casework().form(known, record, dossier ? caseOf(dossier) : draft.case);
    const cases = new Map<string, RecordState>();
    for (const [one] of targetsOf(form, path, answers)) {
      const state = this.store.records.shown(one);
      if (state) cases.set(one, state);
    }
    return new Map([...own, ...seenInCases(form, path, answers, cases, own.get(record) ?? [])]);
  }

  #saveCorrected(
    record: string,
    draft: Draft,
    answers: readonly DraftAnswer[],
    period: Period,
    evaluations: Evaluations,
  ): Kept {
    const dossier = this.editable(record);
    const seen = new Map(answers.map((one) => [one.path, one.preds]));
    const removals = this.store.drafts.removals(draft.id).map(({ member, preds }): Piece => {
      const { kind } = dossier.submission;
      return { record, kind, change: { path: member, value: DEAD, preds } };
    });
    return this.saveEdits(dossier, answers, removals, draft.returns, evaluations, period, seen);
  }

  #saveFilled(draft: Draft, typed: readonly DraftAnswer[], period: Period, evaluations: Evaluations): Kept {
    const definition = this.definition(draft.formId);
    const casework = this.casework(evaluations);
    const village = draft.village ?? "";
    const filed = casework.filed(
      filingOf({
        form: casework.form(definition, draft.id, draft.case),
        village,
        answers: new Map(typed.map((one) => [one.path, one.value])),
        untouched: new Set(typed.filter(isUntouched).map((one) => one.path)),
        seen: draft.case ? new Map(typed.map((one) => [one.path, one.preds])) : new Map(),
      }),
    );
    const part = this.newRecord();
    const beside = [...this.#ofRound(draft, definition, village), ...filed.pieces];
    const pieces = piecesOfNew(draft.id, part, village, filed.answers, definition, beside);
    const operations = this.save(pieces, draft.formId, period);
    // What may be told of cases that a new form is about: nothing while the store is locked.
    const told = this.lease.isLocked ? [] : filed.notices;
    const danger = dangerIn(pieces);
    return { record: draft.id, operations, notices: [...danger, ...told], isUrgent: danger.length > 0 };
  }

  /** For which round a new form is filled, where one is open that asks for it. */
  #ofRound(draft: Draft, definition: FormDefinition, village: string): Piece[] {
    const { records } = this.store;
    const rounds = records.allShown(ROUND).flatMap((state) => readRound(state) ?? []);
    const assigned = rounds.flatMap((one) => {
      const state = draft.case ? records.shown(assignmentRecord(one.round, draft.case)) : null;
      return (state && readAssignment(state)) ?? [];
    });
    const meant = roundFilledFor(definition.formId, village, draft.case, rounds, assigned);
    if (!meant) return [];
    const change = { path: ROUND_ID, value: meant, preds: [] };
    return [{ record: draft.id, kind: SUBMISSION, change }];
  }
}

/** What an answer of a case was when it was filled in: it is that which somebody types over, by case. */
function filledInBy(before: DraftAnswer, caseRecord: string): Preds {
  const known = new Map([...before.preds].filter(([record]) => record !== UNTOUCHED));
  // Drafts of earlier versions do not say of which case.
  return known.size || !isUntouched(before)
    ? known
    : new Map([[caseRecord, before.preds.get(UNTOUCHED) ?? []]]);
}
