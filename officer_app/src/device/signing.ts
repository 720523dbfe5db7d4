// Signing what is sent, with the key that is in the device's store and nowhere else; see docs/protocol.md. The port of
// `client_sync/signing.py`.

import { ed25519 } from "@noble/curves/ed25519.js";
import { Batch, batchDigest, joined, SEED_LENGTH } from "../domain/batches.ts";
import { toBytes, toText } from "../domain/canonical.ts";
import type { Outgoing } from "../store/outbox.ts";
import type { DeviceKey } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { Plan } from "./plan.ts";

export type RandomBytes = (length: number) => Uint8Array;

/** A fresh key that no server knows yet. */
export function newKey(randomBytes: RandomBytes): DeviceKey {
  return { seed: toText(randomBytes(SEED_LENGTH)), device: null };
}

/** The public half, as it travels. */
export function publicKey(key: DeviceKey): string {
  return toText(ed25519.getPublicKey(toBytes(key.seed)));
}

/** Signs the batches of one store. */
export class Signer {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The plan with its batch signed, and the attempt in the store. Left as it is where there is nothing to sign, and
   * while the server does not know the key.
   *
   * `after` is the batch (seq and digest) whose answer is here but not stored yet, and `answered` what it carried.
   */
  sign(plan: Plan, after: readonly [number, string] | null = null, answered: readonly Outgoing[] = []): Plan {
    const { settings, outbox, drafts } = this.#store;
    const key = settings.key;
    if (!plan.operations.length || !key?.device) return plan;
    const { device, seed } = key;
    return this.#store.transaction(() => {
      const stored = settings.chain;
      const chain = after ? stored.after(...after) : stored;
      const elsewhere = [...answered, ...plan.operations].map((one) => one.id);
      const draft = new Batch({
        device,
        replica: plan.replica,
        seq: chain.seq + 1,
        before: chain.digest,
        operations: plan.operations.map((one) => one.id),
        waiting: joined(outbox.rangesBeside(elsewhere)),
        drafts: drafts.count(),
      });
      const batch = new Batch({ ...draft, again: chain.earlier(draft.core) });
      const signed = batch.toBytes();
      const signature = ed25519.sign(signed, toBytes(seed));
      const digest = batchDigest(signed, signature);
      settings.chain = stored.trying({ digest, core: draft.core });
      const members = { ...batch.members(), signature: toText(signature) };
      return plan.with({ batch: { seq: batch.seq, digest, members } });
    });
  }
}
