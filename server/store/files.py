"""Which files have arrived, what is shown of them, and who has them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from server.models_files import DoomedObject, FileHolder, FileRow, FileViewRow, UploadPiece, UploadRow
from server.store.chunks import chunks
from server.store.sealing import FILE_KEY, VIEW_KEY, opened, sealed


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that has arrived; `object` and `key` are its name in the storage and what opens it there."""

    hash: str
    size: int
    object: str
    key: bytes = field(repr=False)
    stored: int
    type: str | None = None
    examined: int | None = None
    attempts: int = 0
    fault: str | None = None
    due: int = 0


@dataclass(frozen=True, slots=True)
class StoredView:
    """What is shown of a file; `size` in bytes, `width` and `height` in pixels."""

    file: str
    kind: str
    object: str
    key: bytes = field(repr=False)
    type: str
    size: int
    width: int
    height: int


LONGEST_MS: Final = 24 * 3_600_000
"""Nobody puts off looking at a file for longer."""

_FILE: Final = [getattr(FileRow, name) for name in StoredFile.__slots__]
_VIEW: Final = [getattr(FileViewRow, name) for name in StoredView.__slots__]


def add(connection: Connection, file: StoredFile) -> None:
    """A file that is in the storage now."""
    values = {name: getattr(file, name) for name in StoredFile.__slots__}
    values["key"] = sealed(connection, FILE_KEY, file.hash, file.key)
    connection.execute(insert(FileRow).values(**values))


def add_view(connection: Connection, view: StoredView) -> None:
    """What is shown of a file, in the storage now."""
    values = {name: getattr(view, name) for name in StoredView.__slots__}
    values["key"] = sealed(connection, VIEW_KEY, (view.file, view.kind), view.key)
    connection.execute(insert(FileViewRow).values(**values))


def find(connection: Connection, hash_: str, *, lock: bool = False) -> StoredFile | None:
    """A file, if it has arrived."""
    query = select(*_FILE).where(FileRow.hash == hash_)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _file(connection, row) if row else None


def are_there(connection: Connection) -> bool:
    """Whether any file has arrived."""
    return connection.execute(select(FileRow.hash).limit(1)).first() is not None


def arrived(connection: Connection, hashes: Collection[str]) -> dict[str, StoredFile]:
    """Those that have arrived."""
    found = {}
    for some in chunks(sorted(hashes)):
        for row in connection.execute(select(*_FILE).where(FileRow.hash.in_(some))):
            found[row.hash] = _file(connection, row)
    return found


