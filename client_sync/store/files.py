"""
The files that answers of this device name: their bytes, how much of them the server has, whom they belong to.

A file and the operation that names it are kept in one transaction. What no operation names lies in a draft.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from client_sync.database import Database
from client_sync.errors import StoreDamaged
from domain.files import files_named
from domain.operations import Operation

PIECE: Final = 65_536
"""Bytes of a piece; the schema and its statements say so too."""
SMALL: Final = 10 * 1024
"""What has no more bytes goes before what is larger, on any line: small pictures, and most signatures."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """
    A file that is here.

    `size` and `arrived` (at the server, when it last said) are bytes; `made` is the device's clock, `sent`
    the server's, in milliseconds since 1970. `upload` is the server's id for what is on its way, `code` why
    it did not take the file the last time.
    """

    hash: str
    name: str
    type: str
    size: int
    made: int
    upload: str | None = None
    arrived: int = 0
    code: str = ""
    sent: int | None = None

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL


class Files:
    def __init__(self, database: Database) -> None:
        self._db = database

    def any(self) -> bool:
        return bool(self._db.value("has_files"))

    def find(self, file: str) -> KeptFile | None:
        row = self._db.row("file", file)
        return KeptFile(*row) if row else None

    def all(self) -> list[KeptFile]:
        """Everything that is here, oldest first."""
        return [KeptFile(*row) for row in self._db.rows("files")]

    def waiting(self) -> list[KeptFile]:
        """What is to be sent, oldest first."""
        return [KeptFile(*row) for row in self._db.rows("waiting_files")]

    def unsent(self) -> list[KeptFile]:
        """What waits to be sent, and what unsent operations name, oldest first."""
        return [KeptFile(*row) for row in self._db.rows("unsent_files")]

    def records_of_each(self) -> dict[str, list[str]]:
        """The records that each file belongs to."""
        found: dict[str, list[str]] = {}
        for file, record in self._db.rows("file_uses"):
            found.setdefault(file, []).append(record)
        return found

    def read(self, file: KeptFile, offset: int = 0, length: int | None = None) -> bytes:
        """So many bytes from `offset` on; all that follow without `length`. Raises `StoreDamaged`."""
        end = file.size if length is None else min(offset + length, file.size)
        found = bytearray()
        for position, data in self._db.rows("file_pieces", file.hash, offset, end):
            found += data[max(offset - position, 0) : end - position]
        if len(found) != max(end - offset, 0):
            raise StoreDamaged("the device store is damaged: a piece of a file is missing", detail=file.hash)
        return bytes(found)

    def pieces(self, file: KeptFile) -> Iterator[bytes]:
        """The whole file in pieces. Raises `StoreDamaged`."""
        for offset in range(0, file.size, PIECE):
            yield self.read(file, offset, PIECE)

    # --- keeping ---

    def add(self, file: KeptFile, data: bytes) -> None:
        """Keeps a file; one that is here already stays as it is."""
        if self._db.run("add_file", file.hash, file.name, file.type, file.size, file.made):
            starts = range(0, len(data), PIECE)
            self._db.run_many("add_file_piece", [(file.hash, at, data[at : at + PIECE]) for at in starts])

    def use(self, operation: Operation) -> None:
        """
        Notes which of the files that are here an operation names.

        Of one that was sent the server is asked anew: what named it before may have been erased there since.
        """
        for record, file in set(files_named(operation)):
            if self._db.run("add_file_use", file, record, operation.id):
                self._db.run("send_file_again", file)

    # --- sending ---

    def begin_upload(self, file: str, upload: str | None, arrived: int) -> None:
        """Notes by which id the server knows an upload (none any more), and how much has come of it."""
        self._db.run("begin_upload", upload, arrived, file)

    def forget_uploads(self) -> None:
        """Another account or server knows nothing of what is on its way."""
        self._db.run("forget_uploads")

    def explain(self, file: str, code: str) -> None:
        """Notes why the server does not take a file."""
        self._db.run("explain_file", code, file)

    def sent(self, files: Iterable[str], clock: int) -> None:
        """The server has these; `clock` is its own. Those of records that left meanwhile go now."""
        for file in files:
            self._db.run("file_sent", clock, file)
            self._db.run("drop_sent_file_that_left", file)

    def send_again(self, files: Iterable[str]) -> None:
        """The server has lost these."""
        for file in files:
            self._db.run("send_file_again", file)

    # --- letting go ---

    def kept_since_before(self, clock: int) -> list[str]:
        """What the server had before `clock`, by its own, and no operation names that it has not counted."""
        return [row[0] for row in self._db.rows("files_kept_long", clock)]

    def drop(self, files: Iterable[str]) -> None:
        for file in files:
            self._db.run("drop_file", file)

    def leave(self, record: str) -> None:
        """A record is not here any more; what is unsent of its files stays until it is sent."""
        self._db.run("drop_files_that_left", record)

    def erase_record(self, record: str) -> None:
        """Removes the files of a record, unsent ones too; those that other records name stay."""
        if self._db.run("drop_file_uses_of_record", record):
            self.drop_unnamed()

    def erase_operation(self, operation: str, left: Operation | None = None) -> None:
        """Removes the files that an operation named and, as far as is `left` of it, does not any more."""
        if self._db.run("drop_file_uses_of_operation", operation):
            if left is not None:
                self.use(left)
            self.drop_unnamed()

    def drop_unnamed(self) -> None:
        """Removes what neither an operation names nor a draft."""
        self._db.run("drop_unnamed_files")
