// The search over what is on the phone: cases first, then filled forms, then drafts.

import { compareCodePoints } from "../domain/canonical.ts";
import { casefold } from "../domain/text.ts";
import type { Hit } from "../worker/api.ts";
import { dayOf, shortDay } from "../words/when.ts";
import type { Language } from "../words/words.ts";
import type { CardBox, CaseCard, FormCard } from "./cards.ts";
import { draftLine, hintOf, titleOf } from "./lists.ts";
import type { Looking } from "./looking.ts";
import { Index } from "./searching.ts";
import { termsIn } from "./terms.ts";

/** More are no help: whoever sees so many types another letter. */
const MOST_HITS = 50;

interface Placed {
  readonly card: CaseCard | FormCard;
  readonly place: number;
}

export class Finder {
  readonly #desk: Looking;
  #index = new Index<CaseCard | FormCard>();
  #placed = new Map<string, Placed>();
  #edition = -1;

  constructor(desk: Looking) {
    this.#desk = desk;
  }

  /** What fits, by kind and name. */
  find(text: string, box: CardBox, language: Language): Hit[] {
    this.fill(box);
    const cards = this.#index.find(text);
    const drafts = this.#drafts(box, language).find(text);
    const inOrder = [...inOrderOfNames(cards).map((card) => this.#hit(card, language)), ...drafts];
    return inOrder.slice(0, MOST_HITS);
  }

  /**
   * Puts what is new or another one into the index, before anybody looks for it; `isOver` says when to break off, to go
   * on by the next call. Whether it is done. It asks the store for nothing but its villages.
   */
  fill(box: CardBox, isOver: () => boolean = () => false): boolean {
    if (this.#edition >= box.edition) return true;
    const find = (record: string) => box.cases.get(record) ?? box.forms.get(record);
    for (const [record, { card, place }] of this.#placed) {
      if (find(record) === card) continue;
      this.#index.remove(place);
      this.#placed.delete(record);
    }
    const villages = new Map(this.#desk.store.forms.villages().map((one) => [one.code, one.name]));
    for (const cards of [box.cases, box.forms]) {
      for (const [record, card] of cards) {
        if (this.#placed.has(record)) continue;
        if (isOver()) return false;
        const names = [...card.terms.names, villages.get(card.village) ?? ""];
        const place = this.#index.add(card, { ...card.terms, names });
        this.#placed.set(record, { card, place });
      }
    }
    this.#edition = box.edition;
    return true;
  }

  /** The few drafts are read anew each time: they change with every answer. */
  #drafts(box: CardBox, language: Language): Index<Hit> {
    const { drafts, forms } = this.#desk.store;
    const index = new Index<Hit>();
    for (const draft of drafts.all()) {
      const line = draftLine(this.#desk, draft, box);
      const definition = forms.definition(draft.formId ?? box.forms.get(draft.record ?? "")?.form ?? null);
      const hit = {
        record: draft.id,
        kind: "draft" as const,
        name: line.name,
        village: line.village,
        hint: line.formTitle[language],
      };
      index.add(hit, termsIn(drafts.answers(draft.id), definition, line.name));
    }
    return index;
  }

  #hit(card: CaseCard | FormCard, language: Language): Hit {
    const { record, kind, name, village } = card;
    const hint =
      card.kind === "case"
        ? hintOf(card, language)
        : `${titleOf(this.#desk, card.form)[language]} · ${shortDay(dayOf(card.filledAt), language)}`;
    return { record, kind, name, village, hint };
  }
}

/** Cases before forms, then by name, in small letters. */
function inOrderOfNames(cards: readonly (CaseCard | FormCard)[]): (CaseCard | FormCard)[] {
  const keyed = cards.map((card) => ({ card, key: `${card.kind}\n${casefold(card.name)}\n${card.record}` }));
  return keyed.sort((one, other) => compareCodePoints(one.key, other.key)).map(({ card }) => card);
}
