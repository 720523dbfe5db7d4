// A phone's hand in a test of Python: opens the store in a folder by its key, writes `recovery.key` anew, what is unsent
// sealed to `unsent`, and `store.zip` with what is handed over when a PIN is forgotten.
//
//     node hand_over.ts FOLDER KEY

import { openAsBlob, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RecoveryFile } from "../../src/device/recovery.ts";
import { writeUnsent } from "../../src/device/unsent.ts";
import { Database, migrate } from "../../src/store/database.ts";
import { Store } from "../../src/store/store.ts";
import { checkPages, FILE, openConnection, RECOVERY, STORE_FILES } from "../../src/store/wasm.ts";
import { zipOf } from "../../src/store/zip.ts";
import { SQL } from "./database.ts";
import { NodeFile } from "./node_file.ts";
import { sqlite } from "./sqlite.ts";

const [folder = "", spelt = ""] = process.argv.slice(2);
const key = Uint8Array.from(Buffer.from(spelt, "hex"));
const files = new Map([...STORE_FILES, RECOVERY].map((name) => [name, new NodeFile(join(folder, name))]));
const connection = openConnection(await sqlite(), key, files);
checkPages(connection);
migrate(connection, SQL);
const store = Store.over(new Database(connection, SQL));
store.settings.put("from-the-phone", "a canary of the phone");

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const recovery = files.get(RECOVERY);
if (recovery) new RecoveryFile(recovery, key).renew(store);
const pieces = writeUnsent(store, "0.0.0", Date.now(), random);
if (pieces) writeFileSync(join(folder, "unsent"), Buffer.concat([...pieces]));

// As a phone leaves it whose app was killed: the log is not emptied.
const found = new Map<string, Blob>();
for (const name of [FILE, `${FILE}-wal`, RECOVERY]) found.set(name, await openAsBlob(join(folder, name)));
writeFileSync(join(folder, "store.zip"), await (await zipOf(found)).bytes());
