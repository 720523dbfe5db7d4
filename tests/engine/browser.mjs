// What the engine expects of a browser, for a process of Node: a clock that stands still and an XML parser.
//
// Chance (uuid, random) is left alone.

import { JSDOM } from "jsdom";

const RealDate = globalThis.Date;
let now = RealDate.now();

class FixedDate extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now] : given));
  }

  static now() {
    return now;
  }
}

/** From now on it is this millisecond since 1970. */
export function setClock(milliseconds) {
  now = milliseconds;
}

/** The engine, loaded as in a browser: its bundled WebAssembly parser breaks off where it sees Node. */
export async function loadEngine() {
  globalThis.Date = FixedDate;
  const { window } = new JSDOM("");
  for (const name of ["DOMParser", "Element", "Node", "XMLSerializer", "document"]) globalThis[name] = window[name];
  // Node loads these on first use, and then looks for its own version.
  void [FormData, Headers, Response, fetch];
  const versions = Object.getOwnPropertyDescriptor(process, "versions");
  Object.defineProperty(process, "versions", { ...versions, value: { ...process.versions, node: undefined } });
  try {
    return await import("@getodk/xforms-engine");
  } finally {
    Object.defineProperty(process, "versions", versions);
  }
}
