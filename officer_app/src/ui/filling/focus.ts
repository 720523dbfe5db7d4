// Going to a question on the page that is open.

const FOCUSABLE = "input:not([type=hidden]), textarea, select, button, a[href]";

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
