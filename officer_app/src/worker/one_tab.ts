// One tab at a time has the stores: their files can be open only once, and two that save would not see each other.

const LOCK = "verilap";

let isHeld = false;

/** Whether this tab has them, from now on until it is closed; asks anew each time while another one has. */
export async function isOurs(): Promise<boolean> {
  if (isHeld) return true;
  return new Promise((done, failed) => {
    const holding = navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      isHeld ||= lock !== null;
      done(isHeld);
      // The browser ends the lock with the worker, however that ends.
      return lock ? new Promise<never>(() => undefined) : undefined;
    });
    holding.catch(failed);
  });
}
