declare const __VERSION__: string;

declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent<object, object, unknown>;
  export default component;
}

declare module "@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs" {
  export default function initialize(given: object): Promise<import("./store/module.ts").SqliteModule>;
}
