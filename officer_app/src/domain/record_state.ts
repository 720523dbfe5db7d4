// What is left of a record's operations, and how stores keep it: the first half of `domain/merge.py`. The bytes are
// the same as Python's: both compare their digests.

import {
  canonicalText,
  compareCodePoints,
  digestOf,
  encodeText,
  isList,
  isObject,
  readJson,
  sorted,
  type Json,
} from "./canonical.ts";
import { REVIEW, pairOf, splitPair, type Value } from "./operation.ts";

/** Who entered a surviving value, when by his device's clock, and with which form version. */
export interface Origin {
  readonly author: string;
  readonly time: number;
  readonly form: string | null;
}

/** A value that no operation has replaced; `seen` is what a removal names, else empty. */
export interface Survivor {
  readonly path: string;
  readonly id: string;
  readonly value: Value;
  readonly seen: readonly string[];
}

/** The order of survivors: by path, then by id. */
export function comparePlaces(one: Survivor, other: Survivor): number {
  return compareCodePoints(one.path, other.path) || compareCodePoints(one.id, other.id);
}

/**
 * What is left of a record's operations: the values that nobody has replaced.
 *
 * `survivors` are sorted by path and id. `missing` holds the (path, operation id) pairs, spelt by `pairOf`, that an
 * operation names although the named one has not arrived: it is dead on arrival, in whatever order they come.
 */
export class RecordState {
  readonly record: string;
  readonly kind: string;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly survivors: readonly Survivor[];
  readonly missing: ReadonlySet<string>;
  #byPath: ReadonlyMap<string, readonly Survivor[]> | undefined;
  #digest: string | undefined;
  #etag: string | undefined;

  constructor(
    record: string,
    kind: string,
    origins: ReadonlyMap<string, Origin> = new Map(),
    survivors: readonly Survivor[] = [],
    missing: ReadonlySet<string> = new Set(),
  ) {
    this.record = record;
    this.kind = kind;
    this.origins = origins;
    this.survivors = survivors;
    this.missing = missing;
  }

