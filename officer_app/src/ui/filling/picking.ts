// Picking a file or taking a photo: what is typed is kept before another app covers this one, which may end it.

import { onUnmounted, ref, type Ref } from "vue";
import { hold } from "../locking.ts";
import type { Filler } from "./filling.ts";

export interface Picking {
  readonly isBusy: Ref<boolean>;
  readonly fault: Ref<unknown>;
  /** Opens the phone's camera or files by an input that is not shown. */
  pick(input: HTMLInputElement | null): Promise<void>;
  /** What was picked becomes the answer. */
  picked(event: Event): Promise<void>;
  /** A file that was made here becomes the answer. */
  put(file: Blob, name: string): Promise<void>;
}

export function usePicking(filler: Filler, path: string): Picking {
  const isBusy = ref(false);
  const fault = ref<unknown>(null);
  let release: (() => void) | null = null;
  const rest = () => {
    release?.();
    release = null;
  };
  const put = async (file: Blob, name: string) => {
    isBusy.value = true;
    fault.value = null;
    try {
      await filler.attach(path, file, name);
    } catch (error) {
      fault.value = error;
    } finally {
      isBusy.value = false;
    }
  };
  onUnmounted(rest);
  return {
    isBusy,
    fault,
    put,
    async pick(input) {
      await filler.keeper.flush();
      rest();
      release = hold("camera");
      input?.addEventListener("cancel", rest, { once: true });
      input?.click();
    },
    async picked(event) {
      const input = event.target as HTMLInputElement;
      const [file] = input.files ?? [];
      if (file) await put(file, file.name);
      // The same file may be picked again.
      input.value = "";
      rest();
    },
  };
}
