// Members who are entered anew and are cases already: so that a second visit does not begin them twice. The port of
// `domain/cases/recognizing.py`.
//
// A member is somebody whom the office knows by the same number (NIK), or where one of the two has none by the same
// name and birth date, and only among the cases that name the form's own case: the children of the family. Where
// exactly one fits and no other member is it, the member names it; that is an answer like any other, and whoever
// clears it says that it is somebody else. Everything less certain is told and left to people.

import { compareCodePoints } from "../canonical.ts";
import type { Piece } from "../compose.ts";
import type { FormDefinition } from "../forms/definition.ts";
import { isUnder, type RecordState } from "../merge.ts";
import { SUBMISSION } from "../operations.ts";
import { aimsOf, membersOf, type Member } from "./aims.ts";
import { BIRTH_DATE, CASE_ID, NAME, NIK, entitiesOf, linkOf, type Entity } from "./entities.ts";
import type { Filing } from "./following.ts";
import { begunBy, caseKind, folded } from "./naming.ts";

/** Gives the cases in view of `listsOfMembers`: at least those that say one of the texts somewhere. */
export type Find = (texts: ReadonlySet<string>) => Iterable<RecordState>;

/**
 * The members of a form who are known, with their cases.
 *
 * `known` name one from now on; of `doubtful` members it is for people to say. `questions` are the paths where members
 * say it, `dropped` those members that a case filled in, that nobody touched, and that another one is.
 */
export interface Recognition {
  readonly known: ReadonlyMap<string, RecordState>;
  readonly doubtful: ReadonlyMap<string, readonly RecordState[]>;
  readonly questions: ReadonlyMap<string, string>;
  readonly dropped: ReadonlySet<string>;
}

const NOBODY: Recognition = {
  known: new Map(),
  doubtful: new Map(),
  questions: new Map(),
  dropped: new Set(),
};

/** The answers that say who is known, by path. */
function namedIn({ known, questions }: Recognition): Map<string, string> {
  return new Map(Array.from(known, ([member, one]) => [questions.get(member) ?? "", one.record]));
}

/** The filing with what was recognized. */
export function applied(found: Recognition, filing: Filing): Filing {
  const named = namedIn(found);
  const isKept = (path: string): boolean => ![...found.dropped].some((member) => isUnder(path, member));
  return {
    ...filing,
    answers: new Map([...[...filing.answers].filter(([path]) => isKept(path)), ...named]),
    entered: new Set([...filing.entered, ...named.keys()]),
    untouched: new Set([...filing.untouched].filter(isKept)),
  };
}

/** What was recognized as changes of the submission `record`, in which nobody has said it so far. */
export function recognizedPieces(found: Recognition, record: string): Piece[] {
  return [...namedIn(found)].map(([path, value]) => ({
    record,
    kind: SUBMISSION,
    change: { path, value, preds: [] },
  }));
}

type Fit = "same" | "perhaps" | "none";

/** Whether the cases of a list are persons: it knows birth dates. One person has several deliveries. */
export function listsPersons(words: FormDefinition): boolean {
  return words.withRole(BIRTH_DATE).length > 0;
}

/**
 * Whether two cases of a list of persons may be the same one: by number, or by name and birth date.
 *
 * `words` is the list's definition, which knows what its properties are (`caseDefinition`).
 */
export function mayBeOne(words: FormDefinition, one: RecordState, other: RecordState): boolean {
  const isAlike = (role: string): boolean =>
    words.withRole(role).some(({ path }) => {
      const there = told(other, path);
      return [...told(one, path)].some((said) => there.has(said));
    });
  return one.record !== other.record && (isAlike(NIK) || (isAlike(NAME) && isAlike(BIRTH_DATE)));
}

function told(state: RecordState, name: string): Set<string> {
  const said = state.valuesAt(name).flatMap((value) => (typeof value === "string" ? folded(value) : []));
  return new Set(said.filter(Boolean));
}

/** The lists of which the members of a form may be cases already. */
export function listsOfMembers(definition: FormDefinition): Set<string> {
  const linked = entitiesOf(definition).filter((one) => linkOf(definition, one));
  return new Set(linked.map((one) => one.listName));
}

/** Who the members of a form are that is about to be saved. Throws `Unevaluated`. */
export function recognize(filing: Filing, find: Find): Recognition {
  return listsOfMembers(filing.form.definition).size ? new Search(filing, find).result() : NOBODY;
}

/** The form's case and the members' numbers: what a case says that is one of them. */
function marksOf({ form, answers }: Filing): Set<string> {
  const marks = new Set(form.case ? [form.case] : []);
  const asked = new Set(form.definition.withRole(NIK).map((one) => one.path));
  for (const [path, value] of asked.size ? answers : []) {
    if (typeof value === "string" && value && asked.has(form.definition.definitionPath(path)))
      marks.add(value);
  }
  return marks;
}

class Search {
  readonly #filing: Filing;
  readonly #definition: FormDefinition;
  readonly #find: Find;
  readonly #members: readonly Member[];
  readonly #before: ReadonlySet<string>;
  readonly #claims = new Map<string, Set<string>>();
  #cases: ReadonlyMap<string, RecordState> | null = null;

