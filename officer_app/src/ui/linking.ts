// The link or code by which a phone is enrolled, as somebody opens, scans or types it.

/** `url` is empty where only a code was given. */
export interface Link {
  readonly url: string;
  readonly code: string;
}

// Without 0, 1, I and O: `domain/enrolling.py`.
const ALPHABET = /[^23456789A-HJ-NP-Z]/g;

/** The address of the server and the code in `https://…/app/#CODE`, `https://…/#CODE` or `CODE`. */
export function readLink(typed: string): Link {
  const text = typed.trim();
  if (!/^https?:/i.test(text)) return { url: "", code: readCode(text) };
  const [address = "", code = ""] = text.split("#");
  return { url: URL.canParse(address) ? addressOf(new URL(address)) : "", code: readCode(code) };
}

/** The server of a page of the app: the same, without the folder of the app. */
export function addressOf({
  origin,
  pathname,
}: {
  readonly origin: string;
  readonly pathname: string;
}): string {
  return origin + pathname.replace(/(\/app)?\/?(index\.html)?$/, "");
}

function readCode(typed: string): string {
  return typed.toUpperCase().replace(ALPHABET, "");
}
