// Keeping what is entered: at once, or a moment after the last key, and before anything that may end the app.

import type { Form } from "./form.ts";
import type { DeviceApi } from "../worker/api.ts";

/** Milliseconds without a key until what is typed is kept. */
export const PAUSE_MS = 300;

/** `at`: when everything was kept last; null where nothing had to be. */
export type SaveState =
  | { readonly kind: "saved"; readonly at: number | null }
  | { readonly kind: "saving" }
  | { readonly kind: "failed"; readonly error: unknown };

export class Keeper {
  readonly #form: Form;
  readonly #device: Pick<DeviceApi, "keep">;
  readonly #tell: (state: SaveState) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(form: Form, device: Pick<DeviceApi, "keep">, tell: (state: SaveState) => void) {
    this.#form = form;
    this.#device = device;
    this.#tell = tell;
  }

  /** Keeps it a moment after the last key. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /**
   * Keeps all that changed, behind what is being kept already; true once it is durable. What cannot be kept now is
   * tried again with the next change.
   */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    const changes = this.#form.changes();
    if (changes.length === 0) {
      await this.#last;
      return true;
    }
    this.#waiting++;
    this.#tell({ kind: "saving" });
    const kept = this.#last.then(() => this.#device.keep(this.#form.filling.draft, changes));
    this.#last = kept.catch(() => undefined);
    try {
      await kept;
      if (--this.#waiting === 0) this.#tell({ kind: "saved", at: Date.now() });
      return true;
    } catch (error) {
      this.#waiting--;
      this.#form.unkept(changes);
      this.#tell({ kind: "failed", error });
      return false;
    }
  }
}
