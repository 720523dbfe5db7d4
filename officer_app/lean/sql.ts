// Leaves the remarks of the store's schema and statements out of the app: they are for who reads the files.

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const SQL = /^(.+\/client_sync\/sql\/\w+\.sql)\?raw$/;

/** The plugin; it reads the files in the place of Vite. */
export function leanSql(): Plugin {
  return {
    name: "lean-sql",
    enforce: "pre",
    load(id) {
      const [, path] = SQL.exec(id) ?? [];
      return path ? `export default ${JSON.stringify(withoutRemarks(readFileSync(path, "utf-8")))};` : null;
    },
  };
}

/** A file of SQL without lines that say something to people; the names of statements stay. */
export function withoutRemarks(sql: string): string {
  return sql.replace(/^[ \t]*--(?! name: ).*\n/gm, "");
}
