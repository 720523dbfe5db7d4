// Where one was on a page, for who comes back to it: how far down, at which link, how much of its lists was shown.
// A browser puts that right by itself only where a page is there at once.

import { onBeforeUnmount, onMounted } from "vue";

interface Spot {
  y: number;
  /** The address of the link that had the focus, empty where none had. */
  href: string;
  /** How many lines of each list were shown, by its name. */
  readonly shown: Map<string, number>;
}

/** By the entries of the history, as long as the page lives. */
const spots = new Map<string, Spot>();
history.scrollRestoration = "manual";

/** The spot of the entry that is open now. */
function spotHere(): Spot {
  const id = idHere();
  const spot = spots.get(id) ?? { y: 0, href: "", shown: new Map() };
  spots.set(id, spot);
  return spot;
}

function idHere(): string {
  const kept: unknown = history.state?.spot;
  if (typeof kept === "string") return kept;
  const made = crypto.randomUUID();
  history.replaceState({ spot: made }, "");
  return made;
}

/** How many lines of the lists of this page are to be shown; `put` keeps another number. */
export function useShown(name: string, first: number): { readonly first: number; put(count: number): void } {
  const { shown } = spotHere();
  return { first: shown.get(name) ?? first, put: (count) => shown.set(name, count) };
}

/**
 * Keeps the place on the page of the component that calls it, and goes there when one returns; else `begin` is called
 * when the page opens.
 */
export function useReturning(begin: () => void): void {
  const spot = spotHere();
  const page = new ResizeObserver(returnThere);
  const stop = () => page.disconnect();

  /** As soon as the page is long enough: it is read from the device first. */
  function returnThere(): void {
    if (document.documentElement.scrollHeight < spot.y + innerHeight) return;
    stop();
    scrollTo(0, spot.y);
    const link = [...document.querySelectorAll("main a")].find(
      (one) => one.getAttribute("href") === spot.href,
    );
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
    else begin();
  }

  onMounted(() => {
    if (!spot.y && !spot.href) return begin();
    page.observe(document.body);
    // Whoever has moved meanwhile stays where he is.
    for (const moved of ["wheel", "touchmove", "keydown"]) addEventListener(moved, stop, { once: true });
  });
  onBeforeUnmount(() => {
    stop();
    spot.y = scrollY;
    spot.href = document.activeElement?.closest("main a")?.getAttribute("href") ?? "";
  });
}
