// The phone's XForms engine as a process: one JSON message a line in, one JSON answer a line out.
//
//   {"do": "load", "form": name, "xform": XML, "media": {file name: text}}
//   {"do": "open", "form": name, "mode": "create" | "restore" | "edit", "now": ms, "members": {repeat: [id, …]},
//    "xml": instance XML, "files": [attachment name, …], "answers": [[path, text], …], "language": name}
//   {"do": "set", "answers": [[path, text], …]}            to what was opened last
//   {"do": "fill", "form": name, "now": ms, "members": {repeat: [id, …]}, "answers": [[path, text], …]}
//
// "open", "set" and "fill" answer {"nodes": {path: what `told` says}, "refused": {path: reason}, "xml": payload};
// a fault {"error": message}. Ends with its input. Python's side: tests/support/engine.py.

import { createInterface } from "node:readline";
import { enter, isCalculatedOnce, isWritable, told, write } from "./answers.mjs";
import { loadEngine, setClock } from "./browser.mjs";
import { nodesOf, sizeRepeats } from "./nodes.mjs";

const { loadForm } = await loadEngine();

const PROFILE = { deviceID: "device-1", username: "asha", email: "asha@example.org", phoneNumber: "0541" };
const forms = new Map();
let opened = null;
let reopened = 0;
// By form an instance that is filled again and again: to make one takes many times as long.
const kept = new Map();

async function load({ form, xform, media = {} }) {
  const fetchFormAttachment = async (url) => {
    const name = decodeURIComponent(url.href.split("/").pop());
    if (!(name in media)) return new Response("", { status: 404 });
    return new Response(media[name], { headers: { "content-type": typeOf(name) } });
  };
  const result = await loadForm(xform, { fetchFormAttachment });
  if (result.status === "failure") throw result.error;
  forms.set(form, result);
  kept.delete(form);
  return { status: result.status };
}

function typeOf(name) {
  if (name.endsWith(".csv")) return "text/csv";
  return name.endsWith(".geojson") ? "application/geo+json" : "text/xml";
}

async function open(message) {
  setClock(message.now);
  const form = forms.get(message.form);
  const members = message.members ?? {};
  kept.delete(message.form);
  const { root } = await started(form, message);
  opened = { root, members };
  if (message.language) root.setLanguage(root.languages.find((one) => one.language === message.language));
  if (message.mode === "create") sizeRepeats(root, members);
  return set(message);
}

async function started(form, { mode, xml, files = [] }) {
  const config = { preloadProperties: PROFILE };
  if (mode === "create") return form.resetInstance(config);
  // resetInstance lets go of the instances before it; nothing else does, and it takes as long as opening one.
  if (++reopened % 25 === 0) form.resetInstance(config);
  const data = new FormData();
  data.set("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
  for (const name of files) data.set(name, new File(["x"], name));
  if (mode === "restore") return form.restoreInstance({ data: [data] }, config);
  return form.editInstance({ inputType: "FORM_INSTANCE_INPUT_RESOLVED", data: [data] }, config);
}

async function fill({ form, now, members = {}, answers = [] }) {
  setClock(now);
  const root = kept.get(form) ?? (await blank(form));
  // Until it is filled without a fault.
  kept.delete(form);
  opened = { root, members };
  sizeRepeats(root, members, { all: true });
  const refused = writeAll(nodesOf(root, members), new Map(answers));
  kept.set(form, root);
  return { ...(await tell()), refused };
}

async function blank(form) {
  const { root } = forms.get(form).resetInstance({ preloadProperties: PROFILE });
  // Where the phone is comes by a promise, and would come over what is written.
  await settled();
  return root;
}

function writeAll(nodes, given) {
  const refused = {};
  const once = [];
  for (const [path, node] of nodes) {
    if (isCalculatedOnce(node)) once.push([node, given.get(path) ?? ""]);
    else if (isWritable(node)) refused[path] = write(node, given.get(path) ?? "");
    given.delete(path);
  }
  // What is calculated once is made when everything else is there, unless it is held already. Blank alone would
  // not do: what the engine makes of it may be what was there before, and then nothing changes for it.
  for (const [node, held] of once) for (const text of held ? [held] : ["\u2021", ""]) write(node, text);
  for (const path of given.keys()) refused[path] = "no such node";
  return Object.fromEntries(Object.entries(refused).filter(([, reason]) => reason));
}

async function set({ answers = [] }) {
  const { root, members } = opened;
  const nodes = new Map(nodesOf(root, members));
  const refused = {};
  for (const [path, text] of answers) {
    const reason = nodes.has(path) ? enter(nodes.get(path), text) : "no such node";
    if (reason) refused[path] = reason;
  }
  return { ...(await tell()), refused };
}

async function tell() {
  // Attachments arrive by promises; everything else is there at once.
  await settled();
  const { root, members } = opened;
  const nodes = Object.fromEntries([...nodesOf(root, members)].map(([path, node]) => [path, told(node)]));
  return { nodes, refused: {}, xml: root.instanceState.instanceXML };
}

// What is printed along the way must not stand between the answers.
console.log = console.error;

function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

const deeds = { load, open, fill, set };

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let answer;
  try {
    const message = JSON.parse(line);
    answer = await deeds[message.do](message);
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
