// A compiled form: what its questions are, whom their answers concern, and how a record reads in it. The port of
// `domain/forms/definition.py`, without what the office alone judges by.

import type { Value } from "../operations.ts";
import { shown } from "./display.ts";
import {
  DEFAULT_LANGUAGE,
  FormError,
  choiceFromJson,
  fieldFromJson,
  inLanguage,
  isRestrictedField,
  list,
  text,
  textOrNull,
  textsOf,
  type Choice,
  type Data,
  type Field,
  type Media,
  type Text,
} from "./fields.ts";
import { outlineOf, type Section } from "./outline.ts";

export type Choices = ReadonlyMap<string, Choice>;

/** What a definition holds, for `FormDefinition`. */
export interface DefinitionParts {
  readonly formId: string;
  readonly version: string;
  readonly title: Text;
  readonly languages: readonly string[];
  readonly fields: readonly Field[];
  readonly groups: ReadonlyMap<string, Text>;
  readonly repeats: ReadonlyMap<string, Text>;
  readonly choices: ReadonlyMap<string, Choices>;
  readonly villageQuestion: string | null;
  readonly entities: readonly Data[];
}

const NO_CHOICES: Choices = new Map();

/**
 * One version of a form, read from the JSON definition that the compiler wrote.
 *
 * Fields stand in the form's order; `groups` and `repeats` give the label by path, `choices` the choice by list and
 * name. Paths have `*` for the member of a repeat; every method also takes a record's paths, with the member's id
 * there.
 */
export interface FormDefinition extends DefinitionParts {}

export class FormDefinition {
  readonly #byPath: ReadonlyMap<string, Field>;
  readonly #order: ReadonlyMap<string, number>;
  readonly #restricted: ReadonlySet<string>;

  constructor(parts: DefinitionParts) {
    Object.assign(this, parts);
    this.#byPath = new Map(parts.fields.map((one) => [one.path, one]));
    this.#order = orderOf(parts.fields);
    this.#restricted = new Set(parts.fields.filter(isRestrictedField).map((one) => one.path));
  }

  /** The definition in the compiler's JSON; members that this version does not know are left aside. Throws `FormError`. */
  static fromJson(data: unknown): FormDefinition {
    if (typeof data !== "object" || data === null) throw new FormError("the form definition is no object");
    return new FormDefinition(readDefinition(data as Data));
  }

  /** `form_id@version`, as operations name a form. */
  get identity(): string {
    return `${this.formId}@${this.version}`;
  }

