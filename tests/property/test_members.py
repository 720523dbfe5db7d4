"""
However a family is visited, a child that its officer knows begins no second case, and loses no answer.

Visits are filed on copies that know of some of the visits before, as on phones that sync when they can. Each
child is left as it was filled in, answered, or entered anew beside what was filled in. Seen to fail when
members were looked for by number only, when a child entered anew replaced what its case said, and when the
untouched member of a child stayed beside the one that was entered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from domain.cases import Filing, Form, begun_by, cases_concerned, open_from_case, pieces_for_cases, recognize
from domain.compose import Stamp, seal
from domain.merge import RecordState, fold, view
from domain.operations import Operation
from tests.support.builders import REPLICA, VILLAGE
from tests.support.casework import FAMILY, FOUND
from tests.support.forms import context, definition

FIRST = "00000000-0000-4000-8000-000000000001"
HOME = begun_by(FIRST, "", "keluarga")
NIK, NAME, BORN, SCHOOL = "a_nik", "a_nama", "a_tgl_lahir", "a_sekolah"
CHILDREN: tuple[Mapping[str, str], ...] = (
    {NAME: "Ani", BORN: "2015-01-02", "a_nik_status": "1", NIK: "6402184201159001"},
    {NAME: "Beni", BORN: "2014-03-04"},
    {NAME: "Cici", "a_umur_perkiraan": "9", "a_nik_status": "1", NIK: "6402184201159003"},
)
LEFT, ANSWERED, ANEW = "left", "answered", "anew"


@dataclass(frozen=True)
class Visit:
    """Which of the visits before its officer knows, and for each child what he does and answers."""

    knows: frozenset[int]
    done: tuple[tuple[str, str], ...]


of_child = st.tuples(st.sampled_from([LEFT, ANSWERED, ANEW]), st.sampled_from("13"))
visits = st.lists(
    st.builds(Visit, st.frozensets(st.integers(0, 4)), st.tuples(of_child, of_child, of_child)), max_size=5
)


@dataclass(frozen=True)
class Filed:
    """What became of a visit: its operation, its form as it is kept, and the cases that its officer knew."""

    operation: Operation
    answers: Mapping[str, object]
    known: Mapping[str, RecordState]


def states_of(operations: Sequence[Operation]) -> dict[str, RecordState]:
    records = {record for one in operations for record in one.records}
    return {
        record: fold(None, [one for one in operations if record in one.records], record) for record in records
    }


def children_of(states: Mapping[str, RecordState]) -> dict[str, RecordState]:
    return {record: state for record, state in states.items() if state.kind == "case:anak"}


def case_of(child: Mapping[str, str], states: Mapping[str, RecordState]) -> list[str]:
    found = children_of(states).items()
    return sorted(record for record, state in found if child[NAME] in state.values_at("nama"))


def entered(child: Mapping[str, str], school: str, member: str) -> dict[str, str]:
    return {f"anggota/{member}/{name}": value for name, value in {**child, SCHOOL: school}.items()}


def first_visit() -> Filed:
    children = {**entered(CHILDREN[0], "1", "m_0"), **entered(CHILDREN[1], "1", "m_1")}
    answers = {**FOUND, "g_kk/nama_kk": "Rahmat", **children}
    return _filed(1, FIRST, None, answers, {}, ())


def filed(visit: Visit, operations: Sequence[Operation], n: int) -> Filed:
    states = states_of(operations)
    opening = open_from_case(definition(FAMILY), states[HOME], states.values())
    given: dict[str, str] = {**FOUND}
    for number, (child, (done, school)) in enumerate(zip(CHILDREN, visit.done, strict=True)):
        for case in case_of(child, states)[:1] if done == ANSWERED else ():
            given[f"anggota/m_{case}/{SCHOOL}"] = school
        if done == ANEW:
            given |= entered(child, school, f"m_{n}{number}")
    answers = {**opening.answers, **given}
    untouched = [path for path, value in opening.answers.items() if answers[path] == value]
    return _filed(n, f"00000000-0000-4000-8000-{n:012}", HOME, answers, states, untouched)


def _filed(
    n: int,
    record: str,
    case: str | None,
    answers: Mapping[str, str],
    states: Mapping[str, RecordState],
    untouched: Sequence[str],
) -> Filed:
    form = Form(definition(FAMILY), record, case, ("64.02",), context())
    filing = Filing(form, VILLAGE, answers, untouched=untouched)
    filing = recognize(filing, lambda _: children_of(states).values()).applied(filing)
    concerned = cases_concerned(form, filing.answers)
    cases = {one: state for one, state in states.items() if one in concerned}
    pieces = pieces_for_cases(replace(filing, cases=cases))
    stamp = Stamp(REPLICA, n, "asha", 1_790_000_000_000 + n, "AAAAAAAAAAA", {})
    return Filed(seal(pieces, stamp), filing.answers, states)


@given(visits)
def test_a_child_that_is_known_begins_no_second_case_and_loses_nothing(given_visits):
    operations = [first_visit().operation]
    for n, visit in enumerate(given_visits, start=2):
        known = [one for place, one in enumerate(operations) if place == 0 or place in visit.knows]
        made = filed(visit, known, n)
        operations.append(made.operation)
        for number, (child, (done, _)) in enumerate(zip(CHILDREN, visit.done, strict=True)):
            own = begun_by(f"00000000-0000-4000-8000-{n:012}", f"anggota/m_{n}{number}", "anak")
            is_certain = len(case_of(child, made.known)) == 1
            assert (own in made.operation.records) == (done == ANEW and not is_certain), (child, done)
        _replaces_only_what_was_on_the_screen(made, visit)
        _names_each_case_once(made)


def _replaces_only_what_was_on_the_screen(made: Filed, visit: Visit) -> None:
    for part in made.operation.parts:
        state = made.known.get(part.record)
        if state is None or part.kind != "case:anak":
            continue
        shown = view(state).answers
        done = next(
            d
            for child, (d, _) in zip(CHILDREN, visit.done, strict=True)
            if part.record in case_of(child, made.known)
        )
        for path, _, preds in part.changes:
            assert {one.value for one in state.at(path) if one.id in preds} <= {shown.get(path)}
            assert done == ANSWERED or not preds


def _names_each_case_once(made: Filed) -> None:
    named = [value for path, value in made.answers.items() if path.endswith("/a_kasus")]
    assert len(named) == len(set(named))
    assert set(named) == set(children_of(made.known))
