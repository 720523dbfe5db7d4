"""
The tables of files: which there are, who has shown that he has them, what names them, what is on its way.

The bytes lie in the storage (`server.blobs`) under random names, each encrypted with a key of its own. Those
keys, and the pieces of what is being uploaded, are sealed (`server.store.sealing`).
"""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models import KEYED, Base


class FileRow(Base):
    """
    A file that has arrived whole. `hash`: SHA-256 of its bytes; `object`: its name in the storage.

    `type` is what its bytes say; none until a worker has looked (`examined`). `attempts` counts how often one
    began to, `fault` says why there is nothing to show of it, or not all; from `due` on one may look (again).
    """

    __tablename__ = "file"
    hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    size: Mapped[int]
    object: Mapped[str] = mapped_column(String(22), unique=True)
    key: Mapped[bytes]
    stored: Mapped[int]
    type: Mapped[str | None] = mapped_column(String(100))
    examined: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(String(32))
    due: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index(
            "ix_file_unexamined",
            "due",
            sqlite_where=text("examined IS NULL"),
            postgresql_where=text("examined IS NULL"),
        ),
    )


class FileViewRow(Base):
    """What people are shown of a picture: encoded anew by the server. `kind`: thumbnail or shown."""

    __tablename__ = "file_view"
    file: Mapped[str] = mapped_column(ForeignKey("file.hash", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    object: Mapped[str] = mapped_column(String(22), unique=True)
    key: Mapped[bytes]
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]


class FileHolder(Base):
    """An account that has shown that it has a file: by sending all of it, or by being allowed to read it."""

    __tablename__ = "file_holder"
    file: Mapped[str] = mapped_column(String(43), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    since: Mapped[int]

    __table_args__ = (KEYED,)


class FileUse(Base):
    """An operation, whatever its verdict, names a file in what it says of a record."""

    __tablename__ = "file_use"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    file: Mapped[str] = mapped_column(String(43), primary_key=True, index=True)
    operation: Mapped[str] = mapped_column(
        ForeignKey("operation.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    __table_args__ = (KEYED,)


class UploadRow(Base):
    """
    A file on its way. `hash` is what the sender says it will be, `length` and `offset` are bytes.

    `generation` grows with each request that asks for the offset or sends more: an older one that is still
    running writes nothing any more.
    """

    __tablename__ = "upload"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    device: Mapped[str] = mapped_column(String(22))
    hash: Mapped[str] = mapped_column(String(43))
    length: Mapped[int]
    offset: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=0)
    created: Mapped[int]
    touched: Mapped[int] = mapped_column(index=True)


class UploadPiece(Base):
    """What one request brought of an upload, from `offset` on."""

    __tablename__ = "upload_piece"
    upload: Mapped[str] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    offset: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class DoomedObject(Base):
    """An object of the storage that no file has any more, to be deleted there once this is committed."""

    __tablename__ = "doomed_object"
    name: Mapped[str] = mapped_column(String(22), primary_key=True)
    since: Mapped[int]


class StrayObject(Base):
    """An object of the storage that no file had when somebody looked first; it may get one yet."""

    __tablename__ = "stray_object"
    name: Mapped[str] = mapped_column(String(22), primary_key=True)
    since: Mapped[int]
