// Carrying one planned exchange to the server, now or ahead of its turn; the port of `client_sync/exchange.py`.
//
// While the answer to a batch is being stored, the server may work on the next one.

import type { Plan } from "./plan.ts";
import type { Answer, Transport } from "./transport.ts";

const SYNC = "/api/v1/sync";

/** A plan and what came of it; `clock` is the device's, halfway between request and answer. */
export interface Carried {
  readonly plan: Plan;
  readonly answer: Answer;
  readonly clock: number;
  readonly seconds: number;
}

/** Carries plans over one line; the clocks are those of `Surroundings`. */
export class Carrier {
  readonly #transport: Transport;
  readonly #clock: () => number;
  readonly #tick: () => number;

  constructor(transport: Transport, clock: () => number, tick: () => number) {
    this.#transport = transport;
    this.#clock = clock;
    this.#tick = tick;
  }

  /** Rejects as `Transport.exchange` does. */
  async carry(plan: Plan, token: string, isFast: boolean): Promise<Carried> {
    const body = plan.body();
    const sentAt = this.#clock();
    const began = this.#tick();
    const answer = await this.#transport.exchange({ method: "POST", path: SYNC, body, token, isFast });
    return {
      plan,
      answer,
      clock: Math.floor((sentAt + this.#clock()) / 2),
      seconds: this.#tick() - began,
    };
  }

  /** The same, begun before its turn. */
  carryAhead(plan: Plan, token: string, isFast: boolean): Ahead {
    return new Ahead(plan, this.carry(plan, token, isFast));
  }
}

/** A call that was begun before its turn. */
export class Ahead {
  readonly plan: Plan;
  readonly #call: Promise<Carried>;

  constructor(plan: Plan, call: Promise<Carried>) {
    this.plan = plan;
    this.#call = call;
    // What it rejects with is told to whoever asks for the result.
    call.catch(() => undefined);
  }

  /** Until the line is free again. */
  async wait(): Promise<void> {
    await this.#call.catch(() => undefined);
  }

  /** What the call gave. Rejects with what it rejected with. */
  result(): Promise<Carried> {
    return this.#call;
  }
}
