// Sizes and places as people read them.

import { LOCALES } from "../words/when.ts";
import type { VillageLine } from "../worker/api.ts";
import type { Language } from "../words/words.ts";

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
  for (const one of all) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return [...groups];
}
