// What cases are called: their kinds, their ids, and the label by which lists show them. The port of
// `domain/cases/naming.py`.

import { sha256 } from "@noble/hashes/sha2.js";
import type { Dossier } from "../dossier.ts";
import { view, type RecordState } from "../merge.ts";
import { RECORD_ID } from "../operations.ts";
import { casefold, lettersAndBlanks, stripped, words } from "../text.ts";
import { uuidOf } from "../uuid.ts";

/** In a submission: the case that it was opened from, or that it began. */
export const CASE = "$case";
/** In a case: what lists show. ODK reserves the name, so no property has it. */
export const LABEL = "label";
const PREFIX = "case:";

/** The kind of the records of a list: `case:anak`. */
export function caseKind(listName: string): string {
  return `${PREFIX}${listName}`;
}

/** The list of a case by its kind; null for every other record. */
export function listOf(kind: string): string | null {
  return kind.startsWith(PREFIX) ? kind.slice(PREFIX.length) : null;
}

/** What a list shows of a case; empty when nobody named it. */
export function caseName(state: RecordState): string {
  const label = view(state).answers.get(LABEL);
  return typeof label === "string" ? stripped(label) : "";
}

/** The id of the member that a form opened from elsewhere has for a case. */
export function memberOf(record: string): string {
  return `m_${record}`;
}

/** A name as it is compared: without capitals, marks of punctuation and further blanks. */
export function folded(text: string): string {
  return words(lettersAndBlanks(casefold(text.normalize("NFKC")))).join(" ");
}

/** The case that a submission is about, if it is about one. */
export function caseOf(dossier: Dossier): string | null {
  const named = dossier.shown.answers.get(CASE);
  return typeof named === "string" && RECORD_ID.test(named) ? named : null;
}

/**
 * The id of the case that a submission, or a member of a repeat in it, begins in a list.
 *
 * It follows from these three: whoever corrects the form, and how often, means the same case, also when two do it
 * offline. A UUID of version 4 by its form; its bits are those of a digest.
 */
export function begunBy(submission: string, member: string, listName: string): string {
  const said = ["case", submission, member, listName].join("\n");
  return uuidOf(sha256(new TextEncoder().encode(said)));
}
