// The deeds of an officer (tests/support/deed_scenes.py), done on the phone's device.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Drafting } from "../../src/device/drafting.ts";
import { OfficerWrites } from "../../src/device/officer_writes.ts";
import type { Asked, Evaluated } from "../../src/domain/cases/index.ts";
import { VerilapError } from "../../src/domain/errors.ts";
import { RecordState } from "../../src/domain/merge.ts";
import { VILLAGE } from "../../src/domain/operations.ts";
import type { SqlValue } from "../../src/store/database.ts";
import { Store } from "../../src/store/store.ts";
import type { Saved, Wanted } from "../../src/worker/api.ts";
import { openDatabase } from "./database.ts";

/** What she does, at which moment and by which chance; and what comes of it. */
export interface Step {
  readonly do: string;
  readonly at: number;
  readonly seed: string;
  readonly refused?: string;
  readonly draft: string;
  readonly record: string;
  readonly path: string;
  readonly evaluated?: readonly Evaluated[];
  readonly operations?: readonly string[];
  readonly notices: readonly (readonly [string, Record<string, string>])[];
  readonly [name: string]: unknown;
}

interface Deeds {
  readonly head: {
    readonly version: string;
    readonly areas: string[];
    readonly author: string;
    readonly replica: string;
    readonly forms: readonly { form_id: string; version: string; title: Record<string, string> }[];
  };
  readonly scenes: readonly { readonly claim: string; readonly steps: readonly Step[] }[];
}

/** Says what a form makes of answers; `step` knows what Python's rules make of them. */
export type Evaluate = (asked: Asked, step: Step) => Promise<Evaluated>;

const FILE = new URL("../../../tests/vectors/deeds.json", import.meta.url);
export const { head, scenes } = JSON.parse(readFileSync(FILE, "utf-8")) as Deeds;

/** A store with the forms, and a desk over it whose clock and chance are the step's. */
export class Device {
  readonly #evaluate: Evaluate;
  readonly store = new Store(openDatabase());
  readonly #writes: OfficerWrites;
  #now = 0;
  #seed = "";
  #drawn = 0;

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate;
    const { author, areas, replica, version } = head;
    this.store.settings.identity = { url: "https://example.org", token: "t", author, role: "officer", areas };
    this.store.settings.beginReplica(replica);
    const published = head.forms.map((one) => ({
      formId: one.form_id,
      version: one.version,
      title: one.title,
      digest: "d",
      isRetired: false,
    }));
    this.store.forms.publish(published);
    for (const one of head.forms)
      this.store.forms.keepDefinition(one.form_id, one.version, JSON.stringify(one));
    const desk = new Drafting(
      this.store,
      version,
      () => this.#now,
      (length) => this.#draw(length),
    );
    this.#writes = new OfficerWrites(desk);
  }

  /** Does a step. Throws where something else comes of it than on Python's device. */
  async play(step: Step): Promise<void> {
    const before = this.#operations();
    const what = `${step.do} ${step.path ?? JSON.stringify(step["answers"] ?? "")}`;
    this.#now = step.at;
    this.#begin(step.seed);
    if (step.refused) {
      const isRefused = (error: unknown): boolean =>
        error instanceof VerilapError && error.code === step.refused;
      await assert.rejects(() => this.#carryOut(step), isRefused, `${what}: ${step.refused}`);
    } else await this.#carryOut(step);
    const made = this.#operations().slice(before.length);
    assert.deepEqual(made, step.operations ?? [], what);
  }

  async #carryOut(step: Step): Promise<void> {
    switch (step.do) {
      case "startDraft": {
        const [form, village, caseRecord] = [step["form"], step["village"], step["case"]] as (
          string | null
        )[];
        assert.equal(this.#writes.startDraft(form ?? "", village ?? null, caseRecord ?? null), step.draft);
        break;
      }
      case "startCorrection":
        assert.equal(this.#writes.startCorrection(step.record), step.draft);
        break;
      case "keep":
        this.#writes.keep(step.draft, step["answers"] as [string, string][]);
        break;
      case "removeMember":
        this.#writes.removeMember(step.draft, step.path);
        break;
      case "discard":
        this.#writes.discard(step.draft);
        break;
      case "finish":
        await this.#file(step, (evaluated) => this.#writes.finish(step.draft, evaluated));
        break;
      case "resolve":
        await this.#file(step, (evaluated) =>
          this.#writes.resolve(step.record, step.path, String(step["chosen"]), evaluated),
        );
        break;
      case "dismiss":
        this.#writes.dismiss(String(step["operation"]));
        break;
      case "judge":
        this.#leaveOut(String(step["operation"]));
        break;
      case "take":
        this.#take(step["documents"] as never[]);
        break;
      default:
        assert.fail(`what is ${step.do}?`);
    }
  }

  /** Answers what is asked for as long as anything is, as the page does by the engine. */
  async #file(step: Step, save: (evaluated: readonly Evaluated[]) => Saved | Wanted): Promise<void> {
    const known: Evaluated[] = [];
    for (let rounds = 0; ; rounds++) {
      const before = this.#operations();
      this.#begin(step.seed);
      const said = save(known);
      if (!("wanted" in said)) {
        // Only whoever was recognized is asked about once more.
        const isKnown = step.notices.some(([code]) => code === "member-known");
        assert.ok(rounds <= (isKnown ? 2 : 1), `${rounds} times evaluated`);
        assert.equal(said.record, step.record);
        const notices = said.notices.map((one) => [one.code, one.facts]);
        assert.deepEqual(notices, step.notices);
        assert.equal(
          said.isUrgent,
          step.notices.some(([code]) => code === "danger-now"),
        );
        break;
      }
      assert.deepEqual(this.#operations(), before);
      for (const asked of said.wanted) {
        known.push(await this.#evaluate(asked, step));
      }
    }
    const asked = known.map((one) => one.key).sort();
    assert.deepEqual(asked, step.evaluated?.map((one) => one.key).sort());
  }

  #take(documents: readonly never[]): void {
    this.store.transaction(() => {
      for (const document of documents) {
        const state = RecordState.fromDocument(document);
        const villages = state.valuesAt(VILLAGE).filter((one) => typeof one === "string");
        this.store.records.take([{ kind: "whole", record: state.record, state, villages }], new Map());
      }
    });
  }

  #leaveOut(operation: string): void {
    const { outbox, records } = this.store;
    outbox.acknowledge([[operation, { status: "void", code: "no", message: "" }]], this.#now);
    for (const record of outbox.recordsOf(operation)) records.refresh(record);
  }

  #operations(): string[] {
    const sql = "SELECT raw FROM operation ORDER BY position";
    const text = ([raw]: readonly SqlValue[]): string => new TextDecoder().decode(raw as Uint8Array);
    return this.store.database.connection.query(sql).map(text);
  }

  #begin(seed: string): void {
    this.#seed = seed;
    this.#drawn = 0;
  }

  #draw(length: number): Uint8Array {
    this.#drawn += 1;
    const drawn = createHash("sha256").update(`${this.#seed}/${this.#drawn}`).digest();
    return new Uint8Array(drawn.subarray(0, length));
  }
}
