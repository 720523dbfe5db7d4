"""
The office's private recovery key as a file: encrypted by a passphrase, known by the id of its public key.

JSON of one line. The passphrase is stretched by scrypt (128 MiB, a third of a second); the key so made is
used once, for this file, with ChaCha20-Poly1305, which covers all that the file says.
"""

import hashlib
import json
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from domain.canonical import Json, canonical_bytes, to_bytes, to_text
from domain.errors import InvalidRequest
from schemas.sealing import KEY_BYTES, key_id, public_of

SALT_BYTES: Final = 16
LONGEST: Final = 4096
COST: Final = {"n": 2**17, "r": 8, "p": 1}
MEMORY: Final = 2**28
NONCE: Final = bytes(12)
"""Each file has a salt, and so a key, of its own."""


def write_private(private: bytes, passphrase: str, salt: bytes) -> bytes:
    """The file; `salt` are 16 random bytes. Raises `InvalidRequest` without a passphrase."""
    if not passphrase:
        raise InvalidRequest("the recovery key needs a passphrase", code="recovery-passphrase")
    told: dict[str, Json] = {
        "id": key_id(public_of(private)),
        "salt": to_text(salt),
        "verilap": "recovery-key-1",
    }
    sealed = ChaCha20Poly1305(_stretched(passphrase, salt)).encrypt(NONCE, private, canonical_bytes(told))
    return canonical_bytes({**told, "sealed": to_text(sealed)}) + b"\n"


def read_private(data: bytes, passphrase: str) -> bytes:
    """
    The private key. Raises `InvalidRequest`: ``recovery-key-file`` for a file that is none,
    ``recovery-key-closed`` where the passphrase does not open it, or it was altered.
    """
    try:
        told = json.loads(data[:LONGEST])
        salt, sealed = to_bytes(told["salt"]), to_bytes(told.pop("sealed"))
        is_ours = told["verilap"] == "recovery-key-1" and len(salt) == SALT_BYTES and set(told) == FIELDS
    except (ValueError, TypeError, KeyError, AttributeError, InvalidRequest):
        is_ours = False
    if not is_ours:
        raise InvalidRequest("this is no recovery key", code="recovery-key-file")
    try:
        private = ChaCha20Poly1305(_stretched(passphrase, salt)).decrypt(NONCE, sealed, canonical_bytes(told))
    except InvalidTag:
        private = b""
    if len(private) != KEY_BYTES or key_id(public_of(private)) != told["id"]:
        raise InvalidRequest("the passphrase does not open the recovery key", code="recovery-key-closed")
    return private


FIELDS: Final = {"id", "salt", "verilap"}


def _stretched(passphrase: str, salt: bytes) -> bytes:
    text = passphrase.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, **COST, maxmem=MEMORY, dklen=KEY_BYTES)
