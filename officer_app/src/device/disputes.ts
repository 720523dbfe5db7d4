// What people disagree on, as the screen of conflicts shows it: all sides, by whom and when, and whose it is to settle.

import { caseName, listOf } from "../domain/cases/index.ts";
import { clockTrust, offsetOf } from "../domain/clocks.ts";
import { REMOVAL, type Dossier, type Seen } from "../domain/dossier.ts";
import { subjectOf } from "../domain/forms/subject.ts";
import { inLanguage } from "../domain/forms/fields.ts";
import { parseRaw, VILLAGE } from "../domain/operations.ts";
import { OFFSET } from "../store/settings.ts";
import type { Conflict, Side } from "../worker/api.ts";
import type { Language } from "../words/words.ts";
import { shownFile } from "./file_telling.ts";
import type { Looking } from "./looking.ts";
import type { Settling } from "./settling.ts";
import { Telling } from "./telling.ts";
import { inBoth } from "./titles.ts";

/** The open conflicts of a record. */
export function conflictsIn(
  desk: Looking,
  dossier: Dossier,
  settling: Settling,
  language: Language,
): Conflict[] {
  const { kind, form } = dossier.submission;
  const telling = new Telling(desk.store, desk.wordsFor(kind, form), language);
  const isCase = listOf(kind) !== null;
  const name = isCase
    ? caseName(dossier.submission)
    : subjectOf(telling.definition, dossier.shown.answers).name;
  const times = new Times(desk, dossier);
  return [...dossier.disputes].map(([path, seen]) => ({
    ...placeOf(telling, dossier, path),
    record: dossier.record,
    name,
    isCase,
    formTitle: isCase || !telling.definition ? null : inBoth(telling.definition.title),
    village: dossier.village ?? "",
    path,
    type: path === VILLAGE ? "select_one" : (telling.definition?.fieldAt(path)?.type ?? "text"),
    choices: choicesAt(desk, telling, path),
    isRemoval: path.endsWith(REMOVAL),
    sides: sidesOf(desk, telling, times, path, seen),
    whyNot: settling.whyNot(dossier, path),
  }));
}

/** What is asked, and of which member; a removal is of a member itself. */
function placeOf(telling: Telling, dossier: Dossier, path: string): Pick<Conflict, "question" | "member"> {
  const isRemoval = path.endsWith(REMOVAL);
  const place = isRemoval ? path.slice(0, -REMOVAL.length) : path;
  const members = telling.members(dossier, place);
  const removed = isRemoval ? members.pop() : undefined;
  return { question: removed ?? telling.label(path), member: members.join(" › ") };
}

function sidesOf(desk: Looking, telling: Telling, times: Times, path: string, seen: readonly Seen[]): Side[] {
  const words = telling.sides(
    path,
    seen.map((one) => one.value),
  );
  return seen.map((one, place) => ({
    operation: one.id,
    author: one.author,
    isMine: one.author === desk.identity.author,
    time: times.of(one),
    text: words[place] ?? "",
    file: shownFile(desk.store, one.value),
  }));
}

function choicesAt(desk: Looking, telling: Telling, path: string): Conflict["choices"] {
  if (path === VILLAGE) {
    return desk.store.forms.villages().map(({ code, name }) => ({ value: code, label: `${name} (${code})` }));
  }
  const { definition, language } = telling;
  const choices = definition?.choicesOf(definition.fieldAt(path)) ?? new Map();
  return [...choices.values()].map((one) => ({
    value: one.name,
    label: inLanguage(one.label, language) || one.name,
  }));
}

/** When things were entered, as far as the clocks behind them are to be trusted. */
class Times {
  readonly #offsets: ReadonlyMap<string, number | null>;
  readonly #received: number;

  constructor(desk: Looking, dossier: Dossier) {
    const { outbox, settings } = desk.store;
    const waiting = dossier.records
      .flatMap((record) => outbox.openOf(record))
      .map((one) => parseRaw(one.raw));
    const own = [...outbox.sentOf(dossier.records), ...waiting];
    this.#offsets = new Map(own.map((one) => [one.id, offsetOf(one)]));
    this.#received = desk.now + (settings.get<number>(OFFSET) ?? 0);
  }

  /** The moment, set right where the device knew how wrong its clock was; null where that says what cannot be. */
  of({ id, time }: Seen): number | null {
    const offset = this.#offsets.get(id) ?? null;
    const isOff = clockTrust(time, offset, this.#received) === "off";
    const told = isOff ? time + (offset ?? 0) : time;
    return clockTrust(told, null, this.#received) === "impossible" ? null : told;
  }
}
