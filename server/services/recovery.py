"""
The office's recovery key: to it devices seal their unsent work, and what opens them.

The private half never reaches the server's store: it is a file, encrypted by a passphrase, that the office
keeps apart. A new key takes the place of the one before for whatever is sealed from then on; what was sealed
to an older one is opened by that.
"""

import os
import secrets
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection

from domain.canonical import Json
from domain.errors import InvalidRequest
from schemas.recovery_key import LONGEST, SALT_BYTES, read_private, write_private
from schemas.sealing import KEY_BYTES, key_id, public_of
from server.services import throttle
from server.services.audit import CONSOLE, Act, Audited, put
from server.store import recovery, settings
from server.store.recovery import StoredKey
from server.store.transactions import Store


def make_key(store: Store, file: Path, passphrase: str, now: int) -> StoredKey:
    """
    A new key: its private half in a new file, which is on the disk before devices hear of the public one.

    Raises `InvalidRequest` (``file-exists``, ``recovery-passphrase``), `OSError`.
    """
    private = secrets.token_bytes(KEY_BYTES)
    public = public_of(private)
    write_new(file, write_private(private, passphrase, secrets.token_bytes(SALT_BYTES)))
    made = StoredKey(key_id(public), public, now)

    def keep(connection: Connection) -> None:
        recovery.add(connection, made)
        settings.write(connection, settings.RECOVERY_KEY, made.id)
        told: dict[str, Json] = {"key": made.id}
        put(connection, Act(CONSOLE, Audited.RECOVERY_KEY_MADE, detail=told), now)

    store.transact(keep)
    return made


def current_key(connection: Connection) -> StoredKey | None:
    """The key that devices are told."""
    kept = settings.read(connection, [settings.RECOVERY_KEY]).get(settings.RECOVERY_KEY)
    return recovery.find(connection, kept) if kept else None


def read_key(file: Path, passphrase: str) -> bytes:
    """The private key in a file. Raises `InvalidRequest`, `OSError`."""
    with file.open("rb") as opened:
        return read_private(opened.read(LONGEST + 1), passphrase)


_one_at_a_time = Lock()


def read_key_of(store: Store, account: str, data: bytes, passphrase: str, now: int) -> bytes:
    """
    The private key in what somebody sent; it stays in memory. Who guesses passphrases has twenty a minute.

    Raises `InvalidRequest` and `ThrottledError`. Stretching takes 128 MiB, so that of one request waits for
    that of another.
    """

    def attempt() -> bytes:
        with _one_at_a_time:
            return read_private(data[: LONGEST + 1], passphrase)

    return throttle.guard(store, f"recovery-key:{account}", now, attempt, wrong=InvalidRequest)


def write_new(file: Path, data: bytes) -> None:
    """A file that only its owner reads, durably; one that is there is never replaced."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidRequest(f"{file} is there already", code="file-exists", file=str(file)) from None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
