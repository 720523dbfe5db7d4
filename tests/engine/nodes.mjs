// An instance's nodes under the paths of a record: no root, and the member's id after the name of a repeat.

/**
 * Every node below the root as [path, node], in the order of the form; members as `members` names them
 * ({"anggota": ["m_1", "m_2"]}, a repeat within a member under "anggota/m_1/anak"). A member without a name
 * is called by its position from 1.
 */
export function* nodesOf(root, members) {
  yield* below(root, "", members);
}

function* below(parent, path, members) {
  for (const child of parent.currentState.children) {
    const here = path + child.definition.qualifiedName.localName;
    yield [here, child];
    if (child.nodeType.startsWith("repeat-range")) {
      yield* instances(child, here, members);
    } else if (child.currentState.children) {
      yield* below(child, `${here}/`, members);
    }
  }
}

function* instances(range, path, members) {
  const named = members[path] ?? [];
  for (const [index, instance] of range.currentState.children.entries()) {
    const here = `${path}/${named[index] ?? index + 1}`;
    yield [here, instance];
    yield* below(instance, `${here}/`, members);
  }
}

/**
 * Give every repeat as many members as `members` names; one that it does not name keeps what it has, or with
 * `all` loses them. What the form itself counts stays as it is.
 */
export function sizeRepeats(root, members, { all = false } = {}) {
  // Members are looked at after their repeat has them all: those within them are sized on the way down.
  for (const [path, node] of nodesOf(root, members)) {
    if (node.nodeType !== "repeat-range:uncontrolled" || !(all || path in members)) continue;
    const wanted = members[path]?.length ?? 0;
    const missing = wanted - node.currentState.children.length;
    if (missing > 0) node.addInstances(undefined, missing);
    if (missing < 0) node.removeInstances(wanted, -missing);
  }
}
