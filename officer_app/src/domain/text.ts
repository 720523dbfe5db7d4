// Texts as Python compares them: what counts as blank, as a letter, and as the same without capitals.

const BLANKS = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AROUND = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, "g");
const BETWEEN = new RegExp(`[${BLANKS}]+`);
const NEITHER = new RegExp(`[^\\p{L}\\p{N}${BLANKS}]`, "gu");
const ASCII = /^[\x00-\x7f]*$/;
const CHEROKEE = /\p{Script=Cherokee}/u;

/** Python's `str.strip`: JavaScript's `trim` also takes U+FEFF away, and leaves some control characters. */
export function stripped(text: string): string {
  return text.replace(AROUND, "");
}

/** Python's `str.split`: the words between blanks. */
export function words(text: string): string[] {
  return stripped(text).split(BETWEEN).filter(Boolean);
}

/** A text without everything that is neither a letter, a number nor blank (`str.isalnum`, `str.isspace`). */
export function lettersAndBlanks(text: string): string {
  return text.replace(NEITHER, "");
}

/**
 * Python's `str.casefold`, which JavaScript lacks: by the capital letter, so that ß and ss are one.
 *
 * Letter by letter, since a Greek sigma is written differently at the end of a word.
 */
export function casefold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase(); // as nearly all names
  return Array.from(text, foldedLetter).join("");
}

function foldedLetter(letter: string): string {
  if (letter === "ı") return letter;
  const capital = letter.toUpperCase();
  // Of Cherokee alone the capitals came first: they are what small letters fold to.
  if (CHEROKEE.test(letter)) return capital;
  return Array.from(capital, (one) => one.toLowerCase()).join("");
}
