// Files to the server by the tus protocol, version 1.0 (https://tus.io/protocols/resumable-upload); the port of
// `client_sync/uploads.py`.

import { sha256 } from "@noble/hashes/sha2.js";
import { digestBytes } from "../domain/files.ts";
import { DeviceError, Refused, Unreachable } from "./errors.ts";
import { LEAST, type Pace } from "./pace.ts";
import { misread, readNeededReply } from "./replies.ts";
import { expect, failureOf, type Answer, type Headers, type Transport } from "./transport.ts";

const FILES = "/api/v1/files";
export const MOST_ASKED = 500;
const PIECE = "application/offset+octet-stream";
const TUS: Headers = { "Tus-Resumable": "1.0.0" };
const UPLOAD_ID = /^[A-Za-z0-9_-]{1,100}$/;
export const HASH_DIFFERS = "hash-differs";
const GONE: readonly number[] = [404, 410];
const DIFFERS = 409;
const OVERTAKEN: readonly number[] = [DIFFERS, 423];
const CHECKSUM = 460;

/** What has arrived is not what its hash says: the server has thrown it away. */
export class HashDiffers extends DeviceError {
  constructor(message: string) {
    super(message, HASH_DIFFERS);
  }
}

/** The server does not know the upload any more, or has it elsewhere: it begins anew. */
export class UploadGone extends Unreachable {
  constructor(message: string, status: number) {
    super(message, "upload-gone", { status });
  }
}

/**
 * An answer without what it should say, as where the line was cut amid its headers: without a body nothing tells them
 * from whole ones. So trying again may help.
 */
export class HalfAnswer extends Unreachable {
  constructor(message: string) {
    super(message, "bad-answer");
  }
}

/** A file on its way: the server's id for it, and how many bytes have arrived. */
export interface Upload {
  readonly id: string;
  readonly arrived: number;
}

/**
 * The calls about files, over one line.
 *
 * Each rejects with `Unreachable` where trying again may help, which goes for half an answer too, `Refused` with the
 * server's code where it does not, and `BadAnswer` for what it cannot read. `pace` learns from each; `tick` gives
 * seconds; `onSent` is told of bytes that have left.
 *
 * Pieces have no checksums, unless `isCareful`: of a piece with one the server could keep nothing when the connection
 * breaks in its middle, and the hash is that of the whole anyway.
 */
export class Uploads {
  isCareful = false;
  readonly pace: Pace;
  readonly #transport: Transport;
  readonly #token: string;
  readonly #tick: () => number;
  readonly #onSent: ((bytes: number) => void) | undefined;

  constructor(
    transport: Transport,
    token: string,
    tick: () => number,
    pace: Pace,
    onSent?: (bytes: number) => void,
  ) {
    this.#transport = transport;
    this.#token = token;
    this.#tick = tick;
    this.pace = pace;
    this.#onSent = onSent;
  }

  /** How many of the bytes that are left go next. */
  length(left: number): number {
    return this.isCareful ? Math.min(left, LEAST) : this.pace.piece(left);
  }

  /** Those of at most `MOST_ASKED` files that the server has not, or not from this account. */
  async needed(hashes: Iterable<string>): Promise<Set<string>> {
    const asked = [...hashes];
    const body = new TextEncoder().encode(JSON.stringify({ files: asked }));
    const began = this.#tick();
    const call = { method: "POST", path: `${FILES}/needed`, body, token: this.#token };
    const document = expect(await this.#transport.exchange(call));
    this.pace.answered(this.#tick() - began);
    const found = new Set(readNeededReply(document));
    return new Set(asked.filter((one) => found.has(one)));
  }

  /**
   * Begins an upload, with its `first` bytes in the same call, or finds the one that is open already.
   *
   * Of one that is open the server leaves `first` aside: whoever tries again sends none.
   */
  async create(file: string, size: number, first: Uint8Array): Promise<Upload> {
    const headers = {
      "Upload-Length": String(size),
      "Upload-Metadata": `sha256 ${base64(digestBytes(file))}`,
      "Content-Type": PIECE,
      ...this.#checksum(first),
    };
    const answer = await this.#carry("POST", FILES, headers, first.length ? first : null);
    if (answer.status !== 201) {
      refuseFailure(answer);
      throw misread("files", `status ${answer.status}`);
    }
    return { id: idIn(answer), arrived: number(answer, "upload-offset", size) };
  }

  /** How much of it has arrived. Rejects with `UploadGone`. */
  async arrived(upload: string, size: number): Promise<Upload> {
    const answer = await this.#carry("HEAD", `${FILES}/${upload}`, {}, null);
    refuseFailure(answer);
    return { id: upload, arrived: number(answer, "upload-offset", size) };
  }

  /**
   * Sends a piece; nothing of it is written where the server is elsewhere, which it says.
   *
   * Rejects with `UploadGone`, `HashDiffers`.
   */
  async append(upload: string, offset: number, data: Uint8Array, size: number): Promise<Upload> {
    const headers = { "Upload-Offset": String(offset), ...this.#checksum(data) };
    const answer = await this.#carry("PATCH", `${FILES}/${upload}`, headers, data);
    if (answer.status !== DIFFERS || !("upload-offset" in answer.headers)) refuseFailure(answer);
    return { id: upload, arrived: number(answer, "upload-offset", size) };
  }

  async #carry(method: string, path: string, headers: Headers, data: Uint8Array | null): Promise<Answer> {
    const size = data?.length ?? 0;
    const began = this.#tick();
    const answer = await this.#transport.exchange({
      method,
      path,
      body: data,
      token: this.#token,
      kind: PIECE,
      headers: { ...TUS, ...headers },
      wait: this.pace.wait(size),
      onSent: this.#onSent,
    });
    const seconds = this.#tick() - began;
    if (answer.status < 300 && size) this.pace.moved(size, seconds);
    else if (answer.status < 300) this.pace.answered(seconds);
    return answer;
  }

  #checksum(data: Uint8Array): Headers {
    if (!data.length || !this.isCareful) return {};
    return { "Upload-Checksum": `sha256 ${base64(sha256(data))}` };
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Throws what an answer about an upload means that is no success. */
function refuseFailure(answer: Answer): void {
  const { status } = answer;
  if (status === 200 || status === 204) return;
  if (GONE.includes(status)) throw new UploadGone("the server does not know the upload", status);
  const failure = failureOf(answer);
  if (failure.code === HASH_DIFFERS) throw new HashDiffers("the server does not have what was sent");
  if (status === CHECKSUM || OVERTAKEN.includes(status)) {
    throw new Unreachable("a piece did not arrive as it was sent", undefined, { status });
  }
  // An answer to HEAD has no body, and so no code.
  if ((status === 401 || status === 403) && !(failure instanceof Refused)) {
    throw new Refused(`the server refused (${status})`, undefined, { status });
  }
  throw failure;
}

/** The last step of the address that the server named: whatever host it says, calls go to our own. */
function idIn(answer: Answer): string {
  const told = (answer.headers["location"] ?? "").split("?")[0]?.split("/").at(-1) ?? "";
  if (!UPLOAD_ID.test(told)) throw new HalfAnswer("the answer names no upload");
  return told;
}

function number(answer: Answer, name: string, most: number): number {
  const told = answer.headers[name] ?? "";
  if (!/^[0-9]{1,20}$/.test(told) || Number(told) > most) {
    throw new HalfAnswer(`the answer says ${name}: ${told.slice(0, 60)}`);
  }
  return Number(told);
}
