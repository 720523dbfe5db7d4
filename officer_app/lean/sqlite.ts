// Makes what binds SQLite's WebAssembly smaller: it names 270 functions of C, of which `src/store` calls some thirty.
// Names that nothing else in it uses go.

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const BINDING = /@journeyapps\/wa-sqlite\/dist\/mc-wa-sqlite\.mjs$/;
const CALLED = ["module.ts", "wasm.ts"]
  .map((name) => readFileSync(new URL(`../src/store/${name}`, import.meta.url), "utf-8"))
  .join("");
/** `var _sqlite3_step=Module["_sqlite3_step"]=wasmExports["ib"];` */
const NAMED = /var (_\w+)=Module\["\1"\]=wasmExports\["\w+"\];/g;
/** Fewer would mean that the binding looks otherwise by now. */
const AT_LEAST = 200;

export function leanSqlite(): Plugin {
  return {
    name: "lean-sqlite",
    enforce: "pre",
    transform(code, id) {
      if (!BINDING.test(id)) return null;
      const uses = new Map<string, number>();
      for (const [name] of code.matchAll(/\b_\w+/g)) uses.set(name, (uses.get(name) ?? 0) + 1);
      let left = 0;
      const lean = code.replace(NAMED, (whole, name: string) => {
        // Once it is declared and once it is a member; `ccall` names a function by a text.
        const isUsed = (uses.get(name) ?? 0) > 2 || isNamed(name, code) || isNamed(name, CALLED);
        if (isUsed || CALLED.includes(name)) return whole;
        left += 1;
        return "";
      });
      if (left < AT_LEAST) throw new Error(`SQLite's binding names ${left} functions that nobody calls`);
      return { code: lean, map: null };
    },
  };
}

function isNamed(name: string, code: string): boolean {
  return code.includes(`"${name.slice(1)}"`) || code.includes(`'${name.slice(1)}'`);
}
