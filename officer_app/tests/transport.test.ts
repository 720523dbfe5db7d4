// The line over real sockets: what travels, what is given up, what an answer means.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { gunzipSync, gzipSync, zstdDecompressSync } from "node:zlib";
import { Refused, ServerFault, TimedOut, Unreachable } from "../src/device/errors.ts";
import { checkUrl, expect, expectFile, HttpTransport } from "../src/device/transport.ts";

type React = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

/** Serves on a free port while a test runs. */
async function served(react: React, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => react(request, Buffer.concat(pieces), response));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);
const tell = (response: ServerResponse, status: number, document: unknown) => {
  response.writeHead(status).end(JSON.stringify(document));
};

test("a large body travels packed, a small one and a piece of a file as they are", async () => {
  const seen: [string | undefined, string | undefined, string | undefined, number][] = [];
  const large = JSON.stringify({ ops: "x".repeat(5000) });
  await served(
    (request, body, response) => {
      const { "content-type": kind, "content-encoding": packing, authorization } = request.headers;
      seen.push([kind, packing, authorization, body.length]);
      if (packing === "zstd") assert.equal(zstdDecompressSync(body).toString(), large);
      if (packing === "gzip") assert.equal(gunzipSync(body).toString(), large);
      tell(response, 200, { ok: true });
    },
    async (url) => {
      const line = new HttpTransport(url);
      const answer = await line.exchange({ method: "POST", path: "/a", body: bytes(large), token: "t" });
      assert.deepEqual([answer.status, answer.document], [200, { ok: true }]);
      await line.exchange({ method: "POST", path: "/a", body: bytes(large), isFast: true });
      await line.exchange({ method: "POST", path: "/a", body: bytes("{}") });
      const sent: number[] = [];
      const piece = new Uint8Array(3000);
      const call = { method: "PATCH", path: "/a", body: piece, kind: "application/offset+octet-stream" };
      await line.exchange({ ...call, onSent: (moved) => sent.push(moved) });
      assert.deepEqual(sent, [3000]);
      assert.deepEqual(
        seen.map(([kind, packing, token]) => [kind, packing, token]),
        [
          ["application/json", "zstd", "Bearer t"],
          ["application/json", "gzip", undefined],
          ["application/json", undefined, undefined],
          ["application/offset+octet-stream", undefined, undefined],
        ],
      );
      const up = seen.reduce((sum, [, , , length]) => sum + length, 0);
      assert.deepEqual([line.traffic.requests, line.traffic.bytesUp, line.traffic.bytesDown], [4, up, 44]);
    },
  );
});

test("what came down is counted as it travelled", async () => {
  const packed = gzipSync(JSON.stringify({ text: "y".repeat(10_000) }));
  await served(
    (_, __, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
    },
    async (url) => {
      const line = new HttpTransport(url);
      await line.exchange({ method: "GET", path: "/" });
      assert.equal(line.traffic.bytesDown, packed.length);
    },
  );
});

test("a line on which nothing moves is given up, before the answer and amid it", async () => {
  for (const isBegun of [false, true]) {
    await served(
      (_, __, response) => {
        if (isBegun) response.writeHead(200).write("{");
      },
      async (url) => {
        const line = new HttpTransport(url, 0.05, 0.05);
        const call = { method: "POST", path: "/", body: bytes("{}") };
        await assert.rejects(line.exchange(call), TimedOut);
        assert.equal(line.traffic.bytesUp, 2);
      },
    );
  }
});

test("half an answer, no server, a portal and another site's page are not the server's", async () => {
  const cut = (_: IncomingMessage, __: Buffer, response: ServerResponse) => {
    response.writeHead(200, { "content-length": 100 });
    response.write('{"a":');
    response.socket?.destroy();
  };
  const portal: React = ({ url }, _, response) => {
    if (url === "/login") tell(response, 200, { welcome: true });
    else response.writeHead(302, { location: "/login" }).end();
  };
  const page: React = (_, __, response) => response.writeHead(200).end("<html>");
  for (const react of [cut, portal, page]) {
    await served(react, async (url) => {
      const line = new HttpTransport(url);
      await assert.rejects(
        async () => expect(await line.exchange({ method: "GET", path: "/" })),
        Unreachable,
      );
    });
  }
  const nobody = new HttpTransport("http://127.0.0.1:9");
  await assert.rejects(nobody.exchange({ method: "GET", path: "/" }), Unreachable);
});

test("hanging up ends what is under way", async () => {
  await served(
    () => undefined,
    async (url) => {
      const line = new HttpTransport(url);
      const call = line.exchange({ method: "GET", path: "/" });
      line.close();
      await assert.rejects(call, (error) => error instanceof Unreachable && !(error instanceof TimedOut));
    },
  );
});

test("an answer means what its status and code say", () => {
  const answer = (status: number, document: unknown = null) => ({ status, document, sent: 0, headers: {} });
  const refusal = { error: { code: "enroll-code", message: "wrong" } };
  assert.throws(() => expect(answer(503, refusal)), ServerFault);
  assert.throws(() => expect(answer(429)), ServerFault);
  assert.throws(() => expect(answer(400)), Refused);
  assert.throws(() => expect(answer(404)), Unreachable);
  assert.throws(() => expect(answer(200, [])), Unreachable);
  assert.throws(
    () => expect(answer(403, refusal)),
    (error) => error instanceof Refused && error.code === "enroll-code" && error.facts["status"] === 403,
  );
  assert.throws(() => expectFile(answer(200, {})), Unreachable);
});

test("an address is one of a server", () => {
  assert.equal(checkUrl(" https://verilap.example.go.id/ "), "https://verilap.example.go.id");
  for (const url of ["", "verilap", "ftp://x", "https://", "https://a@x", "https://x?y", "https://x#y"]) {
    assert.throws(() => checkUrl(url), { code: "url" }, url);
  }
});
