// Files as answers of a draft, and their bytes for whoever looks at them: of `client_sync/attaching.py` what a phone does.

import { cleanPath } from "./answers.ts";
import type { Drafting } from "./drafting.ts";
import { DeviceError } from "./errors.ts";
import { InvalidRequest } from "../domain/errors.ts";
import type { Field } from "../domain/forms/fields.ts";
import type { Attached } from "../worker/api.ts";
import type { Attachment } from "./photos.ts";

/** The question that a file is to answer. Throws `NotFound`, `DeviceError` (`form-unreadable`), `InvalidRequest`. */
export function fieldOf(desk: Drafting, draft: string, path: string): Field {
  const found = desk.draft(draft);
  const form = found.record === null ? found.formId : desk.dossier(found.record).submission.form;
  const definition = desk.store.forms.definition(form);
  if (!definition) {
    throw new DeviceError(`the form ${form} has not been fetched yet`, "form-unreadable", { form });
  }
  const field = definition.fieldAt(cleanPath(path));
  if (field) return field;
  throw new InvalidRequest(`${form} has no question ${path}`, "no-question", { path, form });
}

/** Keeps a file as an answer in a draft, both or neither; it is sent once the draft is finished. */
export function attach(desk: Drafting, draft: string, path: string, attachment: Attachment): Attached {
  const { answer, files } = attachment;
  const value = answer.toText();
  desk.store.transaction(() => {
    for (const [kept, data] of files) desk.store.files.add(kept, data);
    desk.typeAnswers(draft, [[path, value]]);
  });
  const { hash, name, type, size, thumbnail } = answer;
  return { value, file: { hash, name, type: type ?? "", size, thumbnail, state: "unsent" } };
}

/** A file that lies on this phone, null where it does not. Throws `StoreLocked`, `StoreDamaged`. */
export function fileOf(desk: Drafting, hash: string): Blob | null {
  desk.lease.check();
  const kept = desk.store.files.find(hash);
  return kept ? new Blob([desk.store.files.read(kept).slice()], { type: kept.type }) : null;
}
