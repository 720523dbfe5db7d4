// Where the app is, by what stands behind `#` in its address: `#/record/ID`. A code of the enrolment stands there
// without the slash, and is taken out of the address at once.

import { computed, ref, type ComputedRef } from "vue";

export interface Place {
  readonly screen: string;
  /** What is shown there: the id of a record, a draft, a list. */
  readonly what: string;
  readonly more: string;
}

/** The code of an enrolment that came by the address and that nobody has used yet; the address has it no longer. */
export const scanned = ref("");
const address = ref("");
addEventListener("hashchange", read);
read();

function read(): void {
  const code = /^#([^/].*)$/.exec(location.hash)?.[1];
  if (code) {
    scanned.value = decode(code);
    history.replaceState(null, "", to("home"));
  }
  address.value = location.hash;
}

/** Where the app is now. */
export const place: ComputedRef<Place> = computed(() => {
  const [screen = "", what = "", more = ""] = address.value.replace(/^#\/?/, "").split("/").map(decode);
  return { screen: screen || "home", what, more };
});

/** The address of a place. */
export function to(screen: string, what = "", more = ""): string {
  return `#/${[screen, what, more].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

/** Goes there; `isInstead` leaves no way back to where one is. */
export function go(screen: string, what = "", isInstead = false): void {
  if (isInstead) history.replaceState(null, "", to(screen, what));
  else history.pushState(null, "", to(screen, what));
  address.value = location.hash;
}

/** The place before. */
export function back(): void {
  leave(1);
}

/** The place so many entries before, or the first page where the app was opened here. */
export function leave(entries: number): void {
  if (history.length > entries) history.go(-entries);
  else go("home", "", true);
}

/** The scanned code, for whoever uses it. */
export function takeCode(): string {
  const code = scanned.value;
  scanned.value = "";
  return code;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
