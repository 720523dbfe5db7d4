// Files over a line that is cut, and to a server that loses and damages what it is sent: in the end it has each one,
// to the byte, and the phone lets none go before.
//
// Broken on purpose: how far an upload is not kept; one that the server forgot gone on with, or another server's; a file
// taken for sent before its end; a lost one not sent again; a refused one that ends the sync; small ones told apart by
// one byte less.
import { sha256 } from "@noble/hashes/sha2.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreachable } from "../src/device/errors.ts";
import { FileSync } from "../src/device/file_sync.ts";
import { Patience } from "../src/device/line.ts";
import { SyncReport } from "../src/device/report.ts";
import { surroundings } from "../src/device/surroundings.ts";
import { Traffic, type Answer, type Call, type Transport } from "../src/device/transport.ts";
import { digestBytes, fileHash } from "../src/domain/files.ts";
import { newFile, SMALL } from "../src/store/files.ts";
import { ASK_FILES, ORIGINALS } from "../src/store/settings.ts";
import type { Store } from "../src/store/store.ts";
import { newStore } from "./support/answering.ts";
import { NOW, operation } from "./support/operations.ts";

type Fault = "lost" | "answer lost" | "half" | "forgotten" | "damaged" | "busy" | "overtaken";
const FAULTS: readonly Fault[] = ["lost", "answer lost", "half", "forgotten", "damaged", "busy", "overtaken"];

/** A server that speaks tus; `faults` befall its calls in turn, null where all is well. */
class FileServer implements Transport {
  readonly traffic = new Traffic();
  readonly calls: string[] = [];
  readonly whole = new Map<string, Uint8Array>();
  faults: (Fault | null)[] = [];
  refuses: string | null = null;
  received = 0;
  readonly #open = new Map<string, { readonly hash: string; readonly size: number; data: Uint8Array }>();
  #count = 0;

  close(): void {}

  async exchange(call: Call): Promise<Answer> {
    const fault = this.faults.shift() ?? null;
    this.calls.push(`${call.method} ${call.path.replace("/api/v1/files", "")}`);
    if (fault === "lost") throw new Unreachable("cut");
    if (fault === "busy") return answer(503);
    if (fault === "overtaken" && call.method === "PATCH") return answer(423);
    if (fault === "forgotten") this.#open.clear();
    let body = call.body ?? new Uint8Array();
    if (fault === "half" && call.method !== "GET") body = body.subarray(0, body.length >> 1);
    if (fault === "damaged") body = body.map((one, at) => (at === 0 ? one ^ 1 : one));
    const told = call.path.endsWith("/needed") ? this.#needed(call) : this.#upload(call, body);
    if (fault === "answer lost" || fault === "half") throw new Unreachable("cut");
    return told;
  }

  #needed({ body }: Call): Answer {
    const asked = JSON.parse(new TextDecoder().decode(body ?? undefined)) as { files: string[] };
    return answer(200, {}, { needed: asked.files.filter((one) => !this.whole.has(one)) });
  }

  #upload({ method, path, headers = {} }: Call, body: Uint8Array): Answer {
    this.received += body.length;
    const id = path.split("/").at(-1) ?? "";
    if (method === "POST") return this.#begin(headers, body);
    const upload = this.#open.get(id);
    if (!upload) return answer(404, {}, null);
    if (method === "HEAD") return answer(200, { "upload-offset": String(upload.data.length) });
    if (headers["Upload-Offset"] !== String(upload.data.length)) {
      return answer(409, { "upload-offset": String(upload.data.length) });
    }
    return this.#take(id, body, 204);
  }

  #begin(headers: Readonly<Record<string, string>>, body: Uint8Array): Answer {
    const hash = (headers["Upload-Metadata"] ?? "").replace("sha256 ", "");
    if (this.refuses === hash) {
      return answer(413, {}, { error: { code: "file-too-large", message: "" } });
    }
    const known = [...this.#open].find(([, one]) => one.hash === hash);
    if (known) return answer(201, located(known[0], known[1].data.length));
    const id = `u${++this.#count}`;
    this.#open.set(id, { hash, size: Number(headers["Upload-Length"]), data: new Uint8Array() });
    return this.#take(id, body, 201);
  }

  #take(id: string, body: Uint8Array, status: number): Answer {
    const upload = this.#open.get(id);
    assert.ok(upload);
    upload.data = new Uint8Array(Buffer.concat([upload.data, body]));
    const { data, hash, size } = upload;
    if (data.length < size) return answer(status, located(id, data.length));
    this.#open.delete(id);
    if (base64(sha256(data)) !== hash) {
      return answer(460, {}, { error: { code: "hash-differs", message: "" } });
    }
    this.whole.set(fileHash(sha256(data)), data);
    return answer(status, located(id, size));
  }
}

