// Entering the text of an answer at a node of the engine.

import { readFileAnswer } from "../domain/files.ts";
import type { Leaf } from "./nodes.ts";

/** What the engine has and does not offer: by it stored values are read. */
interface Inner {
  setValueState(value: string): void;
  decodeInstanceValue(value: string): string;
}

/**
 * Enters an answer as a record has it. Of a file it is the name; its bytes stay with the device. Throws what an
 * expression of the form throws, and where the engine takes no answer here.
 */
export function enterText(node: Leaf, text: string): void {
  switch (node.nodeType) {
    case "input":
      node.setValue(text);
      return;
    case "range":
      node.setValue(text === "" ? null : text);
      return;
    case "trigger":
      node.setValue(text === "OK");
      return;
    case "rank":
      node.setValues(wordsIn(text));
      return;
    case "select":
      node.selectValues(node.selectType === "select1" ? [text].filter(Boolean) : wordsIn(text));
      return;
    case "upload":
      // Without a file the engine would go back to the name that it was opened with.
      node.setValue(new File([], text));
      return;
    default:
      throw new Error(`a ${node.nodeType} takes no answer`);
  }
}

/** Puts a member's id into the question that holds it, which the form calculates once. */
export function writeOnce(node: Leaf, text: string): void {
  (node as unknown as Inner).setValueState(text);
}

/** The names of the choices in an answer. */
export function wordsIn(text: string): string[] {
  return text.split(/[ \t\r\n]+/).filter(Boolean);
}

/**
 * Whether a node that says `text` now was opened with `kept`: the engine writes `5` of a decimal question as `5.0`,
 * and leaves out what is no value, or no choice on offer.
 */
export function isSame(node: Leaf, kept: string, text: string): boolean {
  if (kept === text) return true;
  if (node.nodeType === "select" || node.nodeType === "rank") {
    const words = new Set(wordsIn(kept));
    return wordsIn(text).every((word) => words.has(word));
  }
  if (node.nodeType === "upload") return (readFileAnswer(kept)?.name ?? kept) === text;
  return (node as unknown as Inner).decodeInstanceValue(kept) === text;
}
