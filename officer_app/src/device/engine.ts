// The sync engine: until nothing is left, plan an exchange, carry it out, apply its answer. The port of
// `client_sync/engine.py`.
//
// Nothing of importance is in memory: what waits to be sent, what is wanted and how far each feed was read are in the
// store, and every answer is applied in one transaction. So a sync may be cut at any point and simply be run again.
// While an answer is waited for, its person goes on: what is saved meanwhile is sent by the next exchange.

import { kecamatanOf } from "../domain/heads.ts";
import type { OpenedReport } from "../domain/opened.ts";
import { CONFIG, CONFIRMED, LAST_SYNC, LINE, LOCK, RECONCILE } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { applyReply, refuseLocally } from "./apply.ts";
import { Asker } from "./asking.ts";
import { NotEnrolled, Refused, TimedOut, Unreachable } from "./errors.ts";
import { Carrier, type Ahead, type Carried } from "./exchange.ts";
import { LeaseKeeper } from "./lease.ts";
import { Line, MOST_OPERATIONS } from "./line.ts";
import {
  chainedTo,
  MOST_WANTED,
  nextStep,
  NOTHING_TO_DO,
  planRequest,
  standingAfter,
  withoutOperations,
  type Plan,
  type Standing,
  type Step,
  type Todo,
} from "./plan.ts";
import { misread, readSyncReply, type SyncReply } from "./replies.ts";
import { Repairs } from "./repairs.ts";
import { SyncReport } from "./report.ts";
import { Signer } from "./signing.ts";
import type { Surroundings } from "./surroundings.ts";
import { expect, type Traffic, type Transport } from "./transport.ts";

const CURSORS_UNKNOWN = "cursors-unknown";
const PROTOCOL_VERSION = "protocol-version";
const DAY_MS = 24 * 3_600_000;
/** Operations of a batch from which on the next one is begun before its answer is stored. */
const AHEAD_FROM = 50;
/** How often in one sync the same repair is tried before it is left to the next sync. */
const TRIES = 3;

/** One sync of one device store over one transport. */
export class Engine {
  readonly report = new SyncReport();
  readonly #store: Store;
  readonly #transport: Transport;
  readonly #around: Surroundings;
  readonly #line: Line;
  readonly #signer: Signer;
  readonly #carrier: Carrier;
  readonly #asker: Asker;
  readonly #repairs: Repairs;
  readonly #lease: LeaseKeeper;
  readonly #before: Traffic;
  readonly #tries = new Map<Step, number>();
  #todo: Todo = NOTHING_TO_DO;
  #idle = 0;
  #ahead: Ahead | null = null;
  #takesReports = true;

  constructor(store: Store, transport: Transport, around: Surroundings) {
    this.#store = store;
    this.#transport = transport;
    this.#around = around;
    this.#line = Line.remembered(store.settings.get<number>(LINE));
    this.#signer = new Signer(store);
    this.#carrier = new Carrier(transport, around.clock, around.tick);
    this.#asker = new Asker(store, transport, around, this.#line);
    this.#repairs = new Repairs(store, this.#asker, around, this.report);
    this.#before = transport.traffic.copy();
    this.#lease = new LeaseKeeper(store, around.clock, around.boot, around.randomBytes);
  }

  /**
   * Syncs until nothing is left.
   *
   * Rejects with `Unreachable` when patience is at its end, `Refused` when the server does not let this device in,
   * `BadAnswer` when it cannot be understood. What was done until then is done; `report` tells.
   */
  async run(): Promise<SyncReport> {
    this.#lease.noteUse();
    await this.#repairs.register();
    try {
      for (let step: Step = "exchange"; step !== "done"; step = this.#next()) await this.#take(step);
    } finally {
      await this.#ahead?.wait(); // the line is this engine's until it is free again
      this.#countRest();
    }
    const { unsent, wanted } = this.report;
    this.report.isQuiet = unsent === 0 && wanted === 0 && !this.#todo.reset.length;
    return this.report;
  }

  /** Tells the device's key, and fetches the account's villages and the forms. Rejects as `run` does. */
  async refresh(): Promise<void> {
    await this.register();
    this.#todo = await this.#repairs.configure();
    this.#countRest();
  }

  /** Tells the device's key alone. */
  async register(): Promise<void> {
    await this.#repairs.register();
  }

  async #take(step: Step): Promise<void> {
    if (step === "exchange") await this.#exchange();
    else if (step === "reset") this.#todo = await this.#repairs.reset(this.#todo);
    else if (step === "reconcile") this.#todo = await this.#repairs.reconcile(this.#todo);
    else this.#todo = await this.#repairs.configure();
  }