def that_are_here(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those that have arrived, without opening their keys."""
    found: set[str] = set()
    for some in chunks(sorted(hashes)):
        found.update(connection.scalars(select(FileRow.hash).where(FileRow.hash.in_(some))))
    return found


def views_of(connection: Connection, hashes: Collection[str]) -> dict[tuple[str, str], StoredView]:
    """What is shown of files, by file and kind."""
    found = {}
    for some in chunks(sorted(hashes)):
        for row in connection.execute(select(*_VIEW).where(FileViewRow.file.in_(some))):
            key = opened(connection, VIEW_KEY, (row.file, row.kind), row.key)
            found[row.file, row.kind] = StoredView(**{**row._mapping, "key": key})
    return found


def mark_unexamined(connection: Connection, hash_: str, now: int) -> None:
    """Notes that a file was stored anew: a worker looks at it as at a new one, and makes its views again."""
    _drop_views(connection, hash_, now)
    values = {"examined": None, "attempts": 0, "fault": None, "due": 0}
    connection.execute(update(FileRow).where(FileRow.hash == hash_).values(values))


def is_any_unexamined(connection: Connection, now: int) -> bool:
    """Whether there is a file to look at (see `take_unexamined`), without taking it."""
    return connection.execute(_unexamined(now)).first() is not None


def take_unexamined(connection: Connection, now: int, until: int) -> StoredFile | None:
    """A file that nobody has looked at; no other worker gets it until then. The attempt is counted."""
    row = connection.execute(_unexamined(now).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    query = update(FileRow).where(FileRow.hash == row.hash)
    connection.execute(query.values(due=until, attempts=row.attempts + 1))
    return replace(_file(connection, row), due=until, attempts=row.attempts + 1)


def _unexamined(now: int) -> Select[Any]:
    # A time far to come is that of a worker whose clock was wrong, and holds nothing.
    is_due = or_(FileRow.due <= now, FileRow.due > now + LONGEST_MS)
    query = select(*_FILE).where(FileRow.examined.is_(None), is_due)
    return query.order_by(FileRow.due, FileRow.stored, FileRow.hash).limit(1)


def put_off(connection: Connection, hash_: str, due: int, fault: str | None) -> None:
    """
    A file that could not be looked at for a reason of ours: again from `due` on, and that was no attempt.
    """
    query = update(FileRow).where(FileRow.hash == hash_, FileRow.examined.is_(None))
    connection.execute(query.values(due=due, fault=fault, attempts=FileRow.attempts - 1))


def finish(
    connection: Connection,
    hash_: str,
    type_: str,
    fault: str | None,
    views: Iterable[StoredView],
    now: int,
) -> bool:
    """
    Notes what a file is, and what is shown of it.

    Gives whether it did: not where the file is gone, or another worker has done so.
    """
    file = find(connection, hash_, lock=True)
    if file is None or file.examined is not None:
        return False
    query = update(FileRow).where(FileRow.hash == hash_)
    connection.execute(query.values(type=type_, fault=fault, examined=now))
    for view in views:
        add_view(connection, view)
    return True


def note_fault(connection: Connection, hash_: str, fault: str | None) -> None:
    """Notes that the storage has lost a file, or that it has it after all."""
    connection.execute(update(FileRow).where(FileRow.hash == hash_).values(fault=fault))


def remove(connection: Connection, hash_: str, now: int) -> None:
    """Forgets a file with its keys, and dooms its objects: nobody can open them from now on."""
    _drop_views(connection, hash_, now)
    doom(connection, connection.scalars(select(FileRow.object).where(FileRow.hash == hash_)).all(), now)
    connection.execute(delete(FileHolder).where(FileHolder.file == hash_))
    connection.execute(delete(FileRow).where(FileRow.hash == hash_))


def _drop_views(connection: Connection, hash_: str, now: int) -> None:
    shown = select(FileViewRow.object).where(FileViewRow.file == hash_)
    doom(connection, connection.scalars(shown).all(), now)
    connection.execute(delete(FileViewRow).where(FileViewRow.file == hash_))


def remove_uploads(connection: Connection, hashes: Collection[str]) -> None:
    """Forgets what has come so far of files, whoever sends them."""
    for some in chunks(sorted(hashes)):
        ids = list(connection.scalars(select(UploadRow.id).where(UploadRow.hash.in_(some))))
        connection.execute(delete(UploadPiece).where(UploadPiece.upload.in_(ids)))
        connection.execute(delete(UploadRow).where(UploadRow.id.in_(ids)))


def add_holder(connection: Connection, hash_: str, account: str, now: int) -> None:
    """Notes that an account has shown that it has a file."""
    query = select(FileHolder.since).where(FileHolder.file == hash_, FileHolder.account == account)
    if connection.execute(query).one_or_none() is None:
        connection.execute(insert(FileHolder).values(file=hash_, account=account, since=now))


def held_by(connection: Connection, account: str, hashes: Collection[str]) -> set[str]:
    """Those of the files that an account has shown to have; they need not have arrived (again)."""
    found: set[str] = set()
    for some in chunks(sorted(hashes)):
        query = select(FileHolder.file).where(FileHolder.account == account, FileHolder.file.in_(some))
        found.update(connection.scalars(query))
    return found


def doom(connection: Connection, names: Iterable[str], now: int) -> None:
    """Objects that are to be deleted in the storage once this is committed."""
    if rows := [{"name": name, "since": now} for name in names]:
        connection.execute(insert(DoomedObject), rows)


def doomed(connection: Connection, most: int) -> list[str]:
    """Some objects that are to be deleted, the oldest first."""
    query = select(DoomedObject.name).order_by(DoomedObject.since, DoomedObject.name).limit(most)
    return list(connection.scalars(query))


def forget_doomed(connection: Connection, name: str) -> None:
    """Notes that an object is deleted."""
    connection.execute(delete(DoomedObject).where(DoomedObject.name == name))


def _file(connection: Connection, row: Row[Any]) -> StoredFile:
    return StoredFile(**{**row._mapping, "key": opened(connection, FILE_KEY, row.hash, row.key)})
