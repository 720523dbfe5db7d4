// What is told once, on the screen that comes next: that a form was saved, and what the device noticed in it.

import { readonly, ref, type DeepReadonly, type Ref } from "vue";
import type { Saved } from "../worker/api.ts";

const saved = ref<Saved | null>(null);

export interface Flashing {
  readonly saved: DeepReadonly<Ref<Saved | null>>;
  tell(news: Saved): void;
  clear(): void;
}

export function useFlash(): Flashing {
  return {
    saved: readonly(saved) as DeepReadonly<Ref<Saved | null>>,
    tell: (news) => (saved.value = news),
    clear: () => (saved.value = null),
  };
}
