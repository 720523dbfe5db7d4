"""
Which columns are sealed, and sealing and opening what stands there within a transaction.

A sealed value is bound to its table, column and row: moved elsewhere it cannot be opened. What cannot be
opened reads as `UNREADABLE`, and so as whatever was damaged: the check names it, and the other rows go on.
"""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from sqlalchemy import Connection

from server.models_files import FileRow, FileViewRow, UploadPiece
from server.models_jobs import JobPiece, JobRow
from server.store import keys
from server.vault import FIND, UNREADABLE, Keyring, Vault, VaultError, header_of, number_of, seal, unseal

TEXT_MARK: Final = "\x02"
"""Begins a text that is sealed: no person's text and no setting does."""
OPTION: Final = "verilap_vault"


@dataclass(frozen=True)
class SealedColumn:
    """A column that can hold an answer, and the columns that name its row."""

    table: str
    column: str
    key: tuple[str, ...] = ("id",)
    is_text: bool = False
    only: tuple[str, ...] = ()
    """The rows (by a key of one column) that are sealed; without any named all of them."""

    def place(self, *row: object) -> bytes:
        """What a sealed value is bound to."""
        return "\0".join((self.table, self.column, *map(str, row))).encode("utf-8", "surrogatepass")


BODY: Final = SealedColumn("operation", "body")
MESSAGE: Final = SealedColumn("operation", "message", is_text=True)
"""A refusal is told in the words of whoever refused."""
REASON: Final = SealedColumn("operation", "reason", is_text=True)
DOCUMENT: Final = SealedColumn("record", "document")
PARAMS: Final = SealedColumn("problem", "params", ("record", "number"))
MAPPING: Final = SealedColumn("import_mapping", "mapping", ("list_name", "headings"))
SETTING: Final = SealedColumn("setting", "value", ("name",), is_text=True, only=("import-secret",))
WHY: Final = SealedColumn("confirmation", "reason", is_text=True)
REMARK: Final = SealedColumn("confirmation", "remark", is_text=True)
DETAIL: Final = SealedColumn("audit", "detail")
WHY_RESTRICTED: Final = SealedColumn("restriction", "reason", ("record",), is_text=True)
ALARM_NOTE: Final = SealedColumn("alarm", "note", is_text=True)
"""What somebody notes who takes care of a child."""
FILE_KEY: Final = SealedColumn(FileRow.__tablename__, "key", ("hash",))
VIEW_KEY: Final = SealedColumn(FileViewRow.__tablename__, "key", ("file", "kind"))
PIECE: Final = SealedColumn(UploadPiece.__tablename__, "data", ("upload", "offset"))
JOB_PARAMS: Final = SealedColumn(JobRow.__tablename__, "params")
JOB_CURSOR: Final = SealedColumn(JobRow.__tablename__, "cursor")
JOB_RESULT: Final = SealedColumn(JobRow.__tablename__, "result")
JOB_DATA: Final = SealedColumn(JobPiece.__tablename__, "data", ("job", "file", "number"))
CHOICE_NAME: Final = SealedColumn("saved_view", "name", is_text=True)
CHOICE_QUERY: Final = SealedColumn("saved_view", "query", is_text=True)
COLUMNS: Final = (
    BODY,
    MESSAGE,
    REASON,
    DOCUMENT,
    PARAMS,
    MAPPING,
    SETTING,
    WHY,
    REMARK,
    DETAIL,
    WHY_RESTRICTED,
    ALARM_NOTE,
    FILE_KEY,
    VIEW_KEY,
    PIECE,
    JOB_PARAMS,
    JOB_CURSOR,
    JOB_RESULT,
    JOB_DATA,
    CHOICE_NAME,
    CHOICE_QUERY,
)
"""In the order in which they are sealed anew."""


