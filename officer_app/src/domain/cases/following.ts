// How cases follow the forms that speak of them. The port of `domain/cases/following.py`.
//
// Only what differs from what was on the screen changes a case, and it replaces only that. So two officers who change
// different properties of one case do not disturb each other, two who change the same one make a conflict in it, and a
// prefilled answer that nobody touched overwrites nothing.

import { compareCodePoints } from "../canonical.ts";
import type { Piece } from "../compose.ts";
import { predsOfEdit, type RecordState, type Survivor } from "../merge.ts";
import { SUBMISSION, VILLAGE } from "../operations.ts";
import { stripped } from "../text.ts";
import {
  aimsOf,
  idsIn,
  isNamed,
  isSilent,
  targetsOf,
  type Aim,
  type Answers,
  type Form,
  type Said,
} from "./aims.ts";
import { CASE_ID, CASE_NAME, CASE_VILLAGE, NAME } from "./entities.ts";
import { CASE, LABEL, caseKind, folded } from "./naming.ts";

/** By path, the ids of the values that were on the screen when it was answered, by record. */
export type Seen = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * A submission as it is about to be saved.
 *
 * `answers` are all of them then, `before` those until now (null: the submission is new), `entered` the paths that
 * somebody answers now, `untouched` those that are as the case filled them in. `cases` are the cases of
 * `casesConcerned` that are in view, `own` the ids of what the submission shows by path. `seen` says for the answers
 * of a draft what was on the screen when they were typed; all others are answered on what is in view now. What `void`
 * operations said stands in view, and has to be said anew.
 */
export interface Filing {
  readonly form: Form;
  readonly village: string;
  readonly answers: Answers;
  readonly before: Answers | null;
  readonly entered: ReadonlySet<string>;
  readonly untouched: ReadonlySet<string>;
  readonly cases: ReadonlyMap<string, RecordState>;
  readonly own: ReadonlyMap<string, readonly string[]>;
  readonly seen: Seen;
  readonly void: ReadonlySet<string>;
}

/** A filing of which only so much is to be said. */
export function filingOf(said: Pick<Filing, "form" | "village" | "answers"> & Partial<Filing>): Filing {
  const nothing = { entered: new Set<string>(), untouched: new Set<string>(), void: new Set<string>() };
  return { before: null, ...nothing, cases: new Map(), own: new Map(), seen: new Map(), ...said };
}

/** The ids of all cases that a submission with these answers might change. */
export function casesConcerned(form: Form, answers: Answers): Set<string> {
  return idsIn(form, answers);
}

/**
 * What the submission changes in cases, and `$case` in itself where it has one from now on. Throws `Unevaluated`.
 */
export function piecesForCases(filing: Filing): Piece[] {
  const { form, answers } = filing;
  const before = filing.before ? aimsOf(form, filing.before) : new Map<string, Aim>();
  const isUnknown = filing.before !== null && !before.size && isSilent(form, filing.before);
  let opened = filing.before === null ? form.case : null;
  const pieces: Piece[] = [];
  for (const aim of aimsOf(form, answers).values()) {
    const known = before.get(aim.case);
    const earlier = known && known.member === aim.member ? known : null;
    const found = changesOf(filing, aim, earlier, isUnknown);
    pieces.push(...found);
    if (found.length && aim.isBegun && !aim.member && form.case === null) opened = aim.case;
  }
  if (opened) {
    const change = { path: CASE, value: opened, preds: [] };
    pieces.push({ record: form.record, kind: SUBMISSION, change });
  }
  return pieces;
}

/**
 * What an answer that is typed at a path now would replace, by case.
 *
 * `answers` are what the submission says until now; what a draft says at the path itself is not among them.
 */
export function seenInCases(
  form: Form,
  path: string,
  answers: Answers,
  cases: ReadonlyMap<string, RecordState>,
  own: readonly string[] = [],
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const old = answers.get(path);
  for (const [record, name] of targetsOf(form, path, answers)) {
    const state = cases.get(record);
    const preds = state ? inView(state, name, typeof old === "string" ? old : "", own) : null;
    if (preds) found.set(record, preds);
  }
  return found;
}

/**
 * `isUnknown`: the rules could not be applied until now. Then what nobody enters now may have been said long ago, or
 * not at all; it stands beside what the case says by now.
 */
