// The sync as the pages see it: one at a time, new text before photos, progress, an end at once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { canonicalBytes, digestOf, toText, type Json } from "../src/domain/canonical.ts";
import { fileHash } from "../src/domain/files.ts";
import { parseRaw, type Operation } from "../src/domain/operations.ts";
import { DeviceError, ServerFault, Unreachable } from "../src/device/errors.ts";
import { filesNamed } from "../src/device/form_files.ts";
import { including } from "../src/device/plan.ts";
import { NOTHING } from "../src/device/replies.ts";
import { OfficerSync } from "../src/device/officer_sync.ts";
import { HttpTransport, Traffic, type Answer, type Call, type Transport } from "../src/device/transport.ts";
import { newFile } from "../src/store/files.ts";
import { Store } from "../src/store/store.ts";
import type { DeviceEvent, Progress, SyncOutcome } from "../src/worker/api.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { openDatabase } from "./support/database.ts";

const SOURCE = new URL("../src/words/sync.json", import.meta.url);
const WORDS = JSON.parse(readFileSync(SOURCE, "utf-8")) as Record<string, unknown>;
const VILLAGE = "64.02.18.2007";
const XFORM = `<h:html xmlns:h="x"><instance src="jr://file-csv/anak.csv"/><img src="jr://images/a b.png"/></h:html>`;

/** A server of a few answers, which takes everything and tells no record; `meets` may hold an answer back. */
class Office implements Transport {
  readonly traffic = new Traffic();
  readonly calls: string[] = [];
  meets: (call: Call) => Promise<void> = () => Promise.resolve();
  isClosed = false;
  author = "asha";
  #have = NOTHING;

