"""One encrypted SQLite file: opened, checked, brought to the present schema.

Everything that a device must not lose goes through `Database.transaction`, which
commits durably (write-ahead log, ``synchronous=FULL``) before it returns. Settings are
read back after they were set: a library that ignores one must not go unnoticed.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlcipher3 import dbapi2

from client_sync.errors import StoreDamaged, StoreFailed, StoreTooNew, StoreUnsound, WrongKey
from client_sync.sql import schema_files, statements

Row: TypeAlias = tuple[Any, ...]

FILE: Final = "device.db"
KEY_CHECK: Final = "device.key"
"""A digest of the passphrase, as costly to try as the store: it tells a wrong key from damage."""
KEY_BYTES: Final = 32
ROUNDS: Final = 256_000
"""Of PBKDF2-HMAC-SHA512, SQLCipher 4's own number."""
PAGE_BYTES: Final = 8192
"""Of the file. A record takes 2 to 3 KB: three fit in such a page, and one in SQLCipher's usual 4 KB."""
RAW_KEY: Final = re.compile(r"x'[0-9A-Fa-f]{64}'")
FIRST_SOUND_SQLITE: Final = (3, 51, 3)
"""Older ones (but 3.50.7 and 3.44.6) can lose committed rows when two processes share a WAL file."""
BUSY_MS: Final = 10_000
DAMAGE: Final = ("malformed", "not a database", "disk image", "decrypt")
LEFTOVERS: Final = ("", "-wal", "-shm")
RECOVERY: Final = "recovery.key"
"""What opens the store, sealed to the office: see `client_sync.recovery`."""


class Database:
    """A connection to the store, with its statements by name.

    Every method raises `StoreDamaged` when the file turns out to be damaged and
    `StoreFailed` when the disk is full or the store is busy.
    """

    def __init__(self, connection: Any, sql: Mapping[str, str]) -> None:
        self._connection = connection
        self._sql = sql
        self._is_inside = False

    def run(self, name: str, *parameters: object) -> int:
        """Carries a statement out; gives the number of rows it changed."""
        return int(self._execute(name, parameters).rowcount)

    def run_many(self, name: str, rows: Iterable[tuple[object, ...]]) -> None:
        with _translated():
            self._connection.executemany(self._sql[name], rows)

    def rows(self, name: str, *parameters: object) -> list[Row]:
        with _translated():
            found: list[Row] = self._connection.execute(self._sql[name], parameters).fetchall()
            return found

    def among(self, name: str, values: Iterable[str]) -> list[Row]:
        """The rows that a statement finds for any of the values, all at once."""
        return self.rows(name, json.dumps(list(values)))

    def each(self, name: str, *parameters: object) -> Iterator[Row]:
        """The rows one after the other; only as many are read as are asked for."""
        with _translated():
            yield from self._execute(name, parameters)

    def row(self, name: str, *parameters: object) -> Row | None:
        found: Row | None = self._execute(name, parameters).fetchone()
        return found

    def value(self, name: str, *parameters: object) -> Any:
        """The first column of the first row, or nothing."""
        found = self.row(name, *parameters)
        return found[0] if found else None

    def _execute(self, name: str, parameters: tuple[object, ...]) -> Any:
        try:
            return self._connection.execute(self._sql[name], parameters)
        except dbapi2.Error as error:
            raise _translation(error) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it ends; inside another one it is part of that one."""
        with self._between("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads that see one state of the store, whatever other processes write meanwhile."""
        with self._between("BEGIN DEFERRED"):
            yield

    @contextmanager
    def _between(self, begin: str) -> Iterator[None]:
        if self._is_inside:
            yield
            return
        with _translated():
            self._connection.execute(begin)
        self._is_inside = True
        try:
            yield
            with _translated():
                self._connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._is_inside = False

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def pragma(self, name: str) -> Any:
        """A setting of the library as it is now."""
        with _translated():
            found = self._connection.execute(f"PRAGMA {name}").fetchone()
        return found[0] if found else None

    def empty_log(self) -> None:
        """Empties the write-ahead log, which shows what was there; where it is in use, closing does so."""
        with suppress(dbapi2.OperationalError):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except dbapi2.Error as error:
        raise _translation(error) from None


def _translation(error: Exception) -> Exception:
    text = str(error)
    if any(word in text for word in DAMAGE):
        return StoreDamaged(f"the device store is damaged: {text}", detail=text)
    if isinstance(error, dbapi2.OperationalError):
        return StoreFailed(f"the device store cannot be used: {text}", detail=text)
    return error


# --- opening -------------------------------------------------------------------------------------


def open_database(home: Path, key: str, now: int) -> Database:
    """The store in `home`, made if there is none; `now` names a damaged file that is moved aside.

    Raises `WrongKey` (nothing is touched), `StoreDamaged` (the file was moved aside,
    never deleted), `StoreTooNew`, `StoreFailed`, `StoreUnsound` (nothing is touched).
    """
    check_sqlite_version(dbapi2.sqlite_version_info)
    _make_private(home)
    _refuse_lost_file(home, key, now)
    connection = _connect(home / FILE)
    try:
        _unlock(connection, key)
        _check_pages(connection)
        _configure(connection)
        _migrate(connection)
    except (StoreDamaged, WrongKey):
        connection.close()
        _explain(home, key, now)
    except BaseException:
        connection.close()
        raise
    _remember_key(home, key)
    return Database(connection, statements())


def check_sqlite_version(version: tuple[int, ...]) -> None:
    """Raises `StoreUnsound` for a library with the WAL-reset fault; see docs/decisions/0010."""
    if version < FIRST_SOUND_SQLITE:
        text, least = (".".join(map(str, numbers)) for numbers in (version, FIRST_SOUND_SQLITE))
        raise StoreUnsound(
            f"SQLite {text} can lose what was saved; {least} or newer is needed", version=text, least=least
        )


