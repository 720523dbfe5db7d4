// Lines of lists: records, cases, drafts.

import { compareCodePoints } from "../domain/canonical.ts";
import { isBegunAnew, listVisited } from "../domain/cases/index.ts";
import { subjectOf } from "../domain/forms/subject.ts";
import type { ReviewState } from "../domain/review.ts";
import { isUntouched, type Draft } from "../store/drafts.ts";
import { identityOf } from "../store/forms.ts";
import type {
  CaseLine,
  DraftLine,
  FormLine,
  FormState,
  Pending,
  PendingLine,
  RecordLine,
} from "../worker/api.ts";
import { longDay } from "../words/when.ts";
import { say, type Language, type Words } from "../words/words.ts";
import type { CardBox, CaseCard, FormCard } from "./cards.ts";
import type { Looking } from "./looking.ts";
import type { Marks } from "./marks.ts";
import { inBoth } from "./titles.ts";

const STATES: Readonly<Record<ReviewState, FormState>> = {
  pending: "sent",
  stale: "sent",
  approved: "approved",
  returned: "returned",
  rejected: "rejected",
};

/** A return goes first, since it asks for something; then what lies here, then the office's word. */
function stateOf(card: FormCard, isUnsent: boolean): FormState {
  if (card.isReturned) return "returned";
  return isUnsent ? "done" : STATES[card.review];
}

export function recordLine(desk: Looking, card: FormCard, marks: Marks): RecordLine {
  const state = stateOf(card, marks.isUnsent(card.records));
  return {
    record: card.record,
    name: card.name,
    form: card.form,
    formTitle: titleOf(desk, card.form),
    village: card.village,
    state,
    filledAt: card.filledAt,
    remark: state === "returned" || state === "rejected" ? card.remark : "",
    conflicts: card.conflicts,
    pending: marks.of(card.records),
    isUrgent: card.isUrgent,
  };
}

export function caseLine(card: CaseCard, language: Language): CaseLine {
  const { record, list, name, village, conflicts } = card;
  return { record, list, name, village, hint: hintOf(card, language), conflicts };
}

/** What held or refused work is about, among what may be told of; null of anything else. */
export function aboutOf(desk: Looking, { record }: Pending, box: CardBox | null): PendingLine["about"] {
  const form = box?.forms.get(record ?? "");
  const card = form ?? box?.cases.get(record ?? "");
  if (!card) return null;
  const { name, village } = card;
  return { name, village, isCase: !form, formTitle: form ? titleOf(desk, form.form) : null };
}

/** What tells two people of one name apart. */
export function hintOf({ birthDate, address }: CaseCard, language: Language): string {
  const born = birthDate && say("born", language, { day: longDay(birthDate, language) });
  return [born, address].filter(Boolean).join(" · ");
}

/** A form being filled; while the store is locked nothing is told of whom it is about. */
export function draftLine(desk: Looking, draft: Draft, box: CardBox | null): DraftLine {
  const corrected = draft.record ? box?.forms.get(draft.record) : undefined;
  const identity = corrected?.form ?? draft.formId;
  const answers = desk.store.drafts.answers(draft.id);
  const definition = desk.store.forms.definition(identity);
  const typed = subjectOf(definition, new Map(answers.map((one) => [one.path, one.value]))).name;
  const known = corrected?.name ?? (draft.case ? box?.cases.get(draft.case)?.name : "") ?? "";
  return {
    draft: draft.id,
    record: draft.record,
    case: draft.case,
    name: box ? typed || known : "",
    form: identity ?? "",
    formTitle: titleOf(desk, identity),
    village: draft.village ?? corrected?.village ?? "",
    started: draft.started,
    answered: answers.filter((one) => one.value !== "" && !isUntouched(one)).length,
  };
}

/** The newest version of each form, as it is begun. */
export function formLines({ store: { forms } }: Looking): FormLine[] {
  return forms.latest().map((one) => {
    const definition = forms.definition(identityOf(one));
    const caseList = definition ? listVisited(definition) : null;
    const isAnew = definition === null || isBegunAnew(definition);
    return { formId: one.formId, version: one.version, title: inBoth(one.title), caseList, isAnew };
  });
}

/** The records here that the line of a draft names. */
export function recordsOf(draft: Draft, box: CardBox | null): string[] {
  return [draft.record, draft.case].filter(
    (one): one is string => one !== null && (box?.forms.has(one) || box?.cases.has(one)) === true,
  );
}

/** The title of `form_id@version`; its id where it is not here. */
export function titleOf(desk: Looking, identity: string | null): Words {
  const title = desk.store.forms.definition(identity)?.title;
  return inBoth(title ?? { id: (identity ?? "").split("@")[0] ?? "" });
}

// --- orders ----------------------------------------------------------------------------------------

/** What cannot wait on top, then the oldest. */
export function urgentFirst(one: RecordLine, other: RecordLine): number {
  return Number(other.isUrgent) - Number(one.isUrgent) || one.filledAt - other.filledAt;
}

export function newestFirst(one: RecordLine, other: RecordLine): number {
  return other.filledAt - one.filledAt;
}

export function byName(one: CaseLine, other: CaseLine): number {
  return compareCodePoints(one.name, other.name) || compareCodePoints(one.record, other.record);
}
