// Plays the transcripts of whole syncs (tests/support/transcripts.py writes them) to the phone's device, and says where
// it asks for, or holds, something else.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { DeviceError, TimedOut, Unreachable } from "../../src/device/errors.ts";
import { OfficerSync } from "../../src/device/officer_sync.ts";
import { Traffic, type Answer, type Call, type Transport } from "../../src/device/transport.ts";
import { canonicalBytes, digestOf, type Json } from "../../src/domain/canonical.ts";
import { parseRaw } from "../../src/domain/operations.ts";
import type { SqlValue } from "../../src/store/database.ts";
import { Store } from "../../src/store/store.ts";
import { openDatabase } from "./database.ts";

const FOLDER = new URL("../../../tests/vectors/transcripts/", import.meta.url);
const ATTEMPTS = 3;
/** What only this device asks for and keeps: the forms as its engine needs them. */
const PHONE_ONLY_CALL = /^\/api\/v1\/forms\/[^/]+\/[^/]+\/(xform|media\/.*)$/;
const PHONE_ONLY_TABLES: readonly string[] = ["form_file"];
const REVOKED = "revoked-device";
const JSON_TYPE = "application/json";

type Value = SqlValue | { readonly deflated: string } | { readonly sha256: string };
type Rows = Readonly<Record<string, readonly (readonly Value[])[]>>;

interface Written {
  readonly call: Readonly<Record<string, unknown>>;
  readonly answer?: Answer;
  readonly fault?: "unreachable" | "timed-out";
}

export interface Step {
  readonly do: "enroll" | "sync" | "deed";
  readonly now: number;
  readonly up: number;
  readonly error?: string;
  readonly calls?: readonly Written[];
  readonly store: Rows;
  readonly url: string;
  readonly code: string;
  readonly device: string;
  readonly wifi: boolean;
  readonly rows: Rows;
  readonly operations: readonly (readonly [raw: string, created: number, isUrgent: number])[];
}

/** The transcripts' names. */
export function names(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.replace(/\.json$/, ""))
    .sort();
}

export function read(name: string): Step[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf-8")) as Step[];
}

/** Plays a transcript to a fresh store. Rejects with an `AssertionError`. */
export async function play(steps: readonly Step[]): Promise<void> {
  const store = Store.over(openDatabase());
  const world = new World();
  const sync = new OfficerSync(store, () => undefined, {
    connect: () => world.line,
    waiting: { attempts: ATTEMPTS, clock: () => 0, sleep: () => Promise.resolve(), chance: () => 0.5 },
    clock: () => world.now,
    tick: () => 0,
    boot: () => ({ id: "boot", up: world.up }),
    randomBytes: (length) => world.randomBytes(length),
  });
  let rows: Rows = {};
  for (const [place, step] of steps.entries()) {
    world.begin(place, step);
    assert.equal(await done(sync, store, step), step.error ?? null, `how step ${place} ended`);
    assert.deepEqual(world.line.left, [], `what step ${place} did not ask`);
    rows = { ...rows, ...step.store };
    for (const [table, found] of Object.entries(rowsOf(store))) {
      assert.deepEqual(inOrder(found), inOrder(rows[table] ?? []), `${table} after step ${place}`);
    }
  }
  store.close();
}

/** Does what a step says; gives the code of what ended it early. */
async function done(sync: OfficerSync, store: Store, step: Step): Promise<string | null> {
  try {
    if (step.do === "enroll") await sync.enroll(step.url, step.code, step.device);
    else if (step.do === "deed") redo(store, step);
    else {
      const { code } = await sync.sync(step.wifi);
      return code === REVOKED ? null : code; // which Python tells by its report
    }
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return error.code;
  }
  return null;
}

/** Clocks, chance and line of the device that plays. */
class World {
  now = 0;
  up = 0;
  readonly line = new PlayedLine();
  #step = 0;
  #drawn = 0;

  begin(place: number, step: Step): void {
    this.now = step.now;
    this.up = step.up;
    this.#step = place;
    this.#drawn = 0;
    this.line.left = [...(step.calls ?? [])];
  }

  randomBytes(length: number): Uint8Array {
    const drawn = createHash("sha256").update(`${this.#step}/${this.#drawn++}`).digest();
    return new Uint8Array(drawn.subarray(0, length));
  }
}

class PlayedLine implements Transport {
  readonly traffic = new Traffic();
  left: Written[] = [];

  exchange(call: Call): Promise<Answer> {
    if (PHONE_ONLY_CALL.test(call.path)) {
      const document = { error: { code: "not-found", message: "" } };
      return Promise.resolve({ status: 404, document, sent: 0, headers: {} });
    }
    const written = this.left.shift();
    assert.ok(written, `a request too many: ${JSON.stringify(spelt(call))}`);
    assert.deepEqual(spelt(call), written.call);
    if (written.fault === "timed-out") return Promise.reject(new TimedOut("so it was"));
    if (written.fault) return Promise.reject(new Unreachable("so it was"));
    return Promise.resolve(written.answer as Answer);
  }

  close(): void {
    // Nothing to hang up.
  }
}

/** A request before it is packed; operations by their ids, a piece of a file by its digest. */
function spelt({ method, path, token, headers, body, kind = JSON_TYPE }: Call): Record<string, unknown> {
  const told: Record<string, unknown> = { method, path };
  if (token) told["token"] = token;
  if (headers && Object.keys(headers).length) told["headers"] = headers;
  if (body && kind === JSON_TYPE) {
    const sent = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    const operations = sent["ops"] as Json[] | undefined;
    if (operations) sent["ops"] = operations.map((one) => digestOf(canonicalBytes(one)));
    told["body"] = sent;
  } else if (body) {
    told["piece"] = { size: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  }
  return told;
}

/** All that a store holds, by table; of bytes their digest. */
function rowsOf(store: Store): Rows {
  const { connection } = store.database;
  const tables = connection.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  const found: Record<string, Value[][]> = {};
  for (const [name] of tables) {
    const table = String(name);
    if (table.startsWith("sqlite_") || PHONE_ONLY_TABLES.includes(table)) continue;
    found[table] = connection.query(`SELECT * FROM ${table}`).map((row) => row.map(told));
  }
  return found;
}

function told(value: SqlValue): Value {
  if (!(value instanceof Uint8Array)) return value;
  return { sha256: createHash("sha256").update(value).digest("hex").slice(0, 32) };
}

/** Rows as texts in an order of their own; JSON in them as what it says, however it is spelt. */
function inOrder(rows: readonly (readonly Value[])[]): string[] {
  return rows.map((row) => JSON.stringify(row.map(meant), inOneOrder)).sort();
}

function meant(value: Value): unknown {
  if (typeof value !== "string" || !/^[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function inOneOrder(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Puts what a deed left into the store, and saves its operations again. */
function redo(store: Store, step: Step): void {
  const { connection } = store.database;
  connection.execute("PRAGMA foreign_keys = OFF");
  for (const [table, rows] of Object.entries(step.rows)) {
    connection.execute(`DELETE FROM ${table}`);
    for (const row of rows) {
      const places = row.map(() => "?").join(",");
      connection.execute(`INSERT INTO ${table} VALUES (${places})`, row.map(whole));
    }
  }
  connection.execute("PRAGMA foreign_keys = ON");
  for (const [raw, created, isUrgent] of step.operations) {
    store.save(parseRaw(new TextEncoder().encode(raw)), created, Boolean(isUrgent));
  }
}

function whole(value: Value): SqlValue {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  assert.ok("deflated" in value);
  return new Uint8Array(inflateSync(Buffer.from(value.deflated, "base64")));
}
