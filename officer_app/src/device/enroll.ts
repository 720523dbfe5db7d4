// Enrolling: a one-use code becomes a token, and the store goes on under a new replica id. The port of
// `client_sync/enroll.py`.

import { keyDigest } from "../domain/batches.ts";
import { codeDigest, confirmationNumber } from "../domain/enrolling.ts";
import { REPLICA } from "../domain/operations.ts";
import {
  ASK_FILES,
  CONFIG,
  NUMBER,
  isSameReadingClass,
  REVOKED,
  type DeviceKey,
  type Identity,
} from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { API } from "./asking.ts";
import { DeviceError, Unreachable } from "./errors.ts";
import { misread, readEnrollReply, type EnrollReply } from "./replies.ts";
import { newKey, publicKey } from "./signing.ts";
import type { Surroundings } from "./surroundings.ts";
import { checkUrl, expect, type Transport } from "./transport.ts";

/**
 * Redeems the code and keeps whose device this is now.
 *
 * Everything on a store that exists is kept and handed in by the next sync, except the server's records when the
 * account or its role has changed: they were for somebody else's eyes. `only` is whose code alone is taken: on a phone
 * each officer has a store of his own. Rejects with `Unreachable`, `Refused` with the server's code, and `DeviceError`
 * (`code-of-another`, facts: `author`), which changes nothing here.
 */
export async function enroll(
  store: Store,
  transport: Transport,
  url: string,
  code: string,
  device: string,
  around: Surroundings,
  only: string | null = null,
): Promise<Identity> {
  const key = newKey(around.randomBytes);
  const reply = await redeem(transport, code, device, key, around);
  const { token, author, role, areas, replica, nonce } = reply;
  if (only !== null && author !== only) {
    throw new DeviceError("the code is for another officer", "code-of-another", { author });
  }
  const identity: Identity = { url: checkUrl(url), token, author, role, areas };
  const { settings, heads, files } = store;
  store.transaction(() => {
    const known = settings.identity;
    if (known !== null && !isSameReadingClass(known, identity)) giveUpRecords(store);
    if (known !== null && known.url !== identity.url) heads.forget();
    settings.identity = identity;
    settings.beginKey(key);
    settings.put(NUMBER, nonce ? confirmationNumber(codeDigest(code), publicKey(key), nonce) : null);
    settings.beginReplica(replica);
    files.forgetUploads();
    settings.put(ASK_FILES, files.any() ? true : null);
    settings.put(CONFIG, null);
    settings.put(REVOKED, null);
  });
  return identity;
}

async function redeem(
  transport: Transport,
  code: string,
  device: string,
  key: DeviceKey,
  around: Surroundings,
): Promise<EnrollReply> {
  const asked = { code, replica: around.newReplica(), device, key_digest: keyDigest(publicKey(key)) };
  const body = new TextEncoder().encode(JSON.stringify(asked));
  around.patience.begin();
  for (;;) {
    try {
      const answer = await transport.exchange({ method: "POST", path: `${API}/enroll`, body });
      const reply = readEnrollReply(expect(answer));
      if (!REPLICA.test(reply.replica)) throw misread("enroll", "no replica id");
      return reply;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      await around.patience.bear(error);
    }
  }
}

/** Drops everything that the server sent; own operations that it has not accepted stay in view. */
export function giveUpRecords(store: Store): void {
  store.transaction(() => {
    for (const record of store.records.ids()) store.records.drop(record);
    store.feeds.forgetCursors();
    store.feeds.wantNothing();
  });
}
