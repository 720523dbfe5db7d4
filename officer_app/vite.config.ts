import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { leanEngine } from "./lean/engine.ts";
import { leanSql } from "./lean/sql.ts";
import { leanSqlite } from "./lean/sqlite.ts";

const root = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// One version for all of Verilap; operations name it as the program that made them.
const version = /^__version__ = "(.+)"$/m.exec(readFileSync(root("../domain/__init__.py"), "utf-8"))?.[1];

export default defineConfig({
  root: root("."),
  base: "/app/",
  define: {
    __VERSION__: JSON.stringify(version),
    // What of Vue nobody here uses.
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  plugins: [
    leanEngine(),
    vue(),
    VitePWA({
      // An update waits until its person agrees: nothing is reloaded under somebody who is filling a form.
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        name: "Verilap",
        short_name: "Verilap",
        description: "Verifikasi lapangan, juga tanpa sinyal.",
        lang: "id",
        start_url: "/app/",
        scope: "/app/",
        display: "standalone",
        orientation: "portrait",
        background_color: "#ffffff",
        theme_color: "#084c45",
        icons: [
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,wasm,svg,png}"],
        maximumFileSizeToCacheInBytes: 8_000_000,
        navigateFallback: "/app/index.html",
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
      },
    }),
  ],
  worker: { format: "es", plugins: () => [leanSql(), leanSqlite()] },
  build: {
    outDir: root("../server/static/officer"),
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    reportCompressedSize: false,
  },
});
