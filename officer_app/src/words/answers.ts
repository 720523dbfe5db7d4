// Answers as people read them, where a form keeps them otherwise: days, times, numbers. What is none of them, or no answer
// of its type, is told as it came.

import { clockWords, LOCALES, longDay, monthOf } from "./when.ts";
import type { Language } from "./words.ts";

/** One that begins with a zero is a name made of digits. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** More digits than that are no quantity, and would be rounded. */
const MOST_DIGITS = 15;

/** An answer in words, by the type and the appearance of its question. */
export function answerWords(
  text: string,
  type: string,
  appearance: string | null,
  language: Language,
): string {
  const asked = (appearance ?? "").split(/\s+/);
  switch (type) {
    case "date":
      return dateWords(text, asked, language);
    case "time":
      return clockWords(text, language);
    case "datetime":
      return momentWords(text, language);
    case "integer":
    case "decimal":
      return numberWords(text, asked.includes("thousands-sep"), language);
    default:
      return text;
  }
}

/** A question may ask for a month or a year alone; its answer is then kept with the first day. */
function dateWords(day: string, asked: readonly string[], language: Language): string {
  if (asked.includes("year")) return /^\d{4}-01-01$/.test(day) ? day.slice(0, 4) : longDay(day, language);
  return asked.includes("month-year") ? monthOf(day, language) : longDay(day, language);
}

function momentWords(text: string, language: Language): string {
  const [day = "", time = ""] = text.split("T");
  const [dayTold, timeTold] = [longDay(day, language), clockWords(time, language)];
  return dayTold === day || timeTold === time ? text : `${dayTold} ${timeTold}`;
}

function numberWords(text: string, isGrouped: boolean, language: Language): string {
  if (!NUMBER.test(text) || text.length > MOST_DIGITS) return text;
  const digits = text.split(".")[1]?.length ?? 0;
  return Number(text).toLocaleString(LOCALES[language], {
    useGrouping: isGrouped,
    minimumFractionDigits: digits,
  });
}
