"""One-use codes, and the number by which both sides see that a device enrolled with one, and no other did."""

import hashlib
from typing import Final

from domain.canonical import canonical_bytes

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which look like each other."""
CONTEXT: Final = "verilap-enrolment-1"
DIGITS: Final = 6


def read_code(typed: str) -> str:
    """The code in what somebody typed: small letters, spaces and hyphens do not matter."""
    return "".join(letter for letter in typed.upper() if letter in ALPHABET)


def code_digest(typed: str) -> str:
    """SHA-256 of the code, in hexadecimal: all that the server keeps of it."""
    return hashlib.sha256(read_code(typed).encode()).hexdigest()


def confirmation_number(digest: str, key: str, nonce: str) -> str:
    """
    Six digits that follow from the code (its digest), the device's public key and the server's nonce.

    The device is bound to its key before it hears the nonce, and tells the key only afterwards: whoever
    stands between the two can choose neither, and meets one number on both sides once in a million times.
    """
    said = canonical_bytes({"context": CONTEXT, "code": digest, "key": key, "nonce": nonce})
    return f"{int.from_bytes(hashlib.sha256(said).digest()[:8], 'big') % 10**DIGITS:0{DIGITS}}"


PHONE_APP: Final = "app/"
"""Where a server has the officers' phone app, below its own address."""


def enrolment_address(url: str, code: str) -> str:
    """
    A server's address and a code in one, as a QR code shows it: a phone that opens it begins to enrol.

    The code stands behind `#`, which browsers keep to themselves: it comes into no log of a server or proxy.
    """
    return f"{url.rstrip('/')}/{PHONE_APP}#{code}"


def split_address(typed: str) -> tuple[str, str]:
    """The address of the server and the code, which is empty where the address has none."""
    url, _, code = typed.strip().partition("#")
    return url.removesuffix(PHONE_APP) if url.endswith(f"/{PHONE_APP}") else url, code
