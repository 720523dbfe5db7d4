// By which control a question is answered.

import type { Leaf } from "../../forms/nodes.ts";

export type Kind =
  | "note"
  | "text"
  | "number"
  | "moment"
  | "choices"
  | "chooser"
  | "rank"
  | "range"
  | "geopoint"
  | "geopath"
  | "picture"
  | "file"
  | "barcode"
  | "acknowledge"
  | "shown";

/** More choices than these are looked for, not scrolled to. */
export const MOST_LISTED = 12;

/** `shown`: an answer that nobody enters here. */
export function kindOf(node: Leaf): Kind {
  switch (node.nodeType) {
    case "note":
      return "note";
    case "trigger":
      return "acknowledge";
    case "range":
    case "rank":
      return node.currentState.readonly ? "shown" : node.nodeType;
    case "upload":
      return node.nodeOptions.media.type === "image" ? "picture" : "file";
    case "select": {
      if (node.currentState.readonly) return "shown";
      const { minimal, autocomplete } = node.appearances;
      return minimal || autocomplete || node.currentState.valueOptions.length > MOST_LISTED
        ? "chooser"
        : "choices";
    }
    case "input":
      return node.currentState.readonly ? "shown" : inputKinds[node.valueType as keyof typeof inputKinds];
    default:
      return "shown";
  }
}

const inputKinds = {
  string: "text",
  int: "number",
  decimal: "number",
  boolean: "text",
  date: "moment",
  time: "moment",
  dateTime: "moment",
  geopoint: "geopoint",
  geotrace: "geopath",
  geoshape: "geopath",
  binary: "text",
  barcode: "barcode",
  intent: "text",
} as const satisfies Record<string, Kind>;

/** The words of an appearance: `columns-2`, `new-front`. */
export function appearancesOf(node: Leaf): ReadonlySet<string> {
  return new Set((node.appearances ?? []) as Iterable<string>);
}

/** What every control is given. `labelled` and `described` are ids for screen readers. */
export interface ControlProps {
  readonly node: Leaf;
  readonly path: string;
  readonly id: string;
  readonly labelled: string;
  readonly described: string;
  readonly isFaulty: boolean;
}

/** The answer of a question as text. Read in a rendering it follows the form. */
export function textOf(node: Leaf): string {
  return node.currentState.instanceValue;
}

/** The question whether a child is in danger now, in whatever group a form asks it. */
const DANGER = /(?:^|\/)bahaya_segera$/;
const YES = "1";

/** Whether an answer says that a child is in danger now. */
export function tellsDanger(path: string, node: Leaf): boolean {
  return DANGER.test(path) && textOf(node) === YES;
}
