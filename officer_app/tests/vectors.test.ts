// Every vector that Python wrote comes out the same here. `tests/support/vectors` makes them.
// Broken on purpose, one line of `src/domain` at a time: texts in UTF-16 order; half a letter let through; preds of a
// path taken for another's; a removal that hides what it has not seen; an answer of another's part overwritten; pairs of
// a restricted answer and its marker torn apart; a lease that a clock set back makes longer;
// a round that is closed asked for; a place that is erased named twice.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { toldBy } from "./support/twins/index.ts";

const FOLDER = new URL("../../tests/vectors/twins/", import.meta.url);

for (const name of readdirSync(FOLDER)) {
  test(name, () => {
    const { shared, cases } = JSON.parse(readFileSync(new URL(name, FOLDER), "utf-8"));
    for (const { claim, deed, of, given, told } of cases) {
      // What many cases have in common stands once in the file.
      const whole = of ? Object.assign({}, ...of.map((one: string) => shared[one]), given) : given;
      assert.deepEqual(toldBy(deed, whole), told, claim);
    }
  });
}
