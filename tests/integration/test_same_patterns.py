r"""
A regular expression describes on the server what it describes on the phone.

The phone's engine hands it to JavaScript, the server to RE2 (by way of `domain/forms/ecmascript.py`). Seen to
fail without that: ``\s`` took no fixed space, ``.`` took a carriage return, ``\A`` was no letter.
"""

from __future__ import annotations

import html
from typing import Final

import pytest

from domain.forms.ecmascript import strange_in
from server.expressions import reads_pattern
from tests.support.engine import Engine, EngineFault
from tests.support.forms import context

pytestmark = pytest.mark.engine

FORM: Final = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>f</h:title><model>
  <instance><data id="f" version="1"><a/>%s</data></instance><bind nodeset="/data/a" type="string"/>%s
  </model></h:head><h:body><input ref="/data/a"/></h:body></h:html>"""

SAME: Final = (
    "abc", "^abc$", "a|b", "^(a|bc)*$", "(?:ab)+c", "a{2}", "^a{1,2}$", "a{2,}", "a{,2}b", "a{", "x*?",
    "a+?b", "]", "}", "^.$", "^.*$", "a.b", r"^\s$", r"^\S$", r"\s", r"^[\s]+$", r"^[^\s]+$",
    r"^[\S]+$", r"^[\s,]*$", r"^[\s-x]+$", r"^[a-\d]+$", r"^[\w-.]+$", r"^[\w.-]+@\w+$", r"\d",
    r"^\D+$", r"^\w+$", r"^\W$", r"\bab\b", r"\Ba", r"^[\b]$", r"^\t$", r"^[\n\r]$", r"^\v$", r"^\f",
    r"\u0041", r"^[\u0041-\u0043]+$", r"\x41", r"^\cJ$", r"^[\cJ]$", r"\0", r"\/", r"\-", r"\.", r"\'",
    r"[\]]", r"[\[x]", "[a[b]", "[a^]", "[-a]", "[a-]", "[.]", "^[^a]$", "^[a-z&&x]+$", "(?<n>a)b",
    "a$", "^$", "", "é", "^[à-ÿ]$", "^[1-9][0-9]{15}$", "^[A-Za-z][A-Za-z .'-]{0,79}$", r"\\", r"^\\s$",
    "[$]", "^[+]?62", r"\d{4}-\d{2}", r"(\d+) ?",
)  # fmt: skip
ODDLY_READ: Final = (
    r"\A", r"\z", r"^\Qa.b\E$", r"\p{L}", r"\pL", r"\C", r"\a", r"\x{3}", r"\h", "[[:alpha:]]",
    "[[:^digit:]]+", "[]", "[^]", "[]a]", "[^]]", r"\e",
)  # fmt: skip
"""JavaScript takes them, in a sense that nobody means."""
NOT_OPENED: Final = (
    "(?i)abc", "(?P<n>a)", "(?s).", "(?m)^a", "(?U)a+", "^*a", "$*", r"\b+a", "(?i-s)a", "(?#x)a",
    "(?>a)",
)  # fmt: skip
"""They are an error there."""
TEXTS: Final = (
    "a", "b", "abc", "ABC", "aab", "ab ab", "a b", " ", "\u00a0", "\u000b", "\t", "\n", "\r", "a\nb",
    "a\r", "\ufeff", "\u1680", "\u180e", "\u3000", "\f", "\b", "a{,2}b", "a{", "]", "[", "-", "a-", ",",
    "x-", "é", "É", "٣", "3", "12", "2026-09", "A", "ABC1", "z", "Q", "Qa.bE", "Q.", "p{L}", "pL", "C",
    "xxx", "x", ":", "h", "e", "/", ".", "'", "\\", "\\s", "^", "$", "&", "6402180107150001",
    "Siti Nur'aini", "a.b@c", "+62", "a]", "\x1f", "日本",
)  # fmt: skip


def told_by(engine: Engine, patterns: tuple[str, ...], texts: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """What the engine says of each pattern and text."""
    nodes = "".join(f"<c{place}/>" for place in range(len(patterns)))
    binds = "".join(
        f'<bind nodeset="/data/c{place}" type="string" calculate="{html.escape(_call(pattern))}"/>'
        for place, pattern in enumerate(patterns)
    )
    engine.load("patterns", FORM % (nodes, binds))
    engine.open("patterns")
    found = {}
    for text in texts:
        told = engine.set({"a": text})
        for place, pattern in enumerate(patterns):
            found[pattern, text] = str(told.nodes[f"c{place}"]["value"])
    return found


def _call(pattern: str) -> str:
    mark = '"' if "'" in pattern else "'"
    return f"regex(/data/a, {mark}{pattern}{mark})"


def test_every_expression_describes_the_same_on_both_sides(engine: Engine) -> None:
    matches = context().matches
    patterns = (*SAME, *ODDLY_READ)
    told = told_by(engine, patterns, TEXTS)
    ours = {(pattern, text): str(matches(pattern, text)).lower() for pattern, text in told}
    assert {key: (told[key], ours[key]) for key in told if told[key] != ours[key]} == {}


def test_a_dot_takes_the_separators_of_lines_here_only(engine: Engine) -> None:
    """Read exactly, a dot would be twice as large, for two signs that nobody types."""
    told = told_by(engine, ("^.$", r"^\s$"), ("\u2028", "\u2029"))
    matches = context().matches
    assert {key: (said, matches(*key)) for key, said in told.items()} == {
        ("^.$", "\u2028"): ("false", True),
        ("^.$", "\u2029"): ("false", True),
        (r"^\s$", "\u2028"): ("true", True),
        (r"^\s$", "\u2029"): ("true", True),
    }


def test_expressions_that_the_phone_reads_as_ours_are_published() -> None:
    assert [one for one in SAME if strange_in(one) or not reads_pattern(one)] == []


def test_expressions_that_the_phone_reads_oddly_or_not_at_all_are_strange() -> None:
    assert [one for one in (*ODDLY_READ, *NOT_OPENED) if strange_in(one) is None] == []


@pytest.mark.parametrize("pattern", NOT_OPENED)
def test_what_is_no_expression_of_the_phone_stops_its_form(engine: Engine, pattern: str) -> None:
    with pytest.raises(EngineFault):
        told_by(engine, (pattern,), ("a",))
