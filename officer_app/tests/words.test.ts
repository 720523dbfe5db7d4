// What people read: every code that the pages say has words, in both languages, with the same facts in them.
// Broken on purpose: a code of a screen misspelt; the English of one left out; `{day}` written `{date}`.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

type Catalogue = Record<string, { id: string; en: string }>;

const SOURCES = new URL("../src/", import.meta.url);
const WORDS = new URL("words/", SOURCES);
const catalogues = readdirSync(WORDS)
  .filter((name) => name.endsWith(".json"))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, WORDS), "utf-8")) as Catalogue] as const);
const known = new Set(catalogues.flatMap(([, words]) => Object.keys(words)));

function sources(): string[] {
  return readdirSync(new URL("ui/", SOURCES), { recursive: true, encoding: "utf-8" })
    .filter((name) => /\.(vue|ts)$/.test(name))
    .map((name) => readFileSync(new URL(`ui/${name}`, SOURCES), "utf-8"));
}

test("every code that a screen says has words", () => {
  const said = sources().flatMap((text) =>
    [...text.matchAll(/\bsay\(\s*["']([\w-]+)["']/g)].map(([, code]) => code),
  );
  assert.ok(said.length > 100);
  assert.deepEqual(
    said.filter((code) => !known.has(code ?? "")),
    [],
  );
});

test("every beginning of a code that a screen completes is one of some words", () => {
  const said = sources().flatMap((text) =>
    [...text.matchAll(/\bsay\(\s*`([\w-]+-)\$\{/g)].map(([, code]) => code),
  );
  assert.ok(said.length > 5);
  assert.deepEqual(
    said.filter((code) => ![...known].some((one) => one.startsWith(code ?? "?"))),
    [],
  );
});

test("every code has words in both languages, with the same facts", () => {
  const facts = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [, words] of catalogues) {
    for (const [code, { id, en }] of Object.entries(words)) {
      assert.ok(id.trim() && en.trim(), code);
      assert.deepEqual(facts(id), facts(en), code);
    }
  }
});

test("no code has other words in another catalogue", () => {
  const all = catalogues.flatMap(([name, words]) => Object.keys(words).map((code) => [code, name] as const));
  const twice = all.filter(([code, name]) => all.some(([other, of]) => other === code && of !== name));
  assert.deepEqual(twice, []);
});
