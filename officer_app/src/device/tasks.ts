// The officer's assigned cases, offline, from the records on the device: the port of `client_sync/tasks.py`.

import { tasksOf, type Filled, type Task } from "../domain/tasks.ts";
import { OFFSET } from "../store/settings.ts";
import { dayOf } from "../words/when.ts";
import type { TaskLine } from "../worker/api.ts";
import type { CardBox, FormCard } from "./cards.ts";
import type { Looking } from "./looking.ts";

/** The tasks of a store. They are worked out anew where anything that they follow from is another. */
export class Tasks {
  readonly #desk: Looking;
  #known: { readonly from: string; readonly lines: readonly TaskLine[] } = { from: "", lines: [] };

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  /** Every assigned case, by village and day; `isUnsent` says whether anything of a form is still here. */
  all(box: CardBox, isUnsent: (card: FormCard) => boolean): readonly TaskLine[] {
    const { store, identity, now } = this.#desk;
    const drafts = store.drafts.all().flatMap((one) => {
      return one.case ? [[formIdOf(one.formId), one.case] as const] : [];
    });
    const today = dayOf(now + (store.settings.get<number>(OFFSET) ?? 0));
    const visits = [...box.forms.values()].filter((card) => card.case !== null);
    const unsent = visits.filter(isUnsent).map((card) => card.record);
    const from = JSON.stringify([box.edition, identity.author, today, drafts, unsent]);
    if (this.#known.from !== from) {
      const filled = visits.flatMap((card) => filledBy(card, unsent.includes(card.record)));
      const found = tasksOf(identity.author, box.planned.values(), filled, drafts, today);
      const lines = found.map((task) => lineOf(task, box.cases.get(task.assignment.case)?.name ?? ""));
      this.#known = { from, lines };
    }
    return this.#known.lines;
  }
}

/** Rejected ones too: their officer is told so. */
function filledBy(card: FormCard, isUnsent: boolean): Filled[] {
  if (card.case === null) return [];
  const { round, case: about } = card;
  const visit = {
    round,
    form: formIdOf(card.form),
    case: about,
    day: dayOf(card.filledAt),
    isRejected: false,
  };
  return [{ record: card.record, visit, review: card.review, isUnsent }];
}

function formIdOf(identity: string | null): string {
  return (identity ?? "").split("@")[0] ?? "";
}

function lineOf(task: Task, name: string): TaskLine {
  const { assignment, round, due, state, isOverdue, visits, notes } = task;
  return {
    assignment: assignment.record,
    case: assignment.case,
    name,
    village: assignment.village,
    form: round?.form ?? "",
    roundTitle: round?.title ?? "",
    due,
    state,
    isOverdue,
    isDisputed: assignment.isDisputed,
    visits,
    notes: [
      ...[...notes.held.values()].map((author) => ({ kind: "held" as const, author })),
      ...[...notes.late.values()].map((author) => ({ kind: "late" as const, author })),
    ],
  };
}
