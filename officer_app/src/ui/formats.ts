// Times, sizes and places as people read them. Times are told in WITA, whatever zone the phone is set to: as on the
// office's pages.

import type { VillageLine } from "../worker/api.ts";
import type { Language } from "../words/words.ts";

const ZONE = "Asia/Makassar";
const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;
const LOCALES = { id: "id-ID", en: "en-GB" } as const;

/** A day in WITA as ISO 8601, so that it can be compared. */
export function dayOf(time: number): string {
  return new Date(time + OFFSET_MS).toISOString().slice(0, 10);
}

/** Days from today until a day; negative for the past. */
export function daysUntil(day: string, now = Date.now()): number {
  return Math.round((Date.parse(day) - Date.parse(dayOf(now))) / DAY_MS);
}

/** A day, as "26 Nov" or, of another year, "26 Nov 2025". */
export function shortDay(day: string, language: Language, now = Date.now()): string {
  const isThisYear = day.slice(0, 4) === dayOf(now).slice(0, 4);
  const year = isThisYear ? undefined : "numeric";
  return tell(Date.parse(day), language, { day: "numeric", month: "short", year, timeZone: "UTC" });
}

/** A moment: the time alone where it is of today, else with its day. */
export function moment(time: number, language: Language, now = Date.now()): string {
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
  const told = tell(time, language, { ...clock, timeZone: ZONE });
  return dayOf(time) === dayOf(now) ? told : `${shortDay(dayOf(time), language, now)} ${told}`;
}

function tell(time: number, language: Language, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALES[language], options).format(time);
}

/** Bytes as "3,2 MB". */
export function size(bytes: number, language: Language): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, "KB"] : [bytes / 1_000_000, "MB"];
  const digits = value < 10 && unit === "MB" ? 1 : 0;
  const shown = bytes > 0 && value < 1 && unit === "KB" ? 1 : value;
  return `${shown.toLocaleString(LOCALES[language], { maximumFractionDigits: digits })} ${unit}`;
}

/** The name of a village that this account has; its code where it has another. */
export function villageName(code: string, villages: readonly VillageLine[]): string {
  return villages.find((one) => one.code === code)?.name ?? code;
}

/** Things by a key, in the order in which the keys first come. */
export function grouped<One>(all: readonly One[], key: (one: One) => string): (readonly [string, One[]])[] {
  const groups = new Map<string, One[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups];
}
