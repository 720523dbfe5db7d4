"""
An office's list beside what people say of a case: no value is lost, and saying it again changes nothing.

A history is any order of imports of a row and of edits by officers, each of whom sees some of what is there.
Seen to fail when an import named all survivors, when it named none of its own, and without the question
whether a value was answered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from domain.cases import Past, changes_of_row, is_told_otherwise, leaves_conflict, past_of
from domain.merge import RecordState, fold, view
from domain.operations import Change, Operation, Value
from tests.support.builders import RECORD, operation

KIND, PATHS = "case:anak", ("nama", "rt")
VALUES = st.sampled_from("123")
rows = st.dictionaries(st.sampled_from(PATHS), VALUES, min_size=1)
edits = st.tuples(st.sampled_from(PATHS), VALUES, st.sets(st.integers(0, 3)))
histories = st.lists(st.one_of(rows, edits), max_size=12)

Step = dict[str, str] | tuple[str, str, set[int]]


@dataclass
class Case:
    """A case that imports and officers write; each operation with whether an import made it."""

    log: list[tuple[Operation, bool]] = field(default_factory=list)
    state: RecordState | None = None

    def write(self, changes: Sequence[Change], *, by_import: bool) -> Operation:
        made = operation(
            [(one.path, one.value, one.preds) for one in changes],
            record=RECORD,
            kind=KIND,
            n=len(self.log) + 1,
            form=None,
        )
        self.state = fold(self.state, [made], RECORD, {one.id for one, _ in self.log})
        self.log.append((made, by_import))
        return made

    def import_row(self, row: dict[str, str]) -> Operation | None:
        past = past_of(RECORD, self.log) if self.state and is_told_otherwise(self.state, row) else Past()
        changes = changes_of_row(self.state, row, past)
        return self.write(changes, by_import=True) if changes else None

    def edit(self, path: str, value: str, seen: set[int]) -> None:
        there = self.state.at(path) if self.state else ()
        named = tuple(one.id for place, one in enumerate(there) if place in seen)
        self.write([Change(path, value, named)], by_import=False)

    def play(self, history: Iterable[Step]) -> "Case":
        for step in history:
            if isinstance(step, dict):
                self.import_row(step)
            else:
                self.edit(*step)
        return self

    def values(self, path: str) -> set[Value]:
        return set(self.state.values_at(path)) if self.state else set()


@given(histories, rows)
def test_importing_a_row_twice_is_importing_it_once(history, row):
    case = Case().play(history)
    case.import_row(row)
    before = case.state
    assert case.import_row(row) is None
    assert case.state == before


@given(histories, rows)
def test_an_import_replaces_nothing_that_somebody_else_said(history, row):
    case = Case().play(history)
    others = {one.id for one, by_import in case.log if not by_import}
    before = {path: {one.id for one in case.state.at(path)} & others for path in PATHS} if case.state else {}
    made = case.import_row(row)
    for path, ids in before.items():
        assert ids <= {one.id for one in case.state.at(path)}
    if made:
        assert {one for _, one in made.part_of(RECORD).named}.isdisjoint(others)


@given(histories, rows)
def test_what_a_row_says_is_there_afterwards_or_was_replaced_by_somebody_who_saw_it(history, row):
    case = Case().play(history)
    case.import_row(row)
    named = {pair for one, _ in case.log for pair in one.part_of(RECORD).named}
    for path, value in row.items():
        said = {one.id for one, _ in case.log if one.part_of(RECORD).value_at(path) == value}
        assert value in case.values(path) or (said and all((path, one) in named for one in said))


@given(histories, rows)
def test_a_correction_of_what_the_list_says_stays_however_often_it_is_imported(history, row):
    case = Case().play(history)
    case.import_row(row)
    for path in row:
        case.edit(path, "9", set(range(9)))
    assert case.import_row(row) is None
    assert all(case.values(path) == {"9"} for path in row)


@given(histories, rows)
def test_a_row_is_in_conflict_exactly_when_somebody_has_to_choose(history, row):
    case = Case().play(history)
    before = case.state
    made = case.import_row(row)
    changes = made.part_of(RECORD).changes if made else ()
    disputed = view(case.state).conflicts.keys() & {change.path for change in changes}
    assert leaves_conflict(before, changes) == bool(disputed)
