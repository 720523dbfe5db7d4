// Broken on purpose: members ordered by UTF-16 units; `trim` for `stripped`; a mask that shows one digit more; a
// member's path taken for a group's; choices in an object with a prototype.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { begunBy, folded } from "../src/domain/cases/naming.ts";
import { caseDefinition } from "../src/domain/cases/wording.ts";
import { FormDefinition } from "../src/domain/forms/definition.ts";
import { maskedAnswers } from "../src/domain/forms/masking.ts";
import type { Row, Section } from "../src/domain/forms/outline.ts";
import { subjectOf } from "../src/domain/forms/subject.ts";
import type { Value } from "../src/domain/operations.ts";
import { stripped, words } from "../src/domain/text.ts";

type Given = readonly never[];
const VECTORS = JSON.parse(
  readFileSync(new URL("../../tests/vectors/forms.json", import.meta.url), "utf-8"),
) as Readonly<Record<string, readonly Given[]>>;
const FORM = FormDefinition.fromJson(VECTORS["form"]);

/** One test for each kind of vector: `said` gives what the last members of each row are to be. */
function rows(kind: string, claim: string, said: (...given: never[]) => unknown, expected = -1): void {
  test(claim, () => {
    assert.ok(VECTORS[kind]?.length);
    for (const row of VECTORS[kind] ?? []) {
      assert.deepEqual(
        said(...row),
        expected < 0 ? row.at(expected) : row.slice(expected),
        JSON.stringify(row),
      );
    }
  });
}

rows(
  "paths",
  "a record's path is told as in Python",
  (path: string) => [
    FORM.definitionPath(path),
    FORM.knows(path),
    FORM.encloses(path),
    FORM.isMember(path),
    FORM.isRestricted(path),
    FORM.label(path),
    FORM.label(path, "en"),
    FORM.fieldAt(path)?.path ?? null,
    FORM.roleAt(path),
  ],
  1,
);

rows(
  "display",
  "an answer reads as in Python",
  (path: string, value: Value, language: string, reveal: boolean) =>
    FORM.display(path, value, language, reveal),
);

rows(
  "masked",
  "numbers are masked as in Python",
  (path: string, values: Value[], _: Value[], isKnown: boolean) => [
    maskedAnswers(isKnown ? FORM : null, path, values),
    isKnown,
  ],
  2,
);

rows("outline", "answers are laid out as in Python", (answers: Record<string, Value>) =>
  told(FORM.outline(new Map(Object.entries(answers)))),
);

rows("subject", "whom a submission is about is told as in Python", (answers: Record<string, Value>) => {
  const subject = subjectOf(FORM, new Map(Object.entries(answers)));
  return [subject.name, subject.isRestricted];
});

rows(
  "texts",
  "texts are compared as in Python",
  (text: string) => [folded(text), stripped(text), words(text)],
  1,
);

rows(
  "begun",
  "what a member begins has the id that it has in Python",
  (record: string, member: string, list: string) => begunBy(record, member, list),
);

test("a case reads by the questions that fill it, as in Python", () => {
  const found = caseDefinition("anak", [FORM]);
  const said = found.fields.map((one) => [one.path, one.type, one.choices, found.label(one.path)]);
  assert.deepEqual(said, VECTORS["words"]);
});

function told(item: Row | Section): unknown {
  if (item.kind === "row") return ["row", item.path, item.value];
  return [item.kind, item.path, item.label, item.number, item.name, item.items.map(told)];
}
