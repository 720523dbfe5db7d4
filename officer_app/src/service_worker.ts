// Keeps the app on the phone for when there is no line, by the worker that the build makes (`sw.js`).

import type { Register, Versions } from "./ui/updating.ts";

/** Registers it, and tells when a newer app has arrived and waits, or was let in by another tab. */
export const registerServiceWorker: Register = (told) => {
  const registering = register(told);
  return { look: () => look(registering), letIn: () => letIn(registering) } satisfies Versions;
};

type Registering = Promise<ServiceWorkerRegistration | null>;

async function register({ onWaiting, onReplaced }: Parameters<Register>[0]): Registering {
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  // Without one (a page that was not fetched by HTTPS, a private window) the app works as long as there is a line.
  if (!workers) return null;
  const scope = import.meta.env.BASE_URL;
  workers.addEventListener("controllerchange", onReplaced);
  const registration = await workers.register(`${scope}sw.js`, { scope }).catch(() => null);
  const tellWaiting = (): void => {
    // The first one has nobody to wait for.
    if (registration?.waiting && registration.active) onWaiting();
  };
  tellWaiting();
  registration?.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tellWaiting);
  });
  return registration;
}

async function look(registering: Registering): Promise<void> {
  // Without a line there is nothing to hear; the next time there may be.
  await (await registering)?.update().catch(() => undefined);
}

async function letIn(registering: Registering): Promise<void> {
  const waiting = (await registering)?.waiting;
  if (!waiting) return location.reload();
  // Of itself and not of the page's: a page of the first visit has none, and would wait for ever.
  waiting.addEventListener("statechange", () => {
    if (waiting.state !== "activating") location.reload();
  });
  waiting.postMessage({ type: "SKIP_WAITING" });
}
