// Questions and answers of one record in a person's words, in the order of its form: the port of
// `client_sync/questions.py` for a screen.

import { listOf } from "../domain/cases/index.ts";
import { REMOVAL, type Dossier } from "../domain/dossier.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { MASKED_ROLES, tellApart } from "../domain/forms/display.ts";
import { inLanguage } from "../domain/forms/fields.ts";
import { maskedText } from "../domain/forms/masking.ts";
import { rowsOf, type Row, type Section } from "../domain/forms/outline.ts";
import { isReserved, RESTRICTED, VILLAGE, type Value } from "../domain/operations.ts";
import type { Store } from "../store/store.ts";
import { answerWords } from "../words/answers.ts";
import { addWords, say, type Language } from "../words/words.ts";
import RECORD_WORDS from "../words/records.json" with { type: "json" };
import type { ShownAnswer } from "../worker/api.ts";
import { shownFile } from "./file_telling.ts";

addWords(RECORD_WORDS);

/** Types of what nobody is asked: it holds what programs need, such as ids and when the form was opened. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  "hidden",
  "start",
  "end",
  "today",
  "deviceid",
  "username",
  "phonenumber",
  "email",
]);
/** Whose a conflict at a path is to settle: the code why it is the office's, null where it is one's own. */
export type WhyNot = (path: string) => string | null;

const REFERENCE = /\$\{\s*([^}\s]+)\s*\}/g;

/** How paths and values of one form or list are told. */
export class Telling {
  readonly definition: FormDefinition | null;
  readonly language: Language;
  readonly #store: Store;
  readonly #villages: ReadonlyMap<string, string>;

  constructor(store: Store, definition: FormDefinition | null, language: Language) {
    this.#store = store;
    this.definition = definition;
    this.language = language;
    this.#villages = new Map(store.forms.villages().map((one) => [one.code, one.name]));
  }

  /** What is asked at a path, in words; the path itself where nobody knows. */
  label(path: string): string {
    if (path.split("#")[0] === VILLAGE) {
      const isCase = this.definition !== null && listOf(this.definition.formId) !== null;
      return say(isCase ? "case-village" : "question-village", this.language);
    }
    const words = this.definition?.label(path, this.language) ?? path;
    return words.replace(REFERENCE, "…").split(/\s+/).filter(Boolean).join(" ");
  }

  /** An answer in words; identity numbers are masked. */
  value(path: string, value: Value): string {
    if (path === VILLAGE && typeof value === "string") {
      const name = this.#villages.get(value);
      return name ? `${name} (${value})` : value;
    }
    if (this.definition === null || isReserved(path)) {
      return typeof value === "string" ? maskedText(value) : say("answer-note", this.language);
    }
    const field = this.definition.fieldAt(path);
    if (typeof value === "string" && field === null) return maskedText(value);
    const told = this.definition.display(path, value, this.language);
    return field && typeof value === "string"
      ? answerWords(told, field.type, field.appearance, this.language)
      : told;
  }

  /**
   * Values between which somebody has to choose, each in words.
   *
   * Identity numbers stay masked, but for a few digits in which they differ.
   */
  sides(path: string, values: readonly Value[]): string[] {
    if (path.endsWith(REMOVAL)) return values.map((value) => say(`side-${String(value)}`, this.language));
    const role = this.definition?.fieldAt(path)?.role ?? "";
    if (MASKED_ROLES.has(role)) {
      return tellApart(values.map((value) => (typeof value === "string" ? value : "")));
    }
    return values.map((value) => this.value(path, value));
  }

  /** The members of repeats in which a path lies, the outermost first, as headings call them. */
  members(dossier: Dossier, path: string): string[] {
    const names: string[] = [];
    let section = this.definition?.outline(answersOf(dossier));
    const isAbove = (item: Row | Section): boolean => path === item.path || path.startsWith(`${item.path}/`);
    while (section) {
      if (section.kind === "member") names.push(this.#headingWords(section));
      section = section.items.find((item): item is Section => item.kind !== "row" && isAbove(item));
    }
    return names;
  }

  /**
   * The answers of a record in the order of its form, with headings; remarks stand at their questions, and conflicts with
   * whose they are.
   */
  answers(dossier: Dossier, whyNot: WhyNot, remarks: ReadonlyMap<string, string> = new Map()): ShownAnswer[] {
    const told = answersOf(dossier);
    const tell = (row: Row, level: number): ShownAnswer[] =>
      this.#isTold(row) ? [this.#line(dossier, row, level, whyNot, remarks)] : [];
    if (this.definition) return this.#under(this.definition.outline(told), 0, tell);
    return [...told]
      .filter(([path]) => !isReserved(path))
      .flatMap(([path, value]) => tell({ kind: "row", path, field: null, value }, 0));
  }

  /** What stands under a heading; one under which nothing is told is left out. */
  #under(section: Section, level: number, tell: (row: Row, level: number) => ShownAnswer[]): ShownAnswer[] {
    return section.items.flatMap((item) => {
      if (item.kind === "row") return tell(item, level);
      const inside = this.#under(item, level + 1, tell);
      return inside.length > 0 ? [this.#heading(item, level), ...inside] : [];
    });
  }

  /** What nobody is asked is not told either. */
  #isTold({ field }: Row): boolean {
    return field === null || (!NOT_ASKED.has(field.type) && inLanguage(field.label, this.language) !== "");
  }

  #line(
    dossier: Dossier,
    { path, value }: Row,
    level: number,
    whyNot: WhyNot,
    remarks: ReadonlyMap<string, string>,
  ): ShownAnswer {
    const isElsewhere = dossier.settledElsewhere.includes(path);
    const isConflict = dossier.conflicts.has(path);
    return {
      path,
      level,
      label: this.label(path),
      value: isElsewhere ? say("answer-settled-elsewhere", this.language) : this.value(path, value),
      file: shownFile(this.#store, value),
      remark: remarks.get(path) ?? "",
      conflict: isConflict ? (whyNot(path) === null ? "mine" : "office") : null,
    };
  }

  #heading(section: Section, level: number): ShownAnswer {
    const label = this.#headingWords(section);
    return { path: "", level, label, value: "", file: null, remark: "", conflict: null };
  }

  /** A member is called by its name, else by the first text that was typed in it. */
  #headingWords(section: Section): string {
    const words = inLanguage(section.label, this.language).replace(REFERENCE, "…") || section.path;
    if (section.number === null) return words;
    const typed = [...rowsOf(section)].find(({ field, value }) => field?.type === "text" && value);
    const name = section.name || (typed ? this.value(typed.path, typed.value) : "");
    return name ? `${words} ${section.number}: ${name}` : `${words} ${section.number}`;
  }
}

function answersOf(dossier: Dossier): Map<string, Value> {
  const told = new Map<string, Value>(dossier.answers);
  for (const path of dossier.unreadable) told.set(path, RESTRICTED);
  return told;
}
