// What the server answers, read on the device: with `reply.ts` the port of `schemas/replies.py`. A device trusts a server
// no more than a server trusts a device, so what an answer says is checked before it is used. Members that this version
// does not know are ignored: a newer server and an older device understand each other.

import type { JsonObject } from "../domain/canonical.ts";
import { Erased, NOTHING_ERASED } from "../domain/erasing.ts";
import { RecordState } from "../domain/merge.ts";
import { KIND, OPERATION_ID, RECORD_ID } from "../domain/operations.ts";
import { BadAnswer } from "./errors.ts";
import * as read from "./reading.ts";
import {
  HELD,
  OK,
  VOID,
  wholeOf,
  type AreasReply,
  type EnrollReply,
  type Entry,
  type ErrorReply,
  type EtagsReply,
  type FormsReply,
  type Have,
  type HaveReply,
  type PublishedForm,
  type Short,
  type SyncReply,
  type Verdict,
  type VillageName,
  type Whole,
} from "./reply.ts";

export * from "./reply.ts";

const XOR = /^[A-Za-z0-9_-]{11}$/;
const BATCH_DIGEST = /^[A-Za-z0-9_-]{43}$/;
const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;
const POSITION = /^(0|[1-9][0-9]{0,8})$/;

/** The error for an answer that this version cannot read. */
export function misread(what: string, detail: unknown): BadAnswer {
  const message = `the server's answer to ${what} cannot be read`;
  const told = detail instanceof Error ? detail.message : String(detail);
  return new BadAnswer(message, "bad-answer", { what, detail: told.slice(0, 300) });
}

/** The answer of `POST /api/v1/sync`. Raises `BadAnswer`, as all of these. */
export function readSyncReply(document: unknown): SyncReply {
  return answer("sync", document, (sent) => {
    const [entries, unreadable] = readEntries(sent["records"] ?? []);
    return {
      verdicts: read.mapping(sent["verdicts"], position, verdict),
      have: read.unless(sent["have"], null, have),
      clock: read.unless(sent["clock"], null, read.integer),
      config: read.unless(sent["config"], null, read.text),
      cursors: read.mapping(sent["cursors"], read.text, read.text),
      entries,
      left: read.pairs(sent["left"], read.text, read.text),
      reset: read.texts(sent["reset"]),
      decisions: read.pairs(sent["decisions"], operationId, verdict),
      unknown: read.texts(sent["unknown"]),
      erased: read.unless(sent["erased"], NOTHING_ERASED, erased),
      more: read.truth(sent["more"]),
      fork: read.truth(sent["fork"]),
      revoked: read.truth(sent["revoked"]),
      opened: read.unless(sent["opened"], "", read.text),
      locked: read.unless(sent["locked"], null, (one) => read.textOf(one, 1, 22)),
      unlocked: read.truth(sent["unlocked"]),
      heads: read.unless(sent["heads"], "", read.text),
      differs: read.texts(sent["differs"]),
      batch: read.unless(sent["batch"], null, chained),
      keyless: read.truth(sent["keyless"]),
      unreadable,
    };
  });
}

/** The answer of `POST /api/v1/files/needed`: the hashes of the files that the device has to send. */
export function readNeededReply(document: unknown): readonly string[] {
  return answer("files/needed", document, (sent) => read.list(sent["needed"], read.text));
}

/** The answer of `POST /api/v1/have`: what is offered and neither missing nor judged is accepted. */
export function readHaveReply(document: unknown): HaveReply {
  return answer("have", document, (sent) => ({
    missing: read.list(sent["missing"], read.text),
    have: have(sent["have"]),
    verdicts: read.unless(sent["verdicts"], null, (one) => read.mapping(one, read.text, verdict)),
    unsigned: read.texts(sent["unsigned"]),
  }));
}

/** The answer of `PUT /api/v1/device/key`: the id under which the office knows the device. */
export function readKeyReply(document: unknown): string {
  return answer("device/key", document, (sent) => read.textOf(sent["device"], 1, 22));
}

export function readEtagsReply(document: unknown): EtagsReply {
  return answer("etags", document, (sent) => ({
    village: read.text(sent["village"]),
    cursor: read.text(sent["cursor"]),
    records: new Map(read.pairs(read.present(sent["records"]), read.text, read.text)),
    erased: read.unless(sent["erased"], NOTHING_ERASED, erased),
  }));
}

export function readEnrollReply(document: unknown): EnrollReply {
  return answer("enroll", document, (sent) => ({
    token: read.textOf(sent["token"], 1, 500),
    replica: read.text(sent["replica"]),
    author: read.textOf(sent["author"], 1, 64),
    role: read.text(sent["role"]),
    areas: read.list(sent["areas"], read.text),
    nonce: read.unless(sent["nonce"], null, (one) => read.textOf(one, 1, 100)),
  }));
}

