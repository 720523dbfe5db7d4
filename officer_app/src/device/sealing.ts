// Files that only the office opens: sealed to its public key, in pieces. The sealing half of `schemas/sealing.py`, which
// says how such a file is made; the phone opens none.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { canonicalText, digestOf, toText } from "../domain/canonical.ts";
import { InvalidRequest } from "../domain/errors.ts";

const MAGIC = "verilap-sealed-1\n";
export const PIECE_BYTES = 64 * 1024;
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;

export const STORE_KEY = "store-key";
export const UNSENT = "unsent-work";

/**
 * What the pieces say together, sealed to a public key. `secret` are 32 random bytes, for this file alone.
 *
 * Throws `InvalidRequest` (code `office-key`) for a public key that is none.
 */
export function* seal(
  pieces: Iterable<Uint8Array>,
  publicKey: Uint8Array,
  kind: string,
  secret: Uint8Array,
): Generator<Uint8Array> {
  const ephemeral = x25519.getPublicKey(secret);
  const header = `${canonicalText({ ephemeral: toText(ephemeral), key: digestOf(publicKey), kind })}\n`;
  const about = ENCODER.encode(MAGIC + header);
  const salt = concatBytes(ephemeral, publicKey);
  const key = hkdf(sha256, shared(secret, publicKey), salt, about, KEY_BYTES);
  yield about;
  let number = 0;
  for (const [piece, isLast] of inPieces(pieces)) {
    yield chacha20poly1305(key, nonce(number++, isLast)).encrypt(piece);
  }
}

function shared(secret: Uint8Array, publicKey: Uint8Array): Uint8Array {
  try {
    return x25519.getSharedSecret(secret, publicKey);
  } catch {
    throw new InvalidRequest("the office's key is none", "office-key");
  }
}

/** The same bytes in pieces of one size, but for the last; whether it is that is known once no more come. */
function* inPieces(pieces: Iterable<Uint8Array>): Generator<[piece: Uint8Array, isLast: boolean]> {
  const waiting = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      if (filled === PIECE_BYTES) {
        yield [waiting, false];
        filled = 0;
      }
      const taken = piece.subarray(at, at + PIECE_BYTES - filled);
      waiting.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
  }
  yield [waiting.subarray(0, filled), true];
}

/** The number in eleven bytes, and whether it is the last. */
function nonce(number: number, isLast: boolean): Uint8Array {
  const bytes = new Uint8Array(NONCE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(NONCE_BYTES - 1 - 8, BigInt(number));
  view.setUint8(NONCE_BYTES - 1, Number(isLast));
  return bytes;
}

const ENCODER = new TextEncoder();
