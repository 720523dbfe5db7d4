"""Why somebody does what is put on record with its reason."""

import re
from typing import Final

from domain.errors import InvalidRequest

SHORTEST: Final = 10
LONGEST: Final = 500
_NUMBER: Final = re.compile(r"(?:\d[ .-]?){12}")
"""So many digits are a number of a person or a family, however they are grouped."""


def read_reason(typed: str) -> str:
    """
    The reason in what was typed, without spaces around it.

    Raises `InvalidRequest`: reason-short or reason-long for what has not 10 to 500 characters, reason-text
    for control characters, and reason-number where it names a number of somebody, which stays on record.
    """
    if len(typed.strip()) < SHORTEST:
        raise InvalidRequest(f"a reason has {SHORTEST} characters or more", code="reason-short")
    return read_note(typed)


def read_note(typed: str) -> str:
    """The same of what may be left out, and then is empty. Raises `InvalidRequest` but for what is short."""
    reason = typed.strip()
    if len(reason) > LONGEST:
        raise InvalidRequest(f"a reason has {LONGEST} characters at most", code="reason-long")
    if any((ord(sign) < 32 and sign not in "\r\n\t") or 0xD800 <= ord(sign) <= 0xDFFF for sign in reason):
        raise InvalidRequest("a reason is plain text", code="reason-text")
    if _NUMBER.search(reason):
        raise InvalidRequest("a reason names nobody's number", code="reason-number")
    return reason
