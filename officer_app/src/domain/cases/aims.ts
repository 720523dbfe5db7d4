// What a filled form says of cases: which it begins or updates, and what it says of each. The port of
// `domain/cases/aims.py`.
//
// Restricted answers are left out before anything is evaluated: whoever may read the village may read its cases, so
// neither a property, nor a label, nor a condition is made from what he may not read.

import { isCovered, isVillage } from "../areas.ts";
import type { FormDefinition } from "../forms/definition.ts";
import type { Field } from "../forms/fields.ts";
import { RECORD_ID, VILLAGE, type Value } from "../operations.ts";
import { stripped } from "../text.ts";
import { CASE_ID, entitiesOf, type Entity } from "./entities.ts";
import { Evaluation, askedOf, type Asked, type Evaluations } from "./evaluations.ts";
import { LABEL, begunBy, memberOf } from "./naming.ts";

export type Answers = ReadonlyMap<string, Value>;

/** Roles of the questions that say where the household is: the one it moved to goes first. */
export const MOVED_TO = "desa_baru";
export const OF_VISIT = "desa";

/** A value for a property; `path` is the question that it is the answer of, empty for a label. */
export interface Said {
  readonly path: string;
  readonly value: string;
}

/** A case that a form is about, or a `member` of it. `isBegun` when this form is where it comes from. */
export interface Aim {
  readonly case: string;
  readonly entity: Entity;
  readonly member: string;
  readonly isBegun: boolean;
  readonly said: ReadonlyMap<string, Said>;
}

/** Whether lists could show it: a case without a label is not begun before it has one. */
export function isNamed(aim: Aim): boolean {
  return aim.said.has(LABEL) || !aim.entity.label;
}

/** A member of a form at its `path`: what it says, and which case it says that of, if of any. */
export interface Member {
  readonly entity: Entity;
  readonly path: string;
  readonly said: ReadonlyMap<string, Said>;
  readonly aim: Aim | null;
}

/** A submission's answers under its form; `case` is what it was opened from, or began before. */
export interface Form {
  readonly definition: FormDefinition;
  readonly record: string;
  readonly case: string | null;
  readonly areas: readonly string[];
  readonly evaluations: Evaluations;
}

/**
 * By the case's id. Of several that mean the same case the form's own goes first, then members that somebody entered,
 * then the one that the case filled in. Throws `Unevaluated`.
 */
export function aimsOf(form: Form, answers: Answers): Map<string, Aim> {
  const aims = spokenOf(form, answers).flatMap((one) => one.aim ?? []);
  const isFilledIn = (aim: Aim): number => Number(aim.member.endsWith(`/${memberOf(aim.case)}`));
  const found = new Map<string, Aim>();
  for (const aim of aims.sort((one, other) => isFilledIn(one) - isFilledIn(other))) {
    if (!found.has(aim.case)) found.set(aim.case, aim);
  }
  return found;
}

/** The members of repeats that may be cases, in the order of their paths. Throws `Unevaluated`. */
export function membersOf(form: Form, answers: Answers): Member[] {
  return spokenOf(form, answers).filter((one) => one.path);
}

/** Whether the form's rules cannot be applied to these answers: nobody knows what they say of cases. */
export function isSilent(form: Form, answers: Answers): boolean {
  return entitiesOf(form.definition).length > 0 && readingOf(form, answers).evaluation.isStopped;
}

/** What has to be evaluated of these answers; nothing of a form that says nothing of cases. */
export function askedOfForm(form: Form, answers: Answers): Asked[] {
  return entitiesOf(form.definition).length ? [askedOf(form.definition, openAnswers(form, answers))] : [];
}

/** The form itself, with an empty path, then its members. */
function spokenOf(form: Form, answers: Answers): Member[] {
  const entities = entitiesOf(form.definition);
  if (!entities.length) return [];
  const reading = readingOf(form, answers);
  return entities.flatMap((entity) =>
    entity
      .members(form.definition, reading.answers.keys())
      .map((member) => memberIn(reading, entity, member)),
  );
}

/** The answers that may be told to whoever reads cases, and the ids that calculations hold. */
function openAnswers(form: Form, answers: Answers): Map<string, string> {
  const open = new Map<string, string>();
  for (const [path, value] of answers) {
    const isOpen = typeof value === "string" && !path.startsWith("$") && !form.definition.isRestricted(path);
    if (isOpen) open.set(path, value);
  }
  for (const [path, value] of ownCaseIds(form)) open.set(path, value);
  return open;
}

/**
 * The cases that an answer at a path may go to, each with its property there.
 *
 * `answers` are those of the form: they name the cases of its members.
 */
export function targetsOf(form: Form, path: string, answers: Answers): [record: string, property: string][] {
  const found = form.definition.fieldAt(path);
  if (!found) return [];
  return entitiesOf(form.definition).flatMap((entity) =>
    entity.members(form.definition, [path]).flatMap((member) => {
      const record = caseMeant(form, entity, member, answers);
      const names = [...entity.saveTo].filter(([one]) => entity.memberPath(one, member) === path);
      const properties = names.map(([, name]) => name);
      if (found.role === MOVED_TO || found.role === OF_VISIT) properties.push(VILLAGE);
      return properties.map((name): [string, string] => [record, name]);
    }),
  );
}

