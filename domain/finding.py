"""By what a record is found: the names, numbers and the case that it says, however they are spelt."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from domain.cases.naming import CASE, LABEL, list_of
from domain.forms.definition import FormDefinition
from domain.matching import beginnings_in, looked_for, number_in
from domain.merge import RecordState
from domain.operations import RECORD_ID

NAME_ROLES: Final = frozenset({"nama", "nama_panggilan", "nama_ibu", "nama_lain", "nama_kasus"})
NUMBER_ROLES: Final = frozenset({"nik", "kk"})
NAME, NUMBER, ABOUT = "name", "number", "about"
RULES: Final = 1
"""Of this module and `domain.matching`; with another number everything is worked out anew."""


class Term(NamedTuple):
    """One thing by which records are found: the beginning of a word, a whole number, a case's id."""

    kind: str
    text: str


def terms_of(state: RecordState, definition: FormDefinition | None) -> frozenset[Term]:
    """
    Everything by which a record is found, by the roles of its questions (of a case: its properties).

    Of values that people disagree on all count, and so does what was removed: nobody who looks misses one.
    """
    return frozenset(_terms(state, definition))


def _terms(state: RecordState, definition: FormDefinition | None) -> Iterator[Term]:
    names = []
    for path, _, value, _ in state.rows:
        if not isinstance(value, str):
            continue
        if path == CASE and RECORD_ID.fullmatch(value):
            yield Term(ABOUT, value)
        elif path == LABEL and list_of(state.kind):
            names.append(value)
        elif definition and (role := definition.role_at(path)):
            if role in NAME_ROLES:
                names.append(value)
            elif role in NUMBER_ROLES and (number := number_in(value)):
                yield Term(NUMBER, number)
    yield from (Term(NAME, one) for one in beginnings_in(names))


def terms_looked_for(text: str) -> list[frozenset[Term]]:
    """Of each of these groups a record has to have one; nothing where nothing can be looked for."""
    if number := number_in(text):
        return [frozenset({Term(NUMBER, number)})]
    return [_named(one) for one in looked_for(text)]


def _named(beginnings: Iterable[str]) -> frozenset[Term]:
    return frozenset(Term(NAME, one) for one in beginnings)
