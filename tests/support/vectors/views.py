"""A submission with its restricted parts as one form."""

import random
from collections.abc import Iterator
from typing import Any

from domain.canonical import Json
from domain.merge import fold
from domain.operations import DEAD, RESTRICTED, Value, read_operation
from tests.support.builders import with_part
from tests.support.vectors.cases import (
    MEMBERS,
    VILLAGES,
    Case,
    Histories,
    cases_of,
    operation_json,
    plain_value,
    record_of,
)

PATHS = ["a", "b", "c", "$review", "$village", "m/m_1/x", "m/m_1/s/m_2/z"]
SUBMISSION, FIRST, SECOND = record_of(1), record_of(2), record_of(3)
DRAWN = 6


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("dossier", *_reviewed(), *_chosen(), *drawn())


def drawn() -> Iterator[tuple[str, dict[str, Any]]]:
    """Dossiers drawn by chance: a submission and up to two parts that may hold anything."""
    for seed in range(DRAWN):
        sent = Histories(1000 + seed, SUBMISSION, plain_value).drawn(5, PATHS)
        parts = {
            record: Histories(2000 + seed * 2 + place, record, plain_value).drawn(
                3, [*PATHS, "$of"], kind="restricted"
            )
            for place, record in enumerate([FIRST, SECOND][: seed % 3])
        }
        chance = random.Random(seed)
        asked = [chance.choice(PATHS), chance.choice(MEMBERS)]
        yield f"dossier {seed}", {"submission": {SUBMISSION: sent}, "parts": parts, "paths": asked}


def _of(
    *sent: Json, parts: dict[str, list[Json]] | None = None, paths: tuple[str, ...] = ("a",)
) -> dict[str, Any]:
    return {"submission": {SUBMISSION: list(sent)}, "parts": parts or {}, "paths": list(paths)}


def entered(record: str, answers: dict[str, Value], *sees: Json, **facts: Any) -> Json:
    """An operation that answers all this, with what `sees` say on the screen."""
    seen = [read_operation(one) for one in sees]
    state = fold(None, seen, record) if seen else None
    rows = [
        (path, value, [one.id for one in state.at(path)] if state else []) for path, value in answers.items()
    ]
    return operation_json(rows, record=record, **facts)


def _reviewed() -> Iterator[tuple[str, Any]]:
    filled = entered(SUBMISSION, {"a": "1", "$village": VILLAGES[0], "$review": "submitted"}, time=1)
    etag = fold(None, [read_operation(filled)], SUBMISSION).etag
    for decision in ("approve", "return", "reject", "postpone"):
        told: dict[str, Json] = {
            "decision": decision,
            "etag": etag,
            "comment": "!",
            "remarks": {"a": "?", "b": 1},
        }
        reviewed = entered(SUBMISSION, {"$review": told}, filled, time=2, author="sari")
        yield f"reviewed: {decision}", _of(filled, reviewed)
        later = entered(SUBMISSION, {"a": "2"}, filled, time=3)
        yield f"and changed later: {decision}", _of(filled, reviewed, later)
        other = entered(SUBMISSION, {"$review": {**told, "comment": 7}}, filled, time=2, author="tono")
        yield f"twice, neither seen by the other: {decision}", _of(filled, reviewed, other)
    odd_values: list[Value] = ["approved", {"decision": ["approve"]}, {"decision": None}, {}]
    other_answer = entered(SUBMISSION, {"a": "3"}, time=4, salt="other")
    disputed = fold(None, [read_operation(filled), read_operation(other_answer)], SUBMISSION).etag
    approval: Value = {"decision": "approve", "etag": disputed}
    approved = entered(SUBMISSION, {"$review": approval}, filled, time=5)
    yield "an approval counts for nothing while people disagree", _of(filled, other_answer, approved)
    for odd in odd_values:
        yield f"no decision: {odd!r}", _of(filled, entered(SUBMISSION, {"$review": odd}, filled, time=2))
    stale: Value = {"decision": "approve", "etag": None, "comment": None, "remarks": []}
    yield "an approval of nothing", _of(filled, entered(SUBMISSION, {"$review": stale}, filled, time=2))


def _chosen() -> Iterator[tuple[str, Any]]:
    marked = entered(SUBMISSION, {"a": RESTRICTED, "b": "1", "$village": VILLAGES[0]})
    part = entered(
        FIRST, {"$of": SUBMISSION, "$village": VILLAGES[0], "a": "secret"}, kind="restricted", time=2
    )
    other = entered(SECOND, {"$of": SUBMISSION, "a": "other"}, kind="restricted", time=3, author="budi")
    same = entered(SECOND, {"$of": SUBMISSION, "a": "secret"}, kind="restricted", time=3, author="budi")
    gone = entered(FIRST, {"a": RESTRICTED}, part, kind="restricted", time=4)
    yield "an answer that may not be read", _of(marked)
    yield "one that may be read", _of(marked, parts={FIRST: [part]})
    yield "two that differ", _of(marked, parts={FIRST: [part], SECOND: [other]})
    yield "two that agree", _of(marked, parts={FIRST: [part], SECOND: [same]})
    yield "it was settled in another part", _of(marked, parts={FIRST: [part, gone]})
    yield "settled here, readable there", _of(marked, parts={FIRST: [part, gone], SECOND: [other]})
    opened = entered(SUBMISSION, {"a": "open"}, time=9, salt="open")
    yield "an open answer beside it", _of(marked, opened, parts={FIRST: [part]})
    within = entered(SUBMISSION, {"m/m_1/x": RESTRICTED, "m/m_1/y": "1"})
    removed = entered(SUBMISSION, {"m/m_1": DEAD}, time=5, salt="removal")
    seen = operation_json([("m/m_1", DEAD, [read_operation(within).id])], record=SUBMISSION, time=6)
    below = entered(FIRST, {"m/m_1/x": "secret"}, kind="restricted")
    paths = ("m/m_1", "m/m_1/x")
    yield "below a removed member", _of(within, seen, parts={FIRST: [below]}, paths=paths)
    yield (
        "below a member whose removal is contested",
        _of(within, removed, parts={FIRST: [below]}, paths=paths),
    )
    both = operation_json([("a", RESTRICTED, ()), ("b", "1", ())], record=SUBMISSION)
    text = with_part(both, FIRST, "restricted", ["a", "s", []])
    yield "answer and marker of one operation", _of(text, parts={FIRST: [text]})
    returned: Value = {"decision": "return", "etag": "x", "comment": "", "remarks": {}}
    parts = {FIRST: [part, entered(FIRST, {"$review": returned}, kind="restricted", time=8)]}
    yield "a return of a restricted part", _of(marked, parts=parts)
    yield (
        "a case, which has no parts",
        _of(entered(SUBMISSION, {"label": "A", "$village": VILLAGES[0]}, kind="case:anak")),
    )
    two = [entered(SUBMISSION, {"$village": one}, time=n, salt=one) for n, one in enumerate(VILLAGES)]
    yield "in several villages", _of(*two, paths=("$village",))