  async exchange(call: Call): Promise<Answer> {
    this.calls.push(`${call.method} ${call.path}`);
    this.traffic.bytesUp += call.body?.length ?? 0;
    await this.meets(call);
    return { sent: call.body?.length ?? 0, headers: {}, document: null, status: 200, ...this.#answer(call) };
  }

  close(): void {
    this.isClosed = true;
  }

  #answer({ method, path, body, headers, kind }: Call): Partial<Answer> {
    const config = "c1";
    const form = { form_id: "f", version: "1", title: { id: "F" }, digest: "d1" };
    if (method === "PUT") return { document: { device: "d" } };
    if (path.endsWith("/enroll")) {
      const who = { token: "t", author: this.author, role: "officer", areas: [VILLAGE] };
      return { document: { ...who, replica: "A".repeat(22) } };
    }
    if (path.endsWith("/areas")) {
      return { document: { config, author: "asha", role: "officer", areas: [VILLAGE], villages: [] } };
    }
    if (path.endsWith("/forms")) return { document: { config, forms: [form] } };
    if (path.endsWith("/definition")) return { document: { form_id: "f", version: "1", fields: [] } };
    if (path.endsWith("/xform")) return { file: new TextEncoder().encode(XFORM) };
    if (path.includes("/media/a%20b")) return { file: new Uint8Array([1]) };
    if (path.includes("/media/")) {
      return { status: 404, document: { error: { code: "not-found", message: "" } } };
    }
    if (path.endsWith("/needed")) return { document: { needed: this.#sent(body)["files"] } };
    if (kind?.startsWith("application/offset")) {
      const arrived = Number(headers?.["Upload-Offset"] ?? 0) + (body?.length ?? 0);
      const told = { location: "/api/v1/files/u1", "upload-offset": String(arrived) };
      return { status: method === "POST" ? 201 : 204, headers: told };
    }
    const { ops = [] } = this.#sent(body) as { ops?: Json[] };
    const ids = ops.map((one) => digestOf(canonicalBytes(one)));
    this.#have = including(this.#have, ids);
    const unknown = ops.flatMap((one) =>
      (one as { parts: { record: string }[] }).parts.map(({ record }) => record),
    );
    const have = [this.#have.total, this.#have.xor];
    return { document: { clock: 1_790_000_000_000, config, have, unknown } };
  }

  #sent(body: Uint8Array | null | undefined): Record<string, unknown> {
    return JSON.parse(new TextDecoder().decode(body ?? undefined)) as Record<string, unknown>;
  }
}

class Scene {
  readonly store = Store.over(openDatabase());
  readonly office = new Office();
  readonly events: DeviceEvent[] = [];
  readonly sync: OfficerSync;
  #n = 0;

  constructor() {
    this.sync = new OfficerSync(this.store, (event) => this.events.push(event), {
      connect: () => this.office,
      waiting: { attempts: 3, sleep: () => Promise.resolve(), clock: () => (this.#ticks += 0.3) },
    });
  }
  #ticks = 0;

  async enrolled(): Promise<this> {
    await this.sync.enroll("http://localhost", "CODE", "HP");
    return this;
  }

  /** Saves a form, with a file of so many bytes. */
  save(bytes = 0): void {
    const record = `0000000${++this.#n}-0000-4000-8000-000000000000`;
    const changes: unknown[] = [["$village", VILLAGE, []]];
    if (bytes) changes.push(["foto", this.#file(bytes), []]);
    this.store.save(operation(this.#n, record, changes), 1);
  }

  #file(bytes: number): string {
    const data = new Uint8Array(bytes).fill(this.#n);
    const hash = fileHash(sha256(data));
    this.store.files.add(newFile(hash, `${this.#n}.jpg`, "image/jpeg", bytes, this.#n), data);
    return JSON.stringify({ hash, name: `${this.#n}.jpg` });
  }

  get progress(): Progress[] {
    return this.events.flatMap((one) => (one.kind === "progress" ? [one.progress] : []));
  }
}

function operation(n: number, record: string, changes: unknown[]): Operation {
  const parts = [{ record, kind: "submission", changes }];
  const meta = { form: "f@1", app: "1" };
  const salt = toText(new Uint8Array(8).fill(n));
  const said = { author: "asha", meta, n, parts, preds: [], replica: "A".repeat(22), salt, time: n, v: 1 };
  return parseRaw(new TextEncoder().encode(JSON.stringify(said)));
}

test("a first sync fetches what the engine needs of a form, once; a list without a file is left out", async () => {
  const { sync, store, office } = await new Scene().enrolled();
  const outcome = await sync.sync(false);
  assert.deepEqual([outcome.isQuiet, outcome.code], [true, null]);
  assert.equal(store.forms.xform("f@1"), XFORM);
  assert.deepEqual([...store.forms.media("f@1").keys()], ["a b.png"]);
  office.calls.length = 0;
  await sync.sync(false);
  assert.deepEqual(office.calls, ["POST /api/v1/sync"]);
});

test("the files that an XForm names", () => {
  const named = `"jr://file/a.xml" 'jr://file-csv/b&amp;c.csv' jr://instance/last-saved jr://file/a.xml<`;
  assert.deepEqual(filesNamed(named), ["a.xml", "b&c.csv"]);
});

test("who asks while a sync runs joins it, and new text goes before the photos on their way", async () => {
  const scene = await new Scene().enrolled();
  const { sync, office, store } = scene;
  scene.save(200_000);
  let joined: Promise<SyncOutcome> | null = null;
  office.meets = async ({ path, method }) => {
    if (method !== "POST" || path !== "/api/v1/files" || joined) return;
    scene.save();
    joined = sync.sync(false);
  };
  const first = sync.sync(false);
  const outcome = await first;
  assert.equal(await joined, outcome);
  assert.equal(sync.sync(false) === first, false, "once it has ended there is a new one");
  const about = office.calls.filter((call) => !call.includes("/forms/"));
  const pieces = about.slice(about.indexOf("POST /api/v1/files"));
  assert.deepEqual(pieces.slice(0, 3), [
    "POST /api/v1/files",
    "POST /api/v1/sync",
    "POST /api/v1/files/needed",
  ]);
  assert.deepEqual([outcome.sent, outcome.filesSent, store.files.waiting().length], [2, 1, 0]);
});

test("who asks while a sync runs that takes everything with it costs no second one", async () => {
  const scene = await new Scene().enrolled();
  await scene.sync.sync(false);
  const before = scene.office.calls.length;
  const first = scene.sync.sync(false);
  assert.equal(await scene.sync.sync(false), await first);
  assert.deepEqual(scene.office.calls.slice(before), ["POST /api/v1/sync"]);
});

test("a portal that answers instead of the office is told as such", async () => {
  const scene = await new Scene().enrolled();
  const portal = createServer((_, response) => response.writeHead(302, { location: "http://portal/" }).end());
  await new Promise<void>((done) => portal.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
  const sync = new OfficerSync(scene.store, () => undefined, {
    connect: () => new HttpTransport(url),
    waiting: { sleep: () => Promise.resolve() },
  });
  const outcome = await sync.sync(false);
  portal.close();
  assert.equal(outcome.code, "foreign-answer");
  for (const code of ["foreign-answer", "files-foreign-answer"]) assert.ok(code in WORDS);
});

test("progress in forms, photos and seconds, and an end that is told", async () => {
  const scene = await new Scene().enrolled();
  for (const bytes of [0, 5_000, 150_000]) scene.save(bytes);
  const outcome = await scene.sync.sync(true);
  const [first, last] = [scene.progress[0], scene.progress.at(-1)];
  assert.deepEqual(
    [first?.forms, first?.files],
    [
      { done: 0, all: 3 },
      { done: 0, all: 2 },
    ],
  );
  assert.deepEqual(
    [last?.forms, last?.files],
    [
      { done: 3, all: 3 },
      { done: 2, all: 2 },
    ],
  );
  assert.deepEqual([first?.isRunning, last?.isRunning, last?.secondsLeft], [true, false, null]);
  assert.ok(scene.progress.some(({ secondsLeft }) => secondsLeft !== null && secondsLeft > 0));
  assert.deepEqual(scene.events.at(-1), { kind: "synced", outcome });
  assert.ok(scene.events.some(({ kind }) => kind === "changed"));
});

test("small pictures go before large ones, however late they were taken", async () => {
  const scene = await new Scene().enrolled();
  for (const bytes of [90_000, 5_000, 80_000, 4_000]) scene.save(bytes);
  const sizes: unknown[] = [];
  scene.office.meets = ({ path, headers }) => {
    if (path === "/api/v1/files") sizes.push(headers?.["Upload-Length"]);
    return Promise.resolve();
  };
  await scene.sync.sync(false);
  assert.deepEqual(sizes, ["5000", "4000", "90000", "80000"]);
});

test("photos that wait for Wi-Fi are not counted, and go when there is one", async () => {
  const scene = await new Scene().enrolled();
  scene.save(150_000);
  scene.sync.setOriginals("wifi");
  const without = await scene.sync.sync(false);
  assert.deepEqual([without.filesSent, without.filesForWifi, without.isQuiet], [0, 1, true]);
  assert.equal(scene.progress.at(-1)?.files.all, 0);
  assert.equal((await scene.sync.sync(true)).filesSent, 1);
});

test("a line that is gone is told by its code, while it is waited for and at the end", async () => {
  const scene = await new Scene().enrolled();
  scene.save();
  scene.office.meets = () => Promise.reject(new Unreachable("gone"));
  const outcome = await scene.sync.sync(false);
  assert.deepEqual([outcome.code, outcome.sent, outcome.isQuiet], ["unreachable", 0, false]);
  assert.ok(scene.progress.some(({ isWaitingForLine }) => isWaitingForLine));
  assert.equal(scene.progress.at(-1)?.isWaitingForLine, false);
});

test("what keeps photos back is told by a code that has words, and the text is done", async () => {
  const scene = await new Scene().enrolled();
  scene.save(5_000);
  scene.office.meets = ({ path }) => {
    if (path !== "/api/v1/files") return Promise.resolve();
    return Promise.reject(new ServerFault("full", undefined, { status: 507, code_sent: "storage-full" }));
  };
  const outcome = await scene.sync.sync(false);
  assert.deepEqual([outcome.code, outcome.sent, outcome.filesWaiting], ["files-storage-full", 1, 1]);
  assert.ok("files-storage-full" in WORDS);
});

test("a sync that is ended ends at once, whatever it waits for", async () => {
  const scene = await new Scene().enrolled();
  scene.save();
  const never = new Promise<void>(() => undefined);
  const sync = new OfficerSync(scene.store, () => undefined, {
    connect: () => scene.office,
    waiting: { sleep: () => never },
  });
  scene.office.meets = () => Promise.reject(new Unreachable("gone"));
  const running = sync.sync(false);
  await sync.stop();
  assert.equal((await running).code, "stopped");
  assert.equal(scene.office.isClosed, true);
});

test("without an enrolment nothing is asked", async () => {
  const { sync, office } = new Scene();
  assert.equal((await sync.sync(false)).code, "not-enrolled");
  assert.deepEqual(office.calls, []);
});

test("a store takes no code of another officer, and stays as it was", async () => {
  const scene = await new Scene().enrolled();
  scene.save();
  const before = scene.store.settings.identity;
  scene.office.author = "budi";
  await assert.rejects(
    scene.sync.enroll("http://localhost", "CODE", "", "asha"),
    (error) =>
      error instanceof DeviceError && error.code === "code-of-another" && error.facts["author"] === "budi",
  );
  assert.deepEqual(scene.store.settings.identity, before);
  assert.deepEqual([(await scene.sync.sync(false)).sent, scene.store.outbox.countQueued()], [1, 0]);
});