def exists(home: Path) -> bool:
    """Whether there is, or was, a store in this folder."""
    return (home / FILE).exists() or (home / KEY_CHECK).exists()


def remove(home: Path) -> None:
    """Removes the files of a store that never held anything."""
    for name in (*(FILE + ending for ending in LEFTOVERS), KEY_CHECK, RECOVERY):
        (home / name).unlink(missing_ok=True)


def _make_private(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFailed(f"the folder {home} cannot be used: {error.strerror}", detail=str(error)) from None


def _refuse_lost_file(home: Path, key: str, now: int) -> None:
    """A store that was once there and is empty now is no new store: that would hide a loss."""
    file = home / FILE
    if (home / KEY_CHECK).exists() and (not file.exists() or file.stat().st_size == 0):
        _explain(home, key, now)


def _connect(file: Path) -> Any:
    is_new = not file.exists()
    with _translated():
        connection = dbapi2.connect(str(file), isolation_level=None)
        # The library writes its own remarks to stderr otherwise.
        connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    if is_new:
        file.chmod(0o600)
    return connection


def _unlock(connection: Any, key: str) -> None:
    quoted = key.replace("'", "''")
    connection.execute(f"PRAGMA key = '{quoted}'")
    connection.execute(f"PRAGMA cipher_page_size = {PAGE_BYTES}")
    if not connection.execute("PRAGMA cipher_version").fetchall():
        raise StoreFailed("this SQLite library does not encrypt", detail="cipher_version")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.DatabaseError as error:
        if isinstance(_translation(error), StoreFailed):
            raise _translation(error) from None
        raise WrongKey("the key does not open the device store") from None


def _check_pages(connection: Any) -> None:
    """Reads and authenticates every page (4 ms a megabyte): damage must show before work is built on it."""
    with _translated():
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise StoreDamaged("the device store is damaged", detail=str(found))


SETTINGS: Final = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("secure_delete", "ON", 1),  # what is erased is written over
)


def _configure(connection: Any) -> None:
    for name, wanted, expected in SETTINGS:
        with _translated():
            connection.execute(f"PRAGMA {name} = {wanted}").fetchall()
            found = connection.execute(f"PRAGMA {name}").fetchone()
        if not found or found[0] != expected:
            raise StoreFailed(f"the device store refuses {name}={wanted}", detail=name)


def _migrate(connection: Any) -> None:
    """Brings the schema to the newest number, a transaction a file: old or new, nothing between."""
    for step in schema_files():
        if _schema_number(connection) < step.number:
            _take_step(connection, step.number, step.statements)
    if _schema_number(connection) > schema_files()[-1].number:
        raise StoreTooNew("a newer version of verilap has changed this device store")


def _take_step(connection: Any, number: int, todo: Iterable[str]) -> None:
    with _translated():
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _schema_number(connection) < number:  # another process may have been faster
                for statement in todo:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _schema_number(connection: Any) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


# --- wrong key or damaged file -------------------------------------------------------------------


def _explain(home: Path, key: str, now: int) -> None:
    """Raises what is the matter with a store that does not open; moves it aside if it is surely damaged."""
    if not (home / KEY_CHECK).exists():
        raise WrongKey("the key does not open the device store, or its file is damaged")
    if not _is_right_key(home, key):
        raise WrongKey("the key does not open the device store")
    moved = _move_aside(home, now)
    raise StoreDamaged(f"the device store was damaged and has been moved to {moved}", moved=str(moved))


def _move_aside(home: Path, now: int) -> Path:
    aside = home / f"damaged-{now}-{secrets.token_hex(2)}"
    aside.mkdir(mode=0o700)
    for name in (*(FILE + ending for ending in LEFTOVERS), KEY_CHECK, RECOVERY):
        if (home / name).exists():
            (home / name).rename(aside / name)
    return aside


def _remember_key(home: Path, key: str) -> None:
    """Leaves the digest of the passphrase beside a store that opened, once and whole."""
    target = home / KEY_CHECK
    if target.exists():
        return
    salt = secrets.token_bytes(16)
    replace_file(target, f"{salt.hex()} {_stretched(key, salt)}\n".encode("ascii"))


def replace_file(target: Path, data: bytes) -> None:
    """Writes a small file that only its owner reads: the old one or the new one is there, and whole."""
    draft = target.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def raw_key(database: Database, key: str) -> bytes:
    """The 32 bytes that encrypt the store: what SQLCipher makes of the passphrase and the file's salt."""
    if RAW_KEY.fullmatch(key):
        return bytes.fromhex(key[2:-1])
    salt = bytes.fromhex(str(database.pragma("cipher_salt")))
    return hashlib.pbkdf2_hmac("sha512", key.encode(), salt, ROUNDS, KEY_BYTES)


def spelt_key(raw: bytes) -> str:
    """Such a key as `open_database` takes it."""
    return f"x'{raw.hex()}'"


def _is_right_key(home: Path, key: str) -> bool:
    try:
        salt, digest = (home / KEY_CHECK).read_text("ascii").split()
        return hmac.compare_digest(digest, _stretched(key, bytes.fromhex(salt)))
    except ValueError:
        return False


def _stretched(key: str, salt: bytes) -> str:
    """The digest; a key of 32 random bytes, which SQLCipher takes as it is, needs no stretching."""
    rounds = 1 if RAW_KEY.fullmatch(key) else ROUNDS
    return hashlib.pbkdf2_hmac("sha512", key.encode(errors="surrogateescape"), salt, rounds).hex()
