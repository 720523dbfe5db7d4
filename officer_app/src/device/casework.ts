// What the forms that are filled on this device say of cases. The port of `client_sync/casework.py`.

import {
  applied,
  askedOfForm,
  caseName,
  caseOf,
  casesConcerned,
  filingOfEdits,
  listsOfMembers,
  openFromCase,
  piecesForCases,
  recognize,
  recognizedPieces,
  type Evaluations,
  type Filing,
  type Form,
  type Opening,
  type Recognition,
  type Seen,
} from "../domain/cases/index.ts";
import type { Edit, Piece } from "../domain/compose.ts";
import type { Dossier } from "../domain/dossier.ts";
import type { FormDefinition } from "../domain/forms/definition.ts";
import type { RecordState } from "../domain/merge.ts";
import type { Store } from "../store/store.ts";
import type { Notice } from "../worker/api.ts";

/** What is said of cases, and what its author is told of it. */
export interface Told {
  readonly pieces: readonly Piece[];
  readonly notices: readonly Notice[];
}

/** A new form as it is kept: its answers, and what it says of cases. */
export interface Filed extends Told {
  readonly answers: ReadonlyMap<string, string>;
}

/** The cases of a store, as whoever fills forms in sees them; `evaluations` are what is known of the forms' rules. */
export class Casework {
  readonly #store: Store;
  readonly #areas: readonly string[];
  readonly #evaluations: Evaluations;

  constructor(store: Store, areas: readonly string[], evaluations: Evaluations) {
    this.#store = store;
    this.#areas = areas;
    this.#evaluations = evaluations;
  }

  /** A submission under its form, as cases are told by it. */
  form(definition: FormDefinition, record: string, caseRecord: string | null): Form {
    return {
      definition,
      record,
      case: caseRecord,
      areas: this.#areas,
      evaluations: this.#evaluations,
    };
  }

  /** What a form begins with that is opened from a case; see `openFromCase`. */
  opening(definition: FormDefinition, found: RecordState): Opening {
    return openFromCase(definition, found, this.#saying(definition, new Set([found.record])));
  }

  /** A new form, in which the members are recognized who are cases already. Throws `Unevaluated`. */
  filed(filing: Filing): Filed {
    const { recognition, notices } = this.#recognized(filing);
    const full = applied(recognition, filing);
    const answers = [...full.answers].filter((one): one is [string, string] => typeof one[1] === "string");
    return { answers: new Map(answers), pieces: this.#pieces(full), notices };
  }

  /**
   * What a correction changes in cases, the members among it who are recognized, and what to tell of them.
   *
   * What `void` operations said in cases is said anew. Throws `Unevaluated`.
   */
  ofEdits(
    definition: FormDefinition,
    dossier: Dossier,
    edits: readonly Edit[],
    pieces: readonly Piece[],
    seen: Seen,
    void_: ReadonlySet<string>,
  ): Told {
    const form = this.form(definition, dossier.record, caseOf(dossier));
    const filing = { ...filingOfEdits(form, dossier, edits, pieces, seen), void: void_ };
    const asked = [dossier.answers, filing.answers].flatMap((answers) => askedOfForm(form, answers));
    this.#evaluations.require(asked);
    const { recognition, notices } = this.#recognized(filing);
    const named = recognizedPieces(recognition, dossier.record);
    return { pieces: [...named, ...this.#pieces(applied(recognition, filing))], notices };
  }

  /** The cases that members of a form may be, and that say one of these texts. */
  #saying(definition: FormDefinition, texts: ReadonlySet<string>): RecordState[] {
    const lists = [...listsOfMembers(definition)].sort();
    return lists.flatMap((name) => this.#store.records.casesSaying(name, texts));
  }

  #recognized(filing: Filing): { recognition: Recognition; notices: Notice[] } {
    const recognition = recognize(filing, (texts) => this.#saying(filing.form.definition, texts));
    const question = (member: string): string => recognition.questions.get(member) ?? "";
    const notices: Notice[] = [];
    for (const [member, found] of recognition.known) {
      const told = { case: found.record, name: caseName(found) || "-" };
      notices.push({ code: "member-known", facts: { question: question(member), ...told } });
    }
    for (const [member, found] of recognition.doubtful) {
      const cases = found.map((one) => `${caseName(one) || "-"} (${one.record})`).join(", ");
      notices.push({ code: "member-doubtful", facts: { question: question(member), cases } });
    }
    return { recognition, notices };
  }

  /** What a submission changes in the cases that are in view here. */
  #pieces(filing: Filing): Piece[] {
    const cases = new Map<string, RecordState>();
    for (const record of casesConcerned(filing.form, filing.answers)) {
      const state = this.#store.records.shown(record);
      if (state) cases.set(record, state);
    }
    return piecesForCases({ ...filing, cases });
  }
}
