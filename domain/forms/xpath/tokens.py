"""
The words of an XPath expression (XPath 1.0, section 3.7).

What ``*``, ``and``, ``or``, ``mod`` and ``div`` mean depends on what stands before them: after an operand
they are operators, elsewhere names. A name may hold ``-`` and ``.``: ``a-b`` is one name, ``a - b`` is three
words.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from domain.forms.xpath.errors import XPathError

Kind: TypeAlias = Literal["number", "literal", "name", "operator", "mark", "end"]

MAX_LENGTH: Final = 200_000
"""Characters of an expression; a cell of a workbook has at most 32,767, names written out make it longer."""
SHOWN: Final = 20

NAME: Final = r"[^\W\d][\w.\-]*"
PATTERN: Final = re.compile(
    rf"""\s*(?:
      (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<literal>"[^"]*"|'[^']*')
    | (?P<operator><=|>=|!=|[=<>+\-|])
    | (?P<mark>//|::|\.\.|[/()\[\].@,])
    | (?P<star>\*)
    | (?P<name>{NAME}(?::(?!:)(?:{NAME}|\*))?)
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
WORD_OPERATORS: Final = frozenset({"and", "or", "mod", "div"})
AFTER_OPERAND: Final = frozenset({")", "]", ".", ".."})
"""The marks that end an operand."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word: for a literal the text between the quotes, for everything else as it is written."""

    kind: Kind
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """The words of the expression and the end; `XPathError` at the first character that begins none."""
    if len(text) > MAX_LENGTH:
        raise XPathError(f"the expression is longer than {MAX_LENGTH} characters", 0, code="xpath-too-long")
    found: list[Token] = []
    position = 0
    while not found or found[-1].kind != "end":
        match = PATTERN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        found.append(_token(match, found))
        position = match.end()
    return found


def _token(match: re.Match[str], before: list[Token]) -> Token:
    kind = match.lastgroup or "end"
    text, position = match[kind], match.start(kind)
    if kind == "literal":
        return Token("literal", text[1:-1], position)
    if kind == "star" or (kind == "name" and text in WORD_OPERATORS):
        return Token("operator" if _is_after_operand(before) else "name", text, position)
    return Token(kind, text, position)  # type: ignore[arg-type]


def _is_after_operand(before: list[Token]) -> bool:
    if not before:
        return False
    last = before[-1]
    return last.kind in {"number", "literal", "name"} or (last.kind == "mark" and last.text in AFTER_OPERAND)


def _unreadable(text: str, position: int) -> XPathError:
    start = position + len(text[position:]) - len(text[position:].lstrip())
    if text[start] in "\"'":
        return XPathError("a quotation mark is not closed", start, found=text[start])
    found = text[start : start + SHOWN]
    return XPathError(f"“{found}” cannot be read", start, found=found)
