// Whole syncs as the Python device did them: this device asks the same and keeps the same.

import { test } from "node:test";
import { names, play, read } from "./support/transcripts.ts";

for (const name of names()) {
  test(`the transcript ${name}`, () => play(read(name)));
}
