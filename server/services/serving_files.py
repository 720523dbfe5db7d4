"""
Giving somebody a file of a record: of a picture what the server made of it, of anything else the file itself.

Whoever may not read it is told what he would be told if there were no such file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection

from domain.access import Actor
from domain.errors import NotFound
from domain.files import is_file_hash
from schemas.filenames import NAMELESS, safe_name
from schemas.filetypes import UNKNOWN
from server.blobs import BlobMissingError, Blobs
from server.blobs.sealing import SEGMENT_BYTES, FileDamagedError, OpenedFile
from server.services.file_rights import may_read_through
from server.services.files import read_file, read_view
from server.services.read_record import find_readable
from server.services.record_files import files_of
from server.store import file_uses, files
from server.store.files import StoredFile, StoredView
from server.views import KINDS, WHOLE


@dataclass(frozen=True)
class Given:
    """A file that somebody gets: `name` is safe to keep it under, `village` one of its record's."""

    stored: StoredFile | StoredView
    name: str
    type: str
    village: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stored.size


def find_file(connection: Connection, actor: Actor, record: str, file: str, kind: str) -> Given:
    """
    A file of a record, as a kind of `KINDS` or `WHOLE`.

    Raises `NotFound`: ``not-found`` where he may not read the record, ``unknown-file`` where it has no such
    file, ``file-waiting`` where that has not arrived, ``file-preparing`` where nobody has looked at it yet,
    ``file-not-shown`` where it is there and not as this kind (``fault`` says what is wrong with it, if
    anything).
    """
    stored = find_readable(connection, actor, record)
    if kind not in (*KINDS, WHOLE) or not is_file_hash(file):
        raise NotFound("the record has no such file", code="unknown-file")
    found = files.find(connection, file) if may_read_through(connection, actor, record, file) else None
    if found is None:
        raise _not_here(connection, record, file)
    if found.examined is None:
        raise NotFound("the file has arrived; it is shown in a moment", code="file-preparing")
    given = _whole(found) if kind == WHOLE else files.views_of(connection, [file]).get((file, kind))
    if given is None:
        raise NotFound("the file is there, but not to be shown so", code="file-not-shown", fault=found.fault)
    type_ = given.type or UNKNOWN
    name = safe_name(_name_of(connection, record, file), type_)
    return Given(given, name, type_, min(stored.villages, default=""))


def _not_here(connection: Connection, record: str, file: str) -> NotFound:
    """Of what has not arrived, and of what he may not read through this record, which is as if it had not."""
    if (record, file) in file_uses.accepted_in(connection, [record]):
        return NotFound("the file is still on its way", code="file-waiting")
    return NotFound("the record has no such file", code="unknown-file")


def _whole(file: StoredFile) -> StoredFile | None:
    """A picture is never given as it was sent: what else is in it is for nobody."""
    return None if (file.type or UNKNOWN).startswith("image/") else file


def _name_of(connection: Connection, record: str, file: str) -> str:
    """As the officer knows it; what was replaced has no name any more."""
    told = files_of(connection, [record]).get(record, [])
    return next((one.answer.name for one in told if file in one.answer.hashes), NAMELESS)


def read_given(blobs: Blobs, given: Given) -> Iterator[bytes]:
    """
    Its bytes, in pieces; the first one is read at once.

    Raises `NotFound` (``file-missing``, ``file-damaged``) for what the storage has lost, `BlobsAwayError` at
    once, and any of them at a later piece.
    """
    stored = given.stored
    with _told():
        pieces = read_view(blobs, stored) if isinstance(stored, StoredView) else read_file(blobs, stored)
        first = next(pieces, b"")
    return chain([first], pieces)


def open_given(blobs: Blobs, given: Given) -> OpenedFile:
    """
    The same as a file, which is read as it is stored, encrypted, and opened piece by piece.

    For what is large: whoever reads it slowly holds neither memory nor the storage. Raises as `read_given`,
    all of it at once, and `BlobsFullError`.
    """
    stored = given.stored
    with _told():
        opened = OpenedFile(stored.key, blobs.open(stored.object), stored.size)
        try:
            while opened.read(SEGMENT_BYTES):
                pass
        except BaseException:
            opened.close()
            raise
    opened.seek(0)
    return opened


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BlobMissingError, FileDamagedError) as fault:
        raise NotFound("the storage has lost the file", code=fault.code) from fault
