// The deeds as a process, for tests in Python (`tests/support/twins/phone.py`): a line of JSON asks, a line answers.

import { createInterface } from "node:readline";
import { toldBy } from "./index.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { deed, given } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answerOf(deed, given))}\n`);
}

/** What is told, or how the deed broke: of a fault of the code the asking test shall hear. */
function answerOf(deed: string, given: unknown): object {
  try {
    return { told: toldBy(deed, given) };
  } catch (error) {
    return { broken: error instanceof Error ? error.stack : String(error) };
  }
}
