"""Which rows of the queue may be ticked to be approved, what is sent for each, and why not the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import current_app
from itsdangerous import BadSignature, Signer
from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.errors import InvalidRequest
from domain.operations import RECORD_ID, REVIEW
from server.services.bulk import CHANGED, DECIDED, DIFFER, GONE, HELD, MOST, Displayed, obstacles_of
from server.services.submissions import Entry
from server.web.flag_words import flag_words
from server.web.translation import lazy_gettext

SAID_ELSEWHERE: Final = (DECIDED, CHANGED, "conflict", "problems", "unexamined", "file-awaited")
"""What a row says in chips or words of its own."""
WHY: Final = {
    DECIDED: lazy_gettext("decided already"),
    CHANGED: lazy_gettext("changed since it was approved"),
    DIFFER: lazy_gettext("two decisions stand side by side"),
    HELD: lazy_gettext("work on it is held back"),
    GONE: lazy_gettext("it is not in your villages any more"),
    "record-changed": lazy_gettext("it has changed since the list was shown"),
    "review-unseen": lazy_gettext("somebody else decided on it meanwhile"),
    "conflict-open": lazy_gettext("there is an open conflict"),
    "processing-restricted": lazy_gettext("its processing is restricted"),
    "review": lazy_gettext("you may not decide on it any more"),
    "database-busy": lazy_gettext("the server was busy; try again"),
}
"""Why a form is not approved from the list, beside the flags."""


@dataclass(frozen=True)
class Ticking:
    """For the rows by their records: what a tick sends, and what speaks against ticking."""

    tokens: Mapping[str, str] = field(default_factory=dict)
    obstacles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def flags(self, record: str) -> list[str]:
        """What a row says of itself in further chips."""
        return [why(code) for code in self.obstacles.get(record, ()) if code not in SAID_ELSEWHERE]

    def why_not(self, record: str) -> str:
        """Why a row cannot be ticked, in words."""
        return ", ".join(why(code) for code in self.obstacles.get(record, ()))

    def is_awaited(self, record: str) -> bool:
        """Whether a file of it has not arrived."""
        return "file-awaited" in self.obstacles.get(record, ())


def ticking_of(connection: Connection, actor: Actor, entries: Sequence[Entry]) -> Ticking:
    """For the rows of a page."""
    found = obstacles_of(connection, actor, {entry.record: entry.document for entry in entries})
    if not is_authorized(actor, Action.REVIEW):
        return Ticking({}, found)
    signer = _signer(actor)
    tokens = {
        entry.record: signer.sign(_said(entry)).decode() for entry in entries if not found[entry.record]
    }
    return Ticking(tokens, found)


def _said(entry: Entry) -> str:
    reviews = (one.id for one in entry.document.at(REVIEW))
    return ":".join((entry.record, entry.document.etag, *reviews))


def read_ticked(actor: Actor, sent: Sequence[str]) -> list[Displayed]:
    """
    What was ticked on a page that was shown to the actor.

    Raises `InvalidRequest`: nothing-ticked, too-many-ticked, not-displayed (for what no page of his sends).
    """
    if not sent:
        raise InvalidRequest("nothing is ticked", code="nothing-ticked")
    if len(sent) > MOST:
        raise InvalidRequest(f"up to {MOST} are approved at once", code="too-many-ticked")
    return list({one.record: one for one in _read(actor, sent)}.values())


def _read(actor: Actor, sent: Sequence[str]) -> Iterator[Displayed]:
    signer = _signer(actor)
    for one in sent:
        try:
            record, etag, *reviews = signer.unsign(one).decode("ascii").split(":")
        except (BadSignature, ValueError):
            raise InvalidRequest("this was not on a page of yours", code="not-displayed") from None
        if not RECORD_ID.fullmatch(record):
            raise InvalidRequest("this was not on a page of yours", code="not-displayed")
        yield Displayed(record, etag, tuple(reviews))


def _signer(actor: Actor) -> Signer:
    """Of what is shown to somebody, so that only that is ticked."""
    return Signer(current_app.secret_key or "", salt=f"displayed:{actor.name}")


def why(code: str) -> str:
    """A reason in words."""
    return str(WHY[code]) if code in WHY else str(flag_words(code))
