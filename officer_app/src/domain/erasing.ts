// Erasing: what of which operations is taken out when somebody's data are erased, and what stays. What a device needs
// of `domain/erasing.py`: the office says what is erased.
//
// Erased are whole records, and members of forms that stay (a child in the form of its family). An operation that
// speaks of nothing else loses its bytes and keeps its id. One that also speaks of what stays is *redacted*: it keeps
// its id and loses the erased parts; the rest folds to what it folded to before.

import {
  canonicalBytes,
  compareCodePoints,
  isObject,
  isSame,
  readJson,
  sorted,
  type Json,
  type JsonObject,
} from "./canonical.ts";
import { isUnder } from "./merge.ts";
import { REVIEW, parseRaw, type Operation, type Value } from "./operations.ts";

/** The code of an operation of which nothing but the id is kept. */
export const ERASED = "erased";
/** Of a redacted operation. The salt goes: with it the id would tell whether a guess at what is gone is right. */
const KEPT_MEMBERS = ["v", "replica", "n", "author", "time", "preds"];
const KEPT_META = ["form", "offset_ms", "import"];

/** A record, or a record and the path of a member. */
export type Place = readonly string[];

/** `records` are erased whole; `members` are [record, path of a member] in records that stay. */
export class Erased {
  readonly records: ReadonlySet<string>;
  readonly members: readonly (readonly [record: string, path: string])[];

  constructor(records: Iterable<string> = [], members: Iterable<readonly [string, string]> = []) {
    this.records = new Set(records);
    this.members = [...members];
  }

  /** From `[record]` and `[record, member]`, as they travel and are kept. */
  static of(places: Iterable<Place>): Erased {
    const listed = [...places];
    const members = listed.filter((place): place is [string, string] => place.length === 2);
    return new Erased(
      listed.filter((place) => place.length === 1).map(([record]) => record ?? ""),
      members,
    );
  }

  get isNothing(): boolean {
    return this.records.size === 0 && this.members.length === 0;
  }

  /** All records of which something is erased. */
  get touched(): ReadonlySet<string> {
    return new Set([...this.records, ...this.members.map(([record]) => record)]);
  }
}

export const NOTHING_ERASED = new Erased();

interface SentPart {
  readonly record: string;
  readonly kind: string;
  readonly changes: readonly (readonly [path: string, value: Value, preds: Json])[];
}

/**
 * The operation without what is erased: itself where that is nothing, null where nothing else is left.
 *
 * The id stays, and so does what the rest of it says and names.
 */
export function redact(operation: Operation, erased: Erased): Operation | null {
  const { touched } = erased;
  if (!operation.records.some((record) => touched.has(record))) return operation;
  const sent = readJson(operation.raw) as JsonObject;
  const divided = (sent["parts"] as unknown as SentPart[]).map((part) => partWithout(part, erased));
  const taken = divided.flatMap(({ gone }) => gone);
  if (taken.length === 0) return operation;
  const parts = divided.map(({ kept }) => kept).filter((part) => part.changes.length > 0);
  if (parts.length === 0) return null;
  const told: JsonObject = {
    ...only(sent, KEPT_MEMBERS),
    meta: isObject(sent["meta"]) ? only(sent["meta"], KEPT_META) : {},
    parts: parts as unknown as Json,
    redacted: { id: operation.id, without: ordered([...operation.without, ...taken]) },
  };
  return parseRaw(canonicalBytes(told));
}

function only(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}

/** Each place once, in order. */
function ordered(places: readonly Place[]): Json {
  const once = new Map(places.map((place) => [JSON.stringify(place), place]));
  const compare = (one: Place, other: Place) =>
    compareCodePoints(one[0] ?? "", other[0] ?? "") || compareCodePoints(one[1] ?? "", other[1] ?? "");
  return [...once.values()].sort(compare);
}

function partWithout(part: SentPart, erased: Erased): { kept: SentPart; gone: Place[] } {
  const { record, kind } = part;
  if (erased.records.has(record)) return { kept: { record, kind, changes: [] }, gone: [[record]] };
  const roots = sorted(erased.members.filter(([one]) => one === record).map(([, root]) => root));
  const changes: SentPart["changes"][number][] = [];
  const taken = new Set<string>();
  for (const [path, value, preds] of part.changes) {
    const root = roots.find((one) => isUnder(path, one));
    if (root !== undefined) {
      taken.add(root);
      continue;
    }
    const said = path === REVIEW ? reviewWithout(value, roots) : value;
    if (!isSame(said, value)) for (const one of roots) taken.add(one);
    changes.push([path, said, preds]);
  }
  return { kept: { record, kind, changes }, gone: sorted(taken).map((root) => [record, root]) };
}

/** A decision without what it remarks on erased members. */
function reviewWithout(value: Value, roots: readonly string[]): Value {
  const remarks = isObject(value) ? value["remarks"] : undefined;
  if (!isObject(value) || !isObject(remarks)) return value;
  const kept = Object.entries(remarks).filter(([path]) => !roots.some((root) => isUnder(path, root)));
  return { ...value, remarks: Object.fromEntries(kept) };
}
