"""What is refused before anything is saved."""

from collections.abc import Iterator
from typing import Any

from domain.operations import DEAD
from tests.support.vectors.cases import Case, cases_of, record_of
from tests.support.vectors.views import entered

RECORD = record_of(1)


def _field(path: str, role: str | None = None) -> dict[str, Any]:
    around = [path.split("/")[0]] if "/" in path else []
    return {"path": path, "type": "text", "label": {}, "pdp": "umum", "role": role, "group": around}


FORM: dict[str, Any] = {
    "format": 2, "form_id": "f", "version": "1", "title": {"id": "F"}, "languages": ["id"], "choices": {},
    "fields": [_field("g/a"), _field("nik", "nik"), _field("kk", "kk"), _field("nama", "nama"),
    _field("m/*/x")],
    "groups": [{"path": "g", "label": {}}], "repeats": [{"path": "m", "label": {}}],
}  # fmt: skip
ONE: dict[str, Any] = {
    "$village": "v1", "$x": "1", "$review": "submitted", "$of": "1", "nik": "64*1", "m/m_1": "at", "m": "up"
}  # fmt: skip
OTHER: dict[str, Any] = {
    "$village": "v2", "$x": "2", "$review": {"a": 1}, "$of": "2", "nik": "64*2", "m/m_1": "it", "m": "down"
}  # fmt: skip
FILLED: dict[str, Any] = {
    "h/b": "1",
    "m/m_1/x": "2",
    "m/m_2": "answer",
    "n/m_3/x": "1",
    "g": DEAD,
    "n/m_4": "answer",
}
SHARED = {
    "form": {"definition": FORM},
    "disputed": {
        "submission": {RECORD: [entered(RECORD, ONE), entered(RECORD, OTHER, salt="t", author="budi")]}
    },
    "filled": {"submission": {RECORD: [entered(RECORD, FILLED)]}},
}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("reserved", *_reserved())
    yield from cases_of("unsettling", *_unsettling(), of=("disputed",))
    yield from cases_of("masked", *_masked(), of=("form",))
    yield from cases_of("masked", ("without a form", {"values": {"nik": "64*1"}}))
    yield from cases_of("masked", *_chosen(), of=("form", "disputed"))
    for claim, of in {
        "by the form": ("form",),
        "by what is there": ("filled",),
        "by both": ("form", "filled"),
        "people disagree": ("form", "disputed"),
    }.items():
        yield from cases_of("noQuestion", *((f"{claim}: {one}", {"paths": [one]}) for one in PATHS), of=of)
    below = ("a question with something below it", {"paths": ["nik", "nik/z"]})
    yield from cases_of("noQuestion", below, of=("form",))
    for path in PATHS:
        yield Case(f"by what is entered beside: {path}", "noQuestion", {"paths": [path, f"{path}/z"]})
    yield from cases_of(
        "noMember", *((f"by the form: {one}", {"path": one}) for one in MEMBERS), of=("form", "filled")
    )
    yield from cases_of(
        "noMember", *((f"by the look of it: {one}", {"path": one}) for one in MEMBERS), of=("filled",)
    )


PATHS = ("g/a", "g", "m", "m/m_1", "m/m_2", "m/m_1/x", "nik", "h", "h/b", "new", "$village", "")
MEMBERS = ("m/m_1", "m/m_2", "m/new", "m", "n/m_3", "n/m_4", "n/x", "m_1", "g", "g/a", "$village", "g/m_1")


def _reserved() -> Iterator[tuple[str, Any]]:
    for paths in ([], ["a"], ["a", "$village"], ["$new"], ["a/$b"]):
        yield f"entered: {paths}", {"paths": paths, "but": []}
        yield f"entered, the village apart: {paths}", {"paths": paths, "but": ["$village"]}


def _unsettling() -> Iterator[tuple[str, Any]]:
    for path, value in (
        ("$village", "v3"), ("$x", "1"), ("$x", "3"), ("$y", "1"), ("$review", "submitted"), ("$of", "1"),
        ("a", "1"),
    ):  # fmt: skip
        yield f"{value} at {path}", {"path": path, "value": value}


def _masked() -> Iterator[tuple[str, Any]]:
    for path in ("nik", "kk", "nama", "g/a", "other"):
        for value in ("64**09", "6409", "", "*"):
            yield f"{value!r} at {path}", {"values": {path: value}}
    yield "a marker", {"values": {"nik": DEAD}}


def _chosen() -> Iterator[tuple[str, Any]]:
    for value in ("64*1", "64*3"):
        yield f"chosen of two: {value}", {"values": {"a": "*", "nik": value}}
