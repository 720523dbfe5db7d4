"""What is read in an operation, and what is refused with which code."""

import json
from collections.abc import Iterator
from typing import Any

from domain.canonical import canonical_bytes, digest_of
from tests.support.vectors.cases import NOBODYS, Case, cases_of, operation_json, record_of

SOUND = operation_json([("a", "1", ()), ("m/m_1/x", {"$": "dead"}, [NOBODYS])])
PART: dict[str, Any] = SOUND["parts"][0]  # type: ignore[index,assignment]
OF = {"record": record_of(2), "kind": "restricted", "changes": [["$of", record_of(1), []], ["a", "2", []]]}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from (_differing(claim, one) for claim, one in (*_sound(), *_unsound()))
    yield from cases_of("stored", *((claim, canonical_bytes(one).decode()) for claim, one in _redacted()))
    yield from cases_of("repeated", *_large())
    yield from cases_of("withoutReviews", *_reviewed())


SHARED = {"sound": SOUND}


def _differing(claim: str, whole: Any) -> Case:
    """The case of an operation, told by how it differs from the sound one where that is shorter."""
    if not isinstance(whole, dict) or list(whole)[: len(SOUND)] != list(SOUND):
        return Case(claim, "operation", whole)
    differing = {name: one for name, one in whole.items() if name not in SOUND or SOUND[name] is not one}
    return Case(claim, "operation", differing, ("sound",))


def _with(**members: Any) -> dict[str, Any]:
    return {**SOUND, **members}


def _but(name: str) -> dict[str, Any]:
    return {member: value for member, value in SOUND.items() if member != name}


def _part(**members: Any) -> dict[str, Any]:
    return _with(parts=[{**PART, **members}])


def _change(*changes: Any) -> dict[str, Any]:
    return _part(changes=list(changes))


def _sound() -> Iterator[tuple[str, Any]]:
    yield "a sound one", SOUND
    yield "unknown members stay and count for the id", _with(mood={"from": "a newer device", "at": [1, None]})
    yield "members in another order have the same id", dict(reversed(SOUND.items()))
    beside = {**PART, "why": "?", "changes": [["a", "1", [], "beside"]]}
    yield "what a part and a change have besides stays", _with(parts=[beside])
    yield "a value that only a newer version knows", _change(["a", {"$": "sealed", "by": 7}, []])
    yield "two parts, one restricted", _with(parts=[PART, OF])
    of_nothing = {**OF, "changes": [["$of", "nothing", []]]}
    of_nobody = {**OF, "record": record_of(3), "changes": [["a", "", []]]}
    yield "restricted parts that belong to no record", _with(parts=[of_nothing, of_nobody])
    yield "no preds at all", {**_but("preds"), "parts": [{**PART, "changes": [["a", "1", []]]}]}
    yield "no meta", _but("meta")
    yield "meta is nothing", _with(meta=None)
    yield "a form is nothing", _with(meta={"form": None})
    yield "no salt", _but("salt")
    for time in (0, -1, 2**53 - 1, 1 - 2**53):
        yield f"the clock says {time}", _with(time=time)
    for author in ("a", "é😀", "x" * 100, "😀" * 100, "\u2028", "\ue000"):
        yield f"an author: {author[:5]!r} {len(author)}", _with(author=author)
    for path in (
        "a",
        "a/b/c",
        "$new",
        "é/😀",
        " ",
        "__proto__",
        "constructor",
        "1",
        "\x7f",
        "a.b-c",
    ):
        yield f"a path: {path[:5]!r} {len(path)}", _change([path, "", []])
    for text in ("", "e\u0301", "\x00\u2028😀", "\\ud800"):
        yield f"a text: {text!r}", _change(["a", text, []])
    yield "a kind of case", _part(kind="case:anak_2")
    yield "the replica of the office", _with(replica="office")


