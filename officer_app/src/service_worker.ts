// Keeps the app on the phone for when there is no line, by the worker that the build makes (`sw.js`).

import type { Register } from "./ui/updating.ts";

/**
 * Registers it, and tells when a newer app has arrived and waits. What is given back lets that one in and begins anew:
 * nothing is reloaded before.
 */
export const registerServiceWorker: Register = ({ onNeedRefresh }) => {
  const registering = register(onNeedRefresh);
  return async () => {
    const waiting = (await registering)?.waiting;
    if (!waiting) return;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    waiting.postMessage({ type: "SKIP_WAITING" });
  };
};

async function register(tell: () => void): Promise<ServiceWorkerRegistration | null> {
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  // Without one (a page that was not fetched by HTTPS, a private window) the app works as long as there is a line.
  if (!workers) return null;
  const scope = import.meta.env.BASE_URL;
  const registration = await workers.register(`${scope}sw.js`, { scope }).catch(() => null);
  // The first one has nobody to wait for.
  const tellWaiting = (): void => {
    if (registration?.waiting && workers.controller) tell();
  };
  tellWaiting();
  registration?.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tellWaiting);
  });
  return registration;
}
