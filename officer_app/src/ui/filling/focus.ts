// Going to a question on the page that is open.

const FOCUSABLE = "input:not([type=hidden]), textarea, select, button, a[href]";

let isPressed = false;
for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
  addEventListener(kind, () => (isPressed = kind === "pointerdown"), { capture: true, passive: true });
}

/**
 * Calls the function when no finger or button is down any more: what moves while one is lets its person hit something
 * else.
 */
export function afterPress(then: () => void): void {
  if (!isPressed) {
    setTimeout(then);
    return;
  }
  const ended = new AbortController();
  const end = () => {
    ended.abort();
    setTimeout(then); // the click follows within the same turn
  };
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, end, { signal: ended.signal });
}

/** Shows the question at a path and puts the focus into it; false where the page has none. */
export function goTo(path: string, block: ScrollLogicalPosition = "start"): boolean {
  const question = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
  if (!question) return false;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  question.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
  const inside = question.querySelector<HTMLElement>(FOCUSABLE);
  if (!inside) question.tabIndex = -1;
  (inside ?? question).focus({ preventScroll: true });
  return true;
}

/** Goes to the question behind the one at a path, or to what turns the page. */
export function goOn(path: string): void {
  const all = [...document.querySelectorAll<HTMLElement>("[data-path]")];
  const next = all[all.findIndex((one) => one.dataset["path"] === path) + 1]?.dataset["path"];
  if (next !== undefined) goTo(next);
  else document.querySelector<HTMLElement>("[data-next]")?.focus();
}
