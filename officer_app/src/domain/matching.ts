// Names as they are looked for: however they are spelt, with whatever titles, from their beginnings on. The port of
// `domain/matching.py`.
//
// Old and new spelling (Soeharto, Suharto; Djoko, Joko), Arabic sounds as people write them (Muhammad, Mochamad;
// Khadijah, Hadijah), and letters that are heard as one (v, f, p; y, i, j; z, s) come out alike. So more is found than
// was meant, and never less: whoever looks sees the names and chooses. Pure: no list of names.

import { casefold, words } from "./text.ts";

/** Letters of the shortest beginning by which a word is found; a shorter word is found whole only. */
export const SHORTEST = 3;
/** Letters by which words are told apart at most. */
export const LONGEST = 8;

/** What stands before or behind a name, without points; no word of a name where anything else is left. */
const TITLES: ReadonlySet<string> = new Set(
  (
    "h hj haji hajjah hajah kh ust ustad ustadz ustadzah kiai kyai " +
    "bin binti bt bpk bapak pak ibu bu sdr sdri ny tn nn an " +
    "alm almh almarhum almarhumah dr drs dra drg drh ir prof ners " +
    "spd sag se sh st ssos skm skep skom sip sst spsi apt mag " +
    "mpd msi mm mh mkes amd amdkeb amdkep"
  ).split(" "),
);
/** How the most frequent name is abbreviated, where more follows. */
const MUHAMMADS: ReadonlySet<string> = new Set(["m", "md", "moh", "mohd", "muh", "muhd", "mhd"]);
const MUHAMMAD = "muhamad";

/** From left to right; both sides of a search go through all of them. */
const LETTERS: readonly (readonly [written: string, heard: string])[] = (
  "oe:u tj:c dj:j nj:ny sj:sy ch:h kh:h sy:s ts:s dz:s tz:s th:t dh:d gh:g bh:b " +
  "ph:p ck:k q:k x:ks v:p f:p z:s ie:i j:i y:i o:u"
)
  .split(" ")
  .map((pair) => pair.split(":") as [string, string]);
const TWICE = /(.)\1+/g;
const POINTS = /[.’'`´ʼ‘\u02bb]/g;
const BREAKS = /[^0-9a-z]+/;
/** Fatimah and Fatima. */
const SILENT = /([aiueo])h$/;
const BETWEEN_DIGITS = /[.\-/]/g;
/** Of a person or a family. */
export const NUMBER = /^[0-9]{16}$/;
const MARK = /\p{M}/gu;
/** The mark with the highest class of combining, 240: behind it stands no mark of a lower one. Itself is a letter here. */
const LAST_MARK = "\u0345";

/** The words of a name as they are compared, without titles, each once, in their order. */
export function wordsOf(text: string): string[] {
  return [...new Set(bareWords(text).map(foldedWord))];
}

/** One word in small Latin letters, as all its spellings come out. */
export function foldedWord(word: string): string {
  const heard = heardOf(word);
  return heard.length > SHORTEST ? heard.replace(SILENT, "$1") : heard;
}

/** All by which a folded word is found. */
export function beginningsOf(word: string): ReadonlySet<string> {
  if (word.length < SHORTEST) return new Set([word]);
  const longest = Math.min(word.length, LONGEST);
  return new Set(Array.from({ length: longest - SHORTEST + 1 }, (_, more) => word.slice(0, SHORTEST + more)));
}

/** For each word of what somebody types, the beginnings of which one has to be among a name's. */
export function lookedFor(text: string): ReadonlySet<string>[] {
  // What is typed may end in the middle of a word: its last letter may be a silent one, or not.
  const typed = [...new Set(bareWords(text))];
  return typed.map((word) => new Set([heardOf(word).slice(0, LONGEST), foldedWord(word).slice(0, LONGEST)]));
}

/** All by which any of these names is found. */
export function beginningsIn(names: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const name of names) {
    for (const word of wordsOf(name)) for (const one of beginningsOf(word)) found.add(one);
  }
  return found;
}

/** The number of a person or a family (NIK, KK), if that is what was typed: sixteen digits. */
export function numberIn(text: string): string | null {
  const digits = words(text.normalize("NFKC")).join("").replace(BETWEEN_DIGITS, "");
  return NUMBER.test(digits) ? digits : null;
}

function bareWords(text: string): string[] {
  const plain = latinOf(text).split(BREAKS).filter(Boolean);
  const untitled = plain.filter((word) => !TITLES.has(word));
  const bare = untitled.length ? untitled : plain;
  return bare.map((word) => (MUHAMMADS.has(word) && bare.length > 1 ? MUHAMMAD : word));
}

/** Small letters without marks; points and apostrophes stand within words. */
function latinOf(text: string): string {
  const letters = casefold(text.normalize("NFKC")).normalize("NFKD");
  return letters.replace(MARK, (mark) => (isCombining(mark) ? "" : mark)).replace(POINTS, "");
}

/** Whether Unicode gives a mark a class of combining: only those are put in order. */
function isCombining(mark: string): boolean {
  return (LAST_MARK + mark).normalize("NFD") !== LAST_MARK + mark;
}

function heardOf(word: string): string {
  const heard = LETTERS.reduce((said, [written, sound]) => said.replaceAll(written, sound), word);
  return heard.replace(TWICE, "$1");
}
