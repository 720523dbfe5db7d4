// Opening a form from a case: what the officer finds filled in already. The port of `domain/cases/opening.py`.

import { isVillage } from "../areas.ts";
import { InvalidRequest } from "../errors.ts";
import type { FormDefinition } from "../forms/definition.ts";
import type { Field } from "../forms/fields.ts";
import { lastStep, predsOfEdit, view, type RecordState } from "../merge.ts";
import { VILLAGE } from "../operations.ts";
import { OF_VISIT } from "./aims.ts";
import {
  CASE_ANSWER,
  CASE_ID,
  CASE_NAME,
  CASE_VILLAGE,
  COPY_OF,
  entitiesOf,
  linkOf,
  type Entity,
} from "./entities.ts";
import type { Seen } from "./following.ts";
import { LABEL, caseKind, listOf, memberOf } from "./naming.ts";

const HIDDEN = "hidden";
/** Role of the question in which kecamatan the visit takes place. */
const DISTRICT = "kecamatan";

/**
 * What a form begins with: answers by path, and behind each the ids of the case's values, by case.
 *
 * `fixed` are those that nobody gives otherwise: which case it is.
 */
export interface Opening {
  readonly village: string;
  readonly answers: ReadonlyMap<string, string>;
  readonly seen: Seen;
  readonly fixed: ReadonlyMap<string, string>;
}

export const NO_OPENING: Opening = { village: "", answers: new Map(), seen: new Map(), fixed: new Map() };

/** By path, the value and the property that it is of. */
type Filled = Map<string, readonly [value: string, property: string]>;

/**
 * The answers that a form opened from a case begins with.
 *
 * Those of the `known` cases that name this one and are of a list of the form's members are members of it. A value
 * that people disagree on is the one that is shown. Throws `InvalidRequest` where the record is no case, or none of a
 * list that this form updates.
 */
export function openFromCase(
  definition: FormDefinition,
  record: RecordState,
  known: readonly RecordState[] = [],
): Opening {
  const entity = entityOf(definition, record);
  const shown = shownOf(record);
  const filled: Filled = new Map([
    ...fromRoles(definition, record, shown),
    ...fromProperties(definition, entity, shown),
  ]);
  const own = opened(shown.get(VILLAGE) ?? "", record, new Map([...filled, ...copies(definition, filled)]));
  const members = membersFrom(definition, record, known);
  return {
    village: own.village,
    answers: new Map([own, ...members].flatMap((one) => [...one.answers])),
    seen: new Map([own, ...members].flatMap((one) => [...one.seen])),
    fixed: own.fixed,
  };
}

function shownOf(record: RecordState): Map<string, string> {
  const texts = [...view(record).answers].filter(
    (one): one is [string, string] => typeof one[1] === "string",
  );
  return new Map(texts);
}

function opened(village: string, record: RecordState, filled: Filled): Opening {
  const kept = [...filled].filter(([, [value]]) => value);
  const answers = kept.map(([path, [value]]) => [path, value] as const);
  const seen = kept.map(
    ([path, [, name]]) => [path, new Map([[record.record, predsOfEdit(record, name)]])] as const,
  );
  const fixed = answers.filter(([, value]) => value === record.record);
  return { village, answers: new Map(answers), seen: new Map(seen), fixed: new Map(fixed) };
}

/** The known cases that are members of the form, each with what it fills in. */
function membersFrom(
  definition: FormDefinition,
  record: RecordState,
  known: readonly RecordState[],
): Opening[] {
  return entitiesOf(definition).flatMap((entity) => {
    const link = linkOf(definition, entity);
    // In a repeat within a repeat nothing says which outer member it would be in.
    if (link === null || entity.path.split("*").length > 2) return [];
    const kind = caseKind(entity.listName);
    const those = known.filter((one) => one.kind === kind && one.valuesAt(link).includes(record.record));
    return those.map((one) => opened("", one, ofMember(definition, entity, one)));
  });
}

/** Both officers who open the same form without a line mean the same member. */
function ofMember(definition: FormDefinition, entity: Entity, record: RecordState): Filled {
  const shown = shownOf(record);
  const member = entity.path.replaceAll("*", memberOf(record.record));
  const told: [string | null, readonly [string, string]][] = [
    [entity.question(definition, CASE_ID), [record.record, ""]],
    [entity.question(definition, CASE_NAME), [shown.get(LABEL) ?? "", LABEL]],
  ];
  const named = told.filter((one): one is [string, readonly [string, string]] => Boolean(one[0]));
  const all = [...named, ...fromProperties(definition, entity, shown)];
  return new Map(all.map(([path, filling]) => [entity.memberPath(path, member), filling]));
}

function entityOf(definition: FormDefinition, record: RecordState): Entity {
  const listName = listOf(record.kind);
  if (listName === null) {
    const facts = { record: record.record };
    throw new InvalidRequest(`${record.record} is no case`, "not-a-case", facts);
  }
  const found = entitiesOf(definition).find((one) => one.listName === listName && !one.path && one.updateIf);
  if (found) return found;
  const message = `${definition.formId} is not filled for a case of the list ${listName}`;
  throw new InvalidRequest(message, "case-list", { form: definition.formId, list: listName });
}

/** Hidden questions are filled whatever `x_prefill` says: nobody else can. */
function fromProperties(
  definition: FormDefinition,
  entity: Entity,
  shown: ReadonlyMap<string, string>,
): Filled {
  const filled: Filled = new Map();
  for (const [path, name] of entity.saveTo) {
    const found = definition.fieldAt(path);
    const value = shown.get(name);
    if (found && value !== undefined && !definition.isRestricted(path) && isFilled(found)) {
      filled.set(path, [value, name]);
    }
  }
  return filled;
}

/** What the case filled in once more, so that the form can tell it from what somebody entered. */
function copies(definition: FormDefinition, filled: Filled): Filled {
  const byName = new Map([...filled].map(([path, filling]) => [lastStep(path), filling]));
  const found: Filled = new Map();
  for (const { path, type } of definition.withRole(CASE_ANSWER)) {
    const name = lastStep(path);
    const original = byName.get(name.startsWith(COPY_OF) ? name.slice(COPY_OF.length) : name);
    if (type === HIDDEN && !path.includes("*") && original) found.set(path, original);
  }
  return found;
}

function isFilled(field: Field): boolean {
  return field.type === HIDDEN || (field.prefill && !field.logic.calculate);
}

function fromRoles(
  definition: FormDefinition,
  record: RecordState,
  shown: ReadonlyMap<string, string>,
): Filled {
  const village = shown.get(VILLAGE) ?? "";
  const district = isVillage(village) ? village.slice(0, village.lastIndexOf(".")) : "";
  const told: [string, readonly [string, string]][] = [
    [CASE_ID, [record.record, ""]],
    [CASE_NAME, [shown.get(LABEL) ?? "", LABEL]],
    [CASE_VILLAGE, [village, VILLAGE]],
    [OF_VISIT, [village, VILLAGE]],
    [DISTRICT, [district, VILLAGE]],
  ];
  const filled: Filled = new Map();
  for (const [role, filling] of told) {
    for (const { path, type, prefill } of definition.withRole(role)) {
      if (!path.includes("*") && (type === HIDDEN || prefill)) filled.set(path, filling);
    }
  }
  return filled;
}
