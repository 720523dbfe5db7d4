// What opens a form to be filled or corrected: its XForm, and every answer that it has by now.

import { ownCaseIds } from "../domain/cases/index.ts";
import { caseOf } from "../domain/cases/naming.ts";
import { sorted } from "../domain/canonical.ts";
import { REMOVAL, type Dossier } from "../domain/dossier.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import { isUnder } from "../domain/merge.ts";
import { isReserved } from "../domain/operations.ts";
import { isUntouched, type Draft, type DraftAnswer } from "../store/drafts.ts";
import type { Filling, FormFiles } from "../worker/api.ts";
import { DeviceError } from "./errors.ts";
import type { Looking } from "./looking.ts";
import { inBoth } from "./titles.ts";

/** Role of the question that holds a member's id. */
const MEMBER_ID = "id_anggota";
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  wav: "audio/wav",
  mp4: "video/mp4",
  webm: "video/webm",
};

/** A draft as the engine takes it. Throws `NotFound`, `StoreLocked`, and `DeviceError` where the form is not here. */
export function fillingOf(desk: Looking, draft: Draft): Filling {
  const { store, identity } = desk;
  if (draft.record !== null || draft.case !== null) desk.lease.check();
  const dossier = draft.record === null ? null : desk.show(draft.record, "edit");
  if (draft.case !== null && store.records.shown(draft.case)) desk.noteShown([draft.case], "read");
  const identityOfForm = dossier ? dossier.submission.form : draft.formId;
  const definition = definitionFor(desk, identityOfForm);
  const removed = store.drafts.removals(draft.id).map((one) => one.member);
  const isThere = (path: string): boolean => !removed.some((member) => isUnder(path, member));
  const typed = store.drafts.answers(draft.id).filter((one) => isThere(one.path));
  const answers = answersOf(dossier, typed, isThere);
  const record = draft.record ?? draft.id;
  const about = draft.case ?? (dossier ? caseOf(dossier) : null);
  return {
    ...formFiles(desk, definition),
    draft: draft.id,
    mode: dossier ? "correction" : "new",
    record,
    identity: definition.identity,
    title: inBoth(definition.title),
    village: (dossier ? dossier.village : draft.village) ?? "",
    started: draft.started,
    answers: Object.fromEntries(answers),
    members: membersOf(definition, answers.keys()),
    prefilled: typed.filter(isUntouched).map((one) => one.path),
    disputed: dossier ? disputedIn(dossier).filter(isThere) : [],
    unreadable: (dossier?.unreadable ?? []).filter(isThere),
    ...remarksOn(dossier),
    ownCases: Object.fromEntries(ownCaseIds({ definition, record, case: about })),
    author: identity.author,
    replica: store.settings.replica?.id ?? "",
  };
}

/** What the engine runs of a form. Throws `DeviceError` where it is not here. */
export function formFiles(desk: Looking, definition: FormDefinition): FormFiles {
  const xform = desk.store.forms.xform(definition.identity);
  if (xform === null) throw unreadable(definition.identity);
  const media = [...desk.store.forms.media(definition.identity)];
  return {
    xform,
    media: Object.fromEntries(media.map(([name, data]) => [name, asText(name, data)])),
    idQuestions: definition.withRole(MEMBER_ID).map((one) => one.path),
  };
}

/** The definition of a form. Throws `DeviceError` where it is not here. */
export function definitionFor(desk: Looking, identity: string | null): FormDefinition {
  const definition = desk.store.forms.definition(identity);
  if (definition === null) throw unreadable(identity);
  return definition;
}

function unreadable(identity: string | null): DeviceError {
  const message = `the form ${identity ?? "-"} has not been fetched yet`;
  return new DeviceError(message, "form-unreadable", { form: identity });
}

/** A file of a form: lists as they are, pictures and sounds as `data:` URLs. */
function asText(name: string, data: Uint8Array): string {
  const type = MEDIA_TYPES[name.slice(name.lastIndexOf(".") + 1).toLowerCase()];
  if (type === undefined) return new TextDecoder().decode(data);
  let binary = "";
  for (let at = 0; at < data.length; at += 0x8000) {
    binary += String.fromCharCode(...data.subarray(at, at + 0x8000));
  }
  return `data:${type};base64,${btoa(binary)}`;
}

/** The texts that the form has: the record's, and over them what was typed; nothing of members that are removed. */
function answersOf(
  dossier: Dossier | null,
  typed: readonly DraftAnswer[],
  isThere: (path: string) => boolean,
): Map<string, string> {
  const answers = new Map<string, string>();
  for (const [path, value] of dossier?.answers ?? []) {
    if (typeof value === "string" && !isReserved(path) && isThere(path)) answers.set(path, value);
  }
  for (const { path, value } of typed) answers.set(path, value);
  return answers;
}

/** The members of each repeat, by the repeat's path in the record. */
function membersOf(
  definition: FormDefinition,
  paths: Iterable<string>,
): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, Set<string>>();
  for (const path of paths) {
    const steps = path.split("/");
    for (let at = 1; at < steps.length; at++) {
      if (!definition.isMember(steps.slice(0, at + 1).join("/"))) continue;
      const repeat = steps.slice(0, at).join("/");
      found.set(repeat, (found.get(repeat) ?? new Set()).add(steps[at] ?? ""));
    }
  }
  return Object.fromEntries([...found].map(([repeat, members]) => [repeat, sorted(members)]));
}

/** The paths of answers that people disagree on, and of members whose removal is contested. */
function disputedIn(dossier: Dossier): string[] {
  return [...dossier.disputes.keys()]
    .map((path) => (path.endsWith(REMOVAL) ? path.slice(0, -REMOVAL.length) : path))
    .filter((path) => !isReserved(path));
}

/** What the supervisor wrote when he returned the form, or a part of it. */
function remarksOn(dossier: Dossier | null): Pick<Filling, "remarks" | "comment"> {
  const reviews = dossier ? [dossier.review, ...dossier.partReviews.values()] : [];
  const returned = reviews.filter((one) => one.state === "returned");
  return {
    remarks: returned.flatMap((one) => [...one.remarks].map(([path, text]) => ({ path, text }))),
    comment: [...new Set(returned.map((one) => one.comment.trim()).filter(Boolean))].join("\n"),
  };
}
