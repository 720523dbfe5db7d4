// Titles of forms in both languages.

import type { Words } from "../words/words.ts";

/** A text of a form in both languages: where one is missing, the other. */
export function inBoth(text: Readonly<Record<string, string>>): Words {
  const any = text["id"] || text["en"] || Object.values(text).find(Boolean) || "";
  return { id: text["id"] || any, en: text["en"] || any };
}
