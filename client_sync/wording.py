"""Words for what is not a sentence: moments in time, and texts that people entered."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from client_sync.catalogue import catalogue, say
from client_sync.config import Language

WITA: Final = timezone(timedelta(hours=8), "WITA")
"""
Central Indonesia's time, on every device as on the office's pages.

Not the machine's: many a laptop stands on Jakarta's time or on none, and whoever asks the
office about a time must mean the same one. It has had no summer time since 1964, so no
tables of time zones are needed, which some machines lack.
"""
FIRST_YEAR: Final = 2025
LAST_YEAR: Final = 2099
"""A device's clock may say anything; outside these years it is plainly wrong."""


def when(time: int, language: Language) -> str:
    """A time in milliseconds since 1970 in words; a clock that is plainly wrong is said to be."""
    try:
        told = datetime.fromtimestamp(time / 1000, UTC).astimezone(WITA)
    except (ValueError, OverflowError, OSError):
        return say("time-impossible", language)
    words = f"{told:%Y-%m-%d %H:%M} {WITA}"
    if FIRST_YEAR <= told.year < LAST_YEAR:
        return words
    return say("time-wrong", language, time=words)


def mark_words(status: str, language: Language) -> str:
    """How an operation stands that was not accepted."""
    return say(f"mark-{status}", language) if f"mark-{status}" in catalogue() else status


def verdict_words(code: str, message: str, language: Language) -> str:
    """Why an operation was not accepted; in the server's words where its code is not known here."""
    key = "verdict-malformed" if code.startswith("malformed") else f"verdict-{code}"
    return say(key, language, message=message or "-") if key in catalogue() else message


def plain(text: str) -> str:
    """Text that cannot command a terminal: what people entered may hold anything."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
