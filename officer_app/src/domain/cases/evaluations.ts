// What the XForms engine makes of a form's answers, as far as cases need it.
//
// Where the office evaluates a form's expressions itself (`domain/forms/evaluation.py`), a phone has the engine, which
// lives in the page. So what is not known yet is told as wanted; the page has it evaluated and asks again.

import { canonicalText, compareCodePoints, digestOf } from "../canonical.ts";
import { VerilapError } from "../errors.ts";
import type { FormDefinition } from "../forms/definition.ts";
import { atAndAbove } from "../merge.ts";

/** A form's answers that are to be evaluated as if they were a stored instance; `key` tells them apart. */
export interface Asked {
  readonly key: string;
  readonly form: string;
  readonly answers: Readonly<Record<string, string>>;
  /** What is entered then, by path. */
  readonly entered: Readonly<Record<string, string>>;
}

/**
 * What the engine said of the answers of a key, by record paths.
 *
 * `hidden` are the groups, members and questions that are not relevant; `calculated` the values of what nobody
 * enters: calculations, and of entity elements `…/label`, `…/@create`, `…/@update`, `…/@id`; `set` what the form set
 * because of what was entered. `isStopped`: it failed, and nothing of it counts.
 */
export interface Evaluated {
  readonly key: string;
  readonly hidden: readonly string[];
  readonly calculated: Readonly<Record<string, string>>;
  readonly set: Readonly<Record<string, string>>;
  readonly isStopped: boolean;
}

/** Nothing can be saved before these have been evaluated. Nobody reads it: it becomes an answer to the page. */
export class Unevaluated extends VerilapError {
  readonly wanted: readonly Asked[];

  constructor(wanted: readonly Asked[]) {
    super("the form has to be evaluated first", "unevaluated");
    this.wanted = wanted;
  }
}

/** What is known of sets of answers. */
export class Evaluations {
  readonly #known: ReadonlyMap<string, Evaluated>;

  constructor(known: Iterable<Evaluated> = []) {
    this.#known = new Map(Array.from(known, (one) => [one.key, one]));
  }

  /** Throws `Unevaluated` naming all of these that are not known, so that the page is asked once. */
  require(asked: readonly Asked[]): void {
    const wanted = new Map(asked.map((one) => [one.key, one]));
    for (const key of wanted.keys()) if (this.#known.has(key)) wanted.delete(key);
    if (wanted.size) throw new Unevaluated([...wanted.values()]);
  }

  /** What the engine said. Throws `Unevaluated`. */
  of(asked: Asked): Evaluated {
    this.require([asked]);
    return this.#known.get(asked.key) as Evaluated;
  }
}

/** Answers of a form as they are to be evaluated, with what is entered then. */
export function askedOf(
  definition: FormDefinition,
  answers: ReadonlyMap<string, string>,
  entered: ReadonlyMap<string, string> = new Map(),
): Asked {
  const form = definition.identity;
  const key = digestOf(canonicalText([form, inOrder(answers), inOrder(entered)]));
  return { key, form, answers: Object.fromEntries(answers), entered: Object.fromEntries(entered) };
}

function inOrder(answers: ReadonlyMap<string, string>): [string, string][] {
  return [...answers].sort(([one], [other]) => compareCodePoints(one, other));
}

/** One set of answers as the engine evaluated it. */
export class Evaluation {
  readonly isStopped: boolean;
  readonly #hidden: ReadonlySet<string>;
  readonly #calculated: ReadonlyMap<string, string>;

  /**
   * `real` are the values, by path, that calculations have in truth: the engine makes the id of a form's own case up,
   * on each device another, and everything that is calculated from it holds that one.
   */
  constructor(said: Evaluated, real: ReadonlyMap<string, string> = new Map()) {
    this.isStopped = said.isStopped;
    this.#hidden = new Set(said.hidden);
    const calculated = new Map(Object.entries(said.calculated));
    const made = [...real].map(([path, value]) => [calculated.get(path), value] as const);
    for (const [path, value] of calculated) {
      calculated.set(
        path,
        made.reduce((text, [from, to]) => (from ? text.replaceAll(from, to) : text), value),
      );
    }
    for (const [path, value] of real) if (calculated.has(path)) calculated.set(path, value);
    this.#calculated = calculated;
  }

  /** Whether the question, group or member at a record's path is asked. */
  isRelevant(path: string): boolean {
    for (const above of atAndAbove(path)) if (this.#hidden.has(above)) return false;
    return true;
  }

  /** What is calculated at a path, the empty text where nothing is. */
  calculated(path: string): string {
    return this.#calculated.get(path) ?? "";
  }

  /** Whether a condition holds at a path: its value as a text, by XPath's rules for numbers and texts. */
  isTrue(path: string): boolean {
    return !["", "false", "0", "NaN"].includes(this.calculated(path));
  }
}