  /** The survivors of each path, in the order of their ids. */
  get byPath(): ReadonlyMap<string, readonly Survivor[]> {
    return (this.#byPath ??= grouped(this.survivors));
  }

  /** The survivors of one path. */
  at(path: string): readonly Survivor[] {
    return this.byPath.get(path) ?? [];
  }

  valuesAt(path: string): Value[] {
    return this.at(path).map((one) => one.value);
  }

  /** Who entered what the operation with this id says, which has to survive. */
  originOf(id: string): Origin {
    const origin = this.origins.get(id);
    if (origin === undefined) throw new Error("nothing of this operation survives");
    return origin;
  }

  /** Whether one text stands at each path: no conflict and no removal to think about. */
  get isSimple(): boolean {
    // Asked of each record that a list tells of: groups are made where there is something to think about only.
    const paths = new Set<string>();
    for (const { path, value } of this.survivors) {
      if (typeof value !== "string") return false;
      paths.add(path);
    }
    return paths.size === this.survivors.length;
  }

  /** The version of the record for approvals: everything that survives but the reviews themselves. */
  get etag(): string {
    return (this.#etag ??= digestOfPairs(this.survivors.filter((one) => one.path !== REVIEW)));
  }

  /** The same over all survivors, for comparing what two sides hold. */
  get digest(): string {
    return (this.#digest ??= digestOfPairs(this.survivors));
  }

  /** `form_id@version`, the newest among the survivors: the merged record is read with it. */
  get form(): string | null {
    let newest: string | null = null;
    for (const { form } of this.origins.values()) {
      if (form && (newest === null || compareForms(form, newest) > 0)) newest = form;
    }
    return newest;
  }

  /** The canonical bytes of this state: what stores keep and what travels. */
  toBytes(): Uint8Array {
    const ids = sorted(this.origins.keys());
    const index = new Map(ids.map((id, place) => [id, place]));
    const document: Json = {
      kind: this.kind,
      ...(this.missing.size ? { missing: missingPairs(this.missing) } : {}),
      ops: ids.map((id) => originRow(id, this.originOf(id))),
      record: this.record,
      values: this.survivors.map((one) => valueRow(one, index.get(one.id) ?? 0)),
    };
    return new TextEncoder().encode(canonicalText(document));
  }

  /** The state whose `toBytes` were `data`. Throws an `Error` when they were not. */
  static fromBytes(data: Uint8Array): RecordState {
    return RecordState.fromDocument(readJson(data));
  }

  /** The same from JSON that is already read. */
  static fromDocument(document: Json): RecordState {
    if (!isObject(document)) throw new Error("not a record");
    const { record, kind, ops, values, missing = [] } = document;
    if (typeof record !== "string" || typeof kind !== "string" || !isList(ops) || !isList(values)) {
      throw new Error("not a record");
    }
    const origins = ops.map(readOrigin);
    const ids = origins.map(([id]) => id);
    const pairs = isList(missing) ? missing.map(readPair) : [];
    const survivors = values.map((row) => readSurvivor(row, ids));
    return new RecordState(record, kind, new Map(origins), survivors, new Set(pairs));
  }
}

function grouped(survivors: readonly Survivor[]): ReadonlyMap<string, readonly Survivor[]> {
  const found = new Map<string, Survivor[]>();
  for (const survivor of survivors) {
    const others = found.get(survivor.path);
    if (others) others.push(survivor);
    else found.set(survivor.path, [survivor]);
  }
  return found;
}

function digestOfPairs(survivors: readonly Survivor[]): string {
  return digestOf(`[${survivors.map((one) => `[${encodeText(one.path)},"${one.id}"]`).join(",")}]`);
}

function missingPairs(missing: ReadonlySet<string>): Json {
  const pairs = [...missing].map(splitPair);
  return pairs.sort(
    (one, other) => compareCodePoints(one[0], other[0]) || compareCodePoints(one[1], other[1]),
  );
}

function originRow(id: string, { author, time, form }: Origin): Json {
  return [id, author, time, form];
}

function valueRow({ path, value, seen }: Survivor, index: number): Json {
  return seen.length ? [path, value, index, seen] : [path, value, index];
}

function readOrigin(row: Json): [string, Origin] {
  const [id, author, time, form] = isList(row) ? row : [];
  const isForm = form === null || typeof form === "string";
  if (typeof id !== "string" || typeof author !== "string" || typeof time !== "number" || !isForm) {
    throw new Error("not a record");
  }
  return [id, { author, time, form }];
}

function readSurvivor(row: Json, ids: readonly string[]): Survivor {
  const [path, value, index, seen = []] = isList(row) ? row : [];
  const id = typeof index === "number" ? ids[index] : undefined;
  const isValue = typeof value === "string" || isObject(value);
  if (typeof path !== "string" || !isValue || id === undefined || !isList(seen))
    throw new Error("not a record");
  return { path, id, value, seen: seen as readonly string[] };
}

function readPair(row: Json): string {
  const [path, id] = isList(row) ? row : [];
  if (typeof path !== "string" || typeof id !== "string") throw new Error("not a record");
  return pairOf(path, id);
}

// --- versions of forms ---------------------------------------------------------------------------

const DIGITS = /([0-9]+)/;

/**
 * Sorts the versions of a form (`form_id@version`; below 0 where `one` is older): those of digits by their number,
 * as XLSForm recommends them. Before them come all others, where each run of digits counts as a number: v9, v10;
 * 1.9, 1.10. Python has `form_order`, a key, for it.
 */
export function compareForms(one: string, other: string): number {
  const [[id, version], [otherId, otherVersion]] = [splitForm(one), splitForm(other)];
  const byId = compareCodePoints(id, otherId);
  const isNumber = /^[0-9]+$/;
  const byKind = Number(isNumber.test(version)) - Number(isNumber.test(otherVersion));
  return byId || byKind || compareRuns(version, otherVersion) || compareCodePoints(version, otherVersion);
}

function splitForm(form: string): [id: string, version: string] {
  const at = form.indexOf("@");
  return at < 0 ? [form, ""] : [form.slice(0, at), form.slice(at + 1)];
}

/** Runs of digits, at the odd places, as numbers; all between them as text. */
function compareRuns(one: string, other: string): number {
  const [runs, otherRuns] = [one.split(DIGITS), other.split(DIGITS)];
  for (let place = 0; place < Math.min(runs.length, otherRuns.length); place++) {
    const [run, otherRun] = [runs[place] ?? "", otherRuns[place] ?? ""];
    const order =
      place % 2 ? compareNumbers(BigInt(run), BigInt(otherRun)) : compareCodePoints(run, otherRun);
    if (order !== 0) return order;
  }
  return runs.length - otherRuns.length;
}

function compareNumbers(one: bigint, other: bigint): number {
  return one < other ? -1 : Number(one > other);
}
