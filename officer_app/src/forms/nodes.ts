// An instance's nodes under the paths of a record: no root, and the member's id after the name of a repeat.

import type {
  AnyChildNode,
  AnyLeafNode,
  GroupNode,
  RepeatInstanceNode,
  RepeatRangeNode,
  RootNode,
} from "@getodk/xforms-engine";

export type Node = AnyChildNode;
/** What holds a value: a question, or what is calculated. */
export type Leaf = AnyLeafNode;
/** What holds questions, a form's root apart. */
export type Container = GroupNode | RepeatRangeNode | RepeatInstanceNode;
/** Ids of a repeat's members by the node that each of them is now. */
export type MemberIds = ReadonlyMap<string, string>;

export function isRange(node: Node | RootNode): node is RepeatRangeNode {
  return node.nodeType.startsWith("repeat-range");
}

export function isLeaf(node: Node): node is Leaf {
  return node.nodeType !== "group" && node.nodeType !== "repeat-instance" && !isRange(node);
}

/** Every node below the root as [path, node], in the order of the form; `ids` are those of members by node id. */
export function* nodesOf(root: RootNode, ids: MemberIds): Generator<readonly [string, Node]> {
  yield* below(root, "", ids);
}

function* below(
  parent: RootNode | GroupNode | RepeatInstanceNode,
  prefix: string,
  ids: MemberIds,
): Generator<readonly [string, Node]> {
  for (const child of parent.currentState.children) {
    const path = prefix + child.definition.qualifiedName.localName;
    yield [path, child];
    if (isRange(child)) yield* members(child, path, ids);
    else if (child.nodeType === "group") yield* below(child, `${path}/`, ids);
  }
}

function* members(range: RepeatRangeNode, path: string, ids: MemberIds): Generator<readonly [string, Node]> {
  for (const member of range.currentState.children) {
    const id = ids.get(member.nodeId);
    if (id === undefined) continue;
    yield [`${path}/${id}`, member];
    yield* below(member, `${path}/${id}/`, ids);
  }
}
