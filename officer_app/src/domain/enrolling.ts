// One-use codes, and the number by which both sides see that a device enrolled with one, and no other did. What a
// device needs of `domain/enrolling.py`.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalBytes } from "./canonical.ts";
import { stripped } from "./text.ts";

/** Without 0, 1, I and O, which look like each other. */
export const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CONTEXT = "verilap-enrolment-1";
const DIGITS = 6;

/** The code in what somebody typed: small letters, spaces and hyphens do not matter. */
export function readCode(typed: string): string {
  return [...typed.toUpperCase()].filter((letter) => ALPHABET.includes(letter)).join("");
}

/** SHA-256 of the code, in hexadecimal: all that the server keeps of it. */
export function codeDigest(typed: string): string {
  return bytesToHex(sha256(utf8ToBytes(readCode(typed))));
}

/**
 * Six digits that follow from the code (its digest), the device's public key and the server's nonce.
 *
 * The device is bound to its key before it hears the nonce, and tells the key only afterwards: whoever stands between
 * the two can choose neither, and meets one number on both sides once in a million times.
 */
export function confirmationNumber(digest: string, key: string, nonce: string): string {
  const said = sha256(canonicalBytes({ context: CONTEXT, code: digest, key, nonce }));
  const number = new DataView(said.buffer, said.byteOffset).getBigUint64(0);
  return String(number % BigInt(10 ** DIGITS)).padStart(DIGITS, "0");
}

/** The address of the server and the code, which is empty where the address has none. */
export function splitAddress(typed: string): [url: string, code: string] {
  const address = stripped(typed);
  const at = address.indexOf("#");
  return at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
}
