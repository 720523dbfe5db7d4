// The worker: it alone has the files of the stores, and with them the whole device. The page asks by messages.

import wasm from "@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm?url";
import { Accounts } from "../store/accounts.ts";
import { loadSqlite } from "../store/module.ts";
import { Files } from "../store/opfs.ts";
import { PhoneStores } from "../store/phone.ts";
import { phoneKey } from "../store/phone_key.ts";
import { readSql } from "../store/sql.ts";
import { Officer } from "./officer.ts";
import { isOurs } from "./one_tab.ts";
import { serve, type Port } from "./remote.ts";

const sqlite = loadSqlite(wasm);
// Whoever asks for it hears of what went wrong; until then it is nobody's fault that was overlooked.
sqlite.catch(() => undefined);
let stores: Promise<PhoneStores> | null = null;

async function reach(): Promise<PhoneStores | null> {
  if (!(await isOurs())) return null;
  stores ??= start();
  // A phone that had no room just now may have some at the next try.
  stores.catch(() => (stores = null));
  return stores;
}

async function start(): Promise<PhoneStores> {
  const files = await Files.open();
  const accounts = new Accounts(await files.accounts(), await phoneKey(), () => performance.now());
  const found = new PhoneStores(files, accounts, sqlite, readSql(sqlTexts()));
  await found.tidy();
  return found;
}

function sqlTexts(): Record<string, string> {
  const found = import.meta.glob<string>("../../../client_sync/sql/*.sql", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  return Object.fromEntries(
    Object.entries(found).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1), text]),
  );
}

const officer: Officer = new Officer(reach, __VERSION__, (event) => tell(event));
const tell = serve(self as unknown as Port, officer);
