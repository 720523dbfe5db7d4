// What a device tells its server beside operations, what it keeps of it, and what is erased.

import { Batch, batchDigest, joined, keyDigest } from "../../../src/domain/batches.ts";
import { sorted } from "../../../src/domain/canonical.ts";
import { clockTrust, offsetOf } from "../../../src/domain/clocks.ts";
import { codeDigest, confirmationNumber, readCode, splitAddress } from "../../../src/domain/enrolling.ts";
import { Erased, redact } from "../../../src/domain/erasing.ts";
import { digestBytes, filesNamed, readFileAnswer } from "../../../src/domain/files.ts";
import { filledAt, operationsBehind } from "../../../src/domain/filled.ts";
import { contradicts, headOf, headText, kecamatanOf, readHead } from "../../../src/domain/heads.ts";
import { begun, isOver, leaseAt } from "../../../src/domain/lease.ts";
import { OpenedReport, togetherMs, type Opened } from "../../../src/domain/opened.ts";
import { readOperation } from "../../../src/domain/operations.ts";
import { isUrgent, saysDanger } from "../../../src/domain/urgency.ts";
import { changeOf, objectOf, stateOf, type Deed, type Given } from "./asked.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

function batchOf(given: Given): unknown {
  const batch = new Batch({ ...given, waiting: new Map(given.waiting) });
  const signed = batch.toBytes();
  const digest = batchDigest(signed, ENCODER.encode("signature"));
  return [DECODER.decode(signed), batch.members(), batch.core, digest];
}

function redacted({ operation, places }: Given): unknown {
  const [read, erased] = [readOperation(operation), Erased.of(places)];
  const left = redact(read, erased);
  const told = left && (left === read || [DECODER.decode(left.raw), left.without, left.id]);
  return [!erased.isNothing, sorted(erased.touched), told];
}

function redactedAgain({ operation, places, further }: Given): unknown {
  const once = redact(readOperation(operation), Erased.of(places));
  const twice = once && redact(once, Erased.of(further));
  return twice && DECODER.decode(twice.raw);
}

function fileOf(given: string): unknown {
  const file = readFileAnswer(given);
  if (file === null) return null;
  const said = [file.hash, file.name, file.size, file.type, file.time, file.position, file.thumbnail];
  return [said, file.hashes, file.toText()];
}

function head(given: string): unknown {
  const found = readHead(given);
  return found && [found.seq, found.digest, headText(found)];
}

function lease({ moments, days }: Given): unknown {
  const [first, ...others] = moments.map(([wall, boot, up]: Given) => ({ wall, boot, up }));
  let kept = begun(first);
  return others.map((moment: Given) => {
    kept = leaseAt(kept, moment);
    return [kept.elapsed, kept.moment.wall, kept.moment.boot, kept.moment.up, isOver(kept, days)];
  });
}

function opened(given: Given): unknown {
  const acts = given.map(([records, action, author, first, last, offset, count]: Given) => {
    return { records, action, author, first, last, offset, count };
  });
  const actions: Opened[] = ["read", "edit", "export", "list"];
  return [new OpenedReport("b1", acts).asJson(), actions.map(togetherMs)];
}

function urgent({ states }: Given): unknown {
  const [record, sent] = Object.entries(states)[0] as [string, Given];
  const said = sent.flatMap((one: Given) => one.parts[0].changes.map(changeOf).map(saysDanger));
  const state = stateOf(record, sent);
  return [isUrgent([state]), said, sorted(operationsBehind([state]))];
}

function filledAtOf({ entered, otherwise }: Given): unknown {
  const read = entered.map(([time, offset, received]: Given) => ({ time, offset, received }));
  return filledAt(read, otherwise);
}

export const DEEDS: Record<string, Deed> = {
  batch: batchOf,
  joined: (given) => objectOf(joined(given)),
  keyDigest,
  redact: redacted,
  redactAgain: redactedAgain,
  file: fileOf,
  filesNamed: (given) => filesNamed(readOperation(given)),
  digestBytes: (given) => Buffer.from(digestBytes(given)).toString("hex"),
  head,
  contradicts: ([one, later]) =>
    contradicts(headOf(...(one as [number, string])), headOf(...(later as [number, string]))),
  kecamatan: kecamatanOf,
  lease,
  opened,
  urgent,
  filledAt: filledAtOf,
  clock: ([time, offset, received]) => clockTrust(time, offset, received),
  offset: (given) => offsetOf(readOperation(given)),
  code: (given) => [readCode(given), codeDigest(given)],
  confirmation: ([digest, key, nonce]) => confirmationNumber(digest, key, nonce),
  address: splitAddress,
};
