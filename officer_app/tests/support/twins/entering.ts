// What is refused before anything is saved, and how names are found.

import { sorted } from "../../../src/domain/canonical.ts";
import type { Dossier } from "../../../src/domain/dossier.ts";
import {
  refuseMasked,
  refuseNoMember,
  refuseNoQuestion,
  refuseReserved,
  refuseUnsettling,
} from "../../../src/domain/entering.ts";
import { FormDefinition } from "../../../src/domain/forms/definition.ts";
import { beginningsIn, beginningsOf, lookedFor, numberIn, wordsOf } from "../../../src/domain/matching.ts";
import { dossierOf, type Deed, type Given } from "./asked.ts";

function read(given: Given): [FormDefinition | null, Dossier | null] {
  const definition = given.definition ? FormDefinition.fromJson(given.definition) : null;
  return [definition, given.submission ? dossierOf(given) : null];
}

/** A deed that refuses or says nothing: as Python, null. */
function refusing(refuse: (given: Given) => void): Deed {
  return (given) => {
    refuse(given);
    return null;
  };
}

function name(given: string): unknown {
  const words = wordsOf(given);
  return [words, words.map((word) => sorted(beginningsOf(word))), lookedFor(given).map(sorted)];
}

export const DEEDS: Record<string, Deed> = {
  reserved: refusing((given) => refuseReserved(given.paths, ...given.but)),
  unsettling: refusing((given) => refuseUnsettling(dossierOf(given), given.path, given.value)),
  masked: refusing((given) => refuseMasked(new Map(Object.entries(given.values)), ...read(given))),
  noQuestion: refusing((given) => refuseNoQuestion(given.paths, ...read(given))),
  noMember: refusing((given) => refuseNoMember(dossierOf(given), given.path, read(given)[0])),
  name,
  names: (given) => sorted(beginningsIn(given)),
  number: numberIn,
};
