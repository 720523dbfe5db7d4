// The PIN that opens a store: which ones are taken, and how the store's key lies under it.

import { InvalidRequest } from "../domain/errors.ts";
import { KEY_BYTES } from "./wasm.ts";

export const LEAST_DIGITS = 6;
export const LEAST_LETTERS = 8;
const MOST = 128;
/** Of PBKDF2-HMAC-SHA512: what OWASP's cheat sheet on storing passwords asked for in 2023. */
export const ROUNDS = 210_000;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;

/** Patterns of the keypad, and what people take who were told to take six digits. */
const USUAL = new Set(["159753", "147258", "258456", "147852", "123654", "789456", "112358", "314159"]);

/**
 * Refuses a PIN that somebody would try among the first: `InvalidRequest` with the code `pin-short`, `pin-long`,
 * `pin-simple` (one digit or two, steps, repetitions, patterns) or `pin-date`.
 */
export function checkPin(pin: string): void {
  const isDigits = /^\d*$/.test(pin);
  const least = isDigits ? LEAST_DIGITS : LEAST_LETTERS;
  if ([...pin].length < least) throw new InvalidRequest("the PIN is too short", "pin-short", { least });
  if (pin.length > MOST) throw new InvalidRequest("the PIN is too long", "pin-long", { most: MOST });
  if (isSimple(pin)) throw new InvalidRequest("the PIN is one of the first to be tried", "pin-simple");
  if (isDate(pin)) throw new InvalidRequest("the PIN is a date", "pin-date");
}

function isSimple(pin: string): boolean {
  const half = pin.slice(0, pin.length / 2);
  const mirrored = half + [...half].reverse().join("");
  return (
    new Set(pin).size < 3 ||
    /^(.+)\1+$/.test(pin) ||
    (pin === mirrored && isSteps(half)) ||
    isSteps(pin) ||
    isPairs(pin) ||
    USUAL.has(pin)
  );
}

/** 345678, 987654, 890123, 246802. */
function isSteps(pin: string): boolean {
  if (!/^\d+$/.test(pin)) return false;
  const steps = [...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10);
  return new Set(steps).size === 1;
}

/** 112233, 332211. */
function isPairs(pin: string): boolean {
  return /^(?:(\d)\1)+$/.test(pin) && isSteps(pin.replace(/(\d)\1/g, "$1"));
}

/** Six digits as a day, month and year in any usual order, eight with the whole year. */
function isDate(pin: string): boolean {
  const parts = (...lengths: number[]) => {
    let at = 0;
    return lengths.map((length) => Number(pin.slice(at, (at += length))));
  };
  if (!/^\d+$/.test(pin)) return false;
  if (pin.length === 6) {
    const [first = 0, second = 0, third = 0] = parts(2, 2, 2);
    return isDay(first, second) || isDay(third, second) || isDay(second, first);
  }
  if (pin.length === 8) {
    const [day = 0, month = 0, year = 0] = parts(2, 2, 4);
    const [yearFirst = 0, monthThen = 0, dayThen = 0] = parts(4, 2, 2);
    return (isYear(year) && isDay(day, month)) || (isYear(yearFirst) && isDay(dayThen, monthThen));
  }
  return false;
}

function isDay(day: number, month: number): boolean {
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

function isYear(year: number): boolean {
  return year >= 1900 && year <= 2099;
}

/** A store's key under a PIN, as texts in base64; what the wrong PIN opens is told from what was altered by nobody. */
export interface SealedKey {
  readonly rounds: number;
  readonly salt: string;
  readonly nonce: string;
  readonly sealed: string;
}

/**
 * Puts a store's key under a PIN. `phoneKey` never leaves this browser (HMAC-SHA256): who has only the files cannot
 * try PINs. `store` is bound in: a key under one account's PIN opens no other's.
 */
export async function sealKey(
  key: Uint8Array,
  pin: string,
  store: string,
  phoneKey: CryptoKey,
  rounds = ROUNDS,
): Promise<SealedKey> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const opens = await stretched(pin, salt, rounds, phoneKey);
  const sealed = await crypto.subtle.encrypt(cipher(nonce, store), opens, key.slice());
  return { rounds, salt: encode(salt), nonce: encode(nonce), sealed: encode(new Uint8Array(sealed)) };
}

/** The key under the PIN, null where the PIN is another one. */
export async function openKey(
  sealed: SealedKey,
  pin: string,
  store: string,
  phoneKey: CryptoKey,
): Promise<Uint8Array | null> {
  const opens = await stretched(pin, decode(sealed.salt), sealed.rounds, phoneKey);
  try {
    const how = cipher(decode(sealed.nonce), store);
    const key = new Uint8Array(await crypto.subtle.decrypt(how, opens, decode(sealed.sealed)));
    return key.length === KEY_BYTES ? key : null;
  } catch {
    return null;
  }
}

async function stretched(
  pin: string,
  salt: Uint8Array<ArrayBuffer>,
  rounds: number,
  phoneKey: CryptoKey,
): Promise<CryptoKey> {
  const typed = ENCODER.encode(pin.normalize("NFC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-512", salt, iterations: rounds };
  const bits = await crypto.subtle.deriveBits(how, base, 8 * KEY_BYTES);
  const mixed = await crypto.subtle.sign("HMAC", phoneKey, bits);
  return crypto.subtle.importKey("raw", mixed, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function cipher(nonce: Uint8Array<ArrayBuffer>, store: string): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: ENCODER.encode(`verilap-store-key-1 ${store}`) };
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

const ENCODER = new TextEncoder();
