// What the parts of a form are called.

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
