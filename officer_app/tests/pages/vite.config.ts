// Builds the pages beside it, which only tests open: `scripts/officer_app.py pages --outDir FOLDER`.

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { leanEngine } from "../../lean/engine.ts";
import { leanSqlite } from "../../lean/sqlite.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const pages = readdirSync(root).map((name) => `${root}${name}/index.html`);

export default defineConfig({
  root,
  base: "./",
  define: { __VERSION__: JSON.stringify("test") },
  plugins: [leanEngine(), vue()],
  worker: { format: "es", plugins: () => [leanSqlite()] },
  build: {
    target: "es2022",
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: pages.filter((one) => existsSync(one)) },
  },
});
