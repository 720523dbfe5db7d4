// A file of the phone as an answer: known by its content, a photo made smaller and without its notes. The port of
// `client_sync/photos.py`; it runs where a browser has `OffscreenCanvas`.
//
// What a camera notes in a photo (where, when, which phone) is read and then left out, before anything is hashed or
// kept. The file on the phone stays as it is.

import { sha256 } from "@noble/hashes/sha2.js";
import { InvalidRequest, type Facts } from "../domain/errors.ts";
import { FileAnswer, fileHash } from "../domain/files.ts";
import { FILES } from "../domain/forms/display.ts";
import type { Field } from "../domain/forms/fields.ts";
import { newFile, SMALL, type KeptFile } from "../store/files.ts";
import { mediaType } from "./filetypes.ts";
import { encode, encodeWithin, PictureRefused, readPicture } from "./pictures.ts";

const IMAGE = "image";
const MOST_BYTES = 50_000_000;
const USUAL_SIDE = 1600;
const MOST_SIDE = 20_000;
const JPEG = "image/jpeg";
// Pictures that may hold what a camera noted: it is left out of them wherever they are asked for.
const CLEANED: ReadonlySet<string> = new Set([JPEG, "image/png", "image/webp"]);
const LONGEST_NAME = 200;

/** An answer, and the bytes of the files that it names; what goes first stands first. */
export interface Attachment {
  readonly answer: FileAnswer;
  readonly files: readonly (readonly [KeptFile, Uint8Array])[];
}

/**
 * What a file is as the answer to a question; `now` is the device's clock.
 *
 * Throws `InvalidRequest`: `file-question` where the question takes none, `file-unreadable`, `file-empty`,
 * `file-too-large`, and for a photo the codes of `PictureRefused`.
 */
export async function readAttachment(
  file: Blob,
  name: string,
  field: Field,
  now: number,
): Promise<Attachment> {
  if (!FILES.has(field.type)) {
    throw new InvalidRequest(`${field.path} is no question that a file answers`, "file-question", {
      path: field.path,
    });
  }
  const data = await read(file, name);
  const known = nameOf(name);
  const kind = mediaType(data);
  try {
    if (field.type === IMAGE || CLEANED.has(kind)) return await photo(data, known, mostSide(field), now);
  } catch (fault) {
    if (!(fault instanceof PictureRefused)) throw fault;
    if (field.type === IMAGE) {
      fault.facts["file"] = name;
      throw fault;
    }
  }
  // A file is asked for, not a picture: it is kept as it is, since nothing else is left of it.
  const one = kept(data, known, kind, now);
  return { answer: answerOf(one), files: [[one, data]] };
}

/** The name by which its person knows the file, as text that can be kept. */
export function nameOf(given: string): string {
  const name = [...given.normalize("NFC").toWellFormed()];
  if (name.length <= LONGEST_NAME) return name.join("");
  const dot = name.lastIndexOf(".");
  const ending = name.slice(dot + 1);
  if (dot < 0 || ending.length >= LONGEST_NAME) return name.slice(0, LONGEST_NAME).join("");
  return [...name.slice(0, dot).slice(0, LONGEST_NAME - ending.length - 1), ".", ...ending].join("");
}

async function photo(data: Uint8Array, name: string, side: number | null, now: number): Promise<Attachment> {
  const { canvas, taken } = await readPicture(data, side);
  const clean = await encode(canvas);
  const dot = name.lastIndexOf(".");
  const one = kept(clean, `${dot > 0 ? name.slice(0, dot) : name}.jpg`, JPEG, now);
  const answer = { ...answerOf(one), time: taken.time || null, position: taken.position || null };
  if (one.size <= SMALL) return { answer: new FileAnswer(answer), files: [[one, clean]] };
  const small = await encodeWithin(canvas, SMALL);
  const first = kept(small, one.name, JPEG, now);
  const files = [[first, small] as const, [one, clean] as const];
  return { answer: new FileAnswer({ ...answer, thumbnail: first.hash }), files };
}

function kept(data: Uint8Array, name: string, kind: string, now: number): KeptFile {
  return newFile(fileHash(sha256(data)), name, kind, data.length, now);
}

function answerOf({ hash, name, size, type }: KeptFile): FileAnswer {
  return new FileAnswer({ hash, name, size, type });
}

/** Pixels of the longer side, as the form asks; a scan that answers a question for a file stays large. */
function mostSide(field: Field): number | null {
  const asked = field.logic.parameters["max-pixels"] ?? "";
  const pixels = /^\d{1,9}$/.test(asked) ? Number(asked) : 0;
  if (0 < pixels && pixels <= MOST_SIDE) return pixels;
  return field.type === IMAGE ? USUAL_SIDE : null;
}

async function read(file: Blob, name: string): Promise<Uint8Array> {
  if (file.size > MOST_BYTES) throw refused(name, "file-too-large", { most: MOST_BYTES / 1_000_000 });
  const data = await file.arrayBuffer().catch((error: unknown) => {
    throw refused(name, "file-unreadable", { reason: String(error) });
  });
  if (!data.byteLength) throw refused(name, "file-empty");
  return new Uint8Array(data);
}

function refused(file: string, code: string, facts: Facts = {}): InvalidRequest {
  return new InvalidRequest(`${file} cannot be an answer: ${code}`, code, { file, ...facts });
}
