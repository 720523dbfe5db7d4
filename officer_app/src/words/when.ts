// Days and moments in a person's words. Moments are told in WITA, whatever zone the phone is set to, as on the office's
// pages.

import type { Language } from "./words.ts";

const DAY_MS = 86_400_000;
const WITA_MS = 8 * 3_600_000;
export const LOCALES = { id: "id-ID", en: "en-GB" } as const;
const DAY = /^\d{4}-\d\d-\d\d$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d/;

const KINDS = {
  short: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  long: { day: "numeric", month: "long", year: "numeric" },
  month: { month: "long", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
} as const;

/** The day of a moment in WITA as ISO 8601, so that it can be compared; empty of a clock that is impossible. */
export function dayOf(time: number): string {
  const told = new Date(time + WITA_MS);
  return Number.isNaN(told.getTime()) ? "" : told.toISOString().slice(0, 10);
}

/** Days from today until a day; negative for the past. */
export function daysUntil(day: string, now = Date.now()): number {
  return Math.round((Date.parse(day) - Date.parse(dayOf(now))) / DAY_MS);
}

/** A day of a list, "Sel 17 Nov 2026"; what is none as it came. */
export function shortDay(day: string, language: Language): string {
  return isDay(day) ? tell(Date.parse(day), language, "short") : day;
}

/** A day of an answer, "17 November 2026"; what is none as it came. */
export function longDay(day: string, language: Language): string {
  return isDay(day) ? tell(Date.parse(day), language, "long") : day;
}

/** The month of a day, "November 2026"; what is no day as it came. */
export function monthOf(day: string, language: Language): string {
  return isDay(day) ? tell(Date.parse(day), language, "month") : day;
}

/** The time of day, "14.05". */
export function clock(time: number, language: Language): string {
  return tell(time + WITA_MS, language, "time");
}

/** A time of day that was entered, "14.05", by the clock of whoever did; what is none as it came. */
export function clockWords(text: string, language: Language): string {
  const found = CLOCK.exec(text)?.[0];
  return found ? tell(Date.parse(`1970-01-01T${found}Z`), language, "time") : text;
}

/** A moment, "hari ini 14.05", "kemarin 14.05" or "Sel 17 Nov 2026 14.05"; "?" of a clock that is impossible. */
export function moment(time: number, language: Language, now = Date.now()): string {
  const day = dayOf(time);
  if (!day) return "?";
  const days = daysUntil(day, now);
  const isNear = days === 0 || days === -1;
  return `${isNear ? nearDay(days, language) : shortDay(day, language)} ${clock(time, language)}`;
}

/** Browsers take the 31st of a February for the 3rd of March. */
function isDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function nearDay(days: number, language: Language): string {
  return new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "auto" }).format(days, "day");
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What is told of a time in UTC: its parts alone, since browsers differ in the commas between them. */
function tell(time: number, language: Language, kind: keyof typeof KINDS): string {
  const key = `${language} ${kind}`;
  const format =
    formats.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], { ...KINDS[kind], timeZone: "UTC" });
  formats.set(key, format);
  if (kind === "time") return format.format(time);
  return format
    .formatToParts(time)
    .filter((part) => part.type !== "literal")
    .map((part) => part.value)
    .join(" ");
}