  /** The next step; a repair that does not help is not repeated for ever. */
  #next(): Step {
    const step = nextStep(this.#todo);
    if (this.#ahead) return "exchange";
    if (step === "exchange") return this.#idle >= TRIES ? "done" : step;
    const tries = (this.#tries.get(step) ?? 0) + 1;
    this.#tries.set(step, tries);
    return tries > TRIES ? "done" : step;
  }

  /** Notes what went over the line since the sync began. */
  countTraffic(): void {
    this.report.traffic = this.#transport.traffic.since(this.#before);
  }

  #countRest(): void {
    this.countTraffic();
    this.report.unsent = this.#store.outbox.countQueued();
    this.report.wanted = this.#store.feeds.countWanted();
    this.#store.settings.put(LINE, this.#line.target);
  }

  // --- exchanging ---

  async #exchange(): Promise<void> {
    const { outbox, feeds, settings } = this.#store;
    const [carried, reply] = await this.#answered();
    const { plan, clock } = carried;
    this.#beginNext(plan, reply);
    const applied = this.#store.transaction(() => {
      const found = applyReply(this.#store, plan, reply, clock, this.#around.newReplica);
      this.#lease.hear(reply, plan.lock);
      return found;
    });
    this.#idle = applied.moved ? 0 : this.#idle + 1;
    this.report.add(applied, reply);
    this.#around.progress?.(this.report);
    this.#todo = {
      unsent: outbox.countQueued(),
      wanted: feeds.countWanted(),
      hasMore: reply.more || applied.isStale,
      reset: reply.reset,
      isMismatched: applied.isMismatched || Boolean(settings.get(RECONCILE)),
      newConfig: reply.config !== null && reply.config !== plan.config,
      isRevoked: reply.revoked,
      isUnreported: this.#isUnreported(plan, reply),
      isLocked: reply.locked !== null,
    };
    this.#finish(reply);
  }

  /** Forgets what is old enough, by the server's clock: the device's may be decades off. */
  #finish(reply: SyncReply): void {
    const { settings, outbox } = this.#store;
    const { clock } = reply;
    if (clock === null || nextStep(this.#todo) !== "done") return;
    this.#store.transaction(() => {
      const last = settings.get<number>(LAST_SYNC);
      if (last !== null && Math.floor(clock / DAY_MS) !== Math.floor(last / DAY_MS)) outbox.prune(clock);
      settings.put(LAST_SYNC, clock);
    });
  }

  /** An answer to apply: that to the exchange which was begun ahead, else to one that is planned now. */
  async #answered(): Promise<[Carried, SyncReply]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead) {
      try {
        return this.#read(await ahead.result());
      } catch (error) {
        if (error instanceof TimedOut) this.#line.timedOut();
        else if (error instanceof Refused) await this.#answerRefusal(ahead.plan, error);
        // Unreachable: as if it had never been begun; what follows plans anew from the store.
        else if (!(error instanceof Unreachable)) throw error;
      }
    }
    return this.#asker.persist(() => this.#tryExchange());
  }

  /** One attempt, planned anew: after a failure less is sent at once. */
  async #tryExchange(): Promise<[Carried, SyncReply]> {
    for (;;) {
      const plan = this.#plan();
      try {
        return await this.#send(plan);
      } catch (error) {
        if (error instanceof TimedOut) this.#line.timedOut();
        if (!(error instanceof Refused)) throw error;
        await this.#answerRefusal(plan, error);
      }
    }
  }

  #plan(): Plan {
    const opened = this.#report();
    const plan = this.#store.snapshot(() => {
      const queued = this.#store.outbox.queued(MOST_OPERATIONS + 1);
      const standing = { ...this.#standing(), opened };
      return planRequest(standing, queued, this.#line, this.#around.clock());
    });
    return this.#signer.sign(plan);
  }

  /** What was shown here and is not reported; once the outbox is as good as empty: work goes first. */
  #report(): OpenedReport | null {
    const { outbox, openings } = this.#store;
    const isLast = outbox.countQueued() <= MOST_OPERATIONS;
    if (!(this.#takesReports && isLast && openings.any())) return null;
    return this.#store.transaction(() => openings.report(this.#around.newReplica));
  }

  /** Whether there is more to report. A server of before this was known takes none, and says nothing. */
  #isUnreported(plan: Plan, reply: SyncReply): boolean {
    if (plan.opened && reply.opened !== plan.opened.batch) this.#takesReports = false;
    return this.#takesReports && this.#store.openings.any();
  }

  #standing(): Standing {
    const { settings, feeds, forms, heads } = this.#store;
    const replica = settings.replica;
    if (replica === null) throw new NotEnrolled("this device is not enrolled");
    return {
      replica,
      cursors: feeds.cursors(),
      confirmed: settings.get<string>(CONFIRMED),
      config: settings.get<string>(CONFIG),
      wanted: feeds.wanted(MOST_WANTED),
      earlierReplicas: settings.earlierReplicas(),
      opened: null,
      lock: settings.get<string>(LOCK),
      kecamatan: kecamatanOf(forms.villages().map((village) => village.code)),
      heads: heads.all(),
    };
  }

  /**
   * Sends the next batch of a long queue before this answer is stored: both sides work at once.
   *
   * The server would do the same with it a moment later; should the store turn out otherwise, or the app be closed, it
   * is a batch whose answer was lost.
   */
  #beginNext(plan: Plan, reply: SyncReply): void {
    if (plan.operations.length < AHEAD_FROM || reply.reset.length || reply.fork || reply.revoked) return;
    const following = this.#store.snapshot(() => {
      const standing = standingAfter(this.#standing(), plan, reply);
      const sent = plan.operations.map((one) => one.id);
      const later = this.#store.outbox.queued(MOST_OPERATIONS + 1, sent);
      return planRequest(standing, later, this.#line, this.#around.clock());
    });
    if (!following.operations.length) return;
    const signed = this.#signer.sign(following, chainedTo(plan, reply), plan.operations);
    this.#ahead = this.#carrier.carryAhead(signed, this.#asker.token(), this.#line.isFast);
  }

  async #send(plan: Plan): Promise<[Carried, SyncReply]> {
    return this.#read(await this.#carrier.carry(plan, this.#asker.token(), this.#line.isFast));
  }

  /** The answer, checked. Throws `ServerFault`, `Refused`, `Unreachable`, `BadAnswer`. */
  #read(carried: Carried): [Carried, SyncReply] {
    const { plan, answer, seconds } = carried;
    const reply = readSyncReply(expect(answer));
    if ([...reply.verdicts.keys()].some((place) => place >= plan.operations.length)) {
      throw misread("sync", "a verdict about no operation");
    }
    // What is urgent is small, and so says nothing of how well the others are packed.
    this.#line.succeeded(plan.isUrgent ? 0 : plan.rawBytes, answer.sent, seconds, reply.more);
    return [carried, reply];
  }

  /** Makes the next attempt a better one, or throws the refusal again. */
  async #answerRefusal(plan: Plan, refusal: Refused): Promise<void> {
    if (refusal.code === CURSORS_UNKNOWN && plan.isDigest) {
      this.#store.settings.put(CONFIRMED, null);
      return;
    }
    const status = refusal.facts["status"];
    const isAboutBody = (status === 400 || status === 413) && refusal.code !== PROTOCOL_VERSION;
    if (isAboutBody && plan.opened && this.#takesReports) {
      this.#takesReports = false; // it may be at fault, and must not keep any work here
      return;
    }
    const [culprit, ...others] = plan.operations;
    if (!isAboutBody || culprit === undefined) throw refusal;
    if (others.length) {
      this.#line.wasTooLarge(plan.operations.length);
      return;
    }
    // One operation alone is refused. Unless the envelope is at fault, it must not block the others.
    await this.#send(withoutOperations(plan));
    const clock = this.#around.clock();
    this.report.addRefusedHere(refuseLocally(this.#store, culprit, refusal.code, refusal.message, clock));
  }
}
