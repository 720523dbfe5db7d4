"""
The page of a record as a list of blocks: each is read by the module whose matter it is.

Which blocks there are, and in which order, is said where the server is put together. The page's own module
knows the frame around them and what they have in common.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeAlias

from flask import Flask, current_app
from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.areas import Village
from domain.forms.fields import in_language
from domain.forms.subject import Subject, subject_of
from domain.operations import SUBMISSION
from server.services.changes import Comparison
from server.services.earlier_rounds import EarlierRound
from server.services.history import Event
from server.services.read_record import RecordReading
from server.services.submissions import officers_of
from server.store.submissions import Position
from server.web.answers import Words
from server.web.draft import Draft
from server.web.filters import position_text
from server.web.pictures import Album
from server.web.sheet import Block
from server.web.shown_review import WAITING, remarks_at
from server.web.wording import current_language

EXTENSION: Final = "verilap-record-blocks"


@dataclass(frozen=True)
class Notice:
    """
    What went differently than the reviewer meant.

    `about` names the field that is asked for; `since` is the version that he had before him.
    """

    kind: str
    text: str
    about: str = ""
    since: str = ""


@dataclass(frozen=True)
class Opening:
    """With what the page of a record is opened: what was typed there, and which numbers are shown whole."""

    draft: Draft = field(default_factory=Draft)
    notice: Notice | None = None
    revealed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RecordPage:
    """
    What the blocks of a record's page have in common, as its reader may see it.

    `sections` are the filled form; `comparison` is with the latest decision, `last` the last round. The words
    know already what the members of repeats are called.
    """

    actor: Actor
    reading: RecordReading
    villages: tuple[Village, ...]
    words: Words
    events: Sequence[Event]
    comparison: Comparison
    last: EarlierRound | None
    album: Album
    sections: tuple[Block, ...]
    opening: Opening

    @property
    def draft(self) -> Draft:
        return self.opening.draft

    @property
    def notice(self) -> Notice | None:
        return self.opening.notice

    @cached_property
    def subject(self) -> Subject:
        """Whom the record is about."""
        return subject_of(self.reading.definition, self.reading.answers)

    @property
    def form_title(self) -> str:
        definition = self.reading.definition
        return in_language(definition.title, current_language()) if definition else ""

    @property
    def officers(self) -> tuple[str, ...]:
        return officers_of(self.reading.stored.state)

    @property
    def may_review(self) -> bool:
        return self._is_submission_for(Action.REVIEW)

    @property
    def may_export(self) -> bool:
        return self._is_submission_for(Action.EXPORT)

    @property
    def may_change(self) -> bool:
        return self._may(Action.WRITE)

    @property
    def may_reveal(self) -> bool:
        return self._may(Action.REVEAL)

    def _is_submission_for(self, action: Action) -> bool:
        return self.reading.kind == SUBMISSION and self._may(action)

    def _may(self, action: Action) -> bool:
        return is_authorized(self.actor, action, self.reading.stored.subject)

    @property
    def is_decided(self) -> bool:
        """Whether nothing waits for the reader here."""
        return self.reading.review.state not in WAITING

    @property
    def problem_count(self) -> int:
        return sum(problem.is_counted for problem in self.reading.problems)

    @cached_property
    def asked_in_parts(self) -> dict[str, list[str]]:
        """What was asked for at restricted questions, by path."""
        return remarks_at(self.reading)

    @property
    def is_protection_waiting(self) -> bool:
        """Whether a restricted part that the reader may not read waits for a social worker."""
        return any(state in WAITING for state in self.reading.unread_parts)

    @property
    def position(self) -> str:
        return position_text(Position(self.reading.updated, self.reading.record))

    @property
    def etag(self) -> str:
        return self.reading.etag

    @property
    def seen(self) -> str:
        return ",".join(self.reading.review.ids)


class Slot(StrEnum):
    """Where on the page a block stands; within a slot the order is that of the list."""

    HEAD = "head"
    """Under the name: what holds for the record as a whole."""
    NOTICES = "notices"
    FORM = "form"
    """At the beginning of the form in which everything on the page is sent."""
    CARDS = "cards"
    """What to look at before the answers."""
    ANSWERS = "answers"
    ASIDE = "aside"
    END = "end"


@dataclass(frozen=True)
class Shown:
    """What a block's template gets; `beside` are the other records of which it tells, for the audit."""

    told: Any
    beside: frozenset[str] = frozenset()


Reader: TypeAlias = Callable[[Connection, RecordPage], Shown | None]
"""Reads what a block shows of a record; nothing where it has nothing to say."""


@dataclass(frozen=True)
class RecordBlock:
    """One block. Its template has the `page`, and what was read for it as `block.told`."""

    name: str
    slot: Slot
    template: str
    read: Reader


@dataclass(frozen=True)
class ReadBlock:
    """A block of one page; `told` is none where it is left out."""

    name: str
    template: str
    told: Any


@dataclass(frozen=True)
class ReadBlocks:
    """The blocks of one page by their slots, and the other records of which they tell."""

    at: dict[Slot, list[ReadBlock]]
    beside: frozenset[str]


def register(app: Flask, blocks: Sequence[RecordBlock]) -> None:
    """Tells `app` what stands on the page of a record. Raises `ValueError` where two blocks have one name."""
    names = [block.name for block in blocks]
    if len(set(names)) < len(names):
        raise ValueError(f"two blocks of a record's page have the same name: {names}")
    app.extensions[EXTENSION] = tuple(blocks)


def registered_blocks() -> tuple[RecordBlock, ...]:
    """The blocks of the current app, in their order."""
    blocks: tuple[RecordBlock, ...] = current_app.extensions[EXTENSION]
    return blocks


def read_blocks(connection: Connection, page: RecordPage, blocks: Iterable[RecordBlock]) -> ReadBlocks:
    """Has each block read what it shows."""
    at: dict[Slot, list[ReadBlock]] = {slot: [] for slot in Slot}
    beside: set[str] = set()
    for block in blocks:
        shown = block.read(connection, page)
        at[block.slot].append(ReadBlock(block.name, block.template, shown.told if shown else None))
        beside |= shown.beside if shown else frozenset()
    return ReadBlocks(at, frozenset(beside))
