// What the examples of the four forms say of cases, new and corrected, is what Python makes of them.
//
// Broken on purpose: what is hidden told; a value that was there said again; what is answered told in the place of what
// is calculated.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalText, digestOf } from "../src/domain/canonical.ts";
import {
  Evaluations,
  LABEL,
  caseKind,
  filingOf,
  piecesForCases,
  type Evaluated,
  type Form,
} from "../src/domain/cases/index.ts";
import { entitiesOf } from "../src/domain/cases/entities.ts";
import { seal, type Piece } from "../src/domain/compose.ts";
import { FormDefinition } from "../src/domain/forms/definition.ts";
import { fold, type RecordState } from "../src/domain/merge.ts";
import { VILLAGE } from "../src/domain/operations.ts";
import { head } from "./support/deeds.ts";

interface Vectors {
  readonly examples: readonly {
    readonly example: string;
    readonly next: string;
    readonly question: string;
    readonly case: string;
    readonly new: readonly [number, string];
    readonly corrected: readonly [number, string];
  }[];
  readonly evaluated: readonly Evaluated[];
}

const TESTS = new URL("../../tests/", import.meta.url);
const { examples, evaluated } = read("vectors/cases.json") as Vectors;
const FORMS = new Map(head.forms.map((one) => [one.form_id, FormDefinition.fromJson(one)]));
const RECORD = "6f9619ff-8b86-4d11-b42d-00c04fc964ff";
const HOME = "64.02.18.2007";
const STAMP = { replica: "replica-asha", n: 1, author: "asha", time: 1_790_000_000_000, salt: "c2FsdHNhbHQ" };

test("what a filled form says of cases is what Python makes of it", () => {
  assert.ok(examples.length > 200);
  for (const row of examples) {
    const definition = FORMS.get(row.example.split("/")[0] ?? "") as FormDefinition;
    const [answers, after] = [row.example, row.next].map((one) =>
      new Map(answersOf(one)).set(row.question, row.case),
    ) as [Map<string, string>, Map<string, string>];
    const form: Form = {
      definition,
      record: RECORD,
      case: row.case || null,
      areas: head.areas,
      evaluations: new Evaluations(evaluated),
    };
    const known = statesOf(caseBefore(form));
    const made = piecesForCases(filingOf({ form, village: HOME, answers, cases: known }));
    assert.deepEqual([made.length, digestOfPieces(made)], row.new, row.example);

    const paths = [...answers.keys(), ...after.keys()];
    const entered = new Set(paths.filter((path) => answers.get(path) !== after.get(path)));
    const cases = new Map([...known, ...statesOf(made)]);
    const correction = filingOf({ form, village: HOME, answers: after, before: answers, entered, cases });
    const corrected = piecesForCases(correction);
    assert.deepEqual([corrected.length, digestOfPieces(corrected)], row.corrected, row.next);
  }
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, TESTS), "utf-8"));
}

function answersOf(example: string): ReadonlyMap<string, string> {
  const { answers } = read(`fixtures/forms/${example}.json`) as { answers: Record<string, string> };
  return new Map(Object.entries(answers));
}

/** A case that says something old of everything, where the form is filled for one. */
function caseBefore(form: Form): Piece[] {
  const own = entitiesOf(form.definition).find((one) => !one.path);
  if (!form.case || !own) return [];
  const names = new Set([VILLAGE, LABEL, ...own.saveTo.values()]);
  const record = form.case;
  return [...names].map((name) => {
    const change = { path: name, value: `old ${name}`, preds: [] };
    return { record, kind: caseKind(own.listName), change };
  });
}

/** The cases as they are once these changes were made. */
function statesOf(pieces: readonly Piece[]): Map<string, RecordState> {
  if (!pieces.length) return new Map();
  const operation = seal(pieces, { ...STAMP, meta: {} });
  return new Map(operation.records.map((record) => [record, fold(null, [operation], record)]));
}

function digestOfPieces(pieces: readonly Piece[]): string {
  const rows = pieces.map(({ record, kind, change }) => [
    record,
    kind,
    change.path,
    change.value,
    change.preds,
  ]);
  return digestOf(canonicalText(rows));
}
