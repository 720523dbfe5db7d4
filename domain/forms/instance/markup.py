"""
XML from outside, read into a small tree; and text made fit for XML.

Nothing here asks for anything beyond the bytes that came: a document type is refused, and with it every
entity (CWE-611, CWE-776). What comes has bounded size, depth and number of elements before it is looked at.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from domain.errors import InvalidRequest, TooLarge

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ELEMENTS: Final = 100_000
MAX_DEPTH: Final = 64
MAX_ATTRIBUTES: Final = 64
TOO_LARGE: Final = "instance-too-large"
ENCODINGS: Final = frozenset({"utf-8", "utf-16", "us-ascii"})

SEPARATOR: Final = "\f"
"""Between namespace and name: it can stand in no XML, and so in neither of them."""
IMPOSSIBLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped (§2.2): NUL, control characters, half surrogates."""
REPLACEMENT: Final = "\ufffd"
LINE_END: Final = re.compile("\r\n?")
"""Readers make a line feed of each (§2.11); an escaped one survives no program that writes the XML anew."""
ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
QUOTED: Final = str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})
"""Further ones in attributes, where readers make a blank of each (§3.3.3)."""


@dataclass
class Element:
    """An element with its namespace told apart; `attributes` are by ``namespace\\fname``, or name alone."""

    namespace: str
    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(self.pieces)


def read_markup(data: bytes) -> Element:
    """
    The root element of an XML document in UTF-8 or UTF-16.

    Raises `TooLarge` (``instance-too-large``), or `InvalidRequest` with the code ``instance-malformed``,
    ``instance-doctype``, ``instance-encoding`` or ``instance-nesting``.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"an instance has at most {MAX_BYTES} bytes", code=TOO_LARGE)
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise InvalidRequest(
            f"this is no XML: {reason}, line {error.lineno}, column {error.offset + 1}",
            code="instance-malformed",
            reason=reason,
            line=error.lineno,
            column=error.offset + 1,
        ) from None
    except (LookupError, ValueError):  # an encoding that Python does not know, or not byte by byte
        raise _refused_encoding("?") from None
    return reader.top.children[0]


class _Reader:
    """What expat calls while it reads."""

    def __init__(self) -> None:
        self.top = Element("", "", {})
        self.open = [self.top]
        self.count = 0
        parser = self.parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        parser.buffer_text = True
        parser.XmlDeclHandler = self.declare
        parser.StartDoctypeDeclHandler = self.refuse_doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters

    def declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ENCODINGS:
            raise _refused_encoding(encoding)

    def refuse_doctype(self, *_: object) -> None:
        raise InvalidRequest("an instance has no document type and no entities", code="instance-doctype")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise TooLarge(f"an instance has at most {MAX_ELEMENTS} elements", code=TOO_LARGE)
        if len(self.open) > MAX_DEPTH or len(attributes) > MAX_ATTRIBUTES:
            raise InvalidRequest(
                f"elements are nested at most {MAX_DEPTH} deep and have at most {MAX_ATTRIBUTES} attributes",
                code="instance-nesting",
            )
        namespace, _, local = name.rpartition(SEPARATOR)
        element = Element(namespace, local, attributes)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _name: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].pieces.append(text)


def _refused_encoding(encoding: str) -> InvalidRequest:
    return InvalidRequest(
        f"an instance is written in UTF-8 or UTF-16, not in {encoding[:40]}",
        code="instance-encoding",
        encoding=encoding[:40],
    )


def text_in(element: Element, name: str) -> str:
    """The text of the child with that name; empty where there is none."""
    return next((child.text for child in element.children if child.name == name), "")


def possible(text: str) -> str:
    """The text as XML holds it: a sign for each character that it cannot, a line feed for each line end."""
    return IMPOSSIBLE.sub(REPLACEMENT, LINE_END.sub("\n", text))


def escaped(text: str) -> str:
    """The text as it stands in an element."""
    return possible(text).translate(ESCAPES)


def quoted(text: str) -> str:
    """The text as the value of an attribute, quotes included."""
    return f'"{escaped(text).translate(QUOTED)}"'
