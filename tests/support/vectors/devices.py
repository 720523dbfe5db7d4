"""What a device keeps and tells of files, clocks, showings, and the audit's chains."""

import json
from collections.abc import Iterator
from typing import Any

from domain.files import FileAnswer
from domain.filled import DRIFT_MS, FIRST_MS
from domain.operations import Value
from tests.support.vectors.cases import VILLAGES, Case, cases_of, operation_json, record_of
from tests.support.vectors.views import entered

HASH, SMALL = "A" * 43, "_" * 42 + "8"
DAY = 24 * 3600 * 1000
SEND = 1_790_000_000_000


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("file", *_files())
    yield from cases_of("filesNamed", *_named())
    yield from cases_of(
        "digestBytes", *((f"a hash: {one!r}", one) for one in (HASH, SMALL, "A" * 42 + "B", "A" * 22, ""))
    )
    yield from cases_of("head", *((f"a head: {one!r}", one) for one in HEADS))
    yield from cases_of("contradicts", *_chains())
    yield from cases_of(
        "kecamatan", ("of villages", [*reversed(VILLAGES), VILLAGES[0], "x", "64.02.18"]), ("of none", [])
    )
    yield from cases_of("lease", *_leases())
    yield from cases_of("opened", *_opened())
    yield from cases_of("urgent", *_urgent())
    yield from cases_of("filledAt", *_filled())
    yield from cases_of("clock", *_clocks())
    yield from cases_of("offset", *_offsets())


HEADS = [
    "0.", "1." + "A" * 16, "12345." + "-_" * 8, "0." + "A" * 16, "1.", "1", "", "abc", "01." + "A" * 16,
    "1." + "A" * 17,
    f"{2**53 - 1}." + "A" * 16, "9" * 17 + "." + "A" * 16, "1." + "A" * 16 + "\n", "-1." + "A" * 16,
]  # fmt: skip


def _files() -> Iterator[tuple[str, Any]]:
    whole = FileAnswer(HASH, "foto.jpg", 12, "image/jpeg", "2026-03-01T10:22:33", "-0.5 117.1 3", SMALL)
    yield "all that may be said", whole.to_text()
    yield "the least", FileAnswer(HASH, "é😀").to_text()
    yield "the small picture is the file", FileAnswer(HASH, "x", thumbnail=HASH).to_text()
    yield "what is no digest never arrives", FileAnswer("typed", "x", thumbnail="y").to_text()
    for odd in ({"hash": HASH}, {"name": "x"}, {"hash": 1, "name": "x"}, {}):
        yield f"no file: {odd}", json.dumps(odd)
    for member, value in (
        ("size", -1), ("size", True), ("size", "1"), ("size", 1.5), ("size", 0), ("type", 1), ("time",
        None), ("more", []),
    ):  # fmt: skip
        yield f"{member} is {value!r}", json.dumps({"hash": HASH, "name": "x", member: value})
    for text in ("", "{", "x{}", " {}", "[]", '{"hash":', "{" * 5000):
        yield f"no object: {text[:8]!r} {len(text)}", text


def _named() -> Iterator[tuple[str, Any]]:
    photo, typed = FileAnswer(HASH, "a", thumbnail=SMALL).to_text(), FileAnswer("typed", "b").to_text()
    rows: Any = [
        ("a", photo, ()),
        ("b", typed, ()),
        ("c", "text", ()),
        ("d", {"hash": HASH, "name": "x"}, ()),
        ("e", photo, ()),
    ]
    yield "files in answers", operation_json(rows)
    yield "none", operation_json([("a", "1", ())])


def _chains() -> Iterator[tuple[str, Any]]:
    a, b = "A" * 16, "B" * 16
    for one, later in (
        ((1, a), (2, b)), ((2, a), (1, b)), ((1, a), (1, a)), ((1, a), (1, b)), ((1, a), (1, a + "C" * 6)),
        ((1, a + "D" * 6), (1, a)), ((0, ""), (0, "")), ((1, a), (0, "")), ((0, ""), (1, a)),
    ):  # fmt: skip
        yield f"{one} and {later}", [one, later]


def _leases() -> Iterator[tuple[str, Any]]:
    yield (
        "by the wall clock",
        {"days": 2, "moments": [[SEND, "", 0], [SEND + DAY // 2, "", 0], [SEND + 2 * DAY, "", 0]]},
    )
    yield (
        "a clock that goes back",
        {"days": 30, "moments": [[SEND, "", 0], [0, "", 0], [SEND + 5, "", 0], [SEND + DAY, "", 0]]},
    )
    yield (
        "within one boot the wall clock says nothing",
        {"days": 30, "moments": [[SEND, "b", 5], [0, "b", 9], [2 * SEND, "b", 8]]},
    )
    yield (
        "the machine was started again",
        {"days": 1, "moments": [[SEND, "b", 5], [SEND, "c", DAY], [SEND, "", 0], [SEND, "d", 1]]},
    )
    yield "without end", {"days": 0, "moments": [[0, "", 0], [99 * DAY, "", 0], [198 * DAY, "", 0]]}


def _opened() -> Iterator[tuple[str, Any]]:
    yield (
        "a report",
        [
            [[record_of(1), record_of(2)], "read", "asha", 1, 5, None, 3],
            [[record_of(3)], "list", "asha", 2, 2, -7, 1],
        ],
    )
    yield "an empty one", []


def _urgent() -> Iterator[tuple[str, Any]]:
    danger = "bahaya_segera"
    everything: list[dict[str, Value]] = [
        {f"g/{danger}": "1"}, {danger: "1"}, {f"g/{danger}": "0"}, {f"{danger}/x": "1"}, {f"x_{danger}": "1"},
        {"a": "1", f"m/m_1/{danger}": "1"}, {danger: {"$": "1"}, "$village": "1"},
    ]  # fmt: skip
    for answers in everything:
        yield f"said: {answers}", {"states": {record_of(1): [entered(record_of(1), answers)]}}


def _filled() -> Iterator[tuple[str, Any]]:
    yield "nothing was entered", {"entered": [], "otherwise": 7}
    sound, early, late = [SEND, 0, SEND + 9], [FIRST_MS - 1, 0, SEND], [SEND + DRIFT_MS + 1, 0, SEND]
    for claim, rows in {
        "the latest": [sound, [SEND + 3, 2, SEND + 9]], "a clock of long ago": [early],
        "a clock ahead": [late],
        "at the bounds": [[FIRST_MS, 0, SEND]], "at the other bound": [[SEND + DRIFT_MS, 0, SEND]],
        "set right by its offset": [[5, SEND - 5, SEND]], "set wrong by it": [[SEND, -SEND, SEND + 1]],
    }.items():  # fmt: skip
        yield claim, {"entered": rows, "otherwise": 7}


def _clocks() -> Iterator[tuple[str, Any]]:
    for time in (0, FIRST_MS - 1, FIRST_MS, SEND, SEND + DRIFT_MS, SEND + DRIFT_MS + 1):
        for offset in (None, 0, DRIFT_MS, -DRIFT_MS - 1):
            yield f"{time} {offset}", [time, offset, SEND]


def _offsets() -> Iterator[tuple[str, Any]]:
    for meta in (
        None,
        {},
        {"offset_ms": 5},
        {"offset_ms": -5},
        {"offset_ms": "5"},
        {"offset_ms": True},
        {"offset_ms": None},
    ):
        yield f"meta: {meta}", operation_json([("a", "1", ())], meta=meta)
