"""Uploads on their way: what stands of them, and the pieces that have come."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from server.models_files import FileHolder, FileRow, FileUse, UploadPiece, UploadRow
from server.store.sealing import PIECE, opened, sealed


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """
    An upload; `length` and `offset` in bytes, `touched` is when its latest piece came.

    `generation` is the number of the request that may write next.
    """

    id: str
    account: str
    device: str
    hash: str
    length: int
    offset: int
    generation: int
    created: int
    touched: int

    @property
    def has_all(self) -> bool:
        """Whether every byte has come; they need not be kept as a file yet."""
        return self.offset == self.length


_COLUMNS: Final = [getattr(UploadRow, name) for name in StoredUpload.__slots__]
_IS_OPEN: Final = UploadRow.offset < UploadRow.length


def add(connection: Connection, upload: StoredUpload) -> None:
    """A new upload."""
    values = {name: getattr(upload, name) for name in StoredUpload.__slots__}
    connection.execute(insert(UploadRow).values(**values))


def find(connection: Connection, upload: str) -> StoredUpload | None:
    """An upload as it stands."""
    row = connection.execute(select(*_COLUMNS).where(UploadRow.id == upload)).one_or_none()
    return StoredUpload(**row._mapping) if row else None


def lock(connection: Connection, upload: str) -> StoredUpload | None:
    """The same; others who would change it wait for the end of this transaction."""
    query = select(*_COLUMNS).where(UploadRow.id == upload).with_for_update()
    row = connection.execute(query).one_or_none()
    return StoredUpload(**row._mapping) if row else None


def take(connection: Connection, upload: str) -> StoredUpload:
    """Makes this request the newest one of an upload that is locked: no older one writes from now on."""
    statement = update(UploadRow).where(UploadRow.id == upload)
    row = connection.execute(statement.values(generation=UploadRow.generation + 1).returning(*_COLUMNS)).one()
    return StoredUpload(**row._mapping)


def grow(connection: Connection, before: StoredUpload, data: bytes, now: int) -> StoredUpload | None:
    """
    Adds a piece at the offset that the request found.

    Nothing where a newer request has taken the upload since, or it is gone.
    """
    statement = update(UploadRow).where(
        UploadRow.id == before.id,
        UploadRow.generation == before.generation,
        UploadRow.offset == before.offset,
    )
    statement = statement.values(offset=before.offset + len(data), touched=now)
    row = connection.execute(statement.returning(*_COLUMNS)).one_or_none()
    if row is None:
        return None
    add_piece(connection, before.id, before.offset, data)
    return StoredUpload(**row._mapping)


def add_piece(connection: Connection, upload: str, offset: int, data: bytes) -> None:
    """Bytes of an upload from `offset` on, sealed."""
    stored = sealed(connection, PIECE, (upload, offset), data)
    connection.execute(insert(UploadPiece).values(upload=upload, offset=offset, data=stored))


def pieces_within(connection: Connection, upload: str, start: int, end: int) -> list[tuple[int, bytes]]:
    """(offset, bytes) of the pieces that begin from `start` on and before `end`, in their order."""
    query = select(UploadPiece.offset, UploadPiece.data).where(
        UploadPiece.upload == upload, UploadPiece.offset >= start, UploadPiece.offset < end
    )
    rows = connection.execute(query.order_by(UploadPiece.offset))
    return [(row.offset, opened(connection, PIECE, (upload, row.offset), row.data)) for row in rows]


def has_pieces(connection: Connection, upload: str) -> bool:
    """Whether bytes of an upload lie here."""
    query = select(UploadPiece.offset).where(UploadPiece.upload == upload).limit(1)
    return connection.execute(query).one_or_none() is not None


def drop_pieces(connection: Connection, upload: str) -> None:
    """Forgets the bytes of an upload that has become a file."""
    connection.execute(delete(UploadPiece).where(UploadPiece.upload == upload))


def remove(connection: Connection, upload: str) -> None:
    """Forgets an upload with its bytes."""
    drop_pieces(connection, upload)
    connection.execute(delete(UploadRow).where(UploadRow.id == upload))


def latest(connection: Connection, account: str, device: str, hash_: str) -> StoredUpload | None:
    """The upload of a file that somebody's device began last, complete or not."""
    query = select(*_COLUMNS).where(
        UploadRow.account == account, UploadRow.device == device, UploadRow.hash == hash_
    )
    row = connection.execute(query.order_by(UploadRow.created.desc(), UploadRow.id).limit(1)).one_or_none()
    return StoredUpload(**row._mapping) if row else None


def with_all(connection: Connection, before: int, most: int) -> list[StoredUpload]:
    """Some that have all their bytes since before a moment, and still lie there in pieces."""
    # From the pieces, of which there are few: uploads stay for days, and a worker asks each second.
    lies_here = UploadRow.id.in_(select(UploadPiece.upload).where(UploadPiece.offset == 0))
    query = select(*_COLUMNS).where(lies_here, UploadRow.touched < before, ~_IS_OPEN)
    rows = connection.execute(query.order_by(UploadRow.touched, UploadRow.id).limit(most))
    return [StoredUpload(**row._mapping) for row in rows]


def count_open(connection: Connection, account: str, since: int) -> int:
    """How many of an account's uploads are on their way, and have grown since a moment."""
    query = select(func.count()).select_from(UploadRow).where(UploadRow.account == account)
    return connection.execute(query.where(_IS_OPEN, UploadRow.touched > since)).scalar_one()


def bytes_unnamed(connection: Connection, account: str) -> int:
    """Bytes of the files that an account has sent, or is sending, and that no operation names."""
    on_the_way = select(func.coalesce(func.sum(UploadRow.length), 0)).where(
        UploadRow.account == account, _IS_OPEN, _is_unnamed(UploadRow.hash)
    )
    arrived = (
        select(func.coalesce(func.sum(FileRow.size), 0))
        .join(FileHolder, FileHolder.file == FileRow.hash)
        .where(FileHolder.account == account, _is_unnamed(FileRow.hash))
    )
    return sum(int(connection.execute(one).scalar_one()) for one in (on_the_way, arrived))


def _is_unnamed(hash_: Any) -> ColumnElement[bool]:
    return ~exists().where(FileUse.file == hash_)
