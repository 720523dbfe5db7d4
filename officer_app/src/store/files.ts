// The files that answers of this device name: their bytes, how much of them the server has, whom they belong to.
// The port of `client_sync/store/files.py`.
//
// A file and the operation that names it are kept in one transaction. What no operation names lies in a draft.

import { StoreDamaged } from "../device/errors.ts";
import { filesNamed } from "../domain/files.ts";
import type { Operation } from "../domain/operations.ts";
import type { Database, Row } from "./database.ts";

/** Bytes of a piece; the schema and its statements say so too. */
export const PIECE = 65_536;
/** What has no more bytes goes before what is larger, on any line: small pictures, and most signatures. */
export const SMALL = 10 * 1024;

/**
 * A file that is here.
 *
 * `size` and `arrived` (at the server, when it last said) are bytes; `made` is the device's clock, `sent` the server's.
 * `upload` is the server's id for what is on its way, `code` why it did not take the file the last time.
 */
export interface KeptFile {
  readonly hash: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly made: number;
  readonly upload: string | null;
  readonly arrived: number;
  readonly code: string;
  readonly sent: number | null;
}

/** A file that was attached just now. */
export function newFile(hash: string, name: string, type: string, size: number, made: number): KeptFile {
  return { hash, name, type, size, made, upload: null, arrived: 0, code: "", sent: null };
}

export function isSmall(file: KeptFile): boolean {
  return file.size <= SMALL;
}

export class Files {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  any(): boolean {
    return Boolean(this.#db.value("has_files"));
  }

  find(file: string): KeptFile | null {
    const row = this.#db.row("file", file);
    return row ? readFile(row) : null;
  }

  /** Everything that is here, oldest first. */
  all(): KeptFile[] {
    return this.#db.rows("files").map(readFile);
  }

  /** What is to be sent, oldest first. */
  waiting(): KeptFile[] {
    return this.#db.rows("waiting_files").map(readFile);
  }

  /** What waits to be sent, and what unsent operations name, oldest first. */
  unsent(): KeptFile[] {
    return this.#db.rows("unsent_files").map(readFile);
  }

  /** The records that each file belongs to. */
  recordsOfEach(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const [file, record] of this.#db.rows("file_uses")) {
      const records = found.get(String(file));
      if (records) records.push(String(record));
      else found.set(String(file), [String(record)]);
    }
    return found;
  }

  /** So many bytes from `offset` on; all that follow without `length`. Raises `StoreDamaged`. */
  read(file: KeptFile, offset = 0, length: number | null = null): Uint8Array {
    const end = length === null ? file.size : Math.min(offset + length, file.size);
    const found = new Uint8Array(Math.max(end - offset, 0));
    let filled = 0;
    for (const [position, data] of this.#db.rows("file_pieces", file.hash, offset, end)) {
      const start = Math.max(offset - Number(position), 0);
      const piece = (data as Uint8Array).subarray(start, end - Number(position));
      if (filled + piece.length > found.length) break;
      found.set(piece, filled);
      filled += piece.length;
    }
    if (filled === found.length) return found;
    throw new StoreDamaged("the device store is damaged: a piece of a file is missing", "store-damaged", {
      detail: file.hash,
    });
  }

  /** The whole file in pieces. Raises `StoreDamaged`. */
  *pieces(file: KeptFile): Generator<Uint8Array> {
    for (let offset = 0; offset < file.size; offset += PIECE) yield this.read(file, offset, PIECE);
  }

  // --- keeping ---

  /** Keeps a file; one that is here already stays as it is. */
  add(file: KeptFile, data: Uint8Array): void {
    if (this.#db.run("add_file", file.hash, file.name, file.type, file.size, file.made) === 0) return;
    for (let at = 0; at < data.length; at += PIECE) {
      this.#db.run("add_file_piece", file.hash, at, data.subarray(at, at + PIECE));
    }
  }

  /**
   * Notes which of the files that are here an operation names.
   *
   * Of one that was sent the server is asked anew: what named it before may have been erased there since.
   */
  use(operation: Operation): void {
    for (const [record, file] of filesNamed(operation)) {
      if (this.#db.run("add_file_use", file, record, operation.id) > 0) this.#db.run("send_file_again", file);
    }
  }

  // --- sending ---

  /** Notes by which id the server knows an upload (null: none any more), and how much has come of it. */
  beginUpload(file: string, upload: string | null, arrived: number): void {
    this.#db.run("begin_upload", upload, arrived, file);
  }

  /** Another account or server knows nothing of what is on its way. */
  forgetUploads(): void {
    this.#db.run("forget_uploads");
  }

  /** Notes why the server does not take a file. */
  explain(file: string, code: string): void {
    this.#db.run("explain_file", code, file);
  }

  /** The server has these; `clock` is its own. Those of records that left meanwhile go now. */
  sent(files: Iterable<string>, clock: number): void {
    for (const file of files) {
      this.#db.run("file_sent", clock, file);
      this.#db.run("drop_sent_file_that_left", file);
    }
  }

  /** The server has lost these. */
  sendAgain(files: Iterable<string>): void {
    for (const file of files) this.#db.run("send_file_again", file);
  }

  // --- letting go ---

  /** What the server had before `clock`, by its own, and no operation names that it has not counted. */
  keptSinceBefore(clock: number): string[] {
    return this.#db.rows("files_kept_long", clock).map(([file]) => String(file));
  }

  drop(files: Iterable<string>): void {
    for (const file of files) this.#db.run("drop_file", file);
  }

  /** A record is not here any more; what is unsent of its files stays until it is sent. */
  leave(record: string): void {
    this.#db.run("drop_files_that_left", record);
  }

  /** Removes the files of a record, unsent ones too; those that other records name stay. */
  eraseRecord(record: string): void {
    if (this.#db.run("drop_file_uses_of_record", record) > 0) this.dropUnnamed();
  }

  /** Removes the files that an operation named and, as far as is `left` of it, does not any more. */
  eraseOperation(operation: string, left: Operation | null = null): void {
    if (this.#db.run("drop_file_uses_of_operation", operation) === 0) return;
    if (left) this.use(left);
    this.dropUnnamed();
  }

  /** Removes what neither an operation names nor a draft. */
  dropUnnamed(): void {
    this.#db.run("drop_unnamed_files");
  }
}

function readFile([hash, name, type, size, made, upload, arrived, code, sent]: Row): KeptFile {
  return {
    hash: String(hash),
    name: String(name),
    type: String(type),
    size: Number(size),
    made: Number(made),
    upload: upload as string | null,
    arrived: Number(arrived),
    code: String(code),
    sent: sent as number | null,
  };
}
