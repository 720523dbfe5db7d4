// The device store: everything that a device keeps, in one encrypted file. The port of `client_sync/store/__init__.py`.
// The only place with SQL is `client_sync/sql`. A step that must not come apart is one `transaction`.

import type { Operation } from "../domain/operations.ts";
import type { Database } from "./database.ts";
import { Drafts } from "./drafts.ts";
import { Feeds } from "./feeds.ts";
import { Files } from "./files.ts";
import { Forms } from "./forms.ts";
import { Heads } from "./heads.ts";
import { Openings } from "./openings.ts";
import { Outbox } from "./outbox.ts";
import { Records } from "./records.ts";
import { Settings } from "./settings.ts";

/** The parts of the device store, over one connection. */
export class Store {
  readonly database: Database;
  readonly settings: Settings;
  readonly outbox: Outbox;
  readonly feeds: Feeds;
  readonly records: Records;
  readonly forms: Forms;
  readonly drafts: Drafts;
  readonly openings: Openings;
  readonly heads: Heads;
  readonly files: Files;

  constructor(database: Database) {
    this.database = database;
    this.settings = new Settings(database);
    this.outbox = new Outbox(database);
    this.feeds = new Feeds(database);
    this.files = new Files(database);
    this.records = new Records(database, this.outbox, this.feeds, this.files);
    this.forms = new Forms(database);
    this.drafts = new Drafts(database);
    this.openings = new Openings(database);
    this.heads = new Heads(database);
  }

  static over(database: Database): Store {
    return new Store(database);
  }

  /** All or nothing, and durable when it ends. */
  transaction<T>(todo: () => T): T {
    return this.database.transaction(todo);
  }

  /** Reads of one and the same state. */
  snapshot<T>(todo: () => T): T {
    return this.database.snapshot(todo);
  }

  /** Keeps an own operation and shows it; `created` is the device's clock. */
  save(operation: Operation, created: number, isUrgent = false): void {
    this.transaction(() => {
      this.outbox.add(operation, created, isUrgent);
      this.files.use(operation);
      this.records.addOwn(operation);
    });
  }

  close(): void {
    this.database.close();
  }
}
