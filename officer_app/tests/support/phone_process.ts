// The phone as a process of its own, told what to do line by line: tests in Python drive it beside other devices.
//
//     node tests/support/phone_process.ts FILE
//
// A line of the input is JSON with `do`; a line of the output is the answer, or `{"event": …}` while a sync runs, or
// `{"error": code}`. The store is the one of all tests here, in FILE and not encrypted; nothing else is replaced but
// the pauses after a failure, which are none. It can be told to die.

import { createInterface } from "node:readline";
import { sha256 } from "@noble/hashes/sha2.js";
import { Drafting } from "../../src/device/drafting.ts";
import { OfficerSync } from "../../src/device/officer_sync.ts";
import { OfficerWrites } from "../../src/device/officer_writes.ts";
import { fileHash } from "../../src/domain/files.ts";
import { VerilapError } from "../../src/domain/errors.ts";
import { HttpTransport, type Answer, type Call } from "../../src/device/transport.ts";
import { newFile } from "../../src/store/files.ts";
import { Store } from "../../src/store/store.ts";
import type { Saved, Wanted } from "../../src/worker/api.ts";
import { openDatabase } from "./database.ts";

type Answers = Readonly<Record<string, string>>;
interface Asked {
  readonly do: keyof Phone;
  readonly with: readonly never[];
}

const say = (told: unknown) => process.stdout.write(`${JSON.stringify(told)}\n`);

/** Dies by SIGKILL when an answer is there and nothing of it is stored yet. */
class DyingLine extends HttpTransport {
  static left = Infinity;

  override async exchange(call: Call): Promise<Answer> {
    const answer = await super.exchange(call);
    DyingLine.left -= 1;
    if (DyingLine.left === 0) process.kill(process.pid, "SIGKILL");
    return answer;
  }
}

class Phone {
  readonly #store: Store;
  readonly #desk: Drafting;
  readonly #writes: OfficerWrites;
  readonly #sync: OfficerSync;

  constructor(file: string) {
    this.#store = Store.over(openDatabase(file));
    this.#desk = new Drafting(this.#store, "test");
    this.#writes = new OfficerWrites(this.#desk);
    this.#sync = new OfficerSync(this.#store, (event) => say({ event }), {
      connect: (url) => new DyingLine(url),
      waiting: { sleep: () => Promise.resolve() },
    });
  }

  async enroll(url: string, code: string): Promise<string> {
    return (await this.#sync.enroll(url, code, "phone")).author;
  }

  /** Has it die at the answer to so many calls from now. */
  dieAt(calls: number): void {
    DyingLine.left = calls;
  }

  sync(): Promise<unknown> {
    return this.#sync.sync(false);
  }

  /** Fills a new form and finishes it; gives its record. */
  new(form: string, village: string, answers: Answers): string {
    return this.#finish(this.#writes.startDraft(form, village, null), answers);
  }

  correct(record: string, answers: Answers): string {
    return this.#finish(this.#writes.startCorrection(record), answers);
  }

  /** Answers a question of a new form by a file of so many bytes; gives the file's hash. */
  attach(form: string, village: string, path: string, bytes: number): string {
    const data = new Uint8Array(bytes).map((_, place) => (place * place) % 251);
    const hash = fileHash(sha256(data));
    this.#store.files.add(newFile(hash, "a.bin", "application/octet-stream", bytes, Date.now()), data);
    this.new(form, village, { [path]: JSON.stringify({ hash, name: "a.bin", size: bytes }) });
    return hash;
  }

  resolve(record: string, path: string, chosen: string): string {
    return saved(this.#writes.resolve(record, path, chosen, []));
  }

  /** The server's documents here, by their digests, and what is in view of each record. */
  told(): unknown {
    const { records, outbox, files } = this.#store;
    const ids = records.ids();
    return {
      digests: Object.fromEntries(ids.map((record) => [record, records.digestOf(record)])),
      answers: Object.fromEntries(
        ids.map((one) => [one, Object.fromEntries(this.#desk.dossier(one).answers)]),
      ),
      conflicts: Object.fromEntries(ids.map((one) => [one, [...this.#desk.dossier(one).conflicts.keys()]])),
      queued: outbox.countQueued(),
      files: files.waiting().length,
    };
  }

  #finish(draft: string, answers: Answers): string {
    this.#writes.keep(draft, Object.entries(answers));
    return saved(this.#writes.finish(draft, []));
  }
}

function saved(said: Saved | Wanted): string {
  if ("wanted" in said) throw new Error("these forms ask for nothing to be worked out");
  return said.record;
}

const phone = new Phone(process.argv[2] ?? ":memory:");
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked;
  try {
    const method = phone[asked.do] as (...given: readonly never[]) => unknown;
    say({ answer: (await method.apply(phone, [...asked.with])) ?? null });
  } catch (error) {
    if (!(error instanceof VerilapError)) throw error;
    say({ error: error.code });
  }
}