  constructor(filing: Filing, find: Find) {
    this.#filing = filing;
    this.#definition = filing.form.definition;
    this.#find = find;
    this.#members = membersOf(filing.form, filing.answers).filter((one) =>
      linkOf(this.#definition, one.entity),
    );
    this.#before = new Set(filing.before ? aimsOf(filing.form, filing.before).keys() : []);
    for (const one of this.#members) for (const record of this.#claimed(one)) this.#claim(record, one.path);
  }

  result(): Recognition {
    const known = new Map<string, RecordState>();
    const doubtful = new Map<string, readonly RecordState[]>();
    for (const one of this.#members.filter((member) => this.#isOpen(member))) {
      const { same, perhaps } = this.#candidates(one);
      const free = same.filter((state) => this.#isFree(state.record));
      const [only] = free;
      if (only && free.length === 1) {
        known.set(one.path, only);
        this.#claim(only.record, one.path);
      } else if ((same.length || perhaps.length) && begins(one)) {
        doubtful.set(one.path, [...same, ...perhaps]);
      }
    }
    const questions = new Map(this.#members.map((one) => [one.path, this.#question(one)]));
    return { known, doubtful, questions, dropped: this.#dropped() };
  }

  get #known(): ReadonlyMap<string, RecordState> {
    this.#cases ??= new Map(Array.from(this.#find(marksOf(this.#filing)), (one) => [one.record, one]));
    return this.#cases;
  }

  #claim(record: string, member: string): void {
    this.#claims.set(record, (this.#claims.get(record) ?? new Set()).add(member));
  }

  /** The cases that a member is already: the one that it names, and the one that it began. */
  #claimed(member: Member): string[] {
    const named = this.#filing.answers.get(this.#question(member));
    return [...(typeof named === "string" && named ? [named] : []), this.#begun(member)];
  }

  #question({ entity, path }: Member): string {
    return entity.memberPath(entity.question(this.#definition, CASE_ID) ?? "", path);
  }

  #begun({ entity, path }: Member): string {
    return begunBy(this.#filing.form.record, path, entity.listName);
  }

  /** Untouched members whose case somebody has entered beside them. */
  #dropped(): Set<string> {
    const shared = [...this.#claims.values()].filter((claimers) => claimers.size > 1);
    return new Set(shared.flatMap((claimers) => [...claimers].filter((one) => this.#isUntouched(one))));
  }

  /** Whether it is still to be said who a member is: nobody said so, and it began no case before. */
  #isOpen(member: Member): boolean {
    const { answers, before, entered } = this.#filing;
    const begun = this.#begun(member);
    if (answers.has(this.#question(member)) || this.#before.has(begun)) return false;
    const isNew = before === null || begins(member);
    const isEntered = isNew || [...entered].some((path) => isUnder(path, member.path));
    return isEntered && !this.#known.has(begun);
  }

  /** Whether nobody but members that their case filled in are it. */
  #isFree(record: string): boolean {
    return [...(this.#claims.get(record) ?? [])].every((one) => this.#isUntouched(one));
  }

  /** Whether a member is as its case filled it in, with nothing entered. */
  #isUntouched(member: string): boolean {
    const { answers, untouched } = this.#filing;
    return [...answers.keys()].every((path) => !isUnder(path, member) || untouched.has(path));
  }

  /** Cases of the family that are the member, and those of which one may think so. */
  #candidates(member: Member): { same: RecordState[]; perhaps: RecordState[] } {
    const link = linkOf(this.#definition, member.entity) ?? "";
    const kind = caseKind(member.entity.listName);
    const [same, perhaps]: [RecordState[], RecordState[]] = [[], []];
    const states = [...this.#known.values()].filter((state) => state.kind === kind);
    for (const state of states.sort((one, other) => compareCodePoints(one.record, other.record))) {
      const fit = fitOf(this.#definition, member, state);
      const isFamily = state.valuesAt(link).some((one) => one === this.#filing.form.case);
      if (fit === "same" && isFamily) same.push(state);
      else if ((fit !== "none" && isFamily) || agrees(this.#definition, member, state, NIK) === true) {
        perhaps.push(state);
      }
    }
    return { same, perhaps };
  }
}

function begins(member: Member): boolean {
  return member.aim !== null && member.aim.isBegun;
}

/** How well a case fits a member. */
function fitOf(definition: FormDefinition, member: Member, state: RecordState): Fit {
  const byNumber = agrees(definition, member, state, NIK);
  const byName = agrees(definition, member, state, NAME);
  const byDate = agrees(definition, member, state, BIRTH_DATE);
  if (byNumber || (byNumber === null && byName && byDate)) return "same";
  return !byName || (byNumber === false && byDate === false) ? "none" : "perhaps";
}

/** Whether a member and a case say the same of a role; null where one of them says nothing. */
function agrees(
  definition: FormDefinition,
  member: Member,
  state: RecordState,
  role: string,
): boolean | null {
  const name = propertyOf(definition, member.entity, role);
  const said = folded(member.said.get(name)?.value ?? "");
  const there = told(state, name);
  return said && there.size ? there.has(said) : null;
}

function propertyOf(definition: FormDefinition, entity: Entity, role: string): string {
  return entity.saveTo.get(entity.question(definition, role) ?? "") ?? "";
}
