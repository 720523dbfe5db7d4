// The deeds of an officer with the engine itself: what it makes of answers leads to the same operations as Python's rules.
//
//   node deeds.ts FORMS.json JSDOM CLAIM…       FORMS.json: what opens each form (`FormFiles`) by its identity
//
// Ends with 1 where a deed comes out otherwise. Python's side: tests/integration/test_phone_deeds.py.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FormFiles } from "../../src/worker/api.ts";
import { Device, scenes } from "../support/deeds.ts";

const [formsFile = "", jsdom = "", ...claims] = process.argv.slice(2);
const forms = JSON.parse(readFileSync(formsFile, "utf-8")) as Record<string, FormFiles>;

// The engine expects a browser: an XML parser, and no Node, whose files its parser of expressions would look for.
const { JSDOM } = createRequire(import.meta.url)(jsdom) as {
  JSDOM: new (html: string) => { window: Record<string, unknown> };
};
const { window } = new JSDOM("");
for (const name of ["DOMParser", "Element", "Node", "XMLSerializer", "document"]) {
  Object.assign(globalThis, { [name]: window[name] });
}
// Node loads these on first use, and then looks for its own version.
void [FormData, Headers, Response, fetch];
Object.defineProperty(process, "versions", { value: { ...process.versions, node: undefined } });
const { evaluate } = await import("../../src/forms/evaluate.ts");

for (const { claim, steps } of scenes.filter((scene) => claims.includes(scene.claim))) {
  let evaluated = 0;
  const device = new Device(async (asked) => {
    const form = forms[asked.form];
    if (!form) throw new Error(`the engine has no form ${asked.form}`);
    evaluated += 1;
    return evaluate(asked, form);
  });
  for (const step of steps) await device.play(step);
  console.log(`${claim}: ${evaluated}`);
}
