"""What an expression sees of a form: nodes, and the run that it belongs to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from domain.forms.xpath.dates import EARLIEST, LATEST
from domain.forms.xpath.numbers import number_of

STEPS: Final = 1_000_000
"""What one evaluation may do; about half a second of a slow core."""
LONGEST_TEXT: Final = 200_000
"""Characters that an expression may make; an operation carries 64 KB."""
LETTERS_A_STEP: Final = 8
SHORT: Final = 64
"""Characters of a text that cost nothing."""


class Stopped(Exception):
    """An evaluation did more than it may; nothing that it found counts."""


class Node(Protocol):
    """An element of a form or of a list beside it."""

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> object:
        """The same for two objects that are the same node."""

    def text(self) -> str:
        """Its value as expressions see it: blank where the question is hidden."""

    def parent(self) -> "Node | None": ...

    def children(self, name: str) -> "Sequence[Node]":
        """Those of a name in the order of the form; ``*`` for all."""

    def place(self) -> int:
        """Its number among its siblings of the same name, from 1."""


class Run:
    """
    One evaluation: what it may use, and how much it has left.

    `offset` is in minutes east of Greenwich; `matches` says whether a regular expression describes a part of
    a text; `chance` is what random values are made from, `patterns` are those that were read.
    """

    __slots__ = (
        "_numbers",
        "chance",
        "deviceid",
        "drawn",
        "left",
        "matches",
        "now",
        "offset",
        "patterns",
        "username",
        "version",
    )

    def __init__(
        self,
        *,
        now: int,
        offset: int,
        matches: Callable[[str, str], bool],
        chance: str = "",
        username: str = "",
        deviceid: str = "",
        version: str = "",
        budget: int = STEPS,
    ) -> None:
        self.now = min(max(now, EARLIEST), LATEST)
        self.offset = offset
        self.matches = matches
        self.chance = chance
        self.username = username
        self.deviceid = deviceid
        self.version = version
        self.left = budget
        self.drawn = 0
        self.patterns: set[str] = set()
        self._numbers: dict[str, float] = {}

    def charge(self, steps: int) -> None:
        """Take steps off what is left; `Stopped` when nothing is."""
        self.left -= steps
        if self.left < 0:
            raise Stopped

    def number(self, text: str) -> float:
        """`number_of`, read once for each text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = number_of(text, self.offset)
        return found

    def made(self, text: str) -> str:
        """A text that an expression made, if it is not too long."""
        if len(text) > SHORT:
            self.charge(len(text) // LETTERS_A_STEP)
            if len(text) > LONGEST_TEXT:
                raise Stopped
        return text


class At(Protocol):
    """Where an expression is evaluated."""

    @property
    def run(self) -> Run: ...


@dataclass(slots=True)
class Place:
    """Inside a predicate: one node of several, and where the whole expression stands."""

    node: Node
    position: int
    size: int
    outer: At
    run: Run
