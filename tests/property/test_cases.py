"""
A case is the fold of what forms said of it, whatever the order: and nobody overwrites what he has not seen.

Visits are filed on copies of the case that know of some of the visits before, as on phones that sync when
they can; then everything is folded in another order. Seen to fail when `_in_view` named every value of a
property: a value went that nobody had seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from domain.cases import Filing, Form, begun_by, open_from_case, pieces_for_cases
from domain.compose import Piece, Stamp, seal
from domain.merge import RecordState, fold, view
from domain.operations import Operation
from tests.support.builders import REPLICA, VILLAGE
from tests.support.casework import ASHA, CHILD, FOLLOW_UP
from tests.support.forms import context, definition

FIRST = "00000000-0000-4000-8000-000000000001"
CASE = begun_by(FIRST, "", "anak")
ASKED = {"g_hak/stel_pakaian": "stel_pakaian", "g_asuh/jam_sendiri": "jam_sendiri"}


@dataclass(frozen=True)
class Visit:
    """A follow-up: which of the operations before its officer knows, and what he answers anew."""

    knows: frozenset[int]
    answers: dict[str, str]


visits = st.lists(
    st.builds(
        Visit,
        st.frozensets(st.integers(0, 5)),
        st.dictionaries(st.sampled_from(sorted(ASKED)), st.sampled_from("123"), max_size=2),
    ),
    max_size=6,
)


def form_of(form_id: str, record: str, case: str | None) -> Form:
    return Form(definition(form_id), record, case, ("64.02",), context())


def sealed(pieces: Sequence[Piece], n: int) -> Operation:
    return seal(pieces, Stamp(REPLICA, n, "asha", 1_790_000_000_000 + n, "AAAAAAAAAAA", {}))


def beginning() -> Operation:
    filing = Filing(form_of(CHILD, FIRST, None), VILLAGE, ASHA)
    return sealed(pieces_for_cases(filing), 1)


def filed(visit: Visit, seen: RecordState, n: int) -> Operation | None:
    """A follow-up from the case as its officer sees it; none where it says nothing of it."""
    record = f"00000000-0000-4000-8000-{n:012}"
    form = form_of(FOLLOW_UP, record, CASE)
    opening = open_from_case(form.definition, seen)
    answers = {**opening.answers, "g_tugas/status_keberadaan": "1", **visit.answers}
    filing = Filing(form, VILLAGE, answers, untouched=opening.answers.keys() - visit.answers.keys())
    pieces = pieces_for_cases(replace(filing, cases={CASE: seen}))
    of_case = [piece for piece in pieces if piece.record == CASE]
    return sealed(of_case, n) if of_case else None


def folded(operations: Sequence[Operation]) -> RecordState:
    state: RecordState | None = None
    arrived: set[str] = set()
    for one in operations:
        state = fold(state, [one], CASE, arrived)
        arrived.add(one.id)
    assert state is not None
    return state


@given(visits, st.randoms(use_true_random=False))
def test_a_case_is_the_same_in_whatever_order_its_forms_arrive(given_visits, chance):
    operations = [beginning()]
    for number, visit in enumerate(given_visits, start=2):
        known = [one for place, one in enumerate(operations) if place in visit.knows or place == 0]
        made = filed(visit, folded(known), number)
        if made is not None:
            operations.append(made)
            _names_only_what_was_shown(made, folded(known))
    mixed = list(operations)
    chance.shuffle(mixed)
    assert folded(mixed).to_bytes() == folded(operations).to_bytes() == _at_once(mixed).to_bytes()


def _names_only_what_was_shown(made: Operation, seen: RecordState) -> None:
    shown = view(seen).answers
    for path, _, preds in made.part_of(CASE).changes:
        assert {one.value for one in seen.at(path) if one.id in preds} <= {shown.get(path)}
        assert set(preds) <= {one.id for one in seen.at(path)}


def _at_once(operations: Sequence[Operation]) -> RecordState:
    return fold(None, operations, CASE)


@given(visits)
def test_a_visit_that_changes_nothing_says_nothing_of_the_case(given_visits):
    state = folded([beginning()])
    for number, visit in enumerate(given_visits, start=2):
        made = filed(visit, state, number)
        asked = {ASKED[path]: value for path, value in visit.answers.items()}
        shown = view(state).answers
        changed = {name for name, value in asked.items() if shown.get(name) != value}
        told = set(made.part_of(CASE).paths) if made else set()
        assert changed - told == set()
        assert told - changed <= {"status_keberadaan"}
        if made:
            state = fold(state, [made], CASE)
