// Cases: the lists of those whom the office follows (children, families, deliveries), by ODK's specification. The port
// of `domain/cases`.
//
// A case is a record of kind `case:<list>`; its paths are the properties of the list, beside `label` and `$village`.
// Filled forms create and update it in the operation that files them, see `docs/forms.md`.

export { askedOfForm, ownCaseIds, targetsOf, type Answers, type Form } from "./aims.ts";
export { answersAfter, filingOfEdits } from "./correcting.ts";
export { isBegunAnew, listVisited } from "./entities.ts";
export { Evaluations, Unevaluated, askedOf, type Asked, type Evaluated } from "./evaluations.ts";
export {
  casesConcerned,
  filingOf,
  piecesForCases,
  seenInCases,
  type Filing,
  type Seen,
} from "./following.ts";
export { CASE, LABEL, begunBy, caseKind, caseName, caseOf, folded, listOf } from "./naming.ts";
export { NO_OPENING, openFromCase, type Opening } from "./opening.ts";
export {
  applied,
  listsOfMembers,
  listsPersons,
  mayBeOne,
  recognize,
  recognizedPieces,
  type Recognition,
} from "./recognizing.ts";
export { caseDefinition } from "./wording.ts";
