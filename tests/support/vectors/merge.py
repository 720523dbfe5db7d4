"""The state of a record after operations in batches."""

from collections.abc import Iterator
from typing import Any

from domain.canonical import Json
from domain.operations import ALIVE, DEAD, Value, read_operation
from tests.support.builders import RECORD
from tests.support.vectors.cases import (
    MEMBERS,
    NOBODYS,
    Case,
    Histories,
    cases_of,
    operation_json,
    plain_value,
)

HISTORIES = 12


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("fold", *_chosen(), *_drawn())


def _drawn() -> Iterator[tuple[str, Any]]:
    for seed in range(HISTORIES):
        histories = Histories(seed, RECORD, plain_value)
        batches = histories.batches(histories.drawn(most=6))
        yield f"history {seed}", {"record": RECORD, "batches": batches, "members": MEMBERS[seed % 3 :][:1]}


def _entered(path: str, value: Value, *sees: Json, salt: str = "s", **facts: Any) -> dict[str, Json]:
    return operation_json([(path, value, [read_operation(one).id for one in sees])], salt=salt, **facts)


def _told(*batches: list[Any], members: tuple[str, ...] = ("m/m_1",)) -> dict[str, Any]:
    return {"record": RECORD, "batches": list(batches), "members": list(members)}


def _chosen() -> Iterator[tuple[str, Any]]:
    first = _entered("a", "1", time=5)
    second = _entered("a", "2", first, time=1)
    other = _entered("a", "3", first, time=9, author="budi")
    yield "an answer replaces what it has seen, whatever the clocks say", _told([first, second])
    yield "what is replaced may come later", _told([second], [first])
    yield "two who have not seen each other disagree", _told([first, second, other])
    yield "what was replaced before is no stranger", _told([first], [second], [other])
    yield "the same said twice is no conflict", _told([first, second, _entered("a", "2", first, salt="t")])
    yield "what is named and never comes is remembered", _told([_entered("a", "1", salt="x"), _forged("a")])
    same = operation_json([("a", "1", ()), ("\ue000", "2", ()), ("😀", "3", ()), ("e\u0301", "4", ())])
    yield "paths are sorted by code point", _told([same])
    yield (
        "names that JavaScript keeps for itself",
        _told(
            [
                operation_json(
                    [
                        ("__proto__", "1", ()),
                        ("constructor", {"__proto__": {"x": 1}}, ()),
                        ("10", "", ()),
                        ("9", "", ()),
                    ]
                )
            ]
        ),
    )
    yield (
        "true is 1 where answers are compared",
        _told([_entered("a", {"n": 1, "l": [True]}), _entered("a", {"l": [1], "n": True}, salt="t")]),
    )
    yield (
        "other members, other lists, other numbers are others",
        _told(
            [_entered("a", {"n": 1}), _entered("a", {"n": 1, "m": None}, salt="t")],
            [
                _entered("b", {"n": [1]}),
                _entered("b", {"n": [1, 1]}, salt="t"),
                _entered("b", {"n": ["1"]}, salt="u"),
            ],
        ),
    )
    yield "operations that disagree on the kind", _told([first, _entered("b", "1", kind="case:anak")])
    yield from _removals()


def _forged(path: str) -> dict[str, Json]:
    return operation_json([(path, "2", [NOBODYS, "_____________________w"])], salt="forged")


def _removals() -> Iterator[tuple[str, Any]]:
    value = _entered("m/m_1/x", "1", time=1)
    unseen = _entered("m/m_1/y", "2", time=2, author="budi", salt="t")
    deeper = _entered("m/m_1/s/m_2/z", "3", time=3, salt="u")
    beside = _entered("m/m_10/x", "4", salt="v")
    removal = _entered("m/m_1", DEAD, value, time=4)
    yield "a removal hides what it has seen", _told([value, removal, beside])
    yield "before what it hides has come", _told([removal], [value])
    yield "what it has not seen contests it", _told([value, unseen, removal])
    yield "also what lies deeper", _told([value, deeper, removal], members=("m/m_1", "m/m_1/s/m_2", "m"))
    whole = _entered("m/m_1", DEAD, value, unseen, time=5, author="citra", salt="w")
    yield "two removals have seen together", _told([value, unseen, removal, whole])
    half = _entered("m/m_1", DEAD, unseen, time=5, author="citra", salt="w")
    yield "each has seen half", _told([value, unseen, removal, half])
    back = _entered("m/m_1", ALIVE, removal, time=6)
    yield "taken back, all is there again", _told([value, removal, back])
    yield "taken back by one, removed by another", _told([value, removal, back, whole, unseen])
    again = _entered("m/m_1", DEAD, back, value, time=7, salt="again")
    yield "and removed again", _told([value, removal, back, again])
    yield "an answer at the member itself", _told([_entered("m/m_1", "x", salt="at"), value, removal])
    yield (
        "what looks like a marker and is none",
        _told([value, _entered("m/m_1", {"$": "dead", "x": 1}, value)]),
    )
    inner = _entered("m/m_1/s/m_2", DEAD, deeper, time=5)
    yield (
        "a removed member in a removed one",
        _told([deeper, inner, _entered("m/m_1", DEAD, inner, deeper, salt="o")]),
    )
    yield (
        "a removal names ids twice",
        _told([operation_json([("m/m_1", DEAD, [read_operation(value).id] * 2)]), value]),
    )
