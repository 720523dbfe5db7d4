// What a device keeps of its batches: where its chain stands, and what it has tried since; the port of
// `client_sync/chain.py`.
//
// Each attempt is in the store before it is sent. So whatever was lost on the way, or killed, the next batch names
// what may have arrived, and is told from the batch of a copy of this device.

import { MOST_TRIED } from "../domain/batches.ts";
import type { Json } from "../domain/canonical.ts";

/** A batch that was signed and not answered yet; `core` is the same for two that say the same. */
export interface Attempt {
  readonly digest: string;
  readonly core: string;
}

/** The last batch that was answered, and the attempts since, the oldest first. */
export class SentChain {
  readonly seq: number;
  readonly digest: string;
  readonly tried: readonly Attempt[];

  constructor(seq = 0, digest = "", tried: readonly Attempt[] = []) {
    this.seq = seq;
    this.digest = digest;
    this.tried = tried;
  }

  /** The chain once it is known to end with this batch; one that we never tried changes nothing. */
  after(seq: number, digest: string): SentChain {
    const place = this.tried.findIndex((one) => one.digest === digest);
    return place < 0 ? this : new SentChain(seq, digest, this.tried.slice(place + 1));
  }

  /** What an attempt names: those before it. Who says the same as before sends the very same again. */
  earlier(core: string): string[] {
    const place = this.tried.findIndex((one) => one.core === core);
    return this.tried.slice(0, place < 0 ? undefined : place).map((one) => one.digest);
  }

  /** The chain with an attempt that is about to be sent. */
  trying(attempt: Attempt): SentChain {
    const isKnown = this.tried.some((one) => one.digest === attempt.digest && one.core === attempt.core);
    if (isKnown) return this;
    return new SentChain(this.seq, this.digest, [...this.tried, attempt].slice(-MOST_TRIED));
  }

  /** As the store keeps it. */
  toJson(): Json {
    return [this.seq, this.digest, this.tried.map((one) => [one.digest, one.core])];
  }
}

/** The chain as it was kept; an empty one if there is none yet. */
export function readChain(kept: Json): SentChain {
  if (kept === null) return new SentChain();
  const [seq, digest, tried] = kept as [number, string, [string, string][]];
  return new SentChain(
    seq,
    digest,
    tried.map(([one, core]) => ({ digest: one, core })),
  );
}