function changesOf(filing: Filing, aim: Aim, earlier: Aim | null, isUnknown: boolean): Piece[] {
  const kind = caseKind(aim.entity.listName);
  const state = filing.cases.get(aim.case);
  const piece = (name: string, value: string, preds: readonly string[]): Piece => ({
    record: aim.case,
    kind,
    change: { path: name, value, preds },
  });
  if (aim.isBegun && isNew(filing, state, earlier)) {
    if (!isNamed(aim)) return [];
    const said = new Map([[VILLAGE, { path: "", value: filing.village }], ...aim.said]);
    return [...said].flatMap(([name, { value }]) =>
      value ? piece(name, value, predsOfEdit(state ?? null, name)) : [],
    );
  }
  // A case that is not in view is left alone: nobody can say what would be replaced there.
  if (!state || state.kind !== kind) return [];
  const isBlind = isAnsweredBlind(filing, aim, earlier);
  return [...aim.said].flatMap(([name, said]) => {
    const isSeen = !isBlind || (name === VILLAGE && Boolean(filing.form.case));
    const isBeside = !isSeen || (isUnknown && !filing.entered.has(said.path));
    const preds = isBeside
      ? beside(filing, state, name, said)
      : replaced(filing, state, aim, name, earlier?.said.get(name) ?? null);
    return preds ? piece(name, said.value, preds) : [];
  });
}

function isNew(filing: Filing, state: RecordState | undefined, earlier: Aim | null): boolean {
  if (!state) return !(earlier && isNamed(earlier));
  return [...state.origins.keys()].every((one) => filing.void.has(one));
}

/** Whether a member comes to its case only now, so that nobody answered with the case on the screen. */
function isAnsweredBlind(filing: Filing, aim: Aim, earlier: Aim | null): boolean {
  if (!aim.member || aim.isBegun || earlier) return false;
  const question = aim.entity.question(filing.form.definition, CASE_ID);
  return question === null || !filing.untouched.has(aim.entity.memberPath(question, aim.member));
}

/**
 * What is said without having seen the case stands beside what is there: a person chooses.
 *
 * What is there already is not said again, nor a name that is spelt a little differently.
 */
function beside(filing: Filing, state: RecordState, name: string, said: Said): readonly string[] | null {
  const isName = name === LABEL || filing.form.definition.fieldAt(said.path)?.role === NAME;
  const alike = isName ? folded : stripped;
  const there = new Set(
    state.valuesAt(name).flatMap((value) => (typeof value === "string" ? alike(value) : [])),
  );
  return !said.value || there.has(alike(said.value)) ? null : [];
}

/** The ids that a value replaces in a case; null when it changes nothing there. */
function replaced(
  filing: Filing,
  state: RecordState,
  aim: Aim,
  name: string,
  old: Said | null,
): readonly string[] | null {
  const said = aim.said.get(name) as Said;
  const there = state.at(name);
  if (!isNews(filing, said, old) || (!there.length && !said.value)) return null;
  const isThere = there.every((one) => one.value === said.value && !filing.void.has(one.id));
  if (there.length && isThere) return null;
  // Where the family was is on the screen, and not where each of its members is.
  const seen = filing.seen.get(said.path);
  if (seen && !(aim.member && name === VILLAGE)) return seen.get(state.record) ?? null;
  return inView(state, name, oldValue(filing, aim, name, old), filing.own.get(said.path) ?? []);
}

/** Whether this filing says it: a new form all that it holds, a correction what is entered or follows. */
function isNews(filing: Filing, said: Said, old: Said | null): boolean {
  if (filing.untouched.has(said.path)) return false;
  return filing.before === null || filing.entered.has(said.path) || old?.value !== said.value;
}

/** What was on the screen in the form: the earlier answer, or what the case said at opening. */
function oldValue(filing: Filing, aim: Aim, name: string, old: Said | null): string {
  if (old) return old.value;
  const { definition } = filing.form;
  let path: string | null = null;
  if (name === LABEL) {
    const question = aim.entity.question(definition, CASE_NAME);
    path = question && aim.entity.memberPath(question, aim.member);
  } else if (name === VILLAGE && aim.member) {
    path = definition.withRole(CASE_VILLAGE).find((one) => !one.path.includes("*"))?.path ?? null;
  }
  const told = filing.answers.get(path ?? "");
  return typeof told === "string" ? told : "";
}

/**
 * What somebody replaces who saw `old` in the form, or nothing there but the case itself.
 *
 * Null when the case says something else by now: a later visit did, and a correction of an earlier one does not undo
 * that.
 */
function inView(
  state: RecordState,
  name: string,
  old: string,
  own: readonly string[],
): readonly string[] | null {
  const there = state.at(name);
  if (!there.length) return [];
  const wanted = old || newestOf(state, there).value;
  const found = there.filter((one) => one.value === wanted || own.includes(one.id));
  return found.length ? found.map((one) => one.id) : null;
}

function newestOf(state: RecordState, there: readonly Survivor[]): Survivor {
  return there.reduce((newest, one) => {
    const order = state.originOf(one.id).time - state.originOf(newest.id).time;
    return (order || compareCodePoints(one.id, newest.id)) > 0 ? one : newest;
  });
}
