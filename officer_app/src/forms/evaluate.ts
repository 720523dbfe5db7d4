// What a form says of answers, for the device, which has no expressions.

import { xformOf } from "./engine.ts";
import { Form } from "./form.ts";
import { isLeaf } from "./nodes.ts";
import type { Asked, DeviceApi, Evaluated, Filling, FormFiles, Saved, Wanted } from "../worker/api.ts";

/**
 * Saves by `save`, which tells what it needs to know first, as often as it has to. `form` gives a form by its
 * identity.
 */
export async function saveEvaluated(
  save: (evaluated: readonly Evaluated[]) => Promise<Saved | Wanted>,
  form: (identity: string) => Promise<FormFiles>,
): Promise<Saved> {
  let evaluated: readonly Evaluated[] = [];
  for (;;) {
    const said = await save(evaluated);
    if (!("wanted" in said)) return said;
    const found: Evaluated[] = [];
    for (const asked of said.wanted) found.push(await evaluate(asked, await form(asked.form)));
    evaluated = [...evaluated, ...found];
  }
}

/** Finishes a draft. Throws `VerilapError`. */
export function finishDraft(device: DeviceApi, draft: string): Promise<Saved> {
  return saveEvaluated(
    (evaluated) => device.finish(draft, evaluated),
    (identity) => device.form(identity),
  );
}

/** What the form says of these answers; nothing where the engine breaks off at them. */
export async function evaluate(asked: Asked, text: FormFiles): Promise<Evaluated> {
  try {
    const form = await Form.open(fillingOf(asked, text), "id");
    for (const [repeat, members] of Object.entries(
      xformOf(text.xform).membersIn(Object.keys(asked.entered)),
    )) {
      for (const id of members) if (!form.nodeAt(`${repeat}/${id}`)) form.addMember(repeat, id);
    }
    for (const [path, answer] of Object.entries(asked.entered)) form.enter(path, answer);
    const set = form.changes().filter(([path]) => !(path in asked.entered));
    return { key: asked.key, ...said(form), set: Object.fromEntries(set), isStopped: false };
  } catch {
    return { key: asked.key, hidden: [], calculated: {}, set: {}, isStopped: true };
  }
}

function fillingOf({ form, answers }: Asked, text: FormFiles): Filling {
  const nothing = { prefilled: [], disputed: [], unreadable: [], remarks: [], ownCases: {} };
  return {
    ...nothing,
    draft: "",
    mode: "correction",
    record: "",
    identity: form,
    title: { id: "", en: "" },
    village: "",
    started: 0,
    ...text,
    answers,
    members: xformOf(text.xform).membersIn(Object.keys(answers)),
    comment: "",
    author: "",
    replica: "",
  };
}

function said(form: Form): Pick<Evaluated, "hidden" | "calculated"> {
  const hidden: string[] = [];
  const calculated: Record<string, string> = {};
  for (const [path, node] of form.nodes()) {
    const { relevant } = node.currentState;
    if (!relevant) hidden.push(path);
    if (/(?:^|\/)meta\/entity$/.test(path)) {
      for (const one of node.currentState.attributes) {
        calculated[`${path}/@${one.definition.qualifiedName.localName}`] = one.currentState.value;
      }
    }
    const isSaid = isLeaf(node) && (node.definition.bind.calculate || /\/?meta\/entity\/label$/.test(path));
    if (isSaid && relevant) calculated[path] = node.currentState.instanceValue;
  }
  return { hidden, calculated };
}
