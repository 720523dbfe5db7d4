"""A submission that comes back as XML: what differs from the version that it was made from is entered."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection

from domain.access import Actor
from domain.dossier import Dossier
from domain.errors import InvalidRequest, Outdated, VerilapError
from domain.forms.instance import changed_answers, entered_answers, read_instance
from domain.operations import Change, Operation
from schemas.reading import form_of_instance, record_xml
from server.expressions import context_at
from server.services.office import change_record
from server.services.read_record import RecordReading, find_readable


class AnotherVersion(Outdated):
    """The XML was made from another version than the one that is there now (HTTP 412)."""

    code = "record-changed"


class NoVersion(VerilapError):
    """The request does not say which version the XML was made from (HTTP 428)."""

    code = "if-match-missing"


def changes_in_xml(reading: RecordReading, xml: bytes, versions: Collection[str]) -> tuple[Change, ...]:
    """
    What an instance of a record changes, each naming what stands there now.

    `versions` are the etags that the caller knows: one of them has to be the record's. Raises `NoVersion`,
    `AnotherVersion`, `NotFound` for what is no filled form, and what `read_instance` raises.
    """
    # Without the restricted parts: a file has them seldom, and does not say whether. What is typed at such a
    # question replaces nothing, since perhaps nobody saw what is there; left empty, it clears nothing.
    dossier = Dossier(reading.dossier.submission)
    definition = form_of_instance(dossier, reading.definition)
    if not versions:
        raise NoVersion("If-Match names the etag of the version that the XML was made from")
    if reading.etag not in versions:
        raise _another(reading.etag)
    instance = read_instance(definition, xml, seed=reading.record)
    if reading.record not in (instance.record, instance.edited_record):
        raise InvalidRequest("the instance is of another record", code="instance-record")
    written = read_instance(definition, record_xml(dossier, definition, context_at(reading.filled))).own
    changed = entered_answers(definition, changed_answers(definition, written, instance))
    return tuple(_changes(reading.dossier, changed.items()))


def enter_changes(
    connection: Connection, actor: Actor, record: str, etag: str, changes: Sequence[Change], now: int
) -> Operation:
    """Enters them if the record is still at that version. Raises `AnotherVersion`, and as `change_record`."""
    stored = find_readable(connection, actor, record, lock=True)
    if stored.state.etag != etag:
        raise _another(stored.state.etag)
    return change_record(connection, actor, record, changes, now)


def _changes(whole: Dossier, changed: Iterable[tuple[str, str]]) -> Iterator[Change]:
    for path, value in changed:
        restricted = whole.restricted_values.get(path, [])
        if any(one.value == value for one in restricted):
            continue  # it came in a file that had it
        if path in whole.conflicts and not restricted:
            # Only one of the values stood in the XML.
            raise InvalidRequest(f"people disagree at {path}", code="conflicted", path=path)
        if whole.is_hidden(path):
            raise InvalidRequest(f"the member of {path} was removed", code="member-removed", path=path)
        there = {one for ids in whole.on_screen(path).values() for one in ids}
        # One operation leaves the answer and, in the submission, the sign that there is one.
        unseen = {one.id for one in restricted}
        yield Change(path, value, tuple(sorted(there - unseen)))


def _another(etag: str) -> AnotherVersion:
    return AnotherVersion("the record has changed since the XML was made", etag=etag)
