// Whom a new form may be about already: asked whenever a page was left, told until somebody says that it is another
// person.

import { onMounted, shallowRef, type ShallowRef } from "vue";
import type { Likely } from "../../worker/api.ts";
import type { Filler } from "./filling.ts";

export interface LikelyOnes {
  readonly ones: ShallowRef<readonly Likely[]>;
  ask(): Promise<void>;
  /** None of those who are told now is the person. */
  rule(): void;
}

export function useLikely({ device, draft, form, keeper }: Filler): LikelyOnes {
  const ones = shallowRef<readonly Likely[]>([]);
  const ruledOut = new Set<string>();

  async function ask(): Promise<void> {
    if (form.filling.mode !== "new" || !(await keeper.flush())) return;
    // A warning that fails keeps nobody from working.
    const found = await device.likely(draft).catch(() => []);
    ones.value = found.filter(({ record }) => !ruledOut.has(record));
  }

  function rule(): void {
    for (const { record } of ones.value) ruledOut.add(record);
    ones.value = [];
  }

  onMounted(ask);
  return { ones, ask, rule };
}
