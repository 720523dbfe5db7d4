// A case list in words: its properties read like the questions that fill them. The port of `domain/cases/wording.py`.

import { FormDefinition, type Choices } from "../forms/definition.ts";
import { NO_LOGIC, type Field, type Text } from "../forms/fields.ts";
import { SPECIFIC_DATA } from "../protection.ts";
import { entitiesOf, type Entity } from "./entities.ts";
import { LABEL, caseKind } from "./naming.ts";

const LABEL_TEXT: Text = { id: "Nama kasus", en: "Name of the case" };
/** Questions that nobody answers; as properties they are there to be read like all others. */
const NOT_ASKED: ReadonlySet<string> = new Set(["hidden", "calculate"]);

/**
 * The properties of a list as a definition whose paths are their names.
 *
 * Each is told as the form tells the question that it comes from, first the one by which cases begin. It says how a
 * case reads, and nothing of what is right in it: no form is published under its name.
 */
export function caseDefinition(listName: string, forms: Iterable<FormDefinition>): FormDefinition {
  const fields = new Map([[LABEL, LABEL_FIELD]]);
  const choices = new Map<string, Choices>();
  for (const [form, entity] of filling(listName, forms)) {
    for (const [path, name] of entity.saveTo) {
      const found = form.fieldAt(path);
      if (!found || fields.has(name) || form.isRestricted(path)) continue;
      const listed = found.choices ? `${form.formId}:${found.choices}` : null;
      fields.set(name, asProperty(found, name, listed));
      const offered = form.choices.get(found.choices ?? "");
      if (listed && offered) choices.set(listed, offered);
    }
  }
  return new FormDefinition({
    formId: caseKind(listName),
    version: "",
    title: { id: listName, en: listName },
    languages: ["id", "en"],
    fields: [...fields.values()],
    groups: new Map(),
    repeats: new Map(),
    choices,
    villageQuestion: null,
    entities: [],
  });
}

/** The forms that fill a list: first the one that begins its cases, those with it in a repeat last. */
function filling(listName: string, forms: Iterable<FormDefinition>): [FormDefinition, Entity][] {
  const found = [...forms].flatMap((form) =>
    entitiesOf(form)
      .filter((one) => one.listName === listName)
      .map((one): [FormDefinition, Entity] => [form, one]),
  );
  const rank = ([, one]: [FormDefinition, Entity]): number =>
    2 * Number(Boolean(one.path)) + Number(one.createIf === null);
  return found.sort((one, other) => rank(one) - rank(other));
}

function asProperty(field: Field, name: string, choices: string | null): Field {
  return {
    ...field,
    path: name,
    type: NOT_ASKED.has(field.type) ? "text" : field.type,
    choices,
    required: false,
    around: [],
    appearance: null,
    logic: NO_LOGIC,
  };
}

const LABEL_FIELD: Field = {
  path: LABEL,
  type: "text",
  label: LABEL_TEXT,
  hint: {},
  choices: null,
  pdp: SPECIFIC_DATA,
  role: null,
  prefill: false,
  required: false,
  around: [],
  appearance: null,
  logic: NO_LOGIC,
  media: {},
};
