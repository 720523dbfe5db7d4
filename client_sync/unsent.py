"""
Work that cannot be synced, as a file that only the office opens.

It is written by whoever has the passphrase, locked or not, and by the office from a store whose passphrase
is forgotten. It holds what no server has counted and nothing that was read; nothing of it ever stands on a
disk in plain.
"""

import json
import secrets
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import BadZipFile, ZipFile

from client_sync.database import FILE, KEY_BYTES, RECOVERY, open_database, spelt_key
from client_sync.errors import DeviceError, NotEnrolled, WrongKey
from client_sync.store import Store
from client_sync.store.settings import OFFICE_KEY
from client_sync.writing import write_new
from domain import __version__
from domain.canonical import to_bytes
from domain.errors import InvalidRequest
from schemas.recovery_key import LONGEST, read_private
from schemas.sealing import STORE_KEY, UNSENT, open_sealed, public_of, seal
from schemas.unsent import Manifest, UnsentFile, digest_of_ids, prove, write_lines

COPIED: Final = (FILE, f"{FILE}-wal", RECOVERY)


class Written(NamedTuple):
    """How many operations stand in the file, and how many photos and files."""

    operations: int
    files: int


def write_unsent(store: Store, out: Path, now: int) -> Written:
    """
    Writes what is unsent for the office, photos and files too. Without any there is no file.

    Raises `DeviceError` (``no-office-key`` before the office has told its key, ``out-file``),
    `InvalidRequest` (``file-exists``).
    """
    public = store.settings.get(OFFICE_KEY)
    if public is None:
        raise DeviceError("the office has not told this device a key yet", code="no-office-key")
    return _write(store, to_bytes(public), out, now, is_recovered=False)


def recover(home: Path, key_file: Path, passphrase: str, out: Path, now: int) -> Written:
    """
    The same without the passphrase of the store in `home`, by the office's private key in `key_file`.

    `home` is the folder of a device, or the archive that a phone hands over. A copy of the store, encrypted
    as it is, is opened and removed again; `home` stays as it was. Raises `InvalidRequest` for files that are
    none or for another key, `NotEnrolled`, `DeviceError` (``recovery-stale``) where the store is not the one
    that `recovery.key` was written for.
    """
    private = _read_key(key_file, passphrase)
    with tempfile.TemporaryDirectory(prefix="verilap-") as folder:
        _copy(home, Path(folder))
        opens = _what_opens(home, Path(folder), private)
        store = _open_copy(Path(folder), opens, now)
        try:
            return _write(store, public_of(private), out, now, is_recovered=True)
        finally:
            store.close()


def _copy(home: Path, folder: Path) -> None:
    """What belongs to a store, out of its folder or out of an archive."""
    if home.is_dir():
        for name in COPIED:
            if (home / name).exists():
                shutil.copyfile(home / name, folder / name)
        return
    try:
        with ZipFile(home) as archive:
            for name in set(COPIED) & set(archive.namelist()):
                archive.extract(name, folder)
    except (OSError, RuntimeError, BadZipFile):  # RuntimeError: of one that asks for a password
        raise _no_store(home) from None


def _open_copy(folder: Path, opens: bytes, now: int) -> Store:
    try:
        return Store.over(open_database(folder, spelt_key(opens), now))
    except WrongKey:
        message = "recovery.key is that of another store, or the store is damaged"
        raise DeviceError(message, code="recovery-stale") from None


def _read_key(file: Path, passphrase: str) -> bytes:
    try:
        with file.open("rb") as opened:
            return read_private(opened.read(LONGEST + 1), passphrase)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidRequest(
            f"{file} cannot be read", code="key-file", file=str(file), reason=reason
        ) from None


def _what_opens(home: Path, copied: Path, private: bytes) -> bytes:
    if not (copied / FILE).exists() or not (copied / RECOVERY).exists():
        raise _no_store(home)
    with (copied / RECOVERY).open("rb") as file:
        told = b"".join(open_sealed(file, private, STORE_KEY))
    try:
        key = bytes.fromhex(json.loads(told)["key"])
    except (ValueError, KeyError, TypeError):
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidRequest("recovery.key says nothing that opens a store", code="sealed-not")
    return key


def _no_store(home: Path) -> NotEnrolled:
    message = "there is no store with a recovery.key here"
    return NotEnrolled(message, code="no-recovery-file", home=str(home))


def _write(store: Store, public: bytes, out: Path, now: int, *, is_recovered: bool) -> Written:
    identity, replica = store.settings.identity, store.settings.replica
    if identity is None or replica is None:
        raise NotEnrolled("this device is not enrolled")
    with store.snapshot():
        ids, files = store.outbox.unsent_ids(), store.files.unsent()
        written = Written(len(ids), len(files))
        if not any(written):
            return written
        digest = digest_of_ids([*ids, *(one.hash for one in files)])
        about = (replica.id, identity.author, now, __version__, len(ids), digest, is_recovered, len(files))
        manifest = Manifest(*about)
        proof = prove(manifest, sha256(identity.token.encode()).hexdigest())
        pieces = (UnsentFile(one.hash, one.size, store.files.pieces(one)) for one in files)
        lines = write_lines(manifest, proof, store.outbox.unsent(), pieces)
        write_new(out, seal(lines, public, UNSENT, secrets.token_bytes(KEY_BYTES)))
    return written
