// The digests of the XForms function `digest()`, under the names of crypto-js, in whose place they stand
// (`lean/engine.ts`).

import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";

/** Bytes, and the same as signed 32-bit words. */
interface Digest {
  readonly bytes: Uint8Array;
  readonly words: readonly number[];
}

type Hash = (message: Uint8Array) => Uint8Array;

const named =
  (hash: Hash) =>
  (text: string): Digest => {
    const bytes = hash(new TextEncoder().encode(text));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { bytes, words: Array.from({ length: bytes.length / 4 }, (_, at) => view.getInt32(4 * at)) };
  };

export const MD5 = named(md5);
export const SHA1 = named(sha1);
export const SHA256 = named(sha256);
export const SHA384 = named(sha384);
export const SHA512 = named(sha512);

export const hex = {
  stringify: ({ bytes }: Digest): string =>
    Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join(""),
};

export const base64 = {
  stringify: ({ bytes }: Digest): string => btoa(String.fromCharCode(...bytes)),
};
