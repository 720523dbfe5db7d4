"""What the office plans, and what an officer has to do."""

from collections.abc import Iterator
from typing import Any

from domain.canonical import Json
from domain.planning import assignment_record, earlier_path, round_record
from tests.support.vectors.cases import NOBODYS, VILLAGES, Case, cases_of, operation_json, record_of

ONE, TWO, CASE, OTHER = record_of(1), record_of(2), record_of(11), record_of(12)
VILLAGE = VILLAGES[0]
SAYS = {
    "$village": VILLAGE,
    "$round": ONE,
    "form": "f",
    "title": "Semester 1",
    "begins": "2026-01-05",
    "due": "2026-03-31",
}
GIVES = {"$village": VILLAGE, "$round": ONE, "$case": CASE, "$assigned": "asha"}


DAYS = [
    "2026-02-28", "2026-02-29", "2024-02-29", "2000-02-29", "2100-02-29", "1999-12-31", "2999-12-31",
    "3000-01-01",
    "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2026-1-1", "", "2026-01-01T00:00",
    "２026-01-01", "2026-01-01\n",
]  # fmt: skip
LINES = [
    ("a title", ["Semester 1", 200]),
    ("what ends a line is left out", ["a\nb\r\tc\u2028d\u0085e", 200]),
    ("what shows nothing is left out, blanks apart", ["a\u00a0b c\u200bd\ufeffe\u3000f\ue000g\u202eh", 200]),
    ("letters count as one, however large", ["😀" * 5 + "abc", 6]),
    ("a marker is no line", [{"$": "dead"}, 5]),
]


def _sent(record: str, kind: str, says: dict[str, Any], **facts: Any) -> Json:
    return operation_json(
        [(path, value, ()) for path, value in says.items()], record=record, kind=kind, **facts
    )


def _round(*says: dict[str, Any], kind: str = "round", record: str = "") -> dict[str, Any]:
    named = {**SAYS, **says[0]}
    record = record or round_record(str(named["$round"]), str(named["$village"]))
    sent = [_sent(record, kind, {**SAYS, **one}, time=n, salt=f"s{n}") for n, one in enumerate(says)]
    return {"record": record, "operations": sent}


def _rounds() -> Iterator[tuple[str, Any]]:
    yield "a round", _round({})
    yield "a closed one", _round({"closed": "1"})
    yield "of another kind", _round({}, kind="assignment")
    yield "with the id of another", _round({}, record=record_of(9))
    yield "of no round", _round({"$round": "x"})
    yield "of no village", _round({"$village": "64.02.18"})
    yield (
        "one that says anything",
        _round({"form": "1 x", "title": "a\nb" * 200, "begins": "soon", "due": {"$": "x"}}),
    )
    yield "two who planned otherwise", _round({"title": "A"}, {"title": "B", "due": "2026-04-30"})
    yield "two villages", _round({}, {"$village": VILLAGES[1]})


def assignment(*says: dict[str, Any], kind: str = "assignment", record: str = "") -> dict[str, Any]:
    named = {**GIVES, **says[0]}
    record = record or assignment_record(str(named["$round"]), str(named["$case"]))
    sent = [_sent(record, kind, {**GIVES, **one}, time=n, salt=f"s{n}") for n, one in enumerate(says)]
    return {"record": record, "operations": sent}


def _assignments() -> Iterator[tuple[str, Any]]:
    yield "an assignment", assignment({})
    yield "of a round, by its kind", assignment({}, kind="round")
    yield "an assignment with the id of another", assignment({}, record=record_of(9))
    yield "of no case", assignment({"$case": "x"})
    yield "an assignment in no village", assignment({"$village": ""})
    yield "nobody's", assignment({"$assigned": ""})
    yield "two officers", assignment({}, {"$assigned": "budi", "due": "2026-02-01"})
    yield "an officer and nobody", assignment({}, {"$assigned": ""})
    before = {
        earlier_path("citra"): "citra",
        earlier_path("budi"): "budi",
        "earlier/x": "",
        "earlier": "dewi",
    }
    yield "who had it before", assignment(before)
    yield "who had it before, and nobody has it", assignment({**before, "$assigned": ""})
    yield "an account that is no line", assignment({"$assigned": "as\nha" * 60})


def _notes() -> Iterator[tuple[str, Any]]:
    held = {f"held/{NOBODYS}": "budi", "held/_____________________w": "", "held/x": "citra", "held": "dewi"}
    late = {f"late/{record_of(5)}": "budi", f"late/{record_of(4)}": "ci\ntra", f"late/{NOBODYS}": "dewi"}
    yield "work of others", assignment({**held, **late})


