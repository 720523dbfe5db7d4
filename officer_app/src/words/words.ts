// What a person reads, in both languages, by code.

export type Language = "id" | "en";
/** A text in both languages. */
export interface Words {
  readonly id: string;
  readonly en: string;
}
export type Catalogue = Readonly<Record<string, Words>>;

const catalogues: Catalogue[] = [];

/** Adds the words of a part of the app. */
export function addWords(words: Catalogue): void {
  catalogues.push(words);
}

/** Whether there are words for a code. */
export function hasWords(code: string): boolean {
  return catalogues.some((one) => code in one);
}

/** The words of a code, with facts in the place of `{name}`; the code itself where there are none. */
export function say(code: string, language: Language, facts: Readonly<Record<string, unknown>> = {}): string {
  const words = catalogues.find((one) => code in one)?.[code];
  if (!words) return code;
  return words[language].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in facts ? String(facts[name]) : whole,
  );
}
