// What is said of the way to the office.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lineState } from "../src/ui/line.ts";
import type { SyncOutcome } from "../src/worker/api.ts";

const WORDS = JSON.parse(
  readFileSync(new URL("../src/words/sending.json", import.meta.url), "utf-8"),
) as Record<string, unknown>;

const ended = (code: string | null) => ({ code }) as SyncOutcome;

test("what the last try found counts more than what the browser believes", () => {
  const said = (isOnline: boolean, outcome: SyncOutcome | null) => {
    const { words, isGood } = lineState(isOnline, outcome);
    assert.ok(words in WORDS, words);
    return [words, isGood];
  };
  assert.deepEqual(said(true, null), ["online", true]);
  assert.deepEqual(said(false, null), ["offline", false]);
  assert.deepEqual(said(true, ended(null)), ["online", true]);
  assert.deepEqual(said(false, ended(null)), ["online", true], "a machine may be its own server");
  assert.deepEqual(said(false, ended("unreachable")), ["offline", false]);
  assert.deepEqual(said(true, ended("unreachable")), ["line-away", false]);
  assert.deepEqual(said(true, ended("timed-out")), ["line-weak", false]);
  assert.deepEqual(said(true, ended("server-fault")), ["line-faulty", false]);
  assert.deepEqual(said(true, ended("files-foreign-answer")), ["line-foreign", false]);
  assert.deepEqual(said(true, ended("revoked-device")), ["online", true], "the office has answered");
});
