// Questions to the server beside the exchanges, asked until they are answered or patience is at its end.

import type { Store } from "../store/store.ts";
import { NotEnrolled, Unreachable } from "./errors.ts";
import type { Line } from "./line.ts";
import type { Surroundings } from "./surroundings.ts";
import { expect, expectFile, type Answer, type Transport } from "./transport.ts";

export const API = "/api/v1";
type Document = Readonly<Record<string, unknown>>;

/** Asks in the name of the account of a store. `line` learns from each answer. */
export class Asker {
  readonly #store: Store;
  readonly #transport: Transport;
  readonly #around: Surroundings;
  readonly #line: Line;

  constructor(store: Store, transport: Transport, around: Surroundings, line: Line) {
    this.#store = store;
    this.#transport = transport;
    this.#around = around;
    this.#line = line;
  }

  /** The document that is answered; `body` is sent as JSON. Rejects as `expect` throws. */
  ask(method: string, path: string, body: unknown = null): Promise<Document> {
    const sent = body === null ? null : new TextEncoder().encode(JSON.stringify(body));
    return this.#attempts(method, path, sent, false, expect);
  }

  /** The bytes of a file. Rejects as `expectFile` throws. */
  file(path: string): Promise<Uint8Array> {
    return this.#attempts("GET", path, null, true, expectFile);
  }

  /** Tries until it works or patience is at its end. */
  async persist<T>(attempt: () => Promise<T>): Promise<T> {
    this.#around.patience.begin();
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        await this.#around.patience.bear(error);
      }
    }
  }

  /** By which the server knows this device. Throws `NotEnrolled`. */
  token(): string {
    const identity = this.#store.settings.identity;
    if (identity === null) throw new NotEnrolled("this device is not enrolled");
    return identity.token;
  }

  #attempts<T>(
    method: string,
    path: string,
    body: Uint8Array | null,
    isFile: boolean,
    read: (answer: Answer) => T,
  ): Promise<T> {
    return this.persist(async () => {
      const began = this.#around.tick();
      const call = { method, path: API + path, body, token: this.token(), isFile };
      const found = read(await this.#transport.exchange(call));
      this.#line.succeeded(0, 0, this.#around.tick() - began, false);
      return found;
    });
  }
}
