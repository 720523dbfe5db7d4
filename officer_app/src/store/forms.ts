// The published forms with what the engine runs of them, and the account's villages, as the device last heard of them.
// The port of `client_sync/store/forms.py`; only the phone keeps XForms and what belongs to them.

import type { PublishedForm, VillageName } from "../device/replies.ts";
import { compareForms } from "../domain/merge.ts";
import { FormDefinition } from "../domain/forms/definition.ts";
import type { Database, SqlValue } from "./database.ts";

/** The name of the XForm among the files of a form. */
export const XFORM = "";

export interface FormVersion {
  readonly formId: string;
  readonly version: string;
  readonly title: Readonly<Record<string, string>>;
}

/** `form_id@version`, as operations name a form. */
export function identityOf(form: Pick<FormVersion, "formId" | "version">): string {
  return `${form.formId}@${form.version}`;
}

export class Forms {
  readonly #db: Database;
  /** What was read of definitions: a few large ones that are asked for all the time. */
  readonly #read = new Map<
    string,
    { readonly digest: SqlValue; readonly definition: FormDefinition | null }
  >();

  constructor(database: Database) {
    this.#db = database;
  }

  /** Exactly these are known; definitions of withdrawn versions stay, for their records. */
  publish(forms: Iterable<PublishedForm>): void {
    this.#db.run("drop_unread_forms");
    this.#db.run("withdraw_forms");
    for (const { formId, version, title, digest, isRetired } of forms) {
      this.#db.run("put_form", formId, version, JSON.stringify(title), digest, Number(!isRetired));
    }
  }

  /** Versions of which the definition has not been fetched: retired ones too, for their records. */
  withoutDefinition(): { readonly formId: string; readonly version: string }[] {
    return this.#db
      .rows("forms_without_definition")
      .map(([formId, version]) => ({ formId: String(formId), version: String(version) }));
  }

  keepDefinition(formId: string, version: string, definition: string): void {
    this.#db.run("set_definition", definition, formId, version);
  }

  published(): FormVersion[] {
    return this.#db.rows("published_forms").map(([formId, version, title]) => ({
      formId: String(formId),
      version: String(version),
      title: JSON.parse(String(title)) as Record<string, string>,
    }));
  }

  /** The newest published version of each form, in the order of their ids. */
  latest(): FormVersion[] {
    const newest = new Map<string, FormVersion>();
    for (const one of this.published()) {
      const before = newest.get(one.formId);
      if (!before || isLater(one, before)) newest.set(one.formId, one);
    }
    return [...newest.values()];
  }

  /** The newest published version of a form. */
  newest(formId: string): FormVersion | null {
    return this.latest().find((one) => one.formId === formId) ?? null;
  }

  /** The compiled form `form_id@version`; none if this device has it not or cannot read it. */
  definition(identity: string | null): FormDefinition | null {
    if (identity === null) return null;
    const [formId, version] = parted(identity);
    const digest = this.#db.value("digest_of_definition", formId, version);
    if (digest === undefined) return null;
    const known = this.#read.get(identity);
    if (known?.digest === digest) return known.definition;
    const definition = readDefinition(String(this.#db.value("definition", formId, version)));
    this.#read.set(identity, { digest, definition });
    return definition;
  }

  setVillages(villages: Iterable<VillageName>): void {
    this.#db.run("drop_villages");
    for (const { code, name, kecamatan } of villages) this.#db.run("add_village", code, name, kecamatan);
  }

  villages(): VillageName[] {
    return this.#db.rows("villages").map(([code, name, kecamatan]) => ({
      code: String(code),
      name: String(name),
      kecamatan: String(kecamatan),
    }));
  }

  // --- what the engine runs ---

  /** Versions that are filled or corrected here, of which the files have not been fetched, or are of another digest. */
  withoutFiles(): { readonly formId: string; readonly version: string }[] {
    return this.#db
      .rows("forms_without_files")
      .map(([formId, version]) => ({ formId: String(formId), version: String(version) }));
  }

  /** Keeps all files of a version in the place of those that are here: the XForm as `XFORM`, the others by name. */
  keepFiles(formId: string, version: string, files: ReadonlyMap<string, Uint8Array>): void {
    this.#db.transaction(() => {
      this.#db.run("drop_form_files", formId, version);
      for (const [name, data] of files) this.#db.run("add_form_file", formId, version, name, data);
    });
  }

  /** The XForm of `form_id@version`; null where it is not here. */
  xform(identity: string): string | null {
    const [formId, version] = parted(identity);
    const data = this.#db.value("form_file", formId, version, XFORM);
    return data ? new TextDecoder().decode(data as Uint8Array) : null;
  }

  /** The files of a form beside its XForm, by name: lists, pictures, sounds. */
  media(identity: string): ReadonlyMap<string, Uint8Array> {
    const rows = this.#db.rows("form_media", ...parted(identity));
    return new Map(rows.map(([name, data]) => [String(name), data as Uint8Array]));
  }
}

function parted(identity: string): [formId: string, version: string] {
  const at = identity.indexOf("@");
  return at < 0 ? [identity, ""] : [identity.slice(0, at), identity.slice(at + 1)];
}

function isLater(one: FormVersion, other: FormVersion): boolean {
  return compareForms(identityOf(one), identityOf(other)) > 0;
}

function readDefinition(text: string): FormDefinition | null {
  try {
    return FormDefinition.fromJson(JSON.parse(text));
  } catch {
    return null;
  }
}
