// The XForms engine: a form of the draft is loaded by it, and opened as new or as it was left.

import type {
  FormInstanceConfig,
  InstantiableLoadFormResult,
  InstanceData,
  OpaqueReactiveObjectFactory,
  RootNode,
} from "@getodk/xforms-engine";
import { XForm, type Filled } from "./instance.ts";
import type { Filling, FormFiles } from "../worker/api.ts";

type Media = Filling["media"];

/** What the engine is given besides the form. `locate` says where the phone is, as the text of a geopoint. */
export interface Surroundings {
  readonly stateFactory?: OpaqueReactiveObjectFactory;
  readonly locate?: () => Promise<string>;
}

interface Loaded {
  readonly text: string;
  readonly media: Media;
  readonly form: Promise<InstantiableLoadFormResult>;
  uses: number;
}

/** The form that was read last: one is opened again and again, to go on with it and to evaluate it. */
let read: XForm | undefined;
let loaded: Loaded | undefined;
/** What the engine needs to have begun with, nothing of which is anybody's. */
const LEAST_FORM =
  '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model><instance>' +
  '<data id="a"><a/></data></instance><bind nodeset="/data/a" relevant="1 = 1"/></model></h:head><h:body>' +
  '<input ref="/data/a"/></h:body></h:html>';
/** How many instances one loaded form opens: it holds all of them in memory. */
const MOST_USES = 8;

/** A form's text, read. Throws an `Error` where it is no XForm. */
export function xformOf(text: string): XForm {
  if (read?.text !== text) read = new XForm(text);
  return read;
}

/**
 * The root of the filling's form. One that nobody has opened before begins with what the form says (defaults,
 * `start`, `username`), and with what the draft holds already. Throws an `Error` where the engine cannot open it.
 */
export async function openRoot(filling: Filling, { stateFactory, locate }: Surroundings): Promise<RootNode> {
  const form = xformOf(filling.xform);
  const isNew = isBeginning(filling);
  const isOpened = isNew && Object.keys(filling.answers).length > 0;
  const filled: Filled = { ...filling, keepsDefaults: filling.mode === "new" };
  const result = await (isOpened
    ? load(form.opening(filled), filling.media)
    : loadBlank(form, filling.media));
  const config: FormInstanceConfig = {
    preloadProperties: { deviceID: filling.replica, username: filling.author },
    instanceAttachments: { fileNameFactory: () => null },
    ...(stateFactory ? { stateFactory } : {}),
    ...(locate ? { geolocationProvider: { getLocation: locate } } : {}),
  };
  if (isNew) return result.createInstance(config).root;
  const data = new FormData();
  const xml = form.instance(filled);
  data.set("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
  return (await result.restoreInstance({ data: [data as InstanceData] }, config)).root;
}

/** The form as nobody has filled it, loaded once for all that open it. */
function loadBlank({ blank }: XForm, media: Media): Promise<InstantiableLoadFormResult> {
  if (loaded?.text === blank && isEqual(loaded.media, media) && loaded.uses++ < MOST_USES) return loaded.form;
  const form = load(blank, media);
  loaded = { text: blank, media, form, uses: 1 };
  form.catch(() => {
    if (loaded?.form === form) loaded = undefined;
  });
  return form;
}

async function load(text: string, media: Media): Promise<InstantiableLoadFormResult> {
  const { loadForm } = await import("@getodk/xforms-engine");
  const form = await loadForm(text, {
    fetchFormAttachment: (url) => Promise.resolve(attachment(media, url.href)),
    // Lists of cases lie on no phone, and a form asks for them only in expressions.
    missingResourceBehavior: "BLANK",
  });
  if (form.status === "failure") throw form.error;
  return form;
}

function isEqual(one: Media, other: Media): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Whether a draft was never open: all that it holds is what it was begun with. */
export function isBeginning({ mode, answers, prefilled }: Filling): boolean {
  const begun = new Set(prefilled);
  return mode === "new" && Object.keys(answers).every((path) => begun.has(path));
}

function attachment(media: Media, url: string): Response {
  const name = decodeURIComponent(url.slice(url.lastIndexOf("/") + 1));
  const text = media[name];
  if (text === undefined) return new Response("", { status: 404 });
  return new Response(text, { headers: { "content-type": typeOf(name) } });
}

function typeOf(name: string): string {
  if (name.endsWith(".csv")) return "text/csv";
  return name.endsWith(".geojson") ? "application/geo+json" : "text/xml";
}

/** Has the engine there, and what it begins with done, before somebody opens a form: it is large. */
export async function warmEngine(): Promise<void> {
  (await load(LEAST_FORM, {})).createInstance();
}

/** Has a form read and opened once: the next time goes by in a fraction. `pause` waits between the two. */
export async function warmForm({ xform, media }: FormFiles, pause: () => Promise<void>): Promise<void> {
  const form = await loadBlank(xformOf(xform), media);
  await pause();
  // Somebody was quicker: two instances at once would only let him wait.
  if (loaded?.uses === 1) form.createInstance();
}
