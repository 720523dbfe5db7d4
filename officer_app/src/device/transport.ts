// Bytes to the server and back: packed bodies, time-outs of our own; the port of `client_sync/transport.py`.
//
// A browser does not tell how far a request has come, so it is given up when it and the beginning of the answer take
// longer than the slowest line that is of any use; the answer then, when nothing came of it for a while. Bodies go as
// Zstandard; the browser's own gzip does on a fast line, where bytes are cheaper than computing. Answers it unpacks by
// itself.

import { Refused, ServerFault, TimedOut, Unreachable, type DeviceError } from "./errors.ts";
import { InvalidRequest } from "../domain/errors.ts";
import { packedWell } from "./packing/zstd.ts";

export const CONNECT_S = 10;
export const READ_S = 30;
/** Bytes that a request may have for these times; of each further one, how many a second go at least. */
const BUFFERED = 64 * 1024;
const SLOWEST = 2_000;
export const JSON_TYPE = "application/json";
const LEAST_COMPRESSED = 150;
/** Of a larger body the small advantage is not worth the seconds that a slow phone computes. */
const LARGEST_PACKED_WELL = 256 * 1024;
const LARGEST_ANSWER = 64 * 1024 * 1024;
const BUSY: ReadonlySet<number> = new Set([408, 425, 429]);

export type Headers = Readonly<Record<string, string>>;

/**
 * One request; `body` is JSON before compression, packed as small as it gets unless the line `isFast`.
 *
 * Of another `kind` it is a piece of a file, and travels as it is. `wait` are the seconds after which no answer comes
 * any more, where the transport's are not meant. `isFile`: the answer is a file and no JSON. `onSent` is told how many
 * bytes of the body have gone up.
 */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array | null;
  readonly token?: string | null;
  readonly kind?: string;
  readonly headers?: Headers;
  readonly wait?: number | null;
  readonly isFile?: boolean;
  readonly isFast?: boolean;
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/**
 * A status and the JSON that came with it; `sent` are the bytes of the request's body as it travelled, `headers`
 * those of the answer, by their names in small letters; `file` is what was asked for as a file.
 */
export interface Answer {
  readonly status: number;
  readonly document: unknown;
  readonly sent: number;
  readonly headers: Headers;
  readonly file?: Uint8Array;
}

/** What went over the line: requests, and bytes of packed bodies both ways. */
export class Traffic {
  requests = 0;
  bytesUp = 0;
  bytesDown = 0;

  /** What came on top of `before`. */
  since(before: Traffic): Traffic {
    const found = new Traffic();
    found.requests = this.requests - before.requests;
    found.bytesUp = this.bytesUp - before.bytesUp;
    found.bytesDown = this.bytesDown - before.bytesDown;
    return found;
  }

  copy(): Traffic {
    return this.since(new Traffic());
  }
}

/** Carries calls to one server. */
export interface Transport {
  readonly traffic: Traffic;
  /**
   * The server's answer, whatever its status.
   *
   * Rejects with `TimedOut` when nothing moved for too long and `Unreachable` when there is no whole answer of a
   * Verilap server; the server may have acted on the call all the same.
   */
  exchange(call: Call): Promise<Answer>;
  /** Hangs up: what is under way ends as `Unreachable`. */
  close(): void;
}

/** Carries calls over HTTP; the times are seconds. Of a request that broke nothing tells how much went up: nothing counts. */
export class HttpTransport implements Transport {
  readonly url: string;
  readonly traffic = new Traffic();
  readonly #connectS: number;
  readonly #readS: number;
  readonly #open = new Set<Watch>();

  constructor(url: string, connectS = CONNECT_S, readS = READ_S) {
    this.url = checkUrl(url);
    this.#connectS = connectS;
    this.#readS = readS;
  }

  async exchange(call: Call): Promise<Answer> {
    const waitS = call.wait ?? this.#readS;
    const watch = new Watch();
    this.#open.add(watch);
    const { body, headers } = await packed(call);
    const sent = body?.length ?? 0;
    let isCounted = false;
    const wentUp = () => {
      if (!isCounted) this.traffic.bytesUp += sent;
      isCounted = true;
    };
    this.traffic.requests += 1;
    try {
      watch.wait(this.#connectS + waitS + Math.max(0, sent - BUFFERED) / SLOWEST);
      const response = await fetch(this.url + call.path, {
        method: call.method,
        body: body as BodyInit | null,
        headers,
        signal: watch.signal,
        // Nothing of it may lie in the browser's own cache, which nobody encrypts.
        cache: "no-store",
        credentials: "omit",
        redirect: "manual",
        referrerPolicy: "no-referrer",
      });
      wentUp();
      if (sent) call.onSent?.(sent);
      const data = await this.#read(response, () => watch.wait(waitS));
      return answerOf(response, data, sent, call.isFile ?? false, this.url);
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      if (!watch.hasRunOut) {
        const detail = String(error).slice(0, 300);
        throw new Unreachable(`${this.url} cannot be reached`, undefined, { url: this.url, detail });
      }
      wentUp();
      throw new TimedOut("nothing moved on the line for too long", undefined, { url: this.url });
    } finally {
      watch.end();
      this.#open.delete(watch);
    }
  }

  close(): void {
    for (const watch of this.#open) watch.abort();
  }

  async #read(response: Response, wait: () => void): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    wait();
    const reader = response.body?.getReader();
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      wait();
      size += next.value.length;
      if (size > LARGEST_ANSWER) throw new Error("the answer is too large");
      pieces.push(next.value);
    }
    // The browser unpacks; how many bytes travelled only the header tells.
    this.traffic.bytesDown += Number(response.headers.get("content-length")) || size;
    return joined(pieces, size);
  }
}

