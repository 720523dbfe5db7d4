// What the parts of a form are called.

import type { RepeatInstanceNode } from "@getodk/xforms-engine";
import type { Form } from "../../forms/form.ts";
import { isLeaf, isRange, type Node } from "../../forms/nodes.ts";
import { questionsIn } from "../../forms/pages.ts";
import { textOf } from "./kinds.ts";

/** The words of a node, empty where the form gives it none. */
export function labelOf(node: Node): string {
  return node.currentState.label?.asString ?? "";
}

/** Whom a member is about: its first answer in words, empty while it has none. */
export function memberName(member: Node): string {
  for (const leaf of questionsIn(member)) {
    const text = textOf(leaf);
    if (!text) continue;
    if (leaf.nodeType === "input" && leaf.valueType === "string") return text;
    if (leaf.nodeType === "select") {
      return leaf.currentState.valueOptions.find((one) => one.value === text)?.label.asString ?? text;
    }
  }
  return "";
}

/** A member by its repeat (`untitled` where that has no name), its number, and whom it is about. */
export function memberTitle(member: RepeatInstanceNode, untitled: string): string {
  const number = member.parent.currentState.children.findIndex((one) => one.nodeId === member.nodeId) + 1;
  return [`${labelOf(member.parent) || untitled} ${number}`, memberName(member)].filter(Boolean).join(": ");
}

/** The members that a path lies in or is, from the outermost, each with its path. */
export function membersAbove(form: Form, path: string): (readonly [string, RepeatInstanceNode])[] {
  const steps = path.split("/");
  return steps.flatMap((_, last) => {
    const at = steps.slice(0, last + 1).join("/");
    const node = form.nodeAt(at);
    return node?.nodeType === "repeat-instance" ? [[at, node] as const] : [];
  });
}

/** The words of the first node that has any, looking into groups: what a page is called. */
export function titleOf(nodes: readonly Node[]): string {
  for (const node of nodes) {
    const label = labelOf(node);
    if (label) return label;
    if (isLeaf(node)) continue;
    const within = isRange(node) ? "" : titleOf(node.currentState.children);
    if (within) return within;
  }
  return "";
}
