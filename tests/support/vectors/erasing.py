"""What is left of an operation when somebody's data are erased."""

from collections.abc import Iterator
from typing import Any

from domain.operations import DEAD
from tests.support.builders import with_part
from tests.support.vectors.cases import NOBODYS, Case, cases_of, operation_json, record_of

STAYS, GONE, FAMILY = record_of(1), record_of(2), record_of(3)


def _operation(**facts: Any) -> dict[str, Any]:
    """One about a family with a child, that names an operation, and a case beside it."""
    decision = {
        "decision": "return",
        "remarks": {"m/m_1/x": "?", "a": "!", "m/m_10": "-", "m/m_8/x": "8", "m/m_9": "9"},
        "comment": "c",
    }
    changes: Any = [
        ("a", "1", [NOBODYS]),
        ("m/m_1/x", "2", []),
        ("m/m_1", DEAD, []),
        ("m/m_10/x", "3", []),
        ("m/m_2/s/m_1/x", "4", []),
        ("$review", decision, []),
    ]
    meta = {"form": "f@1", "offset_ms": 5, "import": "i", "app": "x", "undoes": NOBODYS}
    sent = operation_json(changes, record=FAMILY, **{"meta": meta, "more": {"name": "unknown"}, **facts})
    return with_part(sent, GONE, "case:anak", ["label", "A", [], "beside"], ["$village", "64.02.18.2007", []])  # type: ignore[no-any-return]


SHARED = {"family": {"operation": _operation()}}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("redact", *_redacted(), of=("family",))
    yield from cases_of("redact", *_others())
    yield from cases_of("redactAgain", *_again(), of=("family",))


def _redacted() -> Iterator[tuple[str, Any]]:
    for claim, places in {
        "nothing": [],
        "what it says nothing of": [[STAYS], [STAYS, "m/m_1"]],
        "a member that it says nothing of": [[FAMILY, "m/m_3"]],
        "one of its records": [[GONE]],
        "a member": [[FAMILY, "m/m_1"]],
        "two members, the inner one of which is named last": [[FAMILY, "m/m_2"], [FAMILY, "m/m_2/s/m_1"]],
        "a member of the record that is gone": [[GONE, "m/m_1"], [GONE]],
        "a record and a member": [[GONE], [FAMILY, "m/m_1"], [FAMILY, "m/m_1"]],
        "what only a remark says": [[FAMILY, "m/m_9"]],
        "a remark, and a member that it says nothing of": [[FAMILY, "m/m_9"], [FAMILY, "m/m_7"]],
        "all records": [[GONE], [FAMILY]],
        "a member by its whole name": [[FAMILY, "m"]],
    }.items():
        yield claim, {"places": places}
    yield "all that a part says", {"places": [[FAMILY, "a"], [GONE, "label"], [GONE, "$village"]]}


def _others() -> Iterator[tuple[str, Any]]:
    yield "meta that says nothing", {"operation": _operation(meta=None), "places": [[GONE]]}
    plain = operation_json([("a", "1", ())], record=FAMILY)
    yield "nothing else is left", {"operation": plain, "places": [[FAMILY]]}
    odd = operation_json([("$review", "submitted", ()), ("a", "1", ())], record=FAMILY)
    yield "a review that remarks on nothing", {"operation": odd, "places": [[FAMILY, "a"]]}


def _again() -> Iterator[tuple[str, Any]]:
    yield "more is erased later", {"places": [[GONE]], "further": [[FAMILY, "m/m_1"]]}
    yield "the same again", {"places": [[GONE]], "further": [[GONE]]}
    remarked = [[FAMILY, "m/m_8"], [FAMILY, "m/m_9"]]
    yield "of one remark, then of both", {"places": remarked[:1], "further": remarked}
    yield "of a member, then the whole", {"places": [[FAMILY, "m/m_1"]], "further": [[FAMILY]]}