export function readAreasReply(document: unknown): AreasReply {
  return answer("areas", document, (sent) => ({
    config: read.text(sent["config"]),
    author: read.text(sent["author"]),
    role: read.text(sent["role"]),
    areas: read.list(sent["areas"], read.text),
    villages: read.list(sent["villages"], village),
    leaseDays: read.unless(sent["lease_days"], 0, (one) => read.atLeast(0, one)),
    recoveryKey: read.unless(sent["recovery_key"], null, (one) => read.like(PUBLIC_KEY, one)),
  }));
}

export function readFormsReply(document: unknown): FormsReply {
  return answer("forms", document, (sent) => ({
    config: read.text(sent["config"]),
    forms: read.list(sent["forms"], form),
  }));
}

/** The body of every answer that is no success. */
export function readErrorReply(document: unknown): ErrorReply {
  return answer("error", document, (sent) => {
    const told = read.object(sent["error"]);
    return {
      code: read.unless(told["code"], "error", read.text),
      message: read.unless(told["message"], "", read.text),
    };
  });
}

function answer<T>(what: string, document: unknown, readIt: (sent: read.Members) => T): T {
  try {
    return readIt(read.object(document));
  } catch (error) {
    throw misread(what, error);
  }
}

// --- members ---------------------------------------------------------------------------------------

function verdict(sent: unknown): Verdict {
  const told = read.object(sent);
  const status = read.text(told["status"]);
  if (status !== OK && status !== HELD && status !== VOID) throw new Error("not a verdict");
  const said = (one: unknown) => read.unless(one, null, read.text) ?? "";
  return { status, code: said(told["code"]), message: said(told["message"]) };
}

/** `[count, xor]`. */
function have(sent: unknown): Have {
  const [total, xor] = read.pair(sent, (one) => read.atLeast(0, one), read.text);
  return { total, xor: read.like(XOR, xor) };
}

/** `[seq, digest]`. */
function chained(sent: unknown): readonly [number, string] {
  return read.pair(
    sent,
    (one) => read.atLeast(0, one),
    (one) => read.like(BATCH_DIGEST, one),
  );
}

function position(sent: unknown): number {
  return Number(read.like(POSITION, sent));
}

function operationId(sent: unknown): string {
  const one = read.text(sent);
  if (!OPERATION_ID.test(one)) throw new Error("not an operation id");
  return one;
}

/** Records, and (record, path) of members. */
function erased(sent: unknown): Erased {
  return Erased.of(
    read.list(sent, (place) => {
      const named = read.list(place, read.text);
      if (named.length !== 1 && named.length !== 2) throw new Error("a list of records and members");
      return named;
    }),
  );
}

function village(sent: unknown): VillageName {
  const told = read.object(sent);
  return {
    code: read.text(told["code"]),
    name: read.text(told["name"]),
    kecamatan: read.unless(told["kecamatan"], "", read.text),
  };
}

function form(sent: unknown): PublishedForm {
  const told = read.object(sent);
  return {
    formId: read.text(told["form_id"]),
    version: read.text(told["version"]),
    title: Object.fromEntries(read.mapping(told["title"], read.text, read.text)),
    digest: read.text(told["digest"]),
    isRetired: read.unless(told["state"], "published", read.text) === "retired",
  };
}

// --- the many --------------------------------------------------------------------------------------

/**
 * The records of an answer, and how many entries made no sense.
 *
 * One that makes none is left aside: the others must not wait for it.
 */
export function readEntries(sent: unknown): [entries: readonly Entry[], unreadable: number] {
  const given = read.list(sent, (one) => one);
  const entries: Entry[] = [];
  for (const one of given) {
    try {
      entries.push(Array.isArray(one) ? short(one) : whole(read.object(one)));
    } catch {
      continue;
    }
  }
  return [entries, given.length - entries.length];
}

function whole(sent: read.Members): Whole {
  const state = RecordState.fromDocument(sent as JsonObject);
  recordId(state.record);
  if (!KIND.test(state.kind)) throw new Error("not a kind");
  return wholeOf(state, read.list(sent["in"] ?? [], read.text));
}

function short(sent: readonly unknown[]): Short {
  const [record, digest, ...villages] = read.list(sent, read.text);
  if (digest === undefined) throw new Error("neither a record nor its digest");
  return { kind: "short", record: recordId(record), digest, villages };
}

function recordId(sent: string | undefined): string {
  if (sent === undefined || !RECORD_ID.test(sent)) throw new Error("not a record id");
  return sent;
}
