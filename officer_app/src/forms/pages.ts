// The pages of a form: one for each group, for each repeat, and for the questions that stand between them.

import { isLeaf, isRange, type Leaf, type Node } from "./nodes.ts";
import type { RepeatInstanceNode, RootNode } from "@getodk/xforms-engine";

/** `nodes` are what a page shows, in order; `key` stays while the form is open. */
export interface Page {
  readonly key: string;
  readonly nodes: readonly Node[];
}

/** The pages of a form, also those that a skip hides. */
export function pagesOf(root: RootNode): Page[] {
  return grouped(root.currentState.children);
}

/** What a member shows, on one page. */
export function shownOf(member: RepeatInstanceNode): readonly Node[] {
  return member.currentState.children;
}

/** Whether a page has anything to show now. Read in a rendering it follows the form. */
export function isShown(page: Page): boolean {
  return page.nodes.some(isVisible);
}

/** Whether a node shows anything: a question that is asked, a group or repeat with one. */
export function isVisible(node: Node): boolean {
  if (!node.currentState.relevant) return false;
  if (isLeaf(node)) return node.nodeType !== "model-value";
  if (isRange(node)) return true;
  return node.currentState.children.some(isVisible);
}

/** The questions that a node shows; those of members too, which have pages of their own, unless told otherwise. */
export function* questionsIn(node: Node, withMembers = true): Generator<Leaf> {
  if (!node.currentState.relevant) return;
  if (isLeaf(node)) {
    if (node.nodeType !== "model-value" && node.nodeType !== "note") yield node;
    return;
  }
  if (isRange(node) && !withMembers) return;
  for (const child of node.currentState.children) yield* questionsIn(child, withMembers);
}

function grouped(nodes: readonly Node[]): Page[] {
  const pages: Page[] = [];
  let loose: Node[] = [];
  const close = () => {
    if (loose.length > 0) pages.push({ key: loose[0]?.nodeId ?? "", nodes: loose });
    loose = [];
  };
  for (const node of nodes) {
    if (isLeaf(node)) {
      if (node.nodeType !== "model-value") loose.push(node);
      continue;
    }
    close();
    pages.push({ key: node.nodeId, nodes: [node] });
  }
  close();
  return pages;
}
