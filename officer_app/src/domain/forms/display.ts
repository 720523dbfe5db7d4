// How one answer is shown to a person. The port of `domain/forms/display.py`.

import { DEAD, RESTRICTED, isMarker, type Value } from "../operations.ts";
import { words } from "../text.ts";
import type { Choices } from "./definition.ts";
import { DEFAULT_LANGUAGE, inLanguage, type Field, type Text } from "./fields.ts";
import { isGeopoint } from "./values.ts";

const RESTRICTED_WORDS: Text = { id: "(jawaban terbatas)", en: "(restricted answer)" };
const REMOVED_WORDS: Text = { id: "(dihapus)", en: "(removed)" };
const OTHER_MARKER: Text = { id: "(keterangan sistem)", en: "(system note)" };

/** Roles of the numbers of persons and families, which are shown masked. */
export const MASKED_ROLES: ReadonlySet<string> = new Set(["nik", "kk"]);
export const MASK = "*";
/** Types of questions that are answered by a file. */
export const FILES: ReadonlySet<string> = new Set(["image", "audio", "video", "file"]);
const KILOBYTE = 1024;
const MEGABYTE = 1024 * 1024;
const VISIBLE_END = 4;
/** Digits of a number that are shown beyond the masked ones, so that two numbers can be told apart. */
const MOST_TOLD_APART = 4;

/** The answer in words; what does not fit its question is shown as it came. */
export function shown(
  value: Value,
  field: Field | null,
  choices: Choices,
  language: string,
  reveal = false,
): string {
  if (typeof value !== "string") return marker(value, language);
  if (field === null) return value;
  if (field.type === "select_one") return choice(value, choices, language);
  if (field.type === "select_multiple" || field.type === "rank") {
    return words(value)
      .map((name) => choice(name, choices, language))
      .join(", ");
  }
  if (field.type === "geopoint") return place(value);
  if (FILES.has(field.type)) return file(value, language);
  return MASKED_ROLES.has(field.role ?? "") && !reveal ? masked(value) : value;
}

/** A NIK or KK number as it may be shown: `6402********0001`; something shorter shows nothing. */
export function masked(number: string): string {
  const letters = Array.from(number);
  const hidden = letters.length - 2 * VISIBLE_END;
  if (hidden < VISIBLE_END) return MASK.repeat(letters.length);
  return `${letters.slice(0, VISIBLE_END).join("")}${MASK.repeat(hidden)}${letters.slice(-VISIBLE_END).join("")}`;
}

/**
 * Numbers masked as always, but for at most four of the digits in which they differ.
 *
 * Two numbers of which the masked parts alone differ would look the same, and nobody could choose between them; this
 * is as much as the choice needs.
 */
export function tellApart(numbers: readonly string[]): string[] {
  const hidden = numbers.map(masked);
  const length = Array.from(numbers[0] ?? "").length;
  const isEvenly = numbers.every((number) => Array.from(number).length === length);
  if (!isEvenly || new Set(hidden).size === new Set(numbers).size) return hidden;
  const rows = numbers.map((number) => Array.from(number));
  const open = new Set(
    Array.from({ length }, (_, i) => i)
      .filter((i) => new Set(rows.map((row) => row[i])).size > 1)
      .filter((i) => hidden.some((text) => Array.from(text)[i] === MASK))
      .slice(0, MOST_TOLD_APART),
  );
  return rows.map((row, at) => {
    const text = Array.from(hidden[at] ?? "");
    return row.map((digit, i) => (open.has(i) ? digit : text[i])).join("");
  });
}

function marker(value: Value, language: string): string {
  if (isMarker(value, RESTRICTED)) return inLanguage(RESTRICTED_WORDS, language);
  if (isMarker(value, DEAD)) return inLanguage(REMOVED_WORDS, language);
  return inLanguage(OTHER_MARKER, language);
}

function choice(name: string, choices: Choices, language: string = DEFAULT_LANGUAGE): string {
  const found = choices.get(name);
  return (found ? inLanguage(found.label, language) : "") || name;
}

/** `-0.4321 116.9876 12 5` (latitude, longitude, altitude, accuracy in metres) in short. */
function place(value: string): string {
  if (!isGeopoint(value)) return value;
  const parts = words(value);
  const accuracy = parts.length === 4 ? ` (±${parts[3]} m)` : "";
  return `${parts[0]}, ${parts[1]}${accuracy}`;
}

/**
 * So many bytes, as people read them everywhere: `212 KB`, `2,1 MB` (a KB has 1024).
 *
 * As whole numbers, since an answer may say any size, also one that is no fraction any more.
 */
export function sizeWords(size: number, language: string): string {
  if (size < MEGABYTE) return `${size ? Math.max(1, nearest(size, KILOBYTE)) : 0} KB`;
  const tenths = nearest(10 * size, MEGABYTE);
  const whole = Math.floor(tenths / 10);
  return `${whole}${language === "en" ? "." : ","}${tenths - 10 * whole} MB`;
}

function nearest(size: number, unit: number): number {
  return Math.floor((size + Math.floor(unit / 2)) / unit);
}

/** A file is the JSON text of its hash, size in bytes, type and name. */
function file(value: string, language: string): string {
  const told = readObject(value);
  if (typeof told["name"] !== "string") return value;
  if (Number.isInteger(told["size"])) return `${told["name"]} (${sizeWords(Number(told["size"]), language)})`;
  return typeof told["hash"] === "string" ? told["name"] : value;
}

function readObject(value: string): Readonly<Record<string, unknown>> {
  try {
    const told: unknown = JSON.parse(value);
    return typeof told === "object" && told !== null ? (told as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
