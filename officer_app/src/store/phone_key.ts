// A key of this browser that no script can read out: who copies the files of the stores has no part of it.

import { toText } from "../domain/canonical.ts";
import type { PhoneKey } from "./accounts.ts";

const DATABASE = "verilap";
const SHELF = "key";
const NAME = "phone";
const ID_BYTES = 16;
const HOW: HmacKeyGenParams = { name: "HMAC", hash: "SHA-256" };

/** The key, made the first time. */
export async function phoneKey(): Promise<PhoneKey> {
  const database = await asked(indexedDB.open(DATABASE, 1), (request) =>
    request.result.createObjectStore(SHELF),
  );
  try {
    const found = await asked<CryptoKey | undefined>(shelf(database, "readonly").get(NAME));
    return await identified(found ?? (await made(database)));
  } finally {
    database.close();
  }
}

/** What the accounts know a key by. */
export async function identified(key: CryptoKey): Promise<PhoneKey> {
  const said = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("verilap-phone-key-id-1"));
  return { key, id: toText(new Uint8Array(said).subarray(0, ID_BYTES)) };
}

export async function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(HOW, false, ["sign"]);
}

async function made(database: IDBDatabase): Promise<CryptoKey> {
  const key = await newKey();
  const request = shelf(database, "readwrite").add(key, NAME);
  await new Promise((done, failed) => {
    // `strict`, and waited for to its end: an account that is made next lies under this key.
    request.transaction?.addEventListener("complete", done);
    request.transaction?.addEventListener("abort", () => failed(request.error));
  });
  return key;
}

function shelf(database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(SHELF, mode, { durability: "strict" }).objectStore(SHELF);
}

function asked<T>(request: IDBRequest<T>, upgrade?: (request: IDBRequest<T>) => void): Promise<T> {
  return new Promise((done, failed) => {
    if (upgrade) request.addEventListener("upgradeneeded", () => upgrade(request));
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => failed(request.error));
  });
}
