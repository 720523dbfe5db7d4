// Makes the XForms engine smaller on its way into the app: over a thin line each kilobyte is a fifth of a second.
//
// It comes as one file that holds two WebAssembly programs as base64, which packs badly; all of crypto-js for the five
// digests of `digest()`; all of Papa Parse for lists in CSV; and what divides an instance among several requests, which
// this app never asks for. The programs become files of their own, digests and lists have what they need in `src/forms`.
// Where a newer engine looks otherwise, the build fails and says what it did not find.

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ENGINE = /@getodk\/xforms-engine\/dist\/index\.js$/;
const FORMS = new URL("../src/forms/", import.meta.url);
/** What takes the place of a library, by the name that the engine knows it under. */
const INSTEAD = { cryptoJsExports: "digests.ts", papaparse_minExports: "csv.ts" };
const PROGRAMS = { xpathLanguage: "xpath.wasm", webTreeSitter: "tree-sitter.wasm" };
const PROGRAM = (name: string): RegExp =>
  new RegExp(`const ${name} = "data:application/wasm;base64,([^"]+)";`);
/** From which line to which the libraries stand: digests, how these are spelt, CSV, and dividing. */
const LIBRARIES = [
  ["var cryptoJs$1 = {exports: {}};", "var cryptoJsExports = requireCryptoJs();"],
  ["var encBase64Exports = requireEncBase64();", "}, [encHexExports]);"],
  ["var papaparse_min$1 = {exports: {}};", "var papaparse_minExports = requirePapaparse_min();"],
  ["var lib = {};", "var libExports = requireLib();"],
] as const;

/** What the programs of a language may bring along, which these do not and no policy allows. */
const EVAL = /(?<![\w.])eval\(func\)/g;

/** The plugin; it has its turn before all others. */
export function leanEngine(): Plugin {
  return {
    name: "lean-engine",
    enforce: "pre",
    transform(code, id) {
      if (!ENGINE.test(id)) return null;
      const imports = Object.entries(INSTEAD).map(([name, file]) => {
        return `import * as ${name} from ${JSON.stringify(fileURLToPath(new URL(file, FORMS)))};`;
      });
      const names = ["const { base64, hex } = cryptoJsExports;", "const libExports = {};"];
      // Beside an `eval` that sees them no name could be shortened.
      let lean = LIBRARIES.reduce(cut, code).replace(EVAL, "(0, eval)(func)");
      for (const [name, file] of Object.entries(PROGRAMS)) {
        const [whole, base64 = ""] = found(PROGRAM(name), lean);
        const source = Buffer.from(base64, "base64");
        const reference = this.emitFile({ type: "asset", name: file, source });
        lean = lean.replace(whole, `const ${name} = import.meta.ROLLUP_FILE_URL_${reference};`);
      }
      return { code: [...imports, ...names, lean].join("\n"), map: null };
    },
  };
}

/** The code without what stands from one line to another, both included. */
function cut(code: string, [first, last]: readonly [string, string]): string {
  const start = code.indexOf(first);
  const end = code.indexOf(last, start);
  if (start < 0 || end < 0) throw new Error(`the engine has no ${first} … ${last} any more`);
  return code.slice(0, start) + code.slice(end + last.length);
}

function found(pattern: RegExp, code: string): RegExpExecArray {
  const match = pattern.exec(code);
  if (!match) throw new Error(`the engine has no ${pattern.source} any more`);
  return match;
}
