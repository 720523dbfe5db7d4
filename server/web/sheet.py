"""A filled form as a page shows it: blocks as in the form, in each the questions with their answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from domain.forms.fields import in_language
from domain.forms.outline import OTHER_LABEL, Row, Section
from domain.operations import RESTRICTED, Value
from server.services.changes import AnswerChange
from server.services.read_record import RecordReading
from server.web.answers import Words, anchor_of
from server.web.pictures import NO_PICTURES, Album, Earlier, Picture
from server.web.translation import gettext

TECHNICAL: Final = frozenset({"start", "end", "today", "deviceid", "username", "hidden", "audit"})
"""Types of questions that nobody is asked."""


@dataclass(frozen=True)
class Line:
    """
    One question with its answer; `anchor` is unique on the page.

    Where the answer names a file, `picture` is that, and `earlier` the same view in the last round.
    """

    path: str
    anchor: str
    label: str
    value: str
    is_restricted: bool = False
    is_masked: bool = False
    is_disputed: bool = False
    changed: AnswerChange | None = None
    problems: tuple[str, ...] = ()
    picture: Picture | None = None
    earlier: Earlier | None = None


@dataclass(frozen=True)
class Run:
    """Neighbours in a block that are all questions, or all blocks."""

    is_lines: bool
    items: tuple["Line | Block", ...]


@dataclass(frozen=True)
class Block:
    """A heading with what stands under it; `kind` is that of the outline's section, or technical."""

    kind: str
    anchor: str
    title: str
    items: tuple["Line | Block", ...]

    @property
    def runs(self) -> list[Run]:
        """The same in pieces: a list of questions is one list on the page."""
        pieces = groupby(self.items, key=lambda item: isinstance(item, Line))
        return [Run(is_lines, tuple(items)) for is_lines, items in pieces]

    @property
    def lines(self) -> int:
        """How many questions stand in it."""
        return sum(1 for _ in self.all_lines())

    def all_lines(self) -> Iterator[Line]:
        """Every question in it."""
        for item in self.items:
            yield from (item,) if isinstance(item, Line) else item.all_lines()


@dataclass(frozen=True)
class ShownProblem:
    """A problem in words; without an anchor where nothing on the page stands at its question."""

    label: str
    place: str
    anchor: str
    text: str
    is_counted: bool


class Sheet:
    """Lays out one record; `words` learn from it what the members of repeats are called."""

    def __init__(
        self,
        reading: RecordReading,
        words: Words,
        changes: Sequence[AnswerChange] = (),
        album: Album = NO_PICTURES,
    ) -> None:
        self.reading = reading
        self.words = words
        self._album = album
        self._changes = {change.path: change for change in changes}
        self._problems: dict[str, list[str]] = {}
        for problem in reading.problems:
            self._problems.setdefault(problem.path, []).append(problem.message(words.language))
        self._technical: list[Line] = []

    def blocks(self) -> list[Block]:
        """The blocks in the form's order; what nobody was asked comes last."""
        items = self._items(self._outline())
        loose = tuple(item for item in items if isinstance(item, Line))
        blocks = [Block("group", "q-", gettext("General"), loose)] if loose else []
        blocks += [item for item in items if isinstance(item, Block)]
        if self._technical:
            blocks.append(
                Block("technical", "technical", gettext("About the filling"), tuple(self._technical))
            )
        return blocks

    def _outline(self) -> Section:
        withheld: dict[str, Value] = dict.fromkeys(self.reading.restricted, RESTRICTED)
        answers = {**self.reading.answers, **withheld}
        if self.reading.definition:
            return self.reading.definition.outline(answers)
        rows = tuple(Row(path, None, value) for path, value in sorted(answers.items()) if path[0] != "$")
        return Section("form", "", {}, (Section("other", "", OTHER_LABEL, rows),))

    def _items(self, section: Section) -> list[Line | Block]:
        """What stands in a section; questions that nobody is asked are put aside, empty sections left out."""
        items: list[Line | Block] = []
        for item in section.items:
            if isinstance(item, Section):
                block = self._block(item)
                items += [block] if block.items else []
            elif item.field and item.field.type in TECHNICAL:
                self._technical.append(self._line(item))
            else:
                items.append(self._line(item))
        return items

    def _block(self, section: Section) -> Block:
        title = self._title(section)
        if section.kind == "member":
            self.words.members[section.path] = title
        anchor = anchor_of(section.path or section.kind)
        return Block(section.kind, anchor, title, tuple(self._items(section)))

    def _title(self, section: Section) -> str:
        label = in_language(section.label, self.words.language) or section.path
        if section.kind != "member":
            return label
        numbered = f"{label} {section.number}"
        return f"{numbered}: {section.name}" if section.name else numbered

    def _line(self, row: Row) -> Line:
        is_restricted = row.value == RESTRICTED
        return Line(
            path=row.path,
            anchor=anchor_of(row.path),
            label=self.words.label(row.path),
            value="" if is_restricted else self.words.shown(row.path, row.value),
            is_restricted=is_restricted,
            is_masked=self.words.is_masked(row.path, row.value),
            is_disputed=row.path in self.reading.conflicts,
            changed=self._changes.get(row.path),
            problems=tuple(self._problems.get(row.path, ())),
            picture=self._album.of(row.path, row.value),
            earlier=self._album.last_round(row.path),
        )


def shown_problems(reading: RecordReading, words: Words, blocks: Sequence[Block]) -> tuple[ShownProblem, ...]:
    """All problems of a record in the order of its form; those of unanswered questions stand only here."""
    there = {line.path for block in blocks for line in block.all_lines()}
    return tuple(
        ShownProblem(
            label=words.label(one.path) if one.path else gettext("The form as a whole"),
            place=words.place(one.path),
            anchor=anchor_of(one.path) if one.path in there else "",
            text=one.message(words.language),
            is_counted=one.is_counted,
        )
        for one in sorted(reading.problems, key=lambda one: (one.path != "", words.order(one.path)))
    )
