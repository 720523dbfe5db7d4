// What the pages ask of the device that changes something: the writing half of `DeviceApi`.

import { Evaluations, Unevaluated, type Evaluated } from "../domain/cases/index.ts";
import type { Saved, Wanted } from "../worker/api.ts";
import type { Kept } from "./desk.ts";
import type { Drafting } from "./drafting.ts";

/** Each method is durable before it answers. */
export class OfficerWrites {
  readonly #desk: Drafting;

  constructor(desk: Drafting) {
    this.#desk = desk;
  }

  /** Opens a new form; gives the draft's id, which becomes the record's. */
  startDraft(formId: string, village: string | null, caseRecord: string | null): string {
    return this.#desk.startDraft(formId, village, caseRecord).id;
  }

  startCorrection(record: string): string {
    return this.#desk.startCorrection(record).id;
  }

  keep(draft: string, answers: readonly (readonly [path: string, text: string])[]): void {
    this.#desk.typeAnswers(draft, answers);
  }

  removeMember(draft: string, path: string): void {
    this.#desk.removeMember(draft, path);
  }

  discard(draft: string): void {
    this.#desk.discardDraft(draft);
  }

  finish(draft: string, evaluated: readonly Evaluated[]): Saved | Wanted {
    return savedOrWanted(() => this.#desk.finishDraft(draft, new Evaluations(evaluated)));
  }

  resolve(record: string, path: string, chosen: string, evaluated: readonly Evaluated[]): Saved | Wanted {
    return savedOrWanted(() => this.#desk.resolve(record, path, chosen, new Evaluations(evaluated)));
  }

  dismiss(operation: string): void {
    this.#desk.dismiss(operation);
  }
}

/** What was saved, or what the page has to evaluate first: then nothing was saved. */
function savedOrWanted(save: () => Kept): Saved | Wanted {
  try {
    const { record, notices, isUrgent } = save();
    return { record, notices, isUrgent };
  } catch (error) {
    if (error instanceof Unevaluated) return { wanted: error.wanted };
    throw error;
  }
}
