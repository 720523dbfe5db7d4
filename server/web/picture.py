"""One picture of a record, large: a page of its own, so that looking closely needs no script."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from sqlalchemy import Connection

from domain.access import Action, Actor
from domain.errors import NotFound
from server.context import current_store
from server.evidence import tell_reading
from server.services.earlier_rounds import rounds_about
from server.services.history import history_of
from server.services.pictures import NamedFile
from server.services.read_record import RecordReading, read_record
from server.web.album import album_of
from server.web.answers import Words, anchor_of
from server.web.blueprint import blueprint
from server.web.filters import read_filter
from server.web.history import files_in
from server.web.pictures import Earlier, Picture
from server.web.session import current_actor, needs


@dataclass(frozen=True)
class PicturePage:
    """A picture with its question, the same view in the last round, and the neighbours in the form."""

    reading: RecordReading
    picture: Picture
    anchor: str
    earlier: Earlier | None
    before: Picture | None
    after: Picture | None


@blueprint.get("/records/<record>/files/<file>")
@needs(Action.READ)
def show_picture(record: str, file: str) -> str:
    """A picture that an answer of a record names, or named once; of another file where it is to be had."""
    actor = current_actor()
    with current_store().read() as connection:
        reading = read_record(connection, actor, record)
        page = _page(connection, actor, reading, file)
        if page is None:
            page = _page(connection, actor, reading, file, files_in(history_of(connection, actor, record)))
    if page is None:
        raise NotFound("no answer of this record names such a picture")
    tell_reading(actor, reading, beside={page.earlier.record} if page.earlier else ())
    return render_template("picture.html", page=page, chosen=read_filter())


def _page(
    connection: Connection,
    actor: Actor,
    reading: RecordReading,
    file: str,
    also: Iterable[NamedFile] = (),
) -> PicturePage | None:
    """The picture between its neighbours in the form; none where no answer names it."""
    words = Words(reading.definition)
    album = album_of(connection, reading, words, also, rounds_about(connection, actor, reading))
    shown = [(path, one) for (path, _), one in album.pictures.items()]
    shown.sort(key=lambda one: words.order(one[0]))
    hashes = [one.hash for _, one in shown]
    if file not in hashes:
        return None
    at = hashes.index(file)
    path, picture = shown[at]
    return PicturePage(
        reading=reading,
        picture=picture,
        anchor=anchor_of(path),
        earlier=album.last_round(path),
        before=shown[at - 1][1] if at else None,
        after=shown[at + 1][1] if at + 1 < len(shown) else None,
    )