/** Ends a call when nothing happened for a while. */
class Watch {
  hasRunOut = false;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  wait(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.hasRunOut = true;
      this.abort();
    }, seconds * 1000);
  }

  abort(): void {
    this.#controller.abort();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** The address of a server, without a slash at its end. Throws `InvalidRequest` for anything else. */
export function checkUrl(url: string): string {
  const told = url.trim().replace(/\/+$/, "");
  if (/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(told) && URL.canParse(told)) return told;
  throw new InvalidRequest(`${url} is no address such as https://verilap.example.go.id`, "url", { url });
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The body as it travels and its headers; small bodies are not worth packing. */
async function packed(call: Call): Promise<{ body: Uint8Array | null; headers: Record<string, string> }> {
  const headers: Record<string, string> = { ...call.headers };
  if (call.token) headers["Authorization"] = `Bearer ${call.token}`;
  const body = call.body ?? null;
  if (body === null) return { body, headers };
  headers["Content-Type"] ??= call.kind ?? JSON_TYPE;
  if (headers["Content-Type"] === JSON_TYPE && body.length >= LEAST_COMPRESSED) {
    const isWorthIt = !call.isFast && body.length <= LARGEST_PACKED_WELL;
    const small = await (isWorthIt ? packedWell(body) : packedQuickly(body));
    const packing = isWorthIt ? "zstd" : "gzip";
    if (small.length < body.length)
      return { body: small, headers: { ...headers, "Content-Encoding": packing } };
  }
  return { body, headers };
}

async function packedQuickly(body: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([body as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What is no JSON is not the server's: a portal, a proxy, half an answer. */
function answerOf(response: Response, data: Uint8Array, sent: number, isFile: boolean, url: string): Answer {
  const headers = Object.fromEntries(response.headers);
  const { status } = response;
  if (isFile && status === 200) return { status, document: null, sent, headers, file: data };
  let document: unknown = null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
    document = text ? JSON.parse(text) : null;
  } catch (error) {
    if (status < 400) {
      const detail = String(error).slice(0, 300);
      throw new Unreachable(`what answers at ${url} is no Verilap server`, undefined, {
        url,
        detail,
        isForeign: true,
      });
    }
  }
  return { status, document, sent, headers };
}

// --- what an answer means -----------------------------------------------------------------------------------------

/**
 * The document of a success.
 *
 * Throws `ServerFault` when the server may do it later, `Refused` with the server's code when it never will,
 * `Unreachable` for what no Verilap server answers.
 */
export function expect(answer: Answer): Readonly<Record<string, unknown>> {
  if (answer.status === 200 && isObject(answer.document)) return answer.document;
  throw failureOf(answer);
}

/** The bytes of a file that was asked for; throws as `expect`. */
export function expectFile(answer: Answer): Uint8Array {
  if (answer.status === 200 && answer.file) return answer.file;
  throw failureOf(answer);
}

/** What an answer that is no success means; see `expect`. */
export function failureOf(answer: Answer): DeviceError {
  const { status } = answer;
  const [code, message] = reason(answer.document);
  if (status >= 500 || BUSY.has(status)) {
    const facts = { status, code_sent: code };
    return new ServerFault(`the server cannot do it now (${status})`, undefined, facts);
  }
  if (status >= 400 && code) return new Refused(message || code, code, { status });
  if (status === 400 || status === 413) {
    return new Refused(`the server refused (${status})`, undefined, { status });
  }
  return new Unreachable(`what answers is no Verilap server (${status})`, undefined, {
    status,
    isForeign: true,
  });
}

function reason(document: unknown): [code: string, message: string] {
  const error = isObject(document) ? document["error"] : null;
  if (!isObject(error)) return ["", ""];
  const { code, message } = error;
  return typeof code === "string" && typeof message === "string" ? [code, message] : ["", ""];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
