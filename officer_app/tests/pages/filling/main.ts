// The filling screen with a device that keeps everything in the page: `window.test` gives a test its parts.

import { createApp, ref } from "vue";
import Filling from "../../../src/ui/filling/Filling.vue";
import { flushAll } from "../../../src/ui/locking.ts";
import { chooseLanguage } from "../../../src/ui/words.ts";
import type { Filling as FillingData } from "../../../src/worker/api.ts";
import "../../../src/ui/style.css";
import { FakeDevice } from "./device.ts";

const device = new FakeDevice();
const finished = ref<unknown>(null);

/** Shows the screen for a draft. */
function show(filling: FillingData): void {
  device.open(filling);
  const app = createApp(Filling, {
    draft: filling.draft,
    device,
    onFinished: (saved: unknown) => (finished.value = saved),
    onLeft: () => app.unmount(),
  });
  app.mount("#app");
}

Object.assign(window, { test: { chooseLanguage, device, finished, flush: flushAll, show } });
