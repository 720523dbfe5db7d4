// An officer's deeds, step by step: the same bytes as Python's device makes (tests/support/deed_scenes.py).
//
// Broken on purpose, each time with a failing test here: what was typed named what is in view when it is finished; a
// restricted answer among those that are evaluated; a made-up id of a case kept; the case that a form began not named
// in it; a member recognized without asking again; the answers before a correction asked for apart; an untouched answer
// taken for one that was typed; a removal without what it saw; a form that was left out filed in part; a conflict
// settled without what the form sets then; a counter taken twice; a village that does not come first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Device, scenes } from "./support/deeds.ts";

for (const { claim, steps } of scenes) {
  test(claim, async () => {
    const device = new Device(async (asked, step) => {
      const found = step.evaluated?.find((one) => one.key === asked.key);
      assert.ok(found, `Python evaluates no such answers: ${JSON.stringify(asked)}`);
      return found;
    });
    for (const step of steps) await device.play(step);
  });
}
