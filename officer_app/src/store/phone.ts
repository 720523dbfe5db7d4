// The stores of this phone: made, opened by their PIN, and what of them can be handed to the office without it.

import { RecoveryFile } from "../device/recovery.ts";
import { DeviceError, StoreDamaged } from "../device/errors.ts";
import type { Account } from "../worker/api.ts";
import type { Accounts, Throttled } from "./accounts.ts";
import { Database, migrate } from "./database.ts";
import type { SqliteModule } from "./module.ts";
import type { Files } from "./opfs.ts";
import type { Sql } from "./sql.ts";
import { Store } from "./store.ts";
import type { SyncFile } from "./vfs.ts";
import { checkPages, FILE, openConnection, RECOVERY } from "./wasm.ts";
import { zipOf } from "./zip.ts";

const ID_BYTES = 8;
/** What the office needs to open a store without its PIN. */
const HANDED_OVER: readonly string[] = [FILE, `${FILE}-wal`, RECOVERY];

/** A store that is open. `recovery` is the file by which the office opens it. */
export interface OpenStore {
  readonly id: string;
  readonly store: Store;
  readonly recovery: RecoveryFile;
  close(): void;
}

export class PhoneStores {
  readonly #files: Files;
  readonly #accounts: Accounts;
  readonly #sqlite: Promise<SqliteModule>;
  readonly #sql: Sql;

  constructor(files: Files, accounts: Accounts, sqlite: Promise<SqliteModule>, sql: Sql) {
    this.#files = files;
    this.#accounts = accounts;
    this.#sqlite = sqlite;
    this.#sql = sql;
  }

  /** The accounts as the lock screen shows them. */
  all(): Account[] {
    return this.#accounts
      .all()
      .filter((one) => one.state !== "beginning")
      .map(({ store, name, state }) => ({ store, name, isDamaged: state === "damaged" }));
  }

  throttle(store: string): Throttled {
    return this.#accounts.throttled(store);
  }

  /** Removes what was begun and never enrolled, or half removed, as when the app was killed: nothing is lost by it. */
  async tidy(): Promise<void> {
    for (const { store, state } of this.#accounts.all()) if (state === "beginning") await this.drop(store);
  }

  /** A fresh store under a PIN; `settle` or `drop` follow. Throws `InvalidRequest` for a poor PIN, `StoreFailed`. */
  async begin(pin: string): Promise<OpenStore> {
    const id = newId();
    const key = await this.#accounts.begin(id, pin);
    try {
      return await this.#open(id, key, true);
    } catch (error) {
      await this.drop(id);
      throw error;
    }
  }

  /** The store is enrolled and stays: the lock screen shows it. */
  settle(store: string, author: string): void {
    const taken = new Set(this.all().map((one) => one.name));
    let name = author;
    for (let number = 2; taken.has(name); number++) name = `${author} (${number})`;
    this.#accounts.finish(store, name);
  }

  /** Takes away a store that was never enrolled, or of which all is at the office. */
  async drop(store: string): Promise<void> {
    this.#accounts.leave(store);
    await this.#files.remove(store);
    this.#accounts.forget(store);
  }

  /**
   * The store behind a PIN.
   *
   * Throws `WrongKey` (facts: `failed`, `waitMs`), `StoreDamaged` (facts: `store`; its files stay where they are, for
   * the office), `StoreTooNew`, `StoreFailed`.
   */
  async unlock(store: string, pin: string): Promise<OpenStore> {
    const key = await this.#accounts.open(store, pin);
    try {
      return await this.#open(store, key, false);
    } catch (error) {
      if (!(error instanceof StoreDamaged)) throw error;
      this.#accounts.markDamaged(store);
      throw new StoreDamaged(error.message, error.code, { ...error.facts, store });
    }
  }

  changePin(store: string, from: string, to: string): Promise<void> {
    return this.#accounts.changePin(store, from, to);
  }

  /** A store in memory that is forgotten when it is closed. */
  async inMemory(): Promise<Store> {
    const key = crypto.getRandomValues(new Uint8Array(32));
    return this.#migrated(openConnection(await this.#sqlite, key));
  }

  /**
   * One file with what the office takes out by `verilap recover`, of a store that is not open: encrypted as it lies here.
   *
   * Throws `DeviceError` (`no-office-key`) where the office told no key before the last sync: nobody else can open it.
   */
  async handedOver(store: string): Promise<Readonly<Record<string, Blob>>> {
    const found = await this.#files.read(store);
    if (!found.has(RECOVERY)) throw new DeviceError("the office has told no key yet", "no-office-key");
    const wanted = [...found].filter(([name]) => HANDED_OVER.includes(name));
    const name = this.all().find((one) => one.store === store)?.name ?? store;
    return { [`verilap-${name.replace(/[^\w.-]+/g, "-")}.zip`]: await zipOf(new Map(wanted)) };
  }

  async #open(id: string, key: Uint8Array, isNew: boolean): Promise<OpenStore> {
    const sqlite = await this.#sqlite;
    const files = await this.#files.store(id);
    const close = () => {
      for (const file of files.values()) file.close();
    };
    try {
      if (!isNew) refuseLost(files);
      const connection = openConnection(sqlite, key, files);
      try {
        checkPages(connection);
        const store = this.#migrated(connection);
        const recovery = new RecoveryFile(handle(files, RECOVERY), key);
        recovery.renew(store);
        return { id, store, recovery, close: () => (store.close(), close()) };
      } catch (error) {
        connection.close();
        throw error;
      }
    } catch (error) {
      close();
      throw error;
    }
  }

  #migrated(connection: ReturnType<typeof openConnection>): Store {
    migrate(connection, this.#sql);
    return Store.over(new Database(connection, this.#sql));
  }
}

/** A store that was once there and is empty now is no new store: that would hide a loss. */
function refuseLost(files: ReadonlyMap<string, SyncFile>): void {
  const isThere = [FILE, `${FILE}-wal`].some((name) => handle(files, name).getSize() > 0);
  if (!isThere) throw new StoreDamaged("the file of the device store is gone");
}

function handle(files: ReadonlyMap<string, SyncFile>, name: string): SyncFile {
  const found = files.get(name);
  if (!found) throw new Error(`the file ${name} was not opened`);
  return found;
}

function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(ID_BYTES))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
