"""
Files that only the office opens: sealed to its public key, in pieces, so that none has to fit into memory.

A file is `MAGIC`, a header of one line (JSON: what it is, the id of the key, a public key made for this file
alone) and pieces of 64 KiB, each encrypted and authenticated (ChaCha20-Poly1305) under a key that X25519 and
HKDF-SHA256 make of both keys and the whole header. A piece's nonce is its number and whether it is the last
one. So every altered, missing, added or reordered byte is noticed, and which office it is for is told.

Whoever knows the public key can seal: that a file opens says nothing of who made it.
"""

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.canonical import canonical_bytes, digest_of, to_bytes, to_text
from domain.errors import InvalidRequest

MAGIC: Final = b"verilap-sealed-1\n"
PIECE_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
LONGEST_HEADER: Final = 512
KEY_BYTES: Final = 32

STORE_KEY: Final = "store-key"
UNSENT: Final = "unsent-work"


def key_id(public: bytes) -> str:
    """How a public key is named: the beginning of its digest."""
    return digest_of(public)


def public_of(private: bytes) -> bytes:
    """The public key that belongs to a private one."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(pieces: Iterable[bytes], public: bytes, kind: str, secret: bytes) -> Iterator[bytes]:
    """
    What the pieces say together, sealed to a public key. `secret` are 32 random bytes, for this file alone.

    Raises `InvalidRequest` (code ``office-key``) for a public key that is none.
    """
    told = {"ephemeral": to_text(public_of(secret)), "key": key_id(public), "kind": kind}
    header = canonical_bytes({**told}) + b"\n"
    cipher = _cipher(secret, public, header, is_sealing=True)
    yield MAGIC + header
    number, waiting = 0, bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > PIECE_BYTES:  # the last one is not known yet
            yield cipher.encrypt(_nonce(number), bytes(waiting[:PIECE_BYTES]), None)
            del waiting[:PIECE_BYTES]
            number += 1
    yield cipher.encrypt(_nonce(number, is_last=True), bytes(waiting), None)


def sealed_to(file: BinaryIO, kind: str) -> str:
    """Which public key (its id) a file says that it is sealed to; reads its header. Raises ``sealed-not``."""
    if file.read(len(MAGIC)) != MAGIC:
        raise _not_sealed()
    told = _read_header(file.readline(LONGEST_HEADER))
    if told.get("kind") != kind:
        raise _not_sealed()
    return str(told.get("key"))[:22]


def open_sealed(file: BinaryIO, private: bytes, kind: str) -> Iterator[bytes]:
    """
    What was sealed, in pieces. Nothing is whole before the last one has come.

    Raises `InvalidRequest`: ``sealed-not`` for a file of another kind, ``sealed-other-key`` for one that was
    sealed to another key, ``sealed-altered`` for one that was changed or cut off.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise _not_sealed()
    header = file.readline(LONGEST_HEADER)
    told = _read_header(header)
    if told.get("kind") != kind:
        raise _not_sealed()
    mine = key_id(public_of(private))
    if told.get("key") != mine:
        message = f"the file is sealed to the key {told.get('key')}, not to {mine}"
        raise InvalidRequest(message, code="sealed-other-key", wanted=str(told.get("key"))[:22], given=mine)
    try:
        ephemeral = to_bytes(str(told.get("ephemeral")))
    except InvalidRequest:
        raise _altered() from None
    cipher = _cipher(private, ephemeral, header, is_sealing=False)
    number, piece = 0, file.read(PIECE_BYTES + TAG_BYTES)
    while True:
        following = file.read(PIECE_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, None)
        except InvalidTag:
            raise _altered() from None
        if not following:
            return
        number, piece = number + 1, following


def _cipher(private: bytes, public: bytes, header: bytes, *, is_sealing: bool) -> ChaCha20Poly1305:
    """The key of one file; the office is the receiver, the key of the file the sender."""
    try:
        shared = X25519PrivateKey.from_private_bytes(private).exchange(
            X25519PublicKey.from_public_bytes(public)
        )
    except ValueError:
        if is_sealing:
            raise InvalidRequest("the office's key is none", code="office-key") from None
        raise _altered() from None
    sender, receiver = (public_of(private), public) if is_sealing else (public, public_of(private))
    derived = HKDF(SHA256(), KEY_BYTES, salt=sender + receiver, info=MAGIC + header)
    return ChaCha20Poly1305(derived.derive(shared))


def _nonce(number: int, *, is_last: bool = False) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _read_header(line: bytes) -> dict[str, object]:
    try:
        told = json.loads(line)
    except ValueError:
        raise _not_sealed() from None
    if not isinstance(told, dict) or not line.endswith(b"\n"):
        raise _not_sealed()
    return told


def _not_sealed() -> InvalidRequest:
    return InvalidRequest("this is no such file of Verilap", code="sealed-not")


def _altered() -> InvalidRequest:
    return InvalidRequest("the file was altered, or a part of it is missing", code="sealed-altered")
