// Entering an answer as the phone does, and reading what the engine makes of all of them.

/** Enter the text of an answer at a node; the reason when the engine does not take it, else null. */
export function enter(node, text) {
  try {
    return setters[node.nodeType]?.(node, text) ?? null;
  } catch (error) {
    return String(error.message);
  }
}

const words = (text) => text.split(/[ \t\r\n]+/).filter(Boolean);

const setters = {
  input: (node, text) => void node.setValue(text),
  range: (node, text) => void node.setValue(text === "" ? null : text),
  trigger: (node, text) => void node.setValue(text === "OK"),
  rank: (node, text) => void node.setValues(words(text)),
  upload: (node, text) => void node.setValue(text === "" ? null : new File(["x"], text)),
  select: (node, text) => void node.selectValues(node.selectType === "select1" ? [text] : words(text)),
  note: () => "a note takes no answer",
  "model-value": () => "the form has no question here",
};

/** Whether a stored instance's value at this node stays: what is calculated or preloaded does not. */
export function isWritable(node) {
  const { bind } = node.definition;
  return node.currentState.instanceValue !== undefined && bind.calculate == null && bind.preload == null;
}

/** Whether the form makes this value a single time: a stored one stays. */
export function isCalculatedOnce(node) {
  const { calculate } = node.definition.bind;
  return calculate != null && /^\s*once\(/.test(calculate.expression);
}

/**
 * Put a text where reading a stored instance would put it, also what nobody can enter: a choice that is not
 * offered, an answer to a hidden or calculated question. The reason when that cannot be done, else null. What an
 * expression of the form throws goes on: the instance is of no use after it.
 */
export function write(node, text) {
  if (node.nodeType === "note" || node.setValueState === undefined) return enter(node, text);
  if (node.currentState.readonly) return "it is read-only";
  node.setValueState(runtime[node.nodeType]?.(node, text) ?? text);
  return null;
}

const runtime = {
  range: (node, text) => (text === "" ? null : text),
  trigger: (node, text) => text.toLowerCase() === "ok",
  rank: (node, text) => words(text),
  select: (node, text) => (node.selectType === "select1" ? [text] : words(text)),
};

/** What the engine says of one node; what a group or repeat has not is absent. */
export function told(node) {
  const state = node.currentState;
  const said = { relevant: state.relevant };
  if (state.instanceValue === undefined) return said;
  const { constraint, required } = node.validationState;
  return {
    ...said,
    value: state.instanceValue,
    required: state.required,
    readonly: state.readonly,
    answered: required.valid,
    valid: constraint.valid,
    ...(state.label ? { label: state.label.asString } : {}),
    ...(state.valueOptions ? { choices: state.valueOptions.map((item) => item.value) } : {}),
  };
}
