"""Putting the files that a record names into words and links, all of a page at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import url_for
from sqlalchemy import Connection

from domain.files import FileAnswer
from domain.forms.definition import FormDefinition
from domain.operations import Value
from domain.photos import metres_between, place_for
from server.services.earlier_rounds import Rounds
from server.services.pictures import (
    EarlierPhoto,
    NamedFile,
    arrived,
    earlier_photos,
    named_by,
    named_in,
)
from server.services.read_record import RecordReading
from server.services.record_files import Arrived, FileState
from server.store.files import StoredFile
from server.views import SHOWN, THUMBNAIL, WHOLE
from server.web.answers import Words
from server.web.file_words import (
    camera_moment,
    fault_words,
    file_type_words,
    metres_words,
    part_words,
    size_words,
)
from server.web.pictures import NO_PICTURES, Album, Earlier, Picture, Small
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.translation import gettext

DRAWN: Final = frozenset({"signature", "draw", "annotate"})
"""Appearances of questions whose pictures are drawn, on white."""
PICTURES: Final = "image/"


def album_of(
    connection: Connection,
    reading: RecordReading,
    words: Words,
    also: Iterable[NamedFile] = (),
    rounds: Rounds | None = None,
) -> Album:
    """
    The pictures of a record as its reader may see them, beside those of the last of the `rounds`.

    `also` are those that stood there before.
    """
    named = [*named_in(reading.dossier), *also]
    if not named:
        return NO_PICTURES
    last = earlier_photos(rounds, reading, _paths(reading)) if rounds else {}
    there = arrived(connection, [*named, *(one.file for one in last.values())])
    made = _Making(reading.record, reading.definition, reading.answers, words, there)
    return Album(
        pictures={(one.path, one.value): made.picture(one, words.label(one.path)) for one in named},
        earlier={path: _earlier(one, words, there, words.label(path)) for path, one in last.items()},
        awaited=len({one.answer.hash for one in reading.files if one.state is FileState.WAITING}),
    )


def _paths(reading: RecordReading) -> Collection[str]:
    """Where a file is answered now."""
    return [path for path, value in reading.answers.items() if named_by(reading.record, path, value)]


def _earlier(last: EarlierPhoto, words: Words, there: Arrived, label: str) -> Earlier:
    """The photo of the last round, measured against the place of its own form."""
    round_ = last.round
    made = _Making(round_.record, round_.definition, round_.dossier.answers, words, there)
    return Earlier(made.picture(last.file, label), last.author, round_.begun, round_.record)


@dataclass(frozen=True)
class _Making:
    """Puts the files of one record into words."""

    record: str
    definition: FormDefinition | None
    answers: Mapping[str, Value]
    words: Words
    there: Arrived

    def picture(self, named: NamedFile, label: str) -> Picture:
        answer = named.answer
        file = self.there.file(named.record, answer.hash)
        state = self.there.state(named.record, answer.hash)
        small, type_ = self._small(named), _type(file, answer)
        told, advice = state_words(state, file, is_small_there=small is not None)
        return Picture(
            hash=answer.hash,
            label=label,
            name=answer.name,
            kind=", ".join(
                one
                for one in (file_type_words(type_), size_words(_size(file, answer), self.words.language))
                if one
            ),
            state=state,
            is_drawn=self._is_drawn(named.path),
            small=small[1] if small else None,
            page=url_for("office.show_picture", record=self.record, file=answer.hash),
            large=view_url(named.record, small[0], SHOWN) if small else "",
            download=view_url(named.record, answer.hash, WHOLE) if is_download(state, file) else "",
            taken=camera_moment(answer.time) if answer.time else None,
            position=_position(answer),
            distance=self._distance(named),
            told=told,
            advice=advice,
        )

    def _small(self, named: NamedFile) -> tuple[str, Small] | None:
        """Of the file itself, else of the small picture that the device sent ahead; with that one's hash."""
        view = self.there.preview(named.record, named.answer)
        if view is None:
            return None
        return view.file, Small(view_url(named.record, view.file, THUMBNAIL), view.width, view.height)

    def _is_drawn(self, path: str) -> bool:
        found = self.definition.field_at(path) if self.definition else None
        return bool(found and DRAWN & set((found.appearance or "").split()))

    def _distance(self, named: NamedFile) -> str:
        """How far from the place of the form it was taken; nothing where either is not known."""
        position = named.answer.position
        place = place_for(self.definition, self.answers, named.path) if self.definition and position else None
        metres = metres_between(position or "", str(self.answers[place])) if place else None
        if place is None or metres is None:
            return ""
        return gettext(
            "%(distance)s from “%(place)s”",
            distance=metres_words(metres, self.words.language),
            place=self.words.label(place),
        )


def view_url(record: str, file: str, kind: str) -> str:
    """Where a view of a file is, or the file itself, for whoever may read the record."""
    return url_for("office.file_view", record=record, file=file, kind=kind)


def is_download(state: FileState, file: StoredFile | None) -> bool:
    """Whether a file is handed out as it came: none that is a picture, of which people get views only."""
    is_picture = file is not None and (file.type or "").startswith(PICTURES)
    return file is not None and state is FileState.NOT_SHOWN and file.fault is None and not is_picture


def state_words(state: FileState, file: StoredFile | None, *, is_small_there: bool) -> tuple[str, str]:
    """Where a file stands, and what to do; empty where there is nothing to say."""
    fault = (file.fault if file else None) or ""
    if state is FileState.WAITING:
        told = gettext("On its way: the officer's device sends it with a signal, or Wi-Fi if he chose that.")
        return told, gettext("This is the small picture that it sent ahead.") if is_small_there else ""
    if state is FileState.PREPARING and not fault:
        return gettext("It has arrived and is being prepared."), gettext("Open the page again in a moment.")
    if state is FileState.READY:
        return part_words() if fault else ("", "")
    return ("", "") if is_download(state, file) else fault_words(fault)


def _type(file: StoredFile | None, answer: FileAnswer) -> str:
    return (file.type if file else None) or answer.type or ""


def _size(file: StoredFile | None, answer: FileAnswer) -> int | None:
    return file.size if file else answer.size


def _position(answer: FileAnswer) -> str:
    """Latitude and longitude in short; nothing for what is no place."""
    position = answer.position or ""
    return ", ".join(position.split()[:2]) if metres_between(position, position) is not None else ""


def _window(_: Connection, page: RecordPage) -> Shown | None:
    """The window for looking closely, where there is anything to look at."""
    return Shown(page.album) if page.album.is_shown else None


WINDOW: Final = RecordBlock("pictures", Slot.END, "record_pictures.html", _window)
