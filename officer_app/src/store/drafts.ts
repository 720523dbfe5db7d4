// Forms being filled. A draft is a row here, not an operation: a sync never alters it.
// The port of `client_sync/store/drafts.py`.

import type { Return } from "../domain/review.ts";
import type { Database, Row } from "./database.ts";

export const UNTOUCHED = "";

/** The ids of values by the record in which they stand. */
export type Preds = ReadonlyMap<string, readonly string[]>;

/**
 * An answer as it was typed; `preds` are the ids that were on the screen then, by record.
 *
 * One that a case filled in and nobody has touched has them under `UNTOUCHED` too.
 */
export interface DraftAnswer {
  readonly path: string;
  readonly value: string;
  readonly preds: Preds;
}

/** Whether a case filled an answer in and nobody has touched it. */
export function isUntouched(answer: DraftAnswer): boolean {
  return answer.preds.has(UNTOUCHED);
}

/** A member that a correction removes; `preds` are the ids that were in view at and below it then. */
export interface DraftRemoval {
  readonly member: string;
  readonly preds: readonly string[];
}

/**
 * A form being filled: a new one (`formId` as `form_id@version`, `village`, perhaps a `case`) or a correction of
 * `record`.
 *
 * `returns` are those that were in view when it was opened; `started` is the device's clock then.
 */
export interface Draft {
  readonly id: string;
  readonly record: string | null;
  readonly formId: string | null;
  readonly village: string | null;
  readonly returns: readonly Return[];
  readonly started: number;
  readonly case: string | null;
}

export class Drafts {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** How many forms are being filled. */
  count(): number {
    return Number(this.#db.value("count_drafts"));
  }

  add(draft: Draft): void {
    // The submission's by their ids alone, as they have always been kept; a part's with its record.
    const returns = draft.returns.map((one) => (one.record === draft.record ? one.id : [one.record, one.id]));
    const { id, record, formId, village, started } = draft;
    this.#db.run("add_draft", id, record, formId, village, JSON.stringify(returns), started, draft.case);
  }

  find(draft: string): Draft | null {
    const row = this.#db.row("draft", draft);
    return row ? readDraft(row) : null;
  }

  all(): Draft[] {
    return this.#db.rows("drafts").map(readDraft);
  }

  put(draft: string, answer: DraftAnswer): void {
    const preds = JSON.stringify(Object.fromEntries(answer.preds));
    this.#db.run("put_draft_answer", draft, answer.path, answer.value, preds);
  }

  takeBack(draft: string, path: string): void {
    this.#db.run("drop_draft_answer", draft, path);
  }

  answers(draft: string): DraftAnswer[] {
    return this.#db.rows("draft_answers", draft).map(readAnswer);
  }

  answer(draft: string, path: string): DraftAnswer | null {
    const row = this.#db.row("draft_answer", draft, path);
    return row ? readAnswer(row) : null;
  }

  putRemoval(draft: string, { member, preds }: DraftRemoval): void {
    this.#db.run("put_draft_removal", draft, member, JSON.stringify(preds));
  }

  takeRemovalBack(draft: string, member: string): void {
    this.#db.run("drop_draft_removal", draft, member);
  }

  removals(draft: string): DraftRemoval[] {
    return this.#db.rows("draft_removals", draft).map(([member, preds]) => ({
      member: String(member),
      preds: JSON.parse(String(preds)) as readonly string[],
    }));
  }

  /** Those that correct one of these records, or were opened from one. */
  about(records: Iterable<string>): string[] {
    return this.#db.among("drafts_about", records).map(([draft]) => String(draft));
  }

  remove(draft: string): void {
    this.#db.run("drop_draft", draft);
  }
}

function readDraft([draft, record, formId, village, returns, started, caseRecord]: Row): Draft {
  const known = JSON.parse(String(returns)) as (string | [record: string, id: string])[];
  return {
    id: String(draft),
    record: record as string | null,
    formId: formId as string | null,
    village: village as string | null,
    returns: known.map((one) =>
      typeof one === "string" ? { record: String(record), id: one } : { record: one[0], id: one[1] },
    ),
    started: Number(started),
    case: caseRecord as string | null,
  };
}

function readAnswer([path, value, preds]: Row): DraftAnswer {
  const known = JSON.parse(String(preds)) as Record<string, readonly string[]>;
  return { path: String(path), value: String(value), preds: new Map(Object.entries(known)) };
}
