"""
Sealing: what can hold somebody's answer is stored encrypted, by data keys that lie wrapped in the database.

The master key that unwraps them lies elsewhere (`server/key_file.py`); nothing here knows a database.
AES-256-GCM-SIV, since it forgives a nonce that comes twice, as from a machine that was cloned while it ran.
"""

import base64
import hashlib
import hmac
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from domain.errors import VerilapError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
DATA: Final = "data"
FIND: Final = "find"
"""What a key in the database is for: sealing answers, or the keyed hashes by which they are found."""

_HEADER: Final = struct.Struct(">2sI")
_MAGIC: Final = b"\xff\x01"
"""No JSON and no other UTF-8 begins so: sealed and plain are told apart by the first byte."""
UNREADABLE: Final = b"\xff"
"""Stands for what could not be opened, and reads as what it is: neither JSON nor text."""


class VaultError(VerilapError):
    """The master key is missing, malformed or another one; nothing was read and nothing written."""

    code = "key-wrong"


@dataclass(frozen=True)
class MasterKey:
    """The key outside of the database: 32 random bytes, of which only derived ones are used."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        """Names the key and tells nothing of it: what it wrapped says by which one."""
        return base64.urlsafe_b64encode(self._derived(b"id"))[:12].decode()

    @cached_property
    def _cipher(self) -> AESGCMSIV:
        return AESGCMSIV(self._derived(b"wrap"))

    def _derived(self, use: bytes) -> bytes:
        return hmac.digest(self.secret, b"verilap master key: " + use, "sha256")

    def wrap(self, key: bytes, about: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """Raises `VaultError` where anything of it was changed."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            raise VaultError("a key in the database was changed", code="key-damaged") from None


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as the database has it; `made` in milliseconds.

    `admits_plain` while rows may still stand there as they were before anything was sealed.
    """

    number: int
    purpose: str
    master: str
    admits_plain: bool
    wrapped: bytes
    made: int

    @property
    def about(self) -> bytes:
        """What is bound to the wrapped key: nobody can use it for something else."""
        return f"{self.purpose}:{self.number}:{self.master}:{self.admits_plain:d}".encode()


def wrap_key(
    secret: bytes, number: int, purpose: str, master: MasterKey, made: int, *, admits_plain: bool = False
) -> WrappedKey:
    """A key for the database."""
    bare = WrappedKey(number, purpose, master.id, admits_plain, b"", made)
    return WrappedKey(number, purpose, master.id, admits_plain, master.wrap(secret, bare.about), made)


@dataclass(frozen=True)
class Keyring:
    """The unwrapped keys, by number. Keys that the database has given up are still in it, and do no harm."""

    ciphers: Mapping[int, AESGCMSIV] = field(default_factory=dict, repr=False)
    find_keys: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    admits_plain: bool = False


class Vault:
    """The keys of one installation; belongs to its store, and is shared by its threads."""

    def __init__(self, read_masters: Callable[[], tuple[MasterKey, ...]]) -> None:
        """`read_masters` gives the master keys, the current one first, or raises `VaultError`."""
        self._read_masters = read_masters
        self.keyring: Keyring | None = None

    def masters(self) -> tuple[MasterKey, ...]:
        return self._read_masters()

    def unlock(self, keys: Iterable[WrappedKey]) -> Keyring:
        """Takes in the keys that the database has now. Raises `VaultError` unless all of them open."""
        keys, known = list(keys), self.keyring or Keyring()
        if not keys:
            raise VaultError("the database has no keys", code="key-none")
        masters = {one.id: one for one in self.masters()}
        ciphers, find_keys = dict(known.ciphers), dict(known.find_keys)
        for one in keys:
            secret = self.unwrap(one, masters)
            if one.purpose == DATA:
                ciphers[one.number] = AESGCMSIV(secret)
            else:
                find_keys[one.number] = secret
        self.keyring = Keyring(ciphers, find_keys, any(one.admits_plain for one in keys))
        return self.keyring

    def unwrap(self, key: WrappedKey, masters: Mapping[str, MasterKey]) -> bytes:
        """Raises `VaultError` where it was wrapped by another master key, or changed since."""
        if key.master not in masters:
            raise VaultError(
                f"the keys in the database were wrapped by the master key {key.master}, not by this one",
                wanted=key.master,
                found=", ".join(masters),
            )
        return masters[key.master].unwrap(key.wrapped, key.about)


def header_of(number: int) -> bytes:
    """What everything begins with that was sealed by a data key."""
    return _HEADER.pack(_MAGIC, number)


HEADER_BYTES: Final = _HEADER.size


def number_of(stored: bytes) -> int | None:
    """The number of the key that sealed it; nothing for what is plain."""
    if len(stored) < _HEADER.size + NONCE_BYTES + TAG_BYTES or not stored.startswith(_MAGIC):
        return None
    return int(_HEADER.unpack_from(stored)[1])


def seal(cipher: AESGCMSIV, number: int, place: bytes, plain: bytes) -> bytes:
    """Encrypted for one place: a table, a column and the key of a row."""
    header, nonce = header_of(number), os.urandom(NONCE_BYTES)
    return header + nonce + cipher.encrypt(nonce, plain, header + place)


def unseal(cipher: AESGCMSIV, place: bytes, sealed: bytes) -> bytes | None:
    """What `seal` was given; nothing where it was changed, or sealed for another place."""
    start = _HEADER.size
    header, nonce = sealed[:start], sealed[start : start + NONCE_BYTES]
    try:
        return cipher.decrypt(nonce, sealed[start + NONCE_BYTES :], header + place)
    except InvalidTag:
        return None


def keyed_hash(secret: bytes, kind: str, text: str) -> bytes:
    """16 bytes by which `text` is found again by whoever has the key, and guessed by nobody else."""
    return hmac.digest(secret, f"{kind}\0{text}".encode(), hashlib.sha256)[:16]
