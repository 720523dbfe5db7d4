// Being installed: the browser offers it by an event, or its person does it by the menu.

import { ref, type Ref } from "vue";

/** Chromium's event, which no standard has. */
interface Offer extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

let offer: Offer | null = null;
const canAsk = ref(false);
const isInstalled = ref(matchMedia("(display-mode: standalone)").matches);

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as Offer;
  canAsk.value = true;
});
addEventListener("appinstalled", () => {
  isInstalled.value = true;
  canAsk.value = false;
});

export interface Installing {
  readonly isInstalled: Ref<boolean>;
  /** Whether the browser lets a button ask; else it is done by the menu. */
  readonly canAsk: Ref<boolean>;
  ask(): Promise<void>;
}

export function useInstalling(): Installing {
  async function ask(): Promise<void> {
    await offer?.prompt();
    offer = null;
    canAsk.value = false;
  }
  return { isInstalled, canAsk, ask };
}
