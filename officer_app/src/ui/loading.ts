// What a screen shows of the device, asked for again whenever it may differ.

import { onMounted, shallowRef, watch, type ShallowRef } from "vue";
import { useSession } from "./session.ts";

export interface Loaded<Value> {
  readonly value: ShallowRef<Value | null>;
  readonly fault: ShallowRef<unknown>;
  again(): Promise<void>;
}

/** Asks by `ask` now and after each change; `of` are further things on which the answer depends. */
export function useLoaded<Value>(ask: () => Promise<Value>, of: () => unknown = () => null): Loaded<Value> {
  const { changes, account } = useSession();
  const value = shallowRef<Value | null>(null);
  const fault = shallowRef<unknown>(null);
  let asked = 0;
  async function again(): Promise<void> {
    const number = ++asked;
    try {
      const answer = await ask();
      // An older question that is answered later is not news.
      if (number === asked) [value.value, fault.value] = [answer, null];
    } catch (error) {
      if (number === asked) fault.value = error;
    }
  }
  onMounted(again);
  watch([changes, of], () => account.value && again());
  return { value, fault, again };
}