  // A record's path with `*` for every member id: `anggota/m_9K/a_nama` → `anggota/*/a_nama`.
  definitionPath(path: string): string {
    if (this.#byPath.has(path)) return path;
    let walked = "";
    let isMember = false;
    for (const step of path.split("/")) {
      const named = isMember ? "*" : step;
      walked = walked ? `${walked}/${named}` : named;
      isMember = !isMember && this.repeats.has(walked);
    }
    return walked;
  }

  /** Whether the form has a question, group or repeat at a record's path. */
  knows(path: string): boolean {
    const known = this.definitionPath(path);
    return this.#byPath.has(known) || this.groups.has(known) || this.repeats.has(known);
  }

  /** Whether a record's path is that of a group, a repeat or a member of one, which is no question. */
  encloses(path: string): boolean {
    const known = this.definitionPath(path);
    if (this.#byPath.has(known)) return false;
    return this.groups.has(known) || this.repeats.has(withoutMember(known));
  }

  /** Whether a record's path is that of one member of a repeat. */
  isMember(path: string): boolean {
    const known = this.definitionPath(path);
    return known.endsWith("/*") && this.repeats.has(withoutMember(known));
  }

  /** The field at a record's path; null for a group, a member, or a path that the form does not have. */
  fieldAt(path: string): Field | null {
    return this.#byPath.get(path) ?? this.#byPath.get(this.definitionPath(path)) ?? null;
  }

  /** What the answer at a record's path is to the office, such as `nik`; mostly nothing. */
  roleAt(path: string): string | null {
    return this.fieldAt(path)?.role ?? null;
  }

  /** Whether the answer belongs into a restricted part. An unknown path is not restricted. */
  isRestricted(path: string): boolean {
    return this.#restricted.size > 0 && this.#restricted.has(this.definitionPath(path));
  }

  /** The fields that are the same thing to the office, such as `nik`. */
  withRole(role: string): Field[] {
    return this.fields.filter((one) => one.role === role);
  }

  /** The place of a field, group or repeat in the form; null for a path that the form does not have. */
  order(definitionPath: string): number | null {
    return this.#order.get(definitionPath) ?? null;
  }

  /**
   * What stands at a path, in words: a question, a group, a repeat, or (its repeat's words) a member.
   *
   * An unknown path is its own label. What follows `#` (as in `anggota/m_9K#removal`) is left aside.
   */
  label(path: string, language: string = DEFAULT_LANGUAGE): string {
    const known = withoutMember(this.definitionPath(path.split("#")[0] ?? ""));
    const found = this.#byPath.get(known)?.label ?? this.groups.get(known) ?? this.repeats.get(known) ?? {};
    return inLanguage(found, language) || path;
  }

  /** The choice of a field's list with that name. */
  choice(field: Field, name: string): Choice | null {
    return this.choicesOf(field).get(name) ?? null;
  }

  /** The choices of a field's list, by name; none where it has no list. */
  choicesOf(field: Field | null): Choices {
    return this.choices.get(field?.choices ?? "") ?? NO_CHOICES;
  }

  /**
   * An answer as a person reads it: choices by label, a place or file in short.
   *
   * NIK and KK numbers are masked unless `reveal`, which the caller logs.
   */
  display(path: string, value: Value, language: string = DEFAULT_LANGUAGE, reveal = false): string {
    const found = this.fieldAt(path);
    return shown(value, found, this.choicesOf(found), language, reveal);
  }

  /** A record's answers, nested and ordered as in the form; see `outline.ts`. */
  outline(answers: ReadonlyMap<string, Value>): Section {
    return outlineOf(this, answers);
  }
}

function withoutMember(path: string): string {
  return path.endsWith("/*") ? path.slice(0, -2) : path;
}

function readDefinition(data: Data): DefinitionParts {
  return {
    formId: text(data, "form_id"),
    version: text(data, "version"),
    title: textsOf(data, "title"),
    languages: list(data, "languages").map(String),
    fields: objects(data, "fields").map(fieldFromJson),
    groups: labelsOf(data, "groups"),
    repeats: labelsOf(data, "repeats"),
    choices: readChoices(data),
    villageQuestion: textOrNull(data, "village_question"),
    entities: data["entities"] ? objects(data, "entities") : [],
  };
}

function objects(data: Data, name: string): readonly Data[] {
  const found = list(data, name);
  if (!found.every((one) => typeof one === "object" && one !== null)) {
    throw new FormError(`the form definition is malformed: ${name}`);
  }
  return found as readonly Data[];
}

function labelsOf(data: Data, name: string): Map<string, Text> {
  return new Map(objects(data, name).map((one) => [text(one, "path"), textsOf(one, "label")]));
}

function readChoices(data: Data): Map<string, Choices> {
  const media = (data["choice_media"] || {}) as Record<string, Record<string, Media>>;
  const lists = textsOf(data, "choices") as unknown as Data;
  return new Map(
    Object.keys(lists).map((name) => [
      name,
      new Map(
        objects(lists, name).map((row) => {
          const choice = choiceFromJson(row, media[name]?.[text(row, "name")]);
          return [choice.name, choice];
        }),
      ),
    ]),
  );
}

/** Places of fields and of what is around them: a group stands where its first field would. */
function orderOf(fields: readonly Field[]): Map<string, number> {
  const order = new Map<string, number>();
  for (const one of fields) {
    for (const path of [...one.around, one.path]) {
      if (!order.has(path)) order.set(path, order.size);
    }
  }
  return order;
}
