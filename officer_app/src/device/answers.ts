// What a person enters, checked and brought to the one form in which it is kept. The port of `client_sync/answers.py`.
//
// Text is normalised to NFC here, on the device: the server alters nothing. Odd text is kept as it is; refused is only
// what is no text.

import { isVillage } from "../domain/areas.ts";
import { InvalidRequest } from "../domain/errors.ts";
import { isPath } from "../domain/operations.ts";

const HALF_A_CHARACTER = /\p{Surrogate}/u;
const TOLD = 200;

/** Whether it can be stored: half a character cannot be written as UTF-8. */
export function isText(given: string): boolean {
  return !HALF_A_CHARACTER.test(given);
}

/** A question's or member's path. Throws `InvalidRequest` when it cannot be one. */
export function cleanPath(path: unknown): string {
  const cleaned = typeof path === "string" ? path.normalize("NFC") : "";
  if (isPath(cleaned) && isText(cleaned)) return cleaned;
  const told = String(path).slice(0, TOLD);
  throw new InvalidRequest(`${told} is no path`, "path", { path: told });
}

/** An answer as text. Throws `InvalidRequest` for what is none. */
export function textOf(value: unknown, path: string): string {
  if (typeof value !== "string") throw new InvalidRequest(`${path} is no text`, "answer-type", { path });
  const text = value.normalize("NFC");
  if (!isText(text)) throw new InvalidRequest(`${path} holds half a character`, "answer-text", { path });
  return text;
}

/** A village's code. Throws `InvalidRequest` for anything else. */
export function checkVillage(code: string): string {
  const village = code.slice(0, 60);
  if (isVillage(code)) return code;
  const message = `${code} is no village code such as 64.02.18.2007`;
  throw new InvalidRequest(message, "village-code", { village });
}
