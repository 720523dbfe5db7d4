"""What an entry changes in which records, and how that is packed and sealed."""

import random
from collections.abc import Iterator
from typing import Any

from domain.canonical import digest_of
from domain.merge import fold
from domain.operations import ALIVE, DEAD, RESTRICTED, read_operation
from tests.support.builders import with_part
from tests.support.vectors.cases import MEMBERS, NOBODYS, VILLAGES, Case, cases_of, record_of
from tests.support.vectors.views import FIRST, PATHS, SECOND, SUBMISSION, drawn, entered

FRESH = record_of(8)
WRITER = {"author": "asha", "areas": [VILLAGES[0]], "fresh": FRESH}
STAMP = {
    "replica": "replica-of-the-tests-A",
    "author": "asha",
    "time": 1_790_000_000_000,
    "salt": "AAAAAAAAAAA",
}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("new", *_filled())
    for name in ("two parts", "his part", "another's part", "no part"):
        yield from cases_of("edits", *_edits_of(name), of=(name,))
    yield from cases_of("edits", *_known_and_unknown(), of=("two parts",))
    yield from cases_of("edits", *_others(), *_drawn_edits())
    yield from cases_of("members", *_members())
    yield from cases_of("submission", *_answered(), of=("two parts",))
    yield from cases_of("pack", *_packed())


def _filled() -> Iterator[tuple[str, Any]]:
    plain = {
        "record": SUBMISSION,
        "part": FRESH,
        "village": VILLAGES[0],
        "restricted": ["r", "m/m_1/r"],
        "beside": [],
    }
    yield (
        "a filling",
        {**plain, "answers": [["b", "2"], ["a", "1"], ["10", ""], ["9", "x"], ["__proto__", "y"]]},
    )
    yield (
        "with restricted answers",
        {**plain, "answers": [["a", "1"], ["r", "2"], ["m/m_1/r", "3"], ["z", "4"]]},
    )
    yield "without an answer", {**plain, "answers": []}
    beside = [[record_of(5), "case:anak", "label", "A", []], [record_of(5), "case:anak", "n", "1", [NOBODYS]]]
    yield "and what it changes in cases", {**plain, "beside": beside, "answers": [["a", "1"]]}


def _dossier() -> dict[str, Any]:
    """A submission with a restricted answer that two people gave differently."""
    marked = entered(SUBMISSION, {"a": RESTRICTED, "b": "1", "$village": VILLAGES[0], "m/m_1/x": "2"})
    part = entered(
        FIRST, {"$of": SUBMISSION, "$village": VILLAGES[0], "a": "secret"}, kind="restricted", time=2
    )
    other = entered(SECOND, {"$of": SUBMISSION, "a": "other"}, kind="restricted", time=3, author="budi")
    return {"submission": {SUBMISSION: [marked]}, "parts": {FIRST: [part], SECOND: [other]}}


def _ids(given: dict[str, Any], path: str) -> list[str]:
    states = [
        fold(None, map(read_operation, sent), record)
        for record, sent in (*given["submission"].items(), *given["parts"].items())
    ]
    return sorted({one.id for state in states for one in state.at(path)})


BOTH = _dossier()
SHARED = {
    "two parts": {**BOTH, **WRITER, "restricted": []},
    "his part": {**BOTH, **WRITER, "restricted": [], "parts": {FIRST: BOTH["parts"][FIRST]}},
    "another's part": {**BOTH, **WRITER, "restricted": [], "parts": {SECOND: BOTH["parts"][SECOND]}},
    "no part": {**BOTH, **WRITER, "restricted": [], "parts": {}},
}


def _edits_of(name: str) -> Iterator[tuple[str, Any]]:
    seen = _ids(SHARED[name], "a")
    for value in ("secret", "other", "third", RESTRICTED, DEAD, ALIVE):
        yield f"{name}, {value}", {"changes": [["a", value, seen]]}
    changes = [["$village", VILLAGES[1], _ids(SHARED[name], "$village")], ["new", "x", []]]
    moved = {"restricted": ["new"], "changes": changes}
    yield f"{name}, moved, and a new restricted answer", moved
    yield f"{name}, by one of elsewhere", {**moved, "areas": [VILLAGES[1][:8]], "author": "budi"}


def _known_and_unknown() -> Iterator[tuple[str, Any]]:
    unknown = [["a", "third", [NOBODYS, *_ids(BOTH, "a")]], ["b", "2", [NOBODYS]]]
    yield "what nobody knows is the submission's", {"changes": unknown}
    yield "of what was on the screen only some is named", {"changes": [["a", "third", _ids(BOTH, "a")[:1]]]}


