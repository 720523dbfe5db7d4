// A form that somebody fills in: its nodes under the paths of the record, and what has to be kept of them.

import type { RepeatInstanceNode, RepeatRangeNode, RootNode } from "@getodk/xforms-engine";
import { isBeginning, openRoot, type Surroundings } from "./engine.ts";
import { enterText, isSame, writeOnce } from "./entering.ts";
import { newMemberId } from "./members.ts";
import { isLeaf, isRange, nodesOf, type Container, type Leaf, type Node } from "./nodes.ts";
import { momentText } from "./moments.ts";
import { readFileAnswer } from "../domain/files.ts";
import type { Filling } from "../worker/api.ts";
import type { Language } from "../words/words.ts";

export type Answer = readonly [path: string, text: string];

/** What a calculation says that gives another value each time: the first one is kept. */
const DRAWN = /\b(?:once|uuid|random)\s*\(/;
const LONGEST_SET = 10_000;

export class Form {
  readonly filling: Filling;
  readonly root: RootNode;
  readonly #now: () => number;
  readonly #memberIds = new Map<string, string>();
  readonly #known: Map<string, readonly string[]>;
  /** What nobody enters here and the form does not set: it is disputed, unreadable, or an id. */
  readonly #left: ReadonlySet<string>;
  readonly #kept: Map<string, string>;
  readonly #entered = new Set<string>();
  /** What is to be kept whatever the form shows now. */
  readonly #pending = new Map<string, string>();
  #nodes = new Map<string, Node>();
  #paths = new Map<string, string>();
  /** Whether an answer can make a repeat longer or shorter. */
  #isCounted = false;
  /** How many members there are. */
  #members = 0;
  /** The questions that hold members' ids. */
  #ids = new Set<string>();

  private constructor(filling: Filling, root: RootNode, now: () => number) {
    this.filling = filling;
    this.root = root;
    this.#now = now;
    this.#known = new Map(Object.entries(filling.members));
    this.#left = new Set([...filling.disputed, ...filling.unreadable, ...Object.keys(filling.ownCases)]);
    this.#kept = new Map(Object.entries(filling.answers));
    this.#nameMembers();
    for (const [path, id] of Object.entries(filling.ownCases)) this.#write(path, id);
  }

  /** Opens the form of a draft. Throws an `Error` where the engine cannot. */
  static async open(
    filling: Filling,
    language: Language,
    surroundings: Surroundings & { readonly now?: () => number } = {},
  ): Promise<Form> {
    const form = new Form(filling, await openRoot(filling, surroundings), surroundings.now ?? Date.now);
    form.setLanguage(language);
    if (isBeginning(filling)) {
      form.#enterAgain(filling.prefilled);
      form.#begin(() => true);
    }
    return form;
  }

  /** Shows the form in a language, if it has it. */
  setLanguage(language: Language): void {
    const { languages } = this.root;
    const found = languages.find((one) => one.language.endsWith(`(${language})`));
    if (found && !found.isSyntheticDefault) this.root.setLanguage(found);
  }

  /** Everything below the root with its path, in the order of the form. */
  nodes(): Iterable<readonly [string, Node]> {
    return this.#nodes;
  }

  nodeAt(path: string): Node | undefined {
    return this.#nodes.get(path);
  }

  /** The record's path of a node, by its id in the engine. */
  pathOf(nodeId: string): string {
    return this.#paths.get(nodeId) ?? "";
  }

  /** Every question and calculation with its path, in the order of the form. */
  *leaves(): Generator<readonly [string, Leaf]> {
    for (const [path, node] of this.#nodes) if (isLeaf(node)) yield [path, node];
  }

  /** What is kept of an answer: of a file its whole value, where the engine knows the name alone. */
  kept(path: string): string {
    return this.#kept.get(path) ?? "";
  }

  /** Enters an answer. Throws where the engine does not take it; what it took by then stays. */
  enter(path: string, text: string): void {
    const node = this.#nodes.get(path);
    if (!node || !isLeaf(node)) throw new Error(`there is no question ${path}`);
    this.#entered.add(path);
    enterText(node, text);
    if (this.#isCounted) this.#nameMembers();
  }

  /** Shows what a file became that the device has kept by itself. */
  attached(path: string, value: string): void {
    this.#kept.set(path, value);
    this.enter(path, readFileAnswer(value)?.name ?? value);
    this.#entered.delete(path);
  }

  /** Adds a member to a repeat; gives its path. The device hears of it with its first answer. */
  addMember(repeat: string, id = newMemberId(this.#now())): string {
    const range = this.#nodes.get(repeat);
    if (range?.nodeType !== "repeat-range:uncontrolled") throw new Error(`${repeat} takes no member`);
    range.addInstances();
    const added = range.currentState.children.at(-1);
    if (added) this.#memberIds.set(added.nodeId, id);
    this.#nameMembers();
    this.#begin((path) => path.startsWith(`${repeat}/${id}/`));
    return `${repeat}/${id}`;
  }

  /** Takes a member out of the form; the device is asked by whoever calls this. */
  removeMember(path: string): void {
    const node = this.#nodes.get(path);
    const range = node?.nodeType === "repeat-instance" ? node.parent : undefined;
    if (!node || range?.nodeType !== "repeat-range:uncontrolled") throw new Error(`${path} is no member`);
    range.removeInstances(
      range.currentState.children.findIndex((one: RepeatInstanceNode) => one.nodeId === node.nodeId),
    );
    const isBelow = (one: string) => one.startsWith(`${path}/`);
    for (const one of [...this.#kept.keys()].filter(isBelow)) this.#kept.delete(one);
    for (const one of [...this.#entered].filter(isBelow)) this.#entered.delete(one);
    for (const one of [...this.#pending.keys()].filter(isBelow)) this.#pending.delete(one);
    this.#nameMembers();
  }

  /** Whether the device knows of a member, which it does by an answer in it. */
  isKept(member: string): boolean {
    return [...this.#kept.keys()].some((path) => path.startsWith(`${member}/`));
  }

  /**
   * What somebody entered, and what the form set by itself, since this was asked: defaults, triggers, what is
   * calculated once. Neither calculations nor what a skip hides; nor a choice that a filter does not offer any
   * more: the record keeps what was entered.
   */
  changes(): Answer[] {
    const found = new Map(this.#pending);
    for (const [path, node] of this.leaves()) {
      const text = this.#change(path, node);
      if (text !== null) found.set(path, text);
    }
    this.#pending.clear();
    this.#entered.clear();
    for (const [path, text] of found) this.#kept.set(path, text);
    return [...found];
  }

  /** Takes back that changes were kept: they will be among the next ones. */
  unkept(changes: readonly Answer[]): void {
    for (const [path, text] of changes) {
      if (this.#kept.get(path) !== text) continue;
      this.#kept.delete(path);
      this.#pending.set(path, text);
    }
  }

  /** What is known when it is finished for the first time: the moment, where the form asks for it. */
  ending(): Answer[] {
    if (this.filling.mode !== "new") return [];
    const ends = [...this.leaves()].filter(([path, { definition }]) => {
      const { preload } = definition.bind;
      return preload?.type === "timestamp" && preload.parameter === "end" && !this.#kept.get(path);
    });
    return ends.map(([path]) => [path, momentText(this.#now())] as const);
  }

  /** The text of a node that is to be kept now, null where nothing is. */
  #change(path: string, node: Leaf): string | null {
    const { relevant, instanceValue: text } = node.currentState;
    if (!relevant || path.startsWith("meta/") || this.#left.has(path) || this.#ids.has(path)) return null;
    const kept = this.#kept.get(path) ?? "";
    if (text === kept) return null;
    const { calculate } = node.definition.bind;
    if (calculate) {
      return DRAWN.test(calculate.expression) && !kept && text.length <= LONGEST_SET ? text : null;
    }
    return this.#entered.has(path) || !isSame(node, kept, text) ? text : null;
  }

  /** The defaults of questions that a skip hides, in what has just begun: they wait for their questions. */
  #begin(isBegun: (path: string) => boolean): void {
    for (const [path, node] of this.leaves()) {
      if (!isBegun(path) || node.currentState.relevant || node.definition.bind.calculate) continue;
      const text = node.definition.template.value;
      if (text && !this.#kept.has(path) && !this.#left.has(path)) this.#pending.set(path, text);
    }
  }

  /** What a case said stands, where a default of the form has come over it. */
  #enterAgain(paths: readonly string[]): void {
    for (const path of paths) {
      const node = this.#nodes.get(path);
      const text = this.kept(path);
      if (!node || !isLeaf(node) || !node.currentState.relevant || node.definition.bind.calculate) continue;
      if (isSame(node, text, node.currentState.instanceValue)) continue;
      enterText(node, text);
    }
  }

  /** Puts an id where the form would make one up. */
  #write(path: string, id: string): void {
    const node = this.#nodes.get(path);
    if (node && isLeaf(node) && node.currentState.instanceValue !== id) writeOnce(node, id);
  }

  /** Gives an id to every member that has none yet: those that it was opened with, then new ones. */
  #nameMembers(): void {
    const added = new Set<string>();
    const count = this.#nameBelow(this.root, "", added);
    if (added.size > 0 || count !== this.#members || this.#nodes.size === 0) this.#index();
    this.#members = count;
    if (added.size === 0) return;
    this.#enterAgain([...this.#kept.keys()].filter((path) => [...added].some((one) => path.startsWith(one))));
  }

  /** Names the members below a node; gives how many there are. */
  #nameBelow(container: Container | RootNode, path: string, added: Set<string>): number {
    let count = 0;
    if (isRange(container)) {
      container.currentState.children.forEach((member, index) => {
        let id = this.#memberIds.get(member.nodeId);
        if (id === undefined) {
          id = this.#nameMember(container, path, index);
          this.#memberIds.set(member.nodeId, id);
          added.add(`${path}/${id}/`);
        }
        count += 1 + this.#nameBelow(member, `${path}/${id}`, added);
      });
      return count;
    }
    for (const child of container.currentState.children) {
      const name = child.definition.qualifiedName.localName;
      if (!isLeaf(child)) count += this.#nameBelow(child, path ? `${path}/${name}` : name, added);
    }
    return count;
  }

  #nameMember(range: RepeatRangeNode, path: string, index: number): string {
    const known = this.#known.get(path) ?? [];
    const isCounted = range.nodeType === "repeat-range:controlled";
    const id = (isCounted || this.#nodes.size === 0 ? known[index] : undefined) ?? newMemberId(this.#now());
    // A repeat that a number makes longer again gets back the members that it had.
    if (isCounted) this.#known.set(path, [...known.slice(0, index), id, ...known.slice(index + 1)]);
    return id;
  }

  #index(): void {
    this.#nodes = new Map(nodesOf(this.root, this.#memberIds));
    this.#paths = new Map([...this.#nodes].map(([path, node]) => [node.nodeId, path]));
    const idQuestions = new Set(this.filling.idQuestions);
    const patterns = new Map<string, string>();
    for (const [path, node] of this.#nodes) {
      if (node.nodeType === "repeat-range:controlled") this.#isCounted = true;
      const above = path.lastIndexOf("/");
      const last = node.nodeType === "repeat-instance" ? "*" : path.slice(above + 1);
      const pattern = above < 0 ? last : `${patterns.get(path.slice(0, above)) ?? ""}/${last}`;
      patterns.set(path, pattern);
      if (!idQuestions.has(pattern) || this.#ids.has(path)) continue;
      this.#ids.add(path);
      this.#write(path, path.split("/").at(-2) ?? "");
    }
  }
}