def _unsound() -> Iterator[tuple[str, Any]]:
    wholes: list[Any] = ["text", [], None, 1, True]
    for whole in wholes:
        yield f"no object: {whole!r}", whole
    for name in ("v", "replica", "n", "author", "time", "parts"):
        yield f"without {name}", _but(name)
    for name, values in {
        "v": (0, 2, "1", True, None, [1]),
        "replica": (None, 1, "", "short", "x" * 44, "a/bcdefgh", "officer!", "office\n"),
        "n": (0, -1, "1", True, None, 1.5, 2**53),
        "author": (None, 1, "", "x" * 101, "😀" * 101, "a\nb", "\x7f", "\x9f", "\x00"),
        "time": ("1", None, True, 0.5, 2**53),
        "meta": ("", [], 1, True),
        "preds": (None, {}, "A", [1], ["short"], [NOBODYS[:-1] + "B"], [None]),
        "parts": (None, {}, [], [1], ["x"], [PART, PART]),
        "redacted": (
            {},
            [],
            "x",
            {"id": NOBODYS},
            {"id": NOBODYS, "without": []},
            {"id": "x", "without": [["y"]]},
        ),
    }.items():
        for value in values:
            yield f"{name}: {json.dumps(value)[:40]}", _with(**{name: value})
    for form in ("f", "f@", "@1", "f@1 2", 1, "1f@1", "f@" + "1" * 33, "f" * 65 + "@1", "f@é"):
        yield f"a form: {form!r}", _with(meta={"form": form})
    for record in (None, "", record_of(1).upper(), record_of(1)[:-1], "00000000-0000-1000-8000-000000000001"):
        yield f"a record: {record!r}", _part(record=record)
    for kind in (None, "", "Case", "case:", "case:A", "1", "x" * 33, "case:" + "a" * 65):
        yield f"a kind: {kind!r}", _part(kind=kind)
    unsound: list[Any] = [None, {}, [], [1], [["a", "1"]], [["a", "1", []], ["a", "2", []]]]
    for changes in unsound:
        yield f"changes: {changes!r}", _part(changes=changes)
    for path in (None, 1, "", "/", "a/", "/a", "a//b", "a#b", "a\nb", "a\x00"):
        yield f"a path: {str(path)[:6]!r}", _change([path, "1", []])
    for value in (None, 1, True, [], ["x"]):
        yield f"a value: {value!r}", _change(["a", value, []])
    unsound = [None, {}, "0", [1], [-1], ["0"], [True], [0.5], [None]]
    for indexes in unsound:
        yield f"preds of a change: {indexes!r}", _change(["a", "1", indexes])
    yield "the first of several faults is told", _with(v=2, replica=1, parts=[])
    yield "half a letter goes before what is read", {"v": 2, "x": "\ud800"}
    yield "a sound part before one that is not", _with(parts=[PART, {**OF, "kind": "?"}])


def _redacted() -> Iterator[tuple[str, Any]]:
    yield "an operation as it is kept", SOUND
    whole = digest_of(canonical_bytes(SOUND))
    for without in ([[record_of(9)]], [[record_of(1), "m/m_1"], [record_of(9)]]):
        yield (
            f"a redacted one says its own id, {len(without)}",
            _with(redacted={"id": whole, "without": without}),
        )
    yield "the word alone in an answer redacts nothing", _change(["a", '"redacted":', []])
    yield "nothing is redacted", _with(redacted=None)
    for place in ([], ["x"], [record_of(1), ""], [record_of(1), "a", "b"], [1], "x"):
        yield f"no place: {place!r}", _with(redacted={"id": whole, "without": [place]})


def _large() -> Iterator[tuple[str, Any]]:
    plain = {"operation": _with(preds=[]), "letter": "x", "length": 1, "value": "1"}
    yield "as many changes as there may be", {**plain, "count": 2000}
    yield "one more", {**plain, "count": 2001}
    yield "nearly as many bytes as there may be", {**plain, "count": 160, "length": 390}
    yield "more", {**plain, "count": 170, "length": 390}
    yield "letters of four bytes", {**plain, "letter": "😀", "count": 40, "length": 390}
    yield "too many of those", {**plain, "letter": "😀", "count": 42, "length": 390}
    for letter in ("x", "é", "😀"):
        yield (
            f"as long a path as there may be, of {letter}",
            {**plain, "letter": letter, "length": 399, "count": 1},
        )
        yield f"a longer one, of {letter}", {**plain, "letter": letter, "length": 400, "count": 1}
    preds = [digest_of(bytes([one])) for one in range(100)]
    names = {**plain, "operation": _with(preds=preds), "length": 80}
    yield "it names nearly as much as there may be", {**names, "count": 23}
    yield "it names more", {**names, "count": 24}
    redacted = {"id": NOBODYS, "without": [[record_of(9)]]}
    yield "a redacted one may be larger", {
        **plain, "operation": _with(preds=[], redacted=redacted), "count": 170, "length": 390
    }  # fmt: skip


def _reviewed() -> Iterator[tuple[str, Any]]:
    yield "a review is taken out", _change(["$review", "submitted", []], ["a", "1", []])
    yield "nothing but a review", _change(["$review", {"decision": "return"}, []])
