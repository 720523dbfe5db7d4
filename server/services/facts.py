"""What is kept beside the documents of submissions, rounds and assignments, as their states say it."""

from collections.abc import Iterator, Mapping

from domain.cases import CASE
from domain.handing_over import notes_of
from domain.merge import RecordState, view
from domain.operations import RECORD_ID, SUBMISSION
from domain.planning import ASSIGNMENT, is_not_found, read_assignment, read_round, round_of
from domain.review import officers_of, review_of
from server.store.facts import AboutAssignment, AboutLate, AboutPart, AboutSubmission, Facts
from server.store.records import StoredRecord, parent_of


def facts_of(stored: Mapping[str, StoredRecord], updated: Mapping[str, int]) -> Facts:
    """Of records of any kinds; `updated` is when each was last changed."""
    states = [one.state for one in stored.values()]
    return Facts(
        [row for one in stored.values() for row in _of_submission(one, updated)],
        [row for state in states for row in _of_part(state)],
        [one for state in states if (one := read_round(state))],
        [row for state in states for row in _of_assignment(state)],
        [row for state in states for row in _late_in(state)],
    )


def _of_submission(stored: StoredRecord, updated: Mapping[str, int]) -> Iterator[AboutSubmission]:
    state = stored.state
    if state.kind != SUBMISSION:
        return
    seen = view(state)
    case, officers = seen.answers.get(CASE), officers_of(state)
    for place, village in enumerate(sorted(stored.villages)):
        yield AboutSubmission(
            record=state.record,
            village=village,
            place=place,
            form=(state.form or "").partition("@")[0],
            state=review_of(state, seen).state.value,
            conflicts=len(seen.conflicts) + len(seen.removals),
            updated=updated[state.record],
            officer=officers[0] if officers else "",
            round=round_of(state),
            case_id=case if isinstance(case, str) and RECORD_ID.fullmatch(case) else None,
            is_not_found=is_not_found(state),
        )


def _of_part(state: RecordState) -> Iterator[AboutPart]:
    if submission := parent_of(state):
        yield AboutPart(state.record, submission, review_of(state, view(state)).state.value)


def _of_assignment(state: RecordState) -> Iterator[AboutAssignment]:
    if one := read_assignment(state):
        yield AboutAssignment(
            one.record, one.village, one.round, one.case, one.officer, one.due, one.is_disputed
        )


def _late_in(state: RecordState) -> Iterator[AboutLate]:
    for submission, author in notes_of(state).late.items() if state.kind == ASSIGNMENT else ():
        yield AboutLate(state.record, submission, author)
