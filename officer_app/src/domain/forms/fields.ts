// The parts of a form definition: questions, choices, and texts in the languages of the form. The port of
// `domain/forms/fields.py`.

import { VerilapError } from "../errors.ts";
import { RESTRICTED_DATA } from "../protection.ts";

/** A text by language code: `{"id": …, "en": …}`. */
export type Text = Readonly<Record<string, string>>;
/** Files that are shown or played with a question or choice: kind (image, audio, …) → name by language. */
export type Media = Readonly<Record<string, Text>>;
/** A JSON object of a definition, of which nothing is known yet. */
export type Data = Readonly<Record<string, unknown>>;

export const DEFAULT_LANGUAGE = "id";

/** A form's definition cannot be read. */
export class FormError extends VerilapError {
  constructor(message: string, code = "form-invalid") {
    super(message, code);
  }
}

/** A value that the form sets by itself: at which events, when the trigger's answer changes, to what. */
export interface Action {
  readonly events: readonly string[];
  readonly trigger: string | null;
  readonly value: string;
}

/**
 * What a question does by itself, as far as a device asks without the engine: what it calculates, and what it sets.
 * `parameters` are those of its type, such as `max-pixels`.
 */
export interface Logic {
  readonly calculate: string | null;
  readonly default: string | null;
  readonly actions: readonly Action[];
  readonly parameters: Readonly<Record<string, string>>;
}

export const NO_LOGIC: Logic = { calculate: null, default: null, actions: [], parameters: {} };

/**
 * One question, calculation or note of a form.
 *
 * `path` has `*` for the member of a repeat; `pdp` is umum, spesifik or terbatas; `role` says what the answer is to
 * the office (`nik`, `nama`, …); `around` are the paths of its groups and repeats, outermost first.
 */
export interface Field {
  readonly path: string;
  readonly type: string;
  readonly label: Text;
  readonly hint: Text;
  readonly choices: string | null;
  readonly pdp: string;
  readonly role: string | null;
  readonly prefill: boolean;
  readonly required: boolean;
  readonly around: readonly string[];
  readonly appearance: string | null;
  readonly logic: Logic;
  readonly media: Media;
}

/** One choice of a list; `columns` are the further ones, such as the kecamatan of a village. */
export interface Choice {
  readonly name: string;
  readonly label: Text;
  readonly columns: Readonly<Record<string, string>>;
  readonly media: Media;
}

/** Whether the answer belongs into a restricted part. */
export function isRestrictedField(field: Field): boolean {
  return field.pdp === RESTRICTED_DATA;
}

/** The words in a language, else in Indonesian, else in any; empty when there are none. */
export function inLanguage(text: Text, language: string = DEFAULT_LANGUAGE): string {
  return text[language] || text[DEFAULT_LANGUAGE] || (Object.values(text)[0] ?? "");
}

/** The field in a definition's `fields`. Throws `FormError`. */
export function fieldFromJson(data: Data): Field {
  return {
    path: text(data, "path"),
    type: text(data, "type"),
    label: textsOf(data, "label"),
    hint: data["hint"] ? textsOf(data, "hint") : {},
    choices: textOrNull(data, "choices"),
    pdp: text(data, "pdp"),
    role: textOrNull(data, "role"),
    prefill: Boolean(data["prefill"]),
    required: Boolean(data["required"]),
    around: list(data, "group").map(String),
    appearance: textOrNull(data, "appearance"),
    logic: logicFromJson(data),
    media: (data["media"] || {}) as Media,
  };
}

function logicFromJson(data: Data): Logic {
  const actions = data["actions"] ? list(data, "actions") : [];
  const logic = {
    calculate: textOrNull(data, "calculate"),
    default: textOrNull(data, "default"),
    actions: actions.map((one) => actionFromJson(one as Data)),
    parameters: (data["parameters"] || {}) as Readonly<Record<string, string>>,
  };
  const isPlain =
    logic.calculate === null && logic.default === null && !actions.length && !data["parameters"];
  return isPlain ? NO_LOGIC : logic;
}

function actionFromJson(data: Data): Action {
  const events = list(data, "events").map(String);
  return { events, trigger: textOrNull(data, "trigger"), value: text(data, "value") };
}

/** The choice in a list of a definition's `choices`, with what its `choice_media` say. Throws `FormError`. */
export function choiceFromJson(data: Data, media: Media = {}): Choice {
  const columns = Object.fromEntries(
    Object.entries(data).filter(([column]) => column !== "name" && column !== "label"),
  );
  return {
    name: text(data, "name"),
    label: textsOf(data, "label"),
    columns: columns as Record<string, string>,
    media,
  };
}

/** A text member of a definition's object. Throws `FormError` where it has none. */
export function text(data: Data, name: string): string {
  const found = data[name];
  if (typeof found !== "string") throw malformed(name);
  return found;
}

export function textOrNull(data: Data, name: string): string | null {
  return data[name] === null || data[name] === undefined ? null : text(data, name);
}

/** A list member of a definition's object. Throws `FormError` where it has none. */
export function list(data: Data, name: string): readonly unknown[] {
  const found = data[name];
  if (!Array.isArray(found)) throw malformed(name);
  return found;
}

/** A text by language in a definition's object. Throws `FormError` where there is none. */
export function textsOf(data: Data, name: string): Text {
  const found = data[name];
  if (typeof found !== "object" || found === null) throw malformed(name);
  return found as Text;
}

function malformed(name: string): FormError {
  return new FormError(`the form definition is malformed: ${name}`);
}
