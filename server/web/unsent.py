"""A file of unsent work by pages: it is handed in, the office's key is given, what came of it is told."""

from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from flask import redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, is_authorized
from domain.cases import list_of
from domain.errors import InvalidRequest
from domain.forms.fields import in_language
from domain.operations import RESTRICTED_PART
from schemas.recovery_key import LONGEST
from server.clock import now_ms
from server.context import current_blobs, current_store
from server.services import handed_in
from server.services.forms import find_version, title_of
from server.services.recovery import current_key, read_key_of
from server.services.throttle import ThrottledError
from server.services.unsent import MOST_TOLD, Taken, TakenRecord, take
from server.store import areas, records
from server.web.blueprint import blueprint
from server.web.session import current_actor, current_actor_or_none, needs
from server.web.sign_in import refusal_words
from server.web.translation import lazy_gettext
from server.web.wording import current_language

LARGEST: Final = 15 * 1024 * 1024
"""Bytes of a file: below what the web server takes in at all."""
LARGEST_KEY: Final = 64 * 1024
"""Of what comes with the key: so little that it lies on no disk."""
REFUSALS: Final = {
    "no-file": lazy_gettext("No file was chosen."),
    "sealed-not": lazy_gettext(
        "This is no file of unsent work. It is written by: verilap unsent --out FILE, or verilap recover."
    ),
    "sealed-other-key": lazy_gettext("This key opens another file: look for the key that is named above."),
    "sealed-altered": lazy_gettext(
        "The file was changed on its way, or a part of it is missing. Copy it anew from the device's stick."
    ),
    "unsent-malformed": lazy_gettext(
        "What is in the file makes no sense. Keep it, and tell the administrator; have it written anew."
    ),
    "unsent-newer": lazy_gettext(
        "A newer version of Verilap wrote this file: the server has to be upgraded."
    ),
    "unsent-author": lazy_gettext(
        "The file is of somebody who has no account here: make one of that name first."
    ),
    "unknown-recovery-key": lazy_gettext(
        "The key is none of this office: the file or the key is of another one."
    ),
    "recovery-key-file": lazy_gettext("The second file is no recovery key of the office."),
    "recovery-key-closed": lazy_gettext("The passphrase does not open the recovery key."),
    "recovery-passphrase": lazy_gettext("The recovery key needs its passphrase."),
}
"""What is wrong with a file, by code; `server.services.unsent` and `recovery` have them."""


@dataclass(frozen=True)
class Line:
    """What became of a record; its villages and where it is are empty for whoever may not read it."""

    about: TakenRecord
    form: str
    villages: str
    url: str

    @property
    def list_name(self) -> str | None:
        return list_of(self.about.kind)

    @property
    def is_restricted(self) -> bool:
        return self.about.kind == RESTRICTED_PART


@blueprint.before_request
def _take_files() -> None:
    """Lets a file be larger than other forms of pages, for those who may send one; a key never is."""
    if request.endpoint == "office.take_unsent":
        request.max_content_length = LARGEST_KEY
    if request.endpoint == "office.upload_unsent":
        actor = current_actor_or_none()
        if actor and is_authorized(actor, Action.DECIDE_HELD):
            request.max_content_length = LARGEST


@blueprint.get("/unsent")
@needs(Action.DECIDE_HELD)
def show_unsent() -> str:
    """Where a file is handed in."""
    return _render_upload()


@blueprint.post("/unsent")
@needs(Action.DECIDE_HELD)
def upload_unsent() -> Response | tuple[str, int]:
    """Keeps a file that is sealed to this office, and goes on to where its key is given."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidRequest("no file was chosen", code="no-file")
        file = cast(BinaryIO, sent.stream)
        with current_store().read() as connection:
            handed_in.look(connection, file)
        file.seek(0)
        name = handed_in.keep(current_blobs(), handed_in.pieces_of(file))
    except InvalidRequest as refusal:
        return _render_upload(refusal), 400
    return redirect(url_for("office.open_unsent", upload=name))


@blueprint.get("/unsent/<upload>")
@needs(Action.DECIDE_HELD)
def open_unsent(upload: str) -> str:
    """Where the key to a file is given."""
    return _render_key(upload)


@blueprint.post("/unsent/<upload>")
@needs(Action.DECIDE_HELD)
def take_unsent(upload: str) -> str | tuple[str, int]:
    """Takes it in, and tells what came of each record. The key is forgotten with the answer."""
    actor, now = current_actor(), now_ms()
    file = handed_in.opener(current_blobs(), upload)
    sent, passphrase = request.files.get("key"), request.form.get("recovery_passphrase", "")

    def open_key() -> bytes:
        if sent is None or not sent.filename:
            raise InvalidRequest("no key was chosen", code="recovery-key-file")
        return read_key_of(current_store(), actor.name, sent.read(LONGEST + 1), passphrase, now)

    try:
        taken = take(current_store(), current_blobs(), file, open_key, actor.name, now)
    except ThrottledError as refusal:
        return _render_key(upload, refusal_words(refusal)), 429
    except InvalidRequest as refusal:
        if refusal.code not in REFUSALS:
            raise
        return _render_key(upload, _words(refusal)), 400
    handed_in.forget(current_blobs(), upload)
    return _render_taken(actor, taken)


def _words(refusal: InvalidRequest) -> str:
    if refusal.code not in REFUSALS:
        raise refusal
    return f"{REFUSALS[refusal.code]} ({refusal.code})"


def _render_upload(refusal: InvalidRequest | None = None) -> str:
    with current_store().read() as connection:
        key = current_key(connection)
    return render_template("unsent.html", has_key=key is not None, refusal=_words(refusal) if refusal else "")


def _render_key(upload: str, refusal: str = "") -> str:
    with handed_in.opener(current_blobs(), upload)() as file, current_store().read() as connection:
        about = handed_in.look(connection, file)
    return render_template("unsent_key.html", upload=upload, about=about, refusal=refusal)


def _render_taken(actor: Actor, taken: Taken) -> str:
    with current_store().read() as connection:
        lines = _lines(connection, actor, taken)
    held = taken.statuses["held"]
    return render_template(
        "unsent_taken.html",
        taken=taken,
        lines=lines,
        new=taken.manifest.count - taken.known,
        held=held,
        is_cut=len(taken.records) >= MOST_TOLD,
    )


def _lines(connection: Connection, actor: Actor, taken: Taken) -> list[Line]:
    """Of what the reader may not read, no more is told than the form, which the file says."""
    stored = records.load(connection, taken.records)
    readable = {
        one: record for one, record in stored.items() if is_authorized(actor, Action.READ, record.subject)
    }
    titles = {form: _title(connection, form) for form in {one.form for one in taken.records.values()} if form}
    villages = areas.villages_in(connection, {code for one in readable.values() for code in one.villages})
    called = {village.code: f"{village.name} ({village.kecamatan})" for village in villages}
    return [
        Line(
            about,
            titles.get(about.form or "", ""),
            ", ".join(called.get(code, code) for code in sorted(readable[one].villages))
            if one in readable
            else "",
            _url_of(one, about) if one in readable else "",
        )
        for one, about in taken.records.items()
    ]


def _title(connection: Connection, form: str) -> str:
    found = find_version(connection, form)
    return in_language(title_of(found), current_language()) if found else form


def _url_of(record: str, about: TakenRecord) -> str:
    """A restricted part stands on the page of its submission."""
    if about.kind == RESTRICTED_PART:
        return ""
    told: dict[str, Any] = {"record": record}
    return url_for("office.show_case" if list_of(about.kind) else "office.show_record", **told)