@dataclass
class Opened:
    """The vault as one transaction uses it."""

    vault: Vault
    newest: int | None = None
    """The key that seals, once that was asked: then whoever changes keys waits for this transaction."""
    is_fresh: bool = field(default=False)
    """Whether the keys were read in this transaction; a key that is not known then is known to nobody."""

    def keyring(self, connection: Connection, *, fresh: bool = False) -> Keyring:
        """The keys as they were read by whomever, or as they stand in the database now."""
        if self.vault.keyring is None or (fresh and not self.is_fresh):
            self.is_fresh = True
            return self.vault.unlock(keys.read_all(connection))
        return self.vault.keyring

    def sealing_key(self, connection: Connection) -> tuple[int, AESGCMSIV]:
        if self.newest is None:
            self.newest = keys.newest(connection)
        if self.newest is None:
            raise VaultError("the database has no keys", code="key-none")
        known = self.keyring(connection).ciphers
        if self.newest not in known:
            known = self.keyring(connection, fresh=True).ciphers
        return self.newest, known[self.newest]


def vault_in(connection: Connection) -> Opened:
    """The vault of a transaction that the store has begun."""
    found = connection.get_execution_options().get(OPTION)
    if not isinstance(found, Opened):
        raise VaultError("this connection has no vault", code="key-none")
    return found


def find_key(connection: Connection) -> bytes:
    """The key by which is hashed what is stored now: it was made with the data key that seals now."""
    opened, (number, _) = vault_in(connection), vault_in(connection).sealing_key(connection)
    return opened.keyring(connection).find_keys[number + 1]


def find_keys(connection: Connection) -> list[bytes]:
    """Every key by which something may be hashed that stands in the database now."""
    stored = {one.number for one in keys.read_all(connection) if one.purpose == FIND}
    found = vault_in(connection).keyring(connection, fresh=True).find_keys
    return [found[number] for number in sorted(stored)]


def sealed(connection: Connection, column: SealedColumn, row: object, plain: bytes) -> bytes:
    """What to store; `row` is the key of the row, a tuple where it is of several columns."""
    number, cipher = vault_in(connection).sealing_key(connection)
    return seal(cipher, number, column.place(*_as_tuple(row)), plain)


def opened(connection: Connection, column: SealedColumn, row: object, stored: object) -> bytes:
    """What was stored; `UNREADABLE` where it was changed, or stored elsewhere."""
    if not isinstance(stored, bytes):  # SQLite takes any type
        return UNREADABLE
    number, vault = number_of(stored), vault_in(connection)
    if number is None:
        return stored if vault.keyring(connection).admits_plain else UNREADABLE
    place = column.place(*_as_tuple(row))
    for fresh in (False, True):
        cipher = vault.keyring(connection, fresh=fresh).ciphers.get(number)
        if cipher is not None and (plain := unseal(cipher, place, stored)) is not None:
            return plain
        if vault.is_fresh:
            break
    return UNREADABLE


def sealed_text(connection: Connection, column: SealedColumn, row: object, plain: str | None) -> str | None:
    """The same for a text column; nothing stays nothing."""
    if plain is None:
        return None
    made = sealed(connection, column, row, plain.encode("utf-8", "surrogatepass"))
    return TEXT_MARK + base64.b64encode(made).decode()


def opened_text(connection: Connection, column: SealedColumn, row: object, stored: str | None) -> str | None:
    """What was stored; nothing where that is nothing, or cannot be opened."""
    if stored is None:
        return None
    if not stored.startswith(TEXT_MARK):
        return stored if vault_in(connection).keyring(connection).admits_plain else None
    try:
        found = opened(connection, column, row, base64.b64decode(stored[1:], validate=True))
    except (binascii.Error, ValueError):
        return None
    return None if found == UNREADABLE else found.decode("utf-8", "surrogatepass")


def beginning(column: SealedColumn, number: int) -> bytes | str:
    """What every value of a column begins with that this key sealed."""
    header = header_of(number)
    return TEXT_MARK + base64.b64encode(header).decode() if column.is_text else header


def _as_tuple(row: object) -> tuple[object, ...]:
    return row if isinstance(row, tuple) else (row,)
