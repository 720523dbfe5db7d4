// A store to practise in: the forms and villages of a real one, under its officer's name, and nothing else of it.

import type { PublishedForm } from "../device/replies.ts";
import { identityOf, XFORM } from "./forms.ts";
import type { Store } from "./store.ts";

/** Copies what somebody needs who tries out forms; `replica` is an id that no server ever hears of. */
export function copyForPractice(from: Store, to: Store, replica: string): void {
  const { identity } = from.settings;
  if (identity === null) throw new Error("a store that is open was enrolled");
  to.transaction(() => {
    to.settings.identity = { ...identity, token: "" };
    to.settings.beginReplica(replica);
    to.forms.setVillages(from.forms.villages());
    to.forms.publish(from.forms.published().map(asPublished));
    for (const form of from.forms.published()) copyForm(from, to, form.formId, form.version);
  });
}

function asPublished(form: Pick<PublishedForm, "formId" | "version" | "title">): PublishedForm {
  return { ...form, digest: identityOf(form), isRetired: false };
}

function copyForm(from: Store, to: Store, formId: string, version: string): void {
  const identity = identityOf({ formId, version });
  const definition = from.database.value("definition", formId, version);
  if (definition) to.forms.keepDefinition(formId, version, String(definition));
  const xform = from.forms.xform(identity);
  if (xform === null) return;
  const files = new Map([[XFORM, new TextEncoder().encode(xform)], ...from.forms.media(identity)]);
  to.forms.keepFiles(formId, version, files);
}