/** The case that is named, else the one that would begin. */
export function caseMeant(form: Form, entity: Entity, member: string, answers: Answers): string {
  let named: Value | null | undefined = form.case;
  if (member) {
    const question = entity.question(form.definition, CASE_ID);
    named = question ? answers.get(entity.memberPath(question, member)) : null;
  }
  const isCase = typeof named === "string" && RECORD_ID.test(named);
  return isCase ? (named as string) : begunBy(form.record, member, entity.listName);
}

/** Every case that the form could be about: so many have to be at hand to say what changes. */
export function idsIn(form: Form, answers: Answers): Set<string> {
  const found = new Set(form.case ? [form.case] : []);
  for (const entity of entitiesOf(form.definition)) {
    for (const member of entity.members(form.definition, answers.keys())) {
      found.add(begunBy(form.record, member, entity.listName));
    }
    if (!entity.path || !entity.id || !entity.updateIf) continue;
    for (const value of answers.values()) {
      if (typeof value === "string" && RECORD_ID.test(value)) found.add(value);
    }
  }
  return found;
}

/**
 * By path, what calculations hold the id of the form's own case in: the one that it really has.
 *
 * The form would make one up by chance, on each device another.
 */
export function ownCaseIds(form: Pick<Form, "definition" | "record" | "case">): Map<string, string> {
  const found = new Map<string, string>();
  for (const entity of entitiesOf(form.definition)) {
    const question = form.definition.fieldAt(entity.idQuestion ?? "");
    if (!entity.path && question?.logic.calculate) {
      found.set(question.path, form.case || begunBy(form.record, "", entity.listName));
    }
  }
  return found;
}

/** One evaluation of the answers, asked for each entity. */
interface Reading {
  readonly form: Form;
  readonly answers: ReadonlyMap<string, string>;
  readonly evaluation: Evaluation;
}

function readingOf(form: Form, answers: Answers): Reading {
  const open = openAnswers(form, answers);
  const said = form.evaluations.of(askedOf(form.definition, open));
  return { form, answers: open, evaluation: new Evaluation(said, ownCaseIds(form)) };
}

function memberIn(reading: Reading, entity: Entity, member: string): Member {
  const said = saidOf(reading, entity, member);
  return { entity, path: member, said, aim: aimOf(reading, entity, member, said) };
}

function aimOf(
  reading: Reading,
  entity: Entity,
  member: string,
  said: ReadonlyMap<string, Said>,
): Aim | null {
  const { form, evaluation } = reading;
  const at = entity.memberPath(entity.at, member);
  const begun = begunBy(form.record, member, entity.listName);
  const isUpdate = entity.updateIf !== null && evaluation.isTrue(`${at}/@update`);
  const named = namedBy(reading, entity, at, begun, isUpdate);
  if (named) return isUpdate ? { case: named, entity, member, isBegun: named === begun, said } : null;
  const isCreate = entity.createIf !== null && evaluation.isTrue(`${at}/@create`);
  return isCreate ? { case: begun, entity, member, isBegun: true, said } : null;
}

/**
 * The case that the form says it is about; its own from the beginning is none that it was opened from.
 *
 * A member's is an expression, which makes an id up where the member names none.
 */
function namedBy(
  { form, evaluation }: Reading,
  entity: Entity,
  at: string,
  begun: string,
  isUpdate: boolean,
): string | null {
  const own = form.case && form.case !== begun ? form.case : "";
  const ofMember = isUpdate ? stripped(evaluation.calculated(`${at}/@id`)) : "";
  const named = entity.path ? ofMember : own;
  return RECORD_ID.test(named) ? named : null;
}

function saidOf(reading: Reading, entity: Entity, member: string): Map<string, Said> {
  const said = new Map<string, Said>();
  const label =
    entity.label && reading.evaluation.calculated(`${entity.memberPath(entity.at, member)}/label`);
  if (label && stripped(label)) said.set(LABEL, { path: "", value: stripped(label) });
  for (const [pattern, name] of entity.saveTo) {
    const path = entity.memberPath(pattern, member);
    const value = valueAt(reading, path);
    if (value !== null && name !== LABEL) said.set(name, { path, value });
  }
  const place = placeIn(reading);
  if (place) said.set(VILLAGE, place);
  return said;
}

/** What is answered or calculated where it is asked; null where nothing was said. */
function valueAt({ form, answers, evaluation }: Reading, path: string): string | null {
  const found = form.definition.fieldAt(path);
  if (!found || form.definition.isRestricted(path) || !evaluation.isRelevant(path)) return null;
  if (found.logic.calculate) return evaluation.calculated(path) || null;
  return answers.get(path) ?? null;
}

/** Where the household is by this form, if that is a village of whoever fills it in. */
function placeIn(reading: Reading): Said | null {
  for (const role of [MOVED_TO, OF_VISIT]) {
    for (const found of reading.form.definition.withRole(role)) {
      const value = valueAt(reading, found.path);
      if (value && isOwnVillage(reading.form, found, value)) return { path: found.path, value };
    }
  }
  return null;
}

/** Another one would hold the whole form back: there the office moves the case. */
function isOwnVillage(form: Form, field: Field, value: string): boolean {
  const listed = form.definition.choices.get(field.choices ?? "");
  const isKnown = isVillage(value) && (!listed || listed.has(value));
  return isKnown && isCovered(value, form.areas);
}
