"""What happened to a record, step by step."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask import render_template, request, url_for

from domain.access import Action
from domain.forms.fields import in_language
from domain.forms.subject import subject_of
from domain.handing_over import MOVED
from domain.operations import OFFICE, RESTRICTED, RESTRICTED_PART, REVIEW, VILLAGE, Change
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
from server.web.translation import gettext
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
    `decision` is set when it was a review, with `comment` and the remarks among the steps; `is_of_part` where
    that was one of a restricted part.
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
    is_of_part: bool
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True)
class Narrowing:
    """A link that shows the work of one person or device only, or all again; `count` are its steps."""

    text: str
    url: str
    count: int
    is_current: bool


@blueprint.get("/records/<record>/history")
@needs(Action.READ)
def show_history(record: str) -> str:
    """Everything that was entered, removed or decided, the latest first; of one person or device if asked."""
    actor = current_actor()
    person, device = request.args.get("person", ""), request.args.get("device", "")
    with current_store().read() as connection:
        reading = read_record(connection, actor, record)
        events = history_of(connection, actor, record)
        devices = names_of(connection, {one.row.device for one in events if one.row.device})
        words = Words(reading.definition, areas.villages_in(connection, reading.villages))
        shown = [one for one in events if _is_of(one, person, device)] or events
        album = album_of(connection, reading, words, files_in(shown))
    tell_reading(actor, reading, Audited.READ_HISTORY)
    Sheet(reading, words).blocks()
    return render_template(
        "history.html",
        record=record,
        chosen=read_filter(),
        subject=subject_of(reading.definition, reading.answers),
        form_title=in_language(reading.definition.title, current_language()) if reading.definition else "",
        has_pictures=album.is_shown,
        people=_narrowings(record, "person", Counter(map(_author, events)), {}, person),
        devices=_narrowings(record, "device", Counter(map(_device, events)), devices, device),
        events=[
            shown_event(words, event, devices, album)
            for event in sorted(shown, key=lambda e: e.row.received, reverse=True)
        ],
    )


def _author(event: Event) -> str:
    return event.row.author or event.row.account


def _device(event: Event) -> str:
    """The id of the device that handed it in; the office's own name where none did."""
    return event.row.device or (OFFICE if event.row.replica == OFFICE else "")


def _is_of(event: Event, person: str, device: str) -> bool:
    return person in ("", _author(event)) and device in ("", _device(event))


def _narrowings(
    record: str, name: str, counts: Mapping[str, int], names: Mapping[str, str], chosen: str
) -> list[Narrowing]:
    """Everybody, then each one, who did most first; none where there is no choice."""
    known = {one: count for one, count in counts.items() if one}
    if len(known) < 2:
        return []
    asked = {one: told for one in ("person", "device") if one != name and (told := request.args.get(one))}
    every = Narrowing(gettext("All"), _history(record, asked), sum(counts.values()), chosen not in known)
    return [
        every,
        *(
            Narrowing(
                gettext("in the office") if one == OFFICE else names.get(one, one),
                _history(record, {**asked, name: one}),
                count,
                one == chosen,
            )
            for one, count in sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
    ]


def _history(record: str, asked: Mapping[str, str]) -> str:
    """An address of the history, with the place in the queue that the reader came from."""
    kept: dict[str, Any] = {**read_filter().arguments, **asked}
    return url_for("office.show_history", record=record, **kept)


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
        is_of_part=_is_of_part(event),
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


def _is_of_part(event: Event) -> bool:
    """Whether it says something about the review of a restricted part and nothing about the submission's."""
    kinds = {part.kind for part in event.operation.parts if REVIEW in part.paths}
    return kinds == {RESTRICTED_PART}


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
