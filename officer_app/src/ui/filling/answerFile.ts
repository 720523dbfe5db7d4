// The file that answers a question: what is known of it, and its picture where it lies on this phone.

import { computed, onUnmounted, ref, watch, type ComputedRef, type Ref } from "vue";
import { FileAnswer, readFileAnswer } from "../../domain/files.ts";
import type { Leaf } from "../../forms/nodes.ts";
import type { Filler } from "./filling.ts";
import { textOf } from "./kinds.ts";

export interface AnswerFile {
  readonly answer: ComputedRef<FileAnswer | null>;
  /** The address of the small picture, or of the file; empty where it is not on this phone. */
  readonly small: Ref<string>;
  /** The bytes, null where they are not on this phone. */
  bytes(): Promise<Blob | null>;
}

export function useAnswerFile(filler: Filler, node: Leaf, path: string): AnswerFile {
  const small = ref("");
  // The form knows a file's name; all else stands in what is kept, which changes with the name or by a new file.
  const answer = computed(() => {
    void node.currentState.value;
    const name = textOf(node);
    return name ? (readFileAnswer(filler.form.kept(path)) ?? new FileAnswer({ hash: "", name })) : null;
  });
  const bytes = async () => (answer.value ? filler.device.file(answer.value.hash) : null);
  const forget = () => {
    if (small.value) URL.revokeObjectURL(small.value);
    small.value = "";
  };
  watch(
    () => [answer.value?.hash, node.currentState.value],
    async () => {
      forget();
      const found = answer.value;
      if (!found?.hash || !(found.type ?? "").startsWith("image/")) return;
      const blob = await filler.device.file(found.thumbnail ?? found.hash);
      if (blob && answer.value?.hash === found.hash) small.value = URL.createObjectURL(blob);
    },
    { immediate: true },
  );
  onUnmounted(forget);
  return { answer, small, bytes };
}
