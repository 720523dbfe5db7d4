// Uploads a file by tus-js-client, as other people's programs do, and prints one JSON line: what was asked
// (method and status of each request), where the upload lies, and what went wrong, if anything.
//
//   node upload.mjs '{"endpoint": …, "token": …, "file": …, "sha256": …, "options": {"chunkSize": 4096}}'

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Upload } from "tus-js-client";

const told = JSON.parse(process.argv[2]);
const data = readFileSync(told.file);
// The client encodes values as texts; these are bytes, so they are put into the header as they are.
const metadata = `sha256 ${createHash("sha256").update(data).digest("base64")}`;
const requests = [];

const outcome = await new Promise((resolve) => {
  const upload = new Upload(data, {
    endpoint: told.endpoint,
    headers: { Authorization: `Bearer ${told.token}` },
    retryDelays: [0, 0, 0],
    ...told.options,
    onBeforeRequest: (request) => {
      if (request.getMethod() === "POST" && !request.getHeader("X-HTTP-Method-Override")) {
        request.setHeader("Upload-Metadata", metadata);
      }
    },
    onAfterResponse: (request, response) => {
      requests.push([request.getMethod(), response.getStatus()]);
    },
    onSuccess: () => resolve({ error: "" }),
    onError: (error) => resolve({ error: String(error) }),
  });
  upload.start();
});

console.log(JSON.stringify({ requests, ...outcome }));
