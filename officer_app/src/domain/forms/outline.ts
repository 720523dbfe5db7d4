// A record's answers laid out as its form is: sections within sections, rows within them. The port of
// `domain/forms/outline.py`.
//
// Only what has an answer appears. Members of a repeat are ordered by their id: arbitrary, but the same for everybody
// and after every merge. What the form does not know (an older or newer version's question) is not hidden but stands
// in a section of its own at the end.

import { compareCodePoints } from "../canonical.ts";
import type { Value } from "../operations.ts";
import type { FormDefinition } from "./definition.ts";
import type { Field, Text } from "./fields.ts";

export type Kind = "form" | "group" | "repeat" | "member" | "other";

const OTHER_LABEL: Text = { id: "Jawaban lain", en: "Other answers" };
const NAME_ROLE = "nama";

/** One answer, with its field unless the form does not know the path. */
export interface Row {
  readonly kind: "row";
  readonly path: string;
  readonly field: Field | null;
  readonly value: Value;
}

/**
 * A heading and what stands under it.
 *
 * `kind` is form (the whole), group, repeat, member (one of a repeat: `number` from 1, `name` if the form asks one) or
 * other (paths that the form does not have). `path` is the record's path, with member ids.
 */
export interface Section {
  readonly kind: Kind;
  readonly path: string;
  readonly label: Text;
  readonly items: readonly (Row | Section)[];
  readonly number: number | null;
  readonly name: string;
}

/** Every row in and below a section, in order. */
export function* rowsOf(section: Section): Generator<Row> {
  for (const item of section.items) {
    if (item.kind === "row") yield item;
    else yield* rowsOf(item);
  }
}

/** One level of a path: its place in the form, or for a member its id. */
interface Step {
  readonly order: number;
  readonly member: string;
  readonly kind: Kind | "row";
  readonly path: string;
  readonly known: string;
}

interface Entry {
  readonly steps: readonly Step[];
  readonly row: Row;
}

/** The answers as one section of the kind form. `$` paths are no answers and are left out. */
export function outlineOf(definition: FormDefinition, answers: ReadonlyMap<string, Value>): Section {
  const known: Entry[] = [];
  const unknown: Row[] = [];
  for (const [path, value] of answers) {
    const row: Row = { kind: "row", path, field: definition.fieldAt(path), value };
    if (row.field) known.push({ steps: stepsOf(definition, path), row });
    else if (typeof value === "string" && !path.startsWith("$")) unknown.push(row);
  }
  known.sort((one, other) => compareSteps(one.steps, other.steps));
  const items: (Row | Section)[] = itemsOf(definition, known, 0);
  if (unknown.length) {
    unknown.sort((one, other) => compareCodePoints(one.path, other.path));
    items.push({ kind: "other", path: "", label: OTHER_LABEL, items: unknown, number: null, name: "" });
  }
  return { kind: "form", path: "", label: definition.title, items, number: null, name: "" };
}

/** The levels of a path, the row itself last. */
function stepsOf(definition: FormDefinition, path: string): Step[] {
  const steps: Step[] = [];
  let walked = "";
  let known = "";
  for (const part of path.split("/")) {
    walked = walked ? `${walked}/${part}` : part;
    if (steps.at(-1)?.kind === "repeat") {
      known += "/*";
      steps.push({ order: 0, member: part, kind: "member", path: walked, known });
    } else {
      known = known ? `${known}/${part}` : part;
      const order = definition.order(known) ?? 0;
      steps.push({ order, member: "", kind: kindOf(definition, known), path: walked, known });
    }
  }
  return steps;
}

function kindOf(definition: FormDefinition, known: string): Kind | "row" {
  if (definition.repeats.has(known)) return "repeat";
  return definition.groups.has(known) ? "group" : "row";
}

function compareSteps(one: readonly Step[], other: readonly Step[]): number {
  for (const [at, step] of one.entries()) {
    const beside = other[at];
    if (!beside) return 1;
    const found =
      step.order - beside.order ||
      compareCodePoints(step.member, beside.member) ||
      compareCodePoints(step.kind, beside.kind) ||
      compareCodePoints(step.path, beside.path);
    if (found) return found;
  }
  return one.length - other.length;
}

/** The rows and sections at one level, from entries in order. */
function itemsOf(definition: FormDefinition, entries: readonly Entry[], depth: number): (Row | Section)[] {
  return groupsOf(entries, depth).map((inside, at) => {
    const [first] = inside as [Entry];
    const step = first.steps[depth] as Step;
    if (step.kind === "row") return first.row;
    const known = step.known.endsWith("/*") ? step.known.slice(0, -2) : step.known;
    const items = itemsOf(definition, inside, depth + 1);
    const isMember = step.kind === "member";
    return {
      kind: step.kind,
      path: step.path,
      label: definition.groups.get(known) ?? definition.repeats.get(known) ?? {},
      items,
      number: isMember ? at + 1 : null,
      name: isMember ? nameIn(items) : "",
    };
  });
}

function groupsOf(entries: readonly Entry[], depth: number): Entry[][] {
  const groups: Entry[][] = [];
  let last: string | null = null;
  for (const entry of entries) {
    const path = entry.steps[depth]?.path ?? "";
    if (path !== last) groups.push([]);
    groups.at(-1)?.push(entry);
    last = path;
  }
  return groups;
}

/** What a member is called by its own answers. */
function nameIn(items: readonly (Row | Section)[]): string {
  for (const item of items) {
    if (item.kind === "row" && item.field?.role === NAME_ROLE && typeof item.value === "string") {
      return item.value;
    }
  }
  return "";
}
