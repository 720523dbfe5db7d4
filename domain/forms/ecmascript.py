"""
Regular expressions as the phone reads them (ECMAScript, without flags), for an engine of another language.

The phone's engine hands an expression to JavaScript. RE2 reads nearly the same language; where it means
something else by the same signs, an expression is rewritten here to say in RE2 what it says in JavaScript.
What JavaScript lacks, or reads otherwise than its author can have meant, publishing refuses (`strange_in`).
"""

import re
from collections.abc import Generator, Iterator
from typing import Final

SPACES: Final = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
"""What ``\\s`` is: RE2 knows the first of them only, and not the vertical tab."""
OTHERS: Final = (
    r"\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"
    r"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"
)
"""What ``\\S`` is."""
ANY_SIGN: Final = r"[^\n\r]"
NOTHING, EVERYTHING = r"[^\x{0}-\x{10ffff}]", r"[\x{0}-\x{10ffff}]"

TOKEN: Final = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|c[A-Za-z]|[0-9]+|[\s\S])"
    r"|\(\?<[A-Za-z_$][\w$]*>|\(\?(?:<?[=!]|:|[^)]?[^)>:]{0,12}[)>:]?)"
    r"|[*+?]\??|\{[0-9]+(?:,[0-9]*)?\}\??|\[\^?|[\s\S]"
)
NAMED_CLASS: Final = re.compile(r"\[:\^?[a-z]+:\]")
"""Of POSIX; JavaScript reads its characters."""
CLASSES: Final = frozenset("dDwWsS")
CONTROLS: Final = frozenset("tnrfv")
EDGES: Final = frozenset({"^", "$", r"\b", r"\B"})
PLAIN_GROUPS: Final = frozenset({"(?:", "(?=", "(?!", "(?<=", "(?<!"})


def rewritten(pattern: str) -> str:
    """The expression in the words of RE2."""
    return "".join(_inside(part) if is_inside else _outside(part) for part, is_inside in _tokens(pattern))


def strange_in(pattern: str) -> str | None:
    """
    The first part of an expression that JavaScript lacks, or reads otherwise than other languages.

    It may be readable here all the same; on a phone the form would not open, or mean something else.
    """
    before = ""
    for part, is_inside in _tokens(pattern):
        if not is_inside and before in EDGES and _repeats(part):
            return before + part
        if _is_strange(part, is_inside):
            return part
        before = "" if is_inside else part
    return None


def _tokens(pattern: str) -> Iterator[tuple[str, bool]]:
    """Each part, and whether it stands within square brackets; a whole bracket that is empty is one part."""
    place = 0
    while place < len(pattern):
        found = TOKEN.match(pattern, place)
        assert found is not None
        part, place = found[0], found.end()
        if part not in {"[", "[^"}:
            yield part, False
        elif pattern[place : place + 1] == "]":
            yield f"{part}]", False
            place += 1
        else:
            yield part, False
            place = yield from _members(pattern, place)


def _members(pattern: str, place: int) -> Generator[tuple[str, bool], None, int]:
    """The parts within square brackets, up to and with the closing one; returns where it ends."""
    before = ""
    while place < len(pattern):
        part = _member(pattern, place)
        place += len(part)
        if part == "]":
            yield part, False
            break
        if part == "-" and (_is_class(before) or _is_class(_member(pattern, place))):
            part = r"\-"  # no range begins or ends with a class of signs
        yield part, True
        before = part
    return place


def _member(pattern: str, place: int) -> str:
    named = NAMED_CLASS.match(pattern, place)
    if named:
        return named[0]
    found = TOKEN.match(pattern, place)
    return found[0] if found and found[0].startswith("\\") else pattern[place : place + 1]


def _is_class(part: str) -> bool:
    return len(part) == 2 and part[0] == "\\" and part[1] in CLASSES


def _outside(part: str) -> str:
    if part == ".":
        return ANY_SIGN
    if part in {"[]", "[^]"}:
        return NOTHING if part == "[]" else EVERYTHING
    if part == r"\s":
        return f"[{SPACES}]"
    if part == r"\S":
        return f"[^{SPACES}]"
    if part in EDGES:
        return part
    return "(?:" if _is_named_group(part) else _escape(part)


def _inside(part: str) -> str:
    if part == r"\s":
        return SPACES
    if part == r"\S":
        return OTHERS
    if part == r"\b":
        return r"\x08"
    return re.sub(r"\[", r"\\[", part) if part[0] == "[" else _escape(part)


def _escape(part: str) -> str:
    """An escape in RE2's words; what is none stays, and a letter that means nothing means itself."""
    if part[0] != "\\" or len(part) < 2 or _is_class(part) or part[1] in CONTROLS:
        return part
    letter = part[1]
    if letter == "u" and len(part) == 6:
        return rf"\x{{{part[2:]}}}"
    if letter == "c" and len(part) == 3:
        return rf"\x{{{ord(part[2]) % 32:x}}}"
    if part == r"\0":
        return r"\x00"
    is_itself = len(part) == 2 and (letter.isalpha() or ord(letter) > 0x7F)
    return letter if is_itself and letter != "c" else part


def _is_named_group(part: str) -> bool:
    return part.startswith("(?<") and part.endswith(">")


def _is_strange(part: str, is_inside: bool) -> bool:
    if part.startswith("(?"):
        return part not in PLAIN_GROUPS and not re.fullmatch(r"\(\?<[A-Za-z_$][\w$]*>", part)
    if part in {"[]", "[^]"} or (is_inside and part.startswith("[:")):
        return True
    if part[0] != "\\" or len(part) != 2:
        return part[0] == "\\" and part[1:].isdigit() and part != r"\0"
    letter = part[1]
    known = CLASSES | CONTROLS | ({"b"} if is_inside else {"b", "B"})
    return letter.isascii() and letter.isalnum() and letter not in known and letter != "0"


def _repeats(part: str) -> bool:
    return part[0] in "*+?" or (part[0] == "{" and len(part) > 1)
