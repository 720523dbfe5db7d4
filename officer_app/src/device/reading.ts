// Reading JSON of which nothing is certain: each gives what it is named for, or throws. What is absent is `undefined`.

export type Members = Readonly<Record<string, unknown>>;
type Read<T> = (sent: unknown) => T;

export function object(sent: unknown): Members {
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) throw new Error("not an object");
  return sent as Members;
}

export function text(sent: unknown): string {
  if (typeof sent !== "string") throw new Error("not a text");
  return sent;
}

/** A text of so many characters. */
export function textOf(sent: unknown, least: number, most: number): string {
  const found = text(sent);
  const length = [...found].length;
  if (length < least || length > most) throw new Error(`not a text of ${least} to ${most} characters`);
  return found;
}

/** A text that a pattern matches, which has to be one of the whole text. */
export function like(pattern: RegExp, sent: unknown): string {
  const found = text(sent);
  if (!pattern.test(found)) throw new Error("a text of another form");
  return found;
}

export function integer(sent: unknown): number {
  if (!Number.isSafeInteger(sent)) throw new Error("not a whole number");
  return sent as number;
}

export function atLeast(least: number, sent: unknown): number {
  const found = integer(sent);
  if (found < least) throw new Error(`less than ${least}`);
  return found;
}

/** Absent is false. */
export function truth(sent: unknown): boolean {
  if (sent === undefined) return false;
  if (typeof sent !== "boolean") throw new Error("neither true nor false");
  return sent;
}

export function list<T>(sent: unknown, readOne: Read<T>): T[] {
  if (!Array.isArray(sent)) throw new Error("not a list");
  return sent.map((one) => readOne(one));
}

/** Absent is empty. */
export function texts(sent: unknown): string[] {
  return sent === undefined ? [] : list(sent, text);
}

export function pair<A, B>(sent: unknown, readFirst: Read<A>, readSecond: Read<B>): readonly [A, B] {
  if (!Array.isArray(sent) || sent.length !== 2) throw new Error("not a pair");
  return [readFirst(sent[0]), readSecond(sent[1])];
}

/** Absent is empty. */
export function pairs<A, B>(sent: unknown, readFirst: Read<A>, readSecond: Read<B>): (readonly [A, B])[] {
  return sent === undefined ? [] : list(sent, (one) => pair(one, readFirst, readSecond));
}

/** An object with any names. Absent is empty. */
export function mapping<K, V>(sent: unknown, readName: Read<K>, readValue: Read<V>): Map<K, V> {
  const members = sent === undefined ? {} : object(sent);
  return new Map(Object.entries(members).map(([name, one]) => [readName(name), readValue(one)]));
}

/** What stands for something that is absent (or null, where that is null itself), else what it says. */
export function unless<T, U>(sent: unknown, otherwise: U, readIt: Read<T>): T | U {
  return sent === undefined || (sent === null && otherwise === null) ? otherwise : readIt(sent);
}

/** What has to be there. */
export function present(sent: unknown): unknown {
  if (sent === undefined) throw new Error("a member is missing");
  return sent;
}
