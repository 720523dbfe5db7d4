"""Canonical JSON, ids, digests and orders of text."""

import json
from collections.abc import Iterator
from typing import Any

from tests.support.vectors.cases import Case, cases_of

LETTERS = [
    "",
    "a",
    "A",
    "z",
    "é",
    "e\u0301",
    "ß",
    "Ω",
    "\u1e9e",
    "\ue000",
    "\ufb01",
    "\uffff",
    "😀",
    "𐀀",
    "\U0010ffff",
]


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("canonical", *_values(), *_numbers(), *_torn(), *_nested())
    yield from cases_of("bytes", *_base64url())
    yield from cases_of(
        "xor",
        ("the digest of nothing", []),
        ("of one id", ["AAAAAAAAAAAAAAAAAAAAAA"]),
        ("all 64 bits count", ["_____________________w", "AAECAwQFBgcICQoLDA0ODw"]),
        ("what comes twice is gone", ["AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0ODw"]),
    )
    yield from cases_of(
        "sorted",
        ("by code point, not by UTF-16 unit", list(reversed(LETTERS))),
        ("what begins another comes first", ["ab", "a", "abc", "", "b", "a\U0001f600", "a\ue000", "a\uffff"]),
    )
    yield from cases_of(
        "versions",
        (
            "by number, behind all that are none",
            ["f@10", "f@9", "f@v10", "f@v9", "f@2026010101", "f@1.10", "f@1.9"],
        ),
        ("of several forms", ["b@1", "a@2", "a@1", "a@x", "b@", "a@01", "a@1-a", "a@99999999999999999999"]),
        (
            "numbers before text of the same beginning",
            ["f@1.a", "f@1.1", "f@1", "f@1.", "f@a1b2", "f@a1b10", "f@a"],
        ),
    )


def _values() -> Iterator[tuple[str, str]]:
    values: list[Any] = [
        None,
        True,
        False,
        "",
        [],
        {},
        [[]],
        {"a": {}},
        [None, True, "x", 1, {"b": [], "a": {}}],
    ]
    for value in values:
        yield f"a value: {json.dumps(value)}", json.dumps(value)
    yield "members are sorted", '{"b":1,"a":2,"":3,"B":4,"aa":5,"10":6,"9":7}'
    yield "members outside ASCII are sorted by UTF-16 unit", json.dumps(dict.fromkeys(LETTERS, 1))
    yield "the same, nested in a list", json.dumps([{"x": [{"\ue000": 1, "😀": 2}]}])
    yield "of two members of the same name the last counts", '{"a":1,"a":2}'
    yield "names that JavaScript keeps for itself", '{"__proto__":{"x":1},"constructor":2,"toString":3}'
    yield (
        "control characters are escaped, and no others",
        json.dumps("".join(map(chr, range(0x21))) + "\x7f\x80\u2028"),
    )
    yield "letters and marks stay as they were composed", json.dumps(["é", "e\u0301", "\ufb01", "😀"])
    yield "a solidus and a backslash", json.dumps('a/b\\c"d')
    yield "an escape that is spelt out is text", json.dumps("\\ud800")


def _numbers() -> Iterator[tuple[str, str]]:
    for number in (0, 1, -1, 2**31, 2**53 - 1, 1 - 2**53, 2**53, -(2**53), 2**53 + 1, 2**64):
        yield f"the number {number}", json.dumps(number)
    for spelt in ("1.5", "1e400", "-0", "0.1", "1e-7"):
        yield f"the number {spelt}", spelt
    yield "a number somewhere within", '{"a":[1,{"b":9007199254740992}]}'


def _torn() -> Iterator[tuple[str, str]]:
    yield "the first half of a letter", '"\\ud83d"'
    yield "the second half of a letter", '"x\\ude00"'
    yield "both halves in turn", '"\\ude00\\ud83d"'
    yield "both halves", '"\\ud83d\\ude00"'
    yield "half a letter in a name", '{"a":[{"\\udfff":1}]}'
    yield "a number is refused before half a letter", '["\\ud83d",1.5]'


def _nested() -> Iterator[tuple[str, str]]:
    for depth in (63, 64, 65, 66):
        yield f"{depth} lists in each other, the last one empty", "[" * depth + "]" * depth
        yield f"{depth} lists around a text", "[" * depth + '"x"' + "]" * depth
        yield f"{depth} objects in each other", '{"a":' * depth + "1" + "}" * depth
    yield "64 lists around a first answer", "[" * 64 + '["a","b",[]]' + "]" * 64
    yield "64 lists around what is none", "[" * 64 + '["a","b",["c"]]' + "]" * 64
    yield "too deep and no number", "[" * 70 + "1.5" + "]" * 70


def _base64url() -> Iterator[tuple[str, str]]:
    for text in ("", "AA", "AQ", "_-8", "AAAAAAAAAAAAAAAAAAAAAA", "AAECAwQFBgcICQoLDA0ODw"):
        yield f"bytes behind {text!r}", text
    yield "no text has one character left", "AAAAA"
    yield "letters of other scripts are none", "AAAé"
