"""The filled form on the page of a record: its answers, what does not fit among them, and its contents."""

from typing import Final

from sqlalchemy import Connection

from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.sheet import shown_problems

FEWEST_LISTED: Final = 3
"""Sections that a table of contents is of use for."""


def _problems(_: Connection, page: RecordPage) -> Shown | None:
    found = shown_problems(page.reading, page.words, page.sections)
    return Shown(found) if found else None


def _answers(_: Connection, page: RecordPage) -> Shown:
    """Shown also of a form without answers. The photos of the last round stand beside those of this one."""
    return Shown(page.sections, page.album.beside)


def _contents(_: Connection, page: RecordPage) -> Shown | None:
    return Shown(page.sections) if len(page.sections) >= FEWEST_LISTED else None


PROBLEMS: Final = RecordBlock("problems", Slot.CARDS, "record_problems.html", _problems)
ANSWERS: Final = RecordBlock("answers", Slot.ANSWERS, "record_answers.html", _answers)
CONTENTS: Final = RecordBlock("contents", Slot.ASIDE, "record_contents.html", _contents)
