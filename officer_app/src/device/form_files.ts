// The forms as the filling needs them: each version's XForm, and the lists, pictures and sounds that it names.

import type { Store } from "../store/store.ts";
import type { Asker } from "./asking.ts";
import { Refused } from "./errors.ts";
import { formPath } from "./repairs.ts";

const XFORM = "";
/** An address such as `jr://file-csv/desa.csv`, by which an XForm names a file. */
const NAMED = /jr:\/\/(?:file|file-csv|images|audio|video)\/([^"'<>]+)/g;
const ABSENT = 404;

/** Fetches what is not here; of a version all or nothing, so that none is filled with half its lists. */
export async function fetchFormFiles(store: Store, asker: Asker): Promise<void> {
  for (const { formId, version } of store.forms.withoutFiles()) {
    const xform = await ifThere(asker, `${formPath(formId, version)}/xform`);
    if (xform === null) continue;
    const files = new Map([[XFORM, xform]]);
    for (const name of filesNamed(new TextDecoder().decode(xform))) {
      // Lists of cases have no file: they come from the cases that are here.
      const file = await ifThere(asker, `${formPath(formId, version)}/media/${encodeURIComponent(name)}`);
      if (file) files.set(name, file);
    }
    store.forms.keepFiles(formId, version, files);
  }
}

/** The files that an XForm names, each once. */
export function filesNamed(xform: string): string[] {
  return [...new Set([...xform.matchAll(NAMED)].map((found) => unescaped(found[1] ?? "")))];
}

function unescaped(xml: string): string {
  return xml.replaceAll("&apos;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

async function ifThere(asker: Asker, path: string): Promise<Uint8Array | null> {
  try {
    return await asker.file(path);
  } catch (error) {
    if (error instanceof Refused && error.facts["status"] === ABSENT) return null;
    throw error;
  }
}
