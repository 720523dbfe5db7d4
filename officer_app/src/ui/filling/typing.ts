// A field that somebody types in: what stands in it is his, until the form itself sets another answer.

import { ref, watch, type Ref } from "vue";
import type { Leaf } from "../../forms/nodes.ts";
import { textOf } from "./kinds.ts";

/**
 * The text of a field. `read` makes a field's text of an answer, `write` an answer of what was typed; the answer is
 * given to `enter`. What is typed stays as it is while the answer that it makes is the form's.
 */
export function useTyping(
  node: Leaf,
  enter: (answer: string) => void,
  read: (answer: string) => string = (answer) => answer,
  write: (typed: string) => string = (typed) => typed,
): { readonly typed: Ref<string>; type(text: string): void } {
  const typed = ref(read(textOf(node)));
  let made = textOf(node);
  watch(
    () => textOf(node),
    (answer) => {
      if (answer !== made) typed.value = read(answer);
      made = answer;
    },
    { flush: "sync" },
  );
  const type = (text: string) => {
    typed.value = text;
    const answer = write(text);
    made = answer;
    enter(answer);
    // The form keeps an answer in its own words (`5.0`), which is no other answer.
    made = textOf(node);
  };
  return { typed, type };
}
