// Finding people on the phone: by names as they sound, the last four digits of a number, or an address.

import { beginningsOf, lookedFor, numberIn, wordsOf } from "../domain/matching.ts";
import { END, type Terms } from "./terms.ts";

const ENDS = new RegExp(`^\\d{${END}}$`);

/** Things that are found by terms. One that is replaced costs what it costs itself, and not the others. */
export class Index<T> {
  #things: (T | null)[] = [];
  readonly #byWord = new Map<string, number[]>();
  readonly #byEnd = new Map<string, number[]>();
  /** Of names and words that were met before: people have few different ones. */
  readonly #words = new Map<string, readonly string[]>();
  readonly #beginnings = new Map<string, readonly string[]>();

  /** Gives the place of the thing, for `remove`. */
  add(thing: T, terms: Terms): number {
    const place = this.#things.push(thing) - 1;
    const beginnings = new Set<string>();
    for (const name of terms.names) {
      for (const word of once(this.#words, name, wordsOf)) {
        for (const one of once(this.#beginnings, word, beginningsOf)) beginnings.add(one);
      }
    }
    for (const beginning of beginnings) note(this.#byWord, beginning, place);
    for (const end of terms.ends) note(this.#byEnd, end, place);
    return place;
  }

  /** Finds the thing at a place no more. */
  remove(place: number): void {
    this.#things[place] = null;
  }

  /** What has a beginning of each word that was typed; of digits, what has a number that ends with them. */
  find(text: string): T[] {
    const number = numberIn(text);
    const end = number ?? text.trim();
    const byNumber = ENDS.test(end.slice(-END)) && (number !== null || end.length === END);
    const places = byNumber ? [...(this.#byEnd.get(end.slice(-END)) ?? [])] : [];
    if (number === null) places.push(...this.#byWords(text));
    return [...new Set(places)].flatMap((place) => this.#things[place] ?? []);
  }

  #byWords(text: string): number[] {
    const groups = lookedFor(text).map((group) => {
      return new Set([...group].flatMap((word) => this.#byWord.get(word) ?? []));
    });
    const [first, ...others] = groups.sort((one, other) => one.size - other.size);
    return [...(first ?? [])].filter((place) => others.every((one) => one.has(place)));
  }
}

/** What is made of a text, made once. */
function once(
  known: Map<string, readonly string[]>,
  text: string,
  make: (text: string) => Iterable<string>,
): readonly string[] {
  const found = known.get(text) ?? [...make(text)];
  known.set(text, found);
  return found;
}

function note(index: Map<string, number[]>, term: string, place: number): void {
  const places = index.get(term);
  if (places) places.push(place);
  else index.set(term, [place]);
}
