"""
Cases: the lists of those whom the office follows (children, families, deliveries), by ODK's specification.

A case is a record of kind ``case:<list>``; its paths are the properties of the list, beside ``label`` and
``$village``. Filled forms create and update it in the operation that files them, see ``docs/forms.md``.
"""

from domain.cases.aims import Form, targets_of
from domain.cases.correcting import answers_after, filing_of_edits
from domain.cases.entities import list_visited
from domain.cases.following import Filing, Seen, cases_concerned, pieces_for_cases, seen_in_cases
from domain.cases.importing import (
    Past,
    case_of_key,
    changes_of_row,
    is_told_otherwise,
    leaves_conflict,
    past_of,
)
from domain.cases.naming import CASE, LABEL, begun_by, case_kind, case_name, case_of, list_of
from domain.cases.opening import Opening, open_from_case
from domain.cases.recognizing import Recognition, lists_of_members, lists_persons, may_be_one, recognize
from domain.cases.telling import entities_told, ids_calculated
from domain.cases.wording import case_definition

__all__ = [
    "CASE",
    "LABEL",
    "Filing",
    "Form",
    "Opening",
    "Past",
    "Recognition",
    "Seen",
    "answers_after",
    "begun_by",
    "case_definition",
    "case_kind",
    "case_name",
    "case_of",
    "case_of_key",
    "cases_concerned",
    "changes_of_row",
    "entities_told",
    "filing_of_edits",
    "ids_calculated",
    "is_told_otherwise",
    "leaves_conflict",
    "list_of",
    "list_visited",
    "lists_of_members",
    "lists_persons",
    "may_be_one",
    "open_from_case",
    "past_of",
    "pieces_for_cases",
    "recognize",
    "seen_in_cases",
    "targets_of",
]
