// Operations for tests, stating only what matters: the port of `tests/support/builders.py`.

import type { Json, JsonObject } from "../../src/domain/canonical.ts";
import { readOperation, type Operation, type Value } from "../../src/domain/operations.ts";

export const RECORD = "00000000-0000-4000-8000-000000000001";
export const OTHER_RECORD = "00000000-0000-4000-8000-000000000002";
export const VILLAGE_CODE = "64.02.18.2007";
export const REPLICA = "replica-of-the-tests-A";
export const NOW = 1_790_000_000_000;

export type GivenChange = readonly [path: string, value: Value, preds?: readonly string[]];

interface Facts {
  readonly record?: string;
  readonly kind?: string;
  readonly n?: number;
  readonly time?: number;
  readonly author?: string;
  readonly replica?: string;
  readonly form?: string | null;
  readonly parts?: readonly {
    readonly record: string;
    readonly kind: string;
    readonly changes: readonly GivenChange[];
  }[];
}

/** An operation with one part, or with those of `parts`; a change names its preds by their ids. */
export function operation(changes: readonly GivenChange[] = [["a", "1"]], facts: Facts = {}): Operation {
  const parts = facts.parts ?? [
    { record: facts.record ?? RECORD, kind: facts.kind ?? "submission", changes },
  ];
  const preds = [
    ...new Set(parts.flatMap((part) => part.changes.flatMap(([, , named]) => named ?? []))),
  ].sort();
  const form = facts.form === undefined ? "anak@1" : facts.form;
  const sent: JsonObject = {
    v: 1,
    replica: facts.replica ?? REPLICA,
    n: facts.n ?? 1,
    author: facts.author ?? "asha",
    time: facts.time ?? NOW,
    salt: "AAAAAAAAAAA",
    meta: form ? { form } : {},
    preds,
    parts: parts.map(({ record, kind, changes: given }) => ({
      record,
      kind,
      changes: given.map(([path, value, named]): Json => [
        path,
        value,
        (named ?? []).map((one) => preds.indexOf(one)),
      ]),
    })),
  };
  return readOperation(sent);
}

/** One answer, entered with the answers of other operations on the screen. */
export function edit(path: string, value: Value, sees: readonly Operation[], facts: Facts = {}): Operation {
  return operation([[path, value, sees.map((one) => one.id)]], facts);
}

/** A first filling: its village, its answers, and that it was submitted. */
export function submission(answers: Readonly<Record<string, Value>>, facts: Facts = {}): Operation {
  const told = Object.entries(answers).map(([path, value]): GivenChange => [path, value]);
  return operation([["$village", VILLAGE_CODE], ...told, ["$review", "submitted"]], facts);
}
