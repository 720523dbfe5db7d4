"""
What is wrong with a workbook, place by place, in the words of whoever wrote it.

A fault is a code with its place (sheet, row and column as Excel shows them) and facts; the sentences stand in
`catalogue/form.<language>.json`. Several are told together: a person mends a workbook in one go, not one
publishing after the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from domain.errors import FormError
from server.texts import LANGUAGES, form_catalogue

MOST: Final = 50
"""Faults that are told of one workbook; more of them help nobody."""


@dataclass(frozen=True)
class Place:
    """Where in a workbook. `column` is the heading as it is written there, `letter` Excel's name of it."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    letter: str | None = None

    @property
    def cell(self) -> str | None:
        """The cell as Excel names it, such as ``H12``."""
        return f"{self.letter}{self.row}" if self.letter and self.row else None

    def words(self, language: str) -> str:
        """The place in words, nothing where it is not known. A file of lines has no sheets."""
        if not self.sheet and not self.row:
            return ""
        template = form_catalogue(language)[f"place-{self._kind()}"]
        return template.format(sheet=self.sheet, row=self.row, column=self.column, cell=self.cell)

    def _kind(self) -> str:
        if not self.sheet:
            return "line-column" if self.column else "line"
        if self.cell:
            return "cell"
        return "column" if self.column and self.row else "row" if self.row else "sheet"


NOWHERE: Final = Place()


class _Facts(dict[str, str]):
    """Facts of a sentence; pyxform does not always tell all of them."""

    def __missing__(self, name: str) -> str:
        return "?"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong (or, as a warning, odd) in a workbook; `facts` fill the sentence of `code`."""

    code: str
    place: Place = NOWHERE
    facts: Mapping[str, str] = field(default_factory=dict)
    is_warning: bool = False

    def message(self, language: str) -> str:
        """Place, what is wrong and what to do, in Indonesian (``id``) or English (``en``)."""
        said, where = self.said(language), self.place.words(language)
        return f"{where}: {said}" if where else said

    def said(self, language: str) -> str:
        """The same without the place, for tables that have it in columns of its own."""
        return form_catalogue(language)[self.code].format_map(_Facts(self.facts))

    def as_json(self) -> dict[str, object]:
        """For programs and pages: code, place, and the sentence in both languages, with and without place."""
        place = {"sheet": self.place.sheet, "row": self.place.row, "column": self.place.column}
        messages = {language: self.message(language) for language in sorted(LANGUAGES)}
        said = {language: self.said(language) for language in sorted(LANGUAGES)}
        return {"code": self.code, **place, "cell": self.place.cell, "message": messages, "said": said}


class WorkbookError(FormError):
    """
    A workbook that cannot be published, with all that was found wrong (code ``form-invalid``).

    The message is English, one line a fault; `in_language` says the same to a person.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)[:MOST]
        lines = "\n".join(one.message("en") for one in self.faults)
        super().__init__(lines, faults=[one.as_json() for one in self.faults])

    def in_language(self, language: str) -> str:
        """Every fault, one a line."""
        return "\n".join(one.message(language) for one in self.faults)


class ListError(WorkbookError):
    """The same for an office's list that cannot be imported (code ``list-invalid``)."""

    code = "list-invalid"


def refuse(code: str, place: Place = NOWHERE, **facts: object) -> NoReturn:
    """Raises a `WorkbookError` with one fault: for what makes looking further pointless."""
    raise WorkbookError([fault(code, place, **facts)])


def fault(code: str, place: Place = NOWHERE, **facts: object) -> Fault:
    """A fault; its facts become text, cut where somebody wrote a novel into a cell."""
    return Fault(code, place, {name: shortened(str(value)) for name, value in facts.items()})


def warning(code: str, place: Place = NOWHERE, **facts: object) -> Fault:
    """Something that refuses nothing and is told all the same."""
    return replace(fault(code, place, **facts), is_warning=True)


def shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def sort_by_place(faults: Iterable[Fault]) -> list[Fault]:
    """In the order of a reader: what has no place first, then sheet by sheet, row by row; each once."""
    unique = {(one.code, one.place, tuple(sorted(one.facts.items()))): one for one in faults}
    order = {"settings": 0, "survey": 1, "choices": 2, "entities": 3}

    def key(one: Fault) -> tuple[int, str, int]:
        sheet = one.place.sheet or ""
        return order.get(sheet.lower(), 4) if sheet else -1, sheet, one.place.row or 0

    return sorted(unique.values(), key=key)


def errors_of(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Those that refuse."""
    return (one for one in faults if not one.is_warning)
