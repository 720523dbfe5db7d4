"""What happened to a record, step by step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flask import render_template

from domain.access import Action
from domain.forms.fields import in_language
from domain.forms.subject import subject_of
from domain.handing_over import MOVED
from domain.operations import OFFICE, RESTRICTED, REVIEW, VILLAGE, Change
from domain.review import SUBMITTED
from server.context import current_store
from server.evidence import tell_reading
from server.services.audit import Audited
from server.services.history import Event, history_of
from server.services.pictures import NamedFile, named_by
from server.services.read_record import read_record
from server.store import areas
from server.store.devices import names_of
from server.store.log import OK
from server.web.album import album_of
from server.web.answers import Words
from server.web.blueprint import blueprint
from server.web.filters import read_filter
from server.web.pictures import NO_PICTURES, Album, Picture
from server.web.session import current_actor, needs
from server.web.sheet import Sheet
from server.web.wording import current_language


@dataclass(frozen=True)
class ShownStep:
    """
    One line of an operation: a question and what was entered there, or what a reviewer remarked on it.

    Of work that waits also what stands there `now`, and whether the two would be in conflict. `picture` is
    the file that was entered.
    """

    label: str
    place: str
    value: str
    is_withheld: bool = False
    kind: Literal["answer", "remark", "review"] = "answer"
    now: tuple[str, ...] = ()
    is_conflict: bool = False
    picture: Picture | None = None


@dataclass(frozen=True)
class ShownEvent:
    """
    An operation as the page tells it.

    `time` is the author's clock, which may have been wrong, `received` the server's; `device` handed it in;
    `decision` is set when it was a review, with `comment` and the remarks among the steps.
    """

    author: str
    time: int
    is_clock_wrong: bool
    received: int
    is_of_office: bool
    device: str
    status: str
    code: str | None
    decision: str
    comment: str
    is_submitted: bool
    steps: tuple[ShownStep, ...]


@blueprint.get("/records/<record>/history")
@needs(Action.READ)
def show_history(record: str) -> str:
    """Everything that was entered, removed or decided, the latest first."""
    actor = current_actor()
    with current_store().read() as connection:
        reading = read_record(connection, actor, record)
        events = history_of(connection, actor, record)
        devices = names_of(connection, {one.row.device for one in events if one.row.device})
        words = Words(reading.definition, areas.villages_in(connection, reading.villages))
        album = album_of(connection, actor, reading, words, files_in(events))
    tell_reading(actor, reading, Audited.READ_HISTORY)
    Sheet(reading, words).blocks()
    return render_template(
        "history.html",
        record=record,
        chosen=read_filter(),
        subject=subject_of(reading.definition, reading.answers),
        form_title=in_language(reading.definition.title, current_language()) if reading.definition else "",
        has_pictures=album.is_shown,
        events=[
            shown_event(words, event, devices, album)
            for event in sorted(events, key=lambda e: e.row.received, reverse=True)
        ],
    )


def files_in(events: Iterable[Event]) -> Iterator[NamedFile]:
    """The files that stood in a record at any time, as far as the reader may see that."""
    for event in events:
        if event.row.status != OK:
            continue  # nobody's answer yet
        shown = {(one.path, one.value) for one in event.changes if isinstance(one.value, str)}
        for part in event.operation.parts:
            for one in part.changes:
                named = named_by(part.record, one.path, one.value)
                if named and (named.path, named.value) in shown:
                    yield named


def shown_event(
    words: Words, event: Event, devices: Mapping[str, str], album: Album = NO_PICTURES
) -> ShownEvent:
    """An operation in words; `devices` has the names of those that handed operations in."""
    decision, comment, remarks = _decision(event)
    return ShownEvent(
        author=event.row.author or event.row.account,
        time=event.operation.time,
        is_clock_wrong=event.is_clock_wrong,
        received=event.row.received,
        is_of_office=event.row.replica == OFFICE,
        device=devices.get(event.row.device or "", ""),
        status=event.row.status,
        code=event.row.code,
        decision=decision,
        comment=comment,
        is_submitted=any(change.path == REVIEW and change.value == SUBMITTED for change in event.changes),
        steps=(
            *(shown_step(words, change, album) for change in event.changes if is_step(change)),
            *(
                ShownStep(words.label(path), words.place(path), "", is_withheld=True)
                for path in event.withheld
            ),
            *(
                ShownStep(words.label(path), words.place(path), text, kind="remark")
                for path, text in remarks.items()
            ),
        ),
    )


def is_step(change: Change) -> bool:
    """Whether a change is told as a line: not the bookkeeping of forms and restricted parts."""
    is_told = not change.path.startswith("$") or change.path in (VILLAGE, MOVED)
    return change.value != RESTRICTED and is_told


def shown_step(words: Words, change: Change, album: Album = NO_PICTURES) -> ShownStep:
    """A change in words."""
    return ShownStep(
        words.label(change.path),
        words.place(change.path),
        words.shown(change.path, change.value),
        picture=album.of(change.path, change.value),
    )


def _decision(event: Event) -> tuple[str, str, dict[str, str]]:
    """The decision in an operation, its comment, and its remarks by path."""
    for change in event.changes:
        if change.path == REVIEW and isinstance(change.value, dict):
            decision, comment, remarks = (
                change.value.get(name) for name in ("decision", "comment", "remarks")
            )
            told = (
                {k: v for k, v in remarks.items() if isinstance(v, str)} if isinstance(remarks, dict) else {}
            )
            return str(decision or ""), comment if isinstance(comment, str) else "", told
    return "", "", {}