function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  document: unknown = null,
): Answer {
  return { status, headers, document, sent: 0 } as Answer;
}

function located(id: string, offset: number): Readonly<Record<string, string>> {
  return { location: `/api/v1/files/${id}`, "upload-offset": String(offset) };
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Keeps a form with a file of so many bytes; gives the file's hash. */
function attached(store: Store, n: number, size: number): string {
  const data = new Uint8Array(size).map((_, at) => at * n + (at >> 7));
  const hash = fileHash(sha256(data));
  store.transaction(() => {
    store.files.add(newFile(hash, `${n}.jpg`, "image/jpeg", size, n), data);
    store.save(operation([["foto", JSON.stringify({ hash, name: `${n}.jpg` })]], { n }), NOW);
  });
  return hash;
}

/** One sync of the files, as after a start of the app; gives its report. */
async function sync(store: Store, server: FileServer, isWifi = true) {
  let seconds = 0;
  const tick = () => (seconds += 1);
  const patience = new Patience({ sleep: () => Promise.resolve(), clock: () => 0 });
  const around = surroundings({ tick, patience, clock: () => NOW });
  return new FileSync(store, server, around, "t", new SyncReport()).run(isWifi);
}

/** Numbers below 1, always the same. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test("whatever befalls the line and the server, in the end it has every file, and none is let go before", async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const draw = chance(seed * 7919);
    const store = newStore();
    const server = new FileServer();
    const sizes = [40, SMALL + 1, 90_000, 200_000].slice(0, 1 + Math.floor(draw() * 4));
    const files = sizes.map((size, at) => attached(store, at + 1, size));
    for (let turn = 0; turn < 6; turn++) {
      server.faults = Array.from({ length: 12 }, () =>
        draw() < 0.5 ? (FAULTS[Math.floor(draw() * FAULTS.length)] ?? null) : null,
      );
      await sync(store, server);
      for (const one of store.files.all()) {
        assert.equal(one.sent !== null && !server.whole.has(one.hash), false, `seed ${seed}`);
      }
    }
    server.faults = [];
    await sync(store, server);
    await sync(store, server);
    assert.deepEqual(new Set(server.whole.keys()), new Set(files), `seed ${seed}`);
    assert.deepEqual(store.files.waiting(), [], `seed ${seed}`);
  }
});

test("a sync that was cut is gone on with where it stood, however often the app is started", async () => {
  const store = newStore();
  const server = new FileServer();
  const size = 300_000;
  const file = attached(store, 1, size);
  for (let starts = 0; starts < 20 && !server.whole.has(file); starts++) {
    server.faults = [null, null, null, "lost", "lost", "lost", "lost"];
    await sync(store, server);
  }
  assert.ok(server.whole.has(file));
  assert.equal(server.received, size);
});

test("what one server was sent another is sent from its beginning", async () => {
  const store = newStore();
  const first = new FileServer();
  const file = attached(store, 1, 300_000);
  first.faults = [null, null, "lost", "lost", "lost", "lost"];
  await sync(store, first);
  store.files.forgetUploads();
  const second = new FileServer();
  await sync(store, second);
  assert.deepEqual(second.calls.slice(0, 2), ["POST /needed", "POST "]);
  assert.ok(second.whole.has(file));
});

test("what the server may have lost is asked for once, and sent again", async () => {
  const store = newStore();
  const server = new FileServer();
  const [kept, lost] = [attached(store, 1, 5_000), attached(store, 2, 6_000)];
  await sync(store, server);
  server.whole.delete(lost);
  await sync(store, server);
  assert.equal(server.whole.has(lost), false);
  store.settings.put(ASK_FILES, true);
  await sync(store, server);
  await sync(store, server);
  assert.deepEqual(new Set(server.whole.keys()), new Set([kept, lost]));
  assert.equal(store.settings.get(ASK_FILES), null);
});

test("a file that the server does not take keeps no other back, and says why", async () => {
  const store = newStore();
  const server = new FileServer();
  const [refused, other] = [attached(store, 1, 5_000), attached(store, 2, 6_000)];
  server.refuses = base64(digestBytes(refused));
  await sync(store, server);
  assert.deepEqual([...server.whole.keys()], [other]);
  assert.deepEqual(
    store.files.waiting().map(({ hash, code }) => [hash, code]),
    [[refused, "file-too-large"]],
  );
});

test("a file of just the size of small ones does not wait for Wi-Fi, one byte more does", async () => {
  const store = newStore();
  const server = new FileServer();
  store.settings.put(ORIGINALS, "wifi");
  const [small] = [attached(store, 1, SMALL), attached(store, 2, SMALL + 1)];
  await sync(store, server, false);
  assert.deepEqual([...server.whole.keys()], [small]);
});
