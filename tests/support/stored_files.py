"""Files that have arrived, and answers that name them, without anybody uploading."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from sqlalchemy import update

from domain.files import FileAnswer, file_hash
from server.blobs import Blobs
from server.blobs.sealing import seal_segments
from server.context import context_of
from server.models_files import FileRow
from server.services.file_rights import holds_or_reads, may_read_through
from server.services.files import keep, new_object
from server.store import accounts, files
from server.store.files import StoredView
from server.store.transactions import Store
from tests.support.office import NOW, Office


@dataclass(frozen=True)
class File:
    """Some bytes with a name; `small` is the picture that a device made of it."""

    data: bytes = field(repr=False)
    name: str = "foto.jpg"
    small: File | None = None

    @cached_property
    def hash(self) -> str:
        return file_hash(sha256(self.data).digest())

    @property
    def value(self) -> str:
        """The answer that names it."""
        small = self.small.hash if self.small else None
        return FileAnswer(self.hash, self.name, len(self.data), "image/jpeg", thumbnail=small).to_text()


def file(mark: str, *, small: str | None = None) -> File:
    """A file of its own for each mark."""
    return File(mark.encode() * 50, f"{mark}.jpg", File(small.encode() * 5) if small else None)


def blobs_of(office: Office) -> Blobs:
    """The storage of an office."""
    return context_of(office.app).blobs


def arrives_whole(office: Office, account: str, *sent: File) -> None:
    """Files that an account has sent to the last byte."""
    for one in sent:
        keep(office.store, blobs_of(office), one.hash, [one.data], account, NOW)


def is_examined(
    office: Office, one: File, *, media_type: str = "image/jpeg", fault: str | None = None
) -> None:
    """As a worker leaves a file behind: with what is shown of it, or why there is nothing."""
    is_shown = fault is None and media_type == "image/jpeg"
    with office.store.write() as connection:
        told = update(FileRow).where(FileRow.hash == one.hash)
        connection.execute(told.values(type=media_type, examined=NOW, fault=fault))
        for kind in ("thumbnail", "shown") if is_shown else ():
            name, key = new_object()
            shown = view_of(one, kind)
            blobs_of(office).put(name, seal_segments(key, [shown]))
            view = StoredView(one.hash, kind, name, key, "image/jpeg", len(shown), 4, 3)
            files.add_view(connection, view)


def view_of(one: File, kind: str) -> bytes:
    """What stands for a picture that was made of a file."""
    return f"{kind} of {one.name}".encode()


def reads(store: Store, account: str, record: str, one: File) -> bool:
    """Whether an account may read a file through a record, as it is now."""
    with store.read() as connection:
        return may_read_through(connection, accounts.actor_of(connection, account), record, one.hash)


def has(store: Store, account: str, *asked: File) -> set[File]:
    """Those of the files that an account need not send any more."""
    with store.read() as connection:
        actor = accounts.actor_of(connection, account)
        found = holds_or_reads(connection, actor, [one.hash for one in asked])
    return {one for one in asked if one.hash in found}
