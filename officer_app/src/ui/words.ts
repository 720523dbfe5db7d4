// The words of the pages, in the language that is chosen now.

import { ref, type Ref } from "vue";
import { addWords, hasWords, say as sayIn, type Language, type Words } from "../words/words.ts";
import { VerilapError } from "../domain/errors.ts";
import cases from "../words/cases.json";
import errors from "../words/errors.json";
import lists from "../words/lists.json";
import opening from "../words/opening.json";
import sending from "../words/sending.json";
import settings from "../words/settings.json";
import store from "../words/store.json";
import sync from "../words/sync.json";
import work from "../words/work.json";

for (const words of [cases, errors, lists, opening, sending, settings, store, sync, work]) addWords(words);

const KEPT = "language";
const language = ref<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "id");
showLanguage();

export interface Speaking {
  readonly language: Readonly<Ref<Language>>;
  /** The words of a code, with facts in the place of `{name}`. */
  say(code: string, facts?: Readonly<Record<string, unknown>>): string;
  /** One of two texts. */
  title(words: Words): string;
  /** What an error means to a person; one of ours by its code. */
  wordsOf(error: unknown): string;
  /** What a code of the device or the server means to a person, also one that this version does not know. */
  wordsOfCode(code: string, facts: Readonly<Record<string, unknown>>): string;
}

export function useWords(): Speaking {
  const say: Speaking["say"] = (code, facts) => sayIn(code, language.value, facts);
  const title = (words: Words) => words[language.value] || words.id;
  const wordsOfCode: Speaking["wordsOfCode"] = (code, facts) =>
    hasWords(code) ? say(code, facts) : say("bug", { kind: code });
  const wordsOf = (error: unknown) =>
    error instanceof VerilapError
      ? wordsOfCode(error.code, error.facts)
      : say("bug", { kind: String(error) });
  return { language, say, title, wordsOf, wordsOfCode };
}

/** Remembers the language on this phone: the only thing that is known of its people without a PIN. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
  showLanguage();
}

function showLanguage(): void {
  document.documentElement.lang = language.value;
}