def _plan() -> dict[str, list[Json]]:
    """A round in two villages with a case in each, and another round."""
    return _by_record(
        _round({}),
        _round({"$village": VILLAGES[1]}),
        _round({"$round": TWO, "due": "", "form": "g"}),
        assignment({}),
        assignment({"$case": OTHER, "$village": VILLAGES[1], "due": "2026-02-01"}),
        assignment(
            {"$case": record_of(13), "due": "2026-02-02"}, {"$case": record_of(13), "$assigned": "budi"}
        ),
        assignment({"$case": record_of(14), "$round": TWO}),
        assignment({"$case": record_of(15), "$round": record_of(3)}),
        assignment({"$case": record_of(16), "$assigned": "budi"}),
    )


def _by_record(*planned: dict[str, Any]) -> dict[str, list[Json]]:
    return {one["record"]: one["operations"] for one in planned}


def _open_rounds() -> dict[str, list[Json]]:
    """Rounds of one form, one of them closed, and an assignment in that which is due last."""
    told = ((5, "", ""), (6, "2026-04-01", ""), (4, "2026-04-01", ""), (7, "2026-01-01", "1"))
    rounds = [_round({"$round": record_of(n), "due": due, "closed": closed}) for n, due, closed in told]
    return _by_record(*rounds, assignment({"$round": record_of(5), "$assigned": ""}))


SHARED = {
    "plan": {"account": "asha", "planned": _plan(), "filled": [], "drafts": [], "today": "2026-03-01"},
    "one": {"planned": _by_record(_round({}), assignment({})), "today": "2026-05-01"},
    "rounds": {"form": "f", "village": VILLAGE, "case": None, "planned": _open_rounds()},
}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("planned", *_rounds(), *_assignments(), *_notes())
    yield from cases_of("tasks", *_whole_plan(), of=("plan",))
    yield from cases_of("tasks", *_one_task(), *_visits(), of=("plan", "one"))
    yield from cases_of("roundFilledFor", *_filled_for(), of=("rounds",))
    yield from cases_of("isDay", *((f"a day: {one!r}", one) for one in DAYS))
    yield from cases_of("line", *LINES)
    yield from cases_of(
        "plannedIds", ("ids of what is planned", [ONE, VILLAGE]), ("of other things", ["é", "\n"])
    )


def _whole_plan() -> Iterator[tuple[str, Any]]:
    yield "what is to be done", {}
    yield "on the last day nothing is overdue", {"today": "2026-02-01"}
    yield "of somebody else", {"account": "budi"}
    yield "of nobody", {"account": ""}
    yield "a closed round", {"planned": {**_plan(), **_by_record(_round({"closed": "1"}))}}


def _one_task() -> Iterator[tuple[str, Any]]:
    for reviews in (
        ["pending"], ["approved"], ["returned"], ["rejected"], ["stale"], ["approved", "returned"],
        ["pending", "approved"],
    ):  # fmt: skip
        for is_unsent in (False, True):
            visit = [ONE, "f", CASE, "2026-02-01", False]
            filled = [[record_of(20 + n), visit, one, is_unsent] for n, one in enumerate(reviews)]
            said = f"{', '.join(reviews)}, {is_unsent}"
            yield f"visits: {said}", {"filled": filled}
            yield f"visits and a draft: {said}", {"filled": filled, "drafts": [["f", CASE]]}
    yield "a draft alone", {"drafts": [["f", OTHER], ["f", CASE], ["g", CASE]]}
    yield "a draft of another form", {"drafts": [["g", CASE]]}


def _visits() -> Iterator[tuple[str, Any]]:
    for claim, visit in {
        "of the round's form, in its time": [None, "f", CASE, "2026-01-05", False],
        "before it began": [None, "f", CASE, "2026-01-04", False],
        "of another form": [None, "g", CASE, "2026-02-01", False],
        "of another form for the round": [ONE, "g", CASE, "2025-01-01", False],
        "of another round": [TWO, "f", CASE, "2026-02-01", False],
        "of another case": [ONE, "f", OTHER, "2026-02-01", False],
        "of no case": [ONE, "f", None, "2026-02-01", False],
        "of one that was rejected": [ONE, "f", CASE, "2026-02-01", True],
    }.items():
        yield f"a visit {claim}", {"filled": [[record_of(20), visit, "pending", False]]}


def _filled_for() -> Iterator[tuple[str, Any]]:
    yield "that which is due first", {}
    yield "that which has the case assigned", {"case": CASE}
    yield "of another case", {"case": OTHER}
    yield "of another form", {"form": "g"}
    yield "in another village", {"village": VILLAGES[1]}
