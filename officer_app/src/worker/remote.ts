// Calls across the border of a worker: a method is a message, its result or error another.

import { VerilapError } from "../domain/errors.ts";

type Request = { readonly id: number; readonly method: string; readonly given: readonly unknown[] };
type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: Told }
  | { readonly event: unknown };
type Told = { readonly code: string; readonly message: string; readonly facts: Record<string, unknown> };

/** What a worker and a `MessagePort` have in common. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: () => void): void;
}

interface Call {
  done(result: unknown): void;
  failed(error: unknown): void;
}

type Methods = { [name: string]: (...given: never[]) => Promise<unknown> };

/**
 * The other side's methods. `listen` is told what it says by itself.
 *
 * Where it never came to life, as a worker whose script is not there, each call fails by the code `part-missing`.
 */
export function remote<Api extends object>(port: Port, listen: (event: unknown) => void): Api {
  const waiting = new Map<number, Call>();
  let last = 0;
  let isAlive = false;
  let isDead = false;
  const failed = new VerilapError("the other side has not started", "part-missing");
  port.addEventListener("error", () => {
    if (isAlive) return;
    isDead = true;
    for (const call of waiting.values()) call.failed(failed);
    waiting.clear();
  });
  port.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    isAlive = true;
    if ("event" in data) return listen(data.event);
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data)
      call?.failed(new VerilapError(data.error.message, data.error.code, data.error.facts));
    else call?.done(data.result);
  });
  const call =
    (method: string) =>
    (...given: unknown[]) =>
      new Promise((done, refuse) => {
        if (isDead) return refuse(failed);
        waiting.set(++last, { done, failed: refuse });
        port.postMessage({ id: last, method, given } satisfies Request);
      });
  // `then` must be absent, else the whole would be taken for a promise.
  return new Proxy({}, { get: (_, name) => (name === "then" ? undefined : call(String(name))) }) as Api;
}

/** Answers the other side's calls by the methods of `api`; gives a function that tells it something. */
export function serve(port: Port, api: object): (event: unknown) => void {
  const methods = api as Methods;
  port.addEventListener("message", ({ data }: MessageEvent<Request>) => {
    const { id, method, given } = data;
    Promise.resolve()
      .then(() => methods[method]?.apply(api, given as never[]))
      .then(
        (result) => port.postMessage({ id, result }),
        (error: unknown) => port.postMessage({ id, error: told(error) }),
      );
  });
  return (event) => port.postMessage({ event });
}

function told(error: unknown): Told {
  if (error instanceof VerilapError) {
    return { code: error.code, message: error.message, facts: { ...error.facts } };
  }
  console.error(error);
  return { code: "error", message: String(error), facts: {} };
}
