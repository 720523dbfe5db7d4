"""
Where the master key lies: in a file that only its owner reads, or in the environment.

A line a key, the current one first; further ones open what they wrapped before, while keys are rotated.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.config import KEY_VARIABLE
from server.durable import sync_folder
from server.vault import KEY_BYTES, MasterKey, VaultError

_OPEN_TO_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class KeySource:
    """The settings: `text` from the environment counts before the file."""

    file: Path
    text: str | None = field(default=None, repr=False)

    @property
    def is_file(self) -> bool:
        return self.text is None

    def read(self) -> tuple[MasterKey, ...]:
        """The keys, the current one first. Raises `VaultError` (`key-missing`, `key-malformed`)."""
        if self.text is not None:
            return _parse(self.text.replace(",", "\n"), KEY_VARIABLE)
        try:
            return _parse(self.file.read_text("ascii"), str(self.file))
        except FileNotFoundError:
            raise VaultError("the master key is not there", code="key-missing", file=str(self.file)) from None
        except UnicodeDecodeError:
            raise _malformed(str(self.file)) from None

    def is_there(self) -> bool:
        return self.text is not None or self.file.exists()

    def is_open_to_others(self) -> bool:
        """Whether somebody else than the file's owner may read it."""
        return self.is_file and self.file.exists() and bool(self.file.stat().st_mode & _OPEN_TO_OTHERS)


def new_master() -> MasterKey:
    return MasterKey(secrets.token_bytes(KEY_BYTES))


def make_key_file(file: Path) -> None:
    """A new master key, unless there is one. Of several that make one at once, one wins."""
    if file.exists():
        return
    draft = _draft(file, [new_master()])
    with suppress(FileExistsError):
        os.link(draft, file)  # unlike a rename it never takes the place of a key
    draft.unlink()
    sync_folder(file.parent)  # a key that a power cut takes away takes every answer with it


def write_key_file(file: Path, keys: Iterable[MasterKey]) -> None:
    """Puts these keys in place of those that are there, all at once."""
    _draft(file, keys).replace(file)
    sync_folder(file.parent)


def _draft(file: Path, keys: Iterable[MasterKey]) -> Path:
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    text = "".join(f"{base64.urlsafe_b64encode(one.secret).decode()}\n" for one in keys)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    return draft


def _parse(text: str, place: str) -> tuple[MasterKey, ...]:
    lines = [line.strip() for line in text.splitlines()]
    keys = tuple(_key(line, place) for line in lines if line and not line.startswith("#"))
    if not keys:
        raise _malformed(place)
    return keys


def _key(line: str, place: str) -> MasterKey:
    try:
        secret = base64.b64decode(line.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise _malformed(place) from None
    if len(secret) != KEY_BYTES:
        raise _malformed(place)
    return MasterKey(secret)


def _malformed(place: str) -> VaultError:
    return VaultError("a master key is 32 bytes in base64", code="key-malformed", place=place)
