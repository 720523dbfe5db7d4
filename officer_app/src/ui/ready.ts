// What a phone must have before a store is made on it, looked at before anybody types a code.

/** What is missing or doubtful, as codes of words. What `stops` keeps the app from working at all. */
export interface Readiness {
  readonly stops: readonly string[];
  readonly warns: readonly string[];
}

const LEAST_SPACE = 150_000_000;

/** Looks at the browser and its storage; asks for nothing. */
export async function readiness(): Promise<Readiness> {
  if (!isSecureContext) return { stops: ["ready-insecure"], warns: [] };
  if (!isNewEnough()) return { stops: ["ready-old"], warns: [] };
  // A private window has either no such folder, or one that goes with it.
  const hasFolder = await navigator.storage.getDirectory().then(
    () => true,
    () => false,
  );
  if (!hasFolder) return { stops: ["ready-no-folder"], warns: [] };
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return { stops: [], warns: quota - usage < LEAST_SPACE ? ["ready-little-space"] : [] };
}

function isNewEnough(): boolean {
  return (
    typeof WebAssembly === "object" &&
    typeof Worker === "function" &&
    typeof OffscreenCanvas === "function" &&
    "locks" in navigator &&
    typeof navigator.storage?.getDirectory === "function" &&
    typeof crypto.subtle === "object"
  );
}

/** Asks the browser never to clear what is kept here; whether it agreed. */
export async function askToPersist(): Promise<boolean> {
  return (await navigator.storage.persisted()) || (await navigator.storage.persist());
}
