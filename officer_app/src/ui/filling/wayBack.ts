// Where somebody is in the open form, in the browser's history: Android's back goes from a member to the list that it
// stands in, and from a page out of the form. A form that is loaded anew opens where it was.

import { onUnmounted } from "vue";

/** What an entry of the history holds: how many members lie in each other, and the path of what is open. */
interface Mark {
  readonly levels: number;
  readonly path: string;
}

/** What the entry holds that the browser is at. */
export function mark(): Mark {
  const { levels = 0, path = "" } = (history.state ?? {}) as Partial<Mark>;
  return { levels, path };
}

/**
 * Writes down where somebody went. A member gets an entry of its own for each list above it; `back` is called with
 * what the entry holds to which the browser went back.
 */
export function useWayBack(back: (to: Mark) => void): { note(to: Mark): void } {
  const form = location.hash;
  const told = () => location.hash === form && back(mark());
  addEventListener("popstate", told);
  onUnmounted(() => removeEventListener("popstate", told));
  return {
    note({ levels, path }) {
      for (let level = mark().levels + 1; level <= levels; level++) history.pushState({ levels: level }, "");
      history.replaceState({ levels, path }, "");
    },
  };
}
