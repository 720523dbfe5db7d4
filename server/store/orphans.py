"""Files that no operation names, objects that no file has, and uploads that nobody went on with."""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    delete,
    exists,
    insert,
    literal,
    select,
    text,
    union_all,
)

from server.models_files import (
    DoomedObject,
    FileHolder,
    FileRow,
    FileUse,
    FileViewRow,
    StrayObject,
    UploadPiece,
    UploadRow,
)
from server.store import files, uploads
from server.store.chunks import chunks
from server.views import WHOLE

AT_ONCE: Final = 500


class KeptObject(NamedTuple):
    """
    What an object should be: of which file, which kind of it (`WHOLE` or a view's), how many bytes before it
    was sealed.

    `fault` is what was noted at the file itself.
    """

    name: str
    file: str
    kind: str
    size: int
    fault: str | None


# --- files ---------------------------------------------------------------------------------------


def unnamed_files(connection: Connection, before: int, after: str) -> list[str]:
    """Some files behind a hash that no operation names, and that nobody has sent since a moment."""
    query = _unnamed(before).where(FileRow.hash > after).order_by(FileRow.hash).limit(AT_ONCE)
    return list(connection.scalars(query))


def remove_unnamed(connection: Connection, hash_: str, before: int, now: int) -> bool:
    """Forgets a file, unless it is named by now; nobody can begin to name it before this is committed."""
    if connection.dialect.name == "postgresql":
        # Waits for everybody who is noting what operations name; SQLite has one writer anyway.
        connection.execute(text("LOCK TABLE file_use, file_holder IN SHARE ROW EXCLUSIVE MODE"))
    if connection.scalars(_unnamed(before).where(FileRow.hash == hash_)).first() is None:
        return False
    files.remove(connection, hash_, now)
    return True


def _unnamed(before: int) -> Select[str]:
    is_named = exists().where(FileUse.file == FileRow.hash)
    was_sent = exists().where(FileHolder.file == FileRow.hash, FileHolder.since >= before)
    return select(FileRow.hash).where(FileRow.stored < before, ~is_named, ~was_sent)


# --- uploads -------------------------------------------------------------------------------------


def left_uploads(connection: Connection, before: int, after: str) -> list[str]:
    """Some uploads behind an id that nobody has gone on with since a moment."""
    query = select(UploadRow.id).where(_is_left(before), UploadRow.id > after)
    return list(connection.scalars(query.order_by(UploadRow.id).limit(AT_ONCE)))


def remove_left(connection: Connection, upload: str, before: int) -> bool:
    """Forgets an upload with its bytes, unless somebody has gone on with it by now."""
    uploads.lock(connection, upload)
    query = select(UploadRow.id).where(_is_left(before), UploadRow.id == upload)
    if connection.scalars(query).first() is None:
        return False
    uploads.remove(connection, upload)
    return True


def _is_left(before: int) -> ColumnElement[bool]:
    """What has come whole waits for the storage, however long that is away: its bytes are nowhere else."""
    lies_here = exists().where(UploadPiece.upload == UploadRow.id)
    return (UploadRow.touched < before) & ~((UploadRow.offset == UploadRow.length) & lies_here)


# --- objects -------------------------------------------------------------------------------------


def known_objects(connection: Connection, names: Collection[str]) -> set[str]:
    """Those of the objects that something is known of: a file has them, or they are to be deleted anyway."""
    known: set[str] = set()
    for some in chunks(names):
        for column in (FileRow.object, FileViewRow.object, DoomedObject.name):
            known.update(connection.scalars(select(column).where(column.in_(some))))
    return known


def kept_objects(connection: Connection, after: str) -> list[KeptObject]:
    """Some objects that files have behind a name, in the order of code points of their names."""
    kept = _kept(connection)
    query = select(kept).where(kept.c.name > after).order_by(kept.c.name).limit(AT_ONCE)
    return [KeptObject(*row) for row in connection.execute(query)]


def kept_object(connection: Connection, name: str) -> KeptObject | None:
    """What an object should be, if a file has it."""
    kept = _kept(connection)
    row = connection.execute(select(kept).where(kept.c.name == name)).one_or_none()
    return KeptObject(*row) if row else None


def _kept(connection: Connection) -> FromClause:
    whole = select(
        _ordered(connection, FileRow.object), FileRow.hash, literal(WHOLE), FileRow.size, FileRow.fault
    )
    shown = select(
        _ordered(connection, FileViewRow.object),
        FileViewRow.file,
        FileViewRow.kind,
        FileViewRow.size,
        literal(None, FileRow.fault.type),
    )
    return union_all(whole, shown).subquery().alias("kept")


def _ordered(connection: Connection, column: Any) -> Any:
    """A database may sort by a language; the storage does not."""
    in_order = column.collate("C") if connection.dialect.name == "postgresql" else column
    return in_order.label("name")


def note_strays(connection: Connection, names: Collection[str], now: int) -> int:
    """Notes objects that no file has, and when that was seen first; gives how many of them are new."""
    unknown = set(names) - known_objects(connection, names)
    noted: set[str] = set()
    for some in chunks(unknown):
        noted.update(connection.scalars(select(StrayObject.name).where(StrayObject.name.in_(some))))
    if rows := [{"name": one, "since": now} for one in sorted(unknown - noted)]:
        connection.execute(insert(StrayObject), rows)
    return len(rows)


def old_strays(connection: Connection, before: int, after: str) -> list[str]:
    """Some objects behind a name that were noted before a moment."""
    query = select(StrayObject.name).where(StrayObject.since < before, StrayObject.name > after)
    return list(connection.scalars(query.order_by(StrayObject.name).limit(AT_ONCE)))


def forget_strays(connection: Connection, names: Collection[str]) -> None:
    """Notes that objects are deleted, or that a file has them after all."""
    for some in chunks(names):
        connection.execute(delete(StrayObject).where(StrayObject.name.in_(some)))
