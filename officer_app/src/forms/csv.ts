// Lists in CSV files as the XForms engine reads them (RFC 4180): the part of Papa Parse that it asks for, in whose place
// this stands (`lean/engine.ts`).

interface Options {
  readonly delimiter?: string | undefined;
  readonly delimitersToGuess?: readonly string[];
  /** How many rows are read; all without it. */
  readonly preview?: number;
}

interface Parsed {
  readonly data: string[][];
  readonly errors: Error[];
  readonly meta: { readonly delimiter: string };
}

const USUAL = ",";
const BYTE_ORDER_MARK = /^\ufeff/;

/** The rows of a file; without a delimiter by that which the first row has most often. */
export function parse(text: string, { delimiter, delimitersToGuess = [], preview }: Options): Parsed {
  const marked = text.replace(BYTE_ORDER_MARK, "");
  const chosen = delimiter || guessed(marked, delimitersToGuess);
  const { rows, isSound } = rowsOf(marked, chosen, preview ?? Infinity);
  const errors = isSound ? [] : [new Error("a quoted cell has no end")];
  return { data: rows, errors, meta: { delimiter: chosen } };
}

function guessed(text: string, delimiters: readonly string[]): string {
  const cells = (one: string): number => rowsOf(text, one, 1).rows[0]?.length ?? 0;
  return delimiters.reduce((best, one) => (cells(one) > cells(best) ? one : best), USUAL);
}

/** `isSound`: each quoted cell ends, and nothing else stands beside its quotes. */
function rowsOf(text: string, delimiter: string, most: number): { rows: string[][]; isSound: boolean } {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (text && rows.length < most) {
    const { cell, end } = cellAt(text, at, delimiter);
    row.push(cell);
    if (end < text.length && !isEnd(text[end], delimiter)) return { rows: [...rows, row], isSound: false };
    if (text[end] === delimiter) {
      at = end + 1;
      continue;
    }
    rows.push(row);
    row = [];
    if (end >= text.length) break;
    at = end + (text.startsWith("\r\n", end) ? 2 : 1);
  }
  return { rows, isSound: true };
}

function isEnd(letter: string | undefined, delimiter: string): boolean {
  return letter === "\n" || letter === "\r" || letter === delimiter;
}

/**
 * The cell that begins at a place, and where what follows it stands. Two quotes within quotes are one; quotes that do
 * not end are no cell.
 */
function cellAt(text: string, at: number, delimiter: string): { cell: string; end: number } {
  if (text[at] === '"') {
    const quoted = /"((?:[^"]|"")*)"/y;
    quoted.lastIndex = at;
    const found = quoted.exec(text);
    return found
      ? { cell: (found[1] ?? "").replaceAll('""', '"'), end: quoted.lastIndex }
      : { cell: "", end: at };
  }
  let end = at;
  while (end < text.length && !isEnd(text[end], delimiter)) end += 1;
  return { cell: text.slice(at, end), end };
}