def _others() -> Iterator[tuple[str, Any]]:
    both, plain = BOTH, {**BOTH, **WRITER, "restricted": []}
    asked = entered(FIRST, {"$of": SUBMISSION, "b": "x"}, kind="restricted", time=2)
    answered = entered(record_of(4), {"$of": SUBMISSION, "a": "secret"}, kind="restricted", time=2)
    three = {**both["parts"], FIRST: [asked], record_of(4): [answered]}
    third = [["a", "third", _ids({**both, "parts": three}, "a")]]
    yield "of his parts that which answers", {**plain, "parts": three, "changes": third}
    marker = entered(SUBMISSION, {"a": RESTRICTED})
    text = with_part(marker, FIRST, "restricted", ["a", "secret", []])
    alike = {"submission": {SUBMISSION: [text]}, "parts": {FIRST: [text]}}
    named = [["a", "2", _ids(alike, "a")]]
    yield "one operation wrote answer and marker", {**plain, **alike, "changes": named}
    villages = [entered(SUBMISSION, {"$village": one}, salt=one) for one in (VILLAGES[2], VILLAGES[1])]
    changes = [["r", "1", []], ["s", "2", []]]
    alone = {**WRITER, "areas": [VILLAGES[1]], "parts": {}, "restricted": ["r", "s"], "changes": changes}
    yield "in two villages, of which one is the writer's", {**alone, "submission": {SUBMISSION: villages}}
    case = entered(SUBMISSION, {"label": "A"}, kind="case:anak")
    yield "nothing is restricted in a case", {**alone, "submission": {SUBMISSION: [case]}}


def _drawn_edits() -> Iterator[tuple[str, Any]]:
    for seed, (claim, given) in enumerate(drawn()):
        chance = random.Random(seed)
        paths = chance.sample(PATHS, 2)
        changes = []
        for path in paths:
            named = [one for one in _ids(given, path) if chance.random() < 0.8]
            changes.append([path, chance.choice(["0", "1", "2"]), named])
        facts = {
            **WRITER,
            "author": chance.choice(["asha", "budi"]),
            "restricted": chance.sample(PATHS[:3], 1),
        }
        if seed % 2 == 0:
            yield claim, {**given, **facts, "changes": changes}


def _members() -> Iterator[tuple[str, Any]]:
    for seed, (claim, given) in enumerate(drawn()):
        if seed % 4 == 1:
            yield claim, {"submission": given["submission"], "members": MEMBERS}


def _answered() -> Iterator[tuple[str, Any]]:
    given = {"parts": dict(reversed(BOTH["parts"].items()))}
    returns = [
        [SECOND, NOBODYS],
        [SUBMISSION, NOBODYS],
        [FIRST, NOBODYS],
        [SUBMISSION, "_____________________w"],
    ]
    for is_renewed in (False, True):
        yield f"all that was returned, {is_renewed}", {**given, "returns": returns, "isRenewed": is_renewed}
        yield f"a part alone, {is_renewed}", {**given, "returns": returns[:1], "isRenewed": is_renewed}
        unknown = [[record_of(9), NOBODYS]]
        yield (
            f"of a part that is not readable, {is_renewed}",
            {**given, "returns": unknown, "isRenewed": is_renewed},
        )


def _packed() -> Iterator[tuple[str, Any]]:
    stamp = {**STAMP, "meta": {"form": "f@1", "app": "verilap"}}
    plain = [SUBMISSION, "submission", "p*", "1", 1, []]
    marker = [SUBMISSION, "submission", "r*", RESTRICTED, 1, []]
    answer = [FIRST, "restricted", "r*", "x", 40, []]
    heads = [
        [FIRST, "restricted", "$of", SUBMISSION, 1, []],
        [FIRST, "restricted", "$village", VILLAGES[0], 1, []],
    ]
    preds = [digest_of(bytes([one])) for one in range(40)]
    yield "one operation", {"stamp": stamp, "pieces": [[3, [plain]]]}
    yield "more changes than one takes", {"stamp": stamp, "pieces": [[4500, [plain]]]}
    yield "more bytes than one takes", {"stamp": stamp, "pieces": [[9, [[*plain[:3], "é", 10_000, []]]]]}
    yield "more names than one takes", {"stamp": stamp, "pieces": [[300, [[*plain[:3], "1", 1, preds]]]]}
    yield "pairs stay together", {"stamp": stamp, "pieces": [[1, heads], [1900, [marker, answer]]]}
    full = [SUBMISSION, "submission", "r0", RESTRICTED, 1, []]
    begins = {"stamp": stamp, "pieces": [[1898, [plain]], [1, heads], [1, [full, [FIRST, *answer[1:]]]]]}
    yield "what begins a part stays beside what follows", begins
    yield "ids take bytes too", {"stamp": stamp, "pieces": [[100, [[*plain[:5], 30]]]]}
    large = [
        [4, [[FIRST, "restricted", "r", "x", 9_000, []]]],
        [1, [[SUBMISSION, "submission", "r", RESTRICTED, 1, []]]],
    ]
    yield (
        "several parts answer at once",
        {"stamp": stamp, "pieces": [[1, heads], *_of_parts(9_000), *large[1:]]},
    )
    yield (
        "more than any operation holds",
        {"stamp": stamp, "pieces": [[1, heads], *_of_parts(25_000), *large[1:]]},
    )
    yield "what cannot be sent is refused", {"stamp": {**stamp, "author": ""}, "pieces": [[1, [plain]]]}


def _of_parts(length: int) -> list[Any]:
    return [[1, [[record, "restricted", "r", "x", length, []]]] for record in (FIRST, SECOND, record_of(4))]
