"""Slows down whoever guesses."""

from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection

from domain.errors import VerilapError
from server.store import credentials
from server.store.transactions import Store

T = TypeVar("T")

SPAN_MS: Final = 60_000
GUESSES: Final = 20
"""Wrong guesses from one address within a span; then it waits until the span is over."""

LONGEST_KEY: Final = 100


class ThrottledError(VerilapError):
    """Too many wrong guesses (HTTP 429); ``wait`` says how many milliseconds to wait."""

    code = "too-many-tries"

    def __init__(self, wait: int) -> None:
        super().__init__("too many wrong tries, wait a little", wait=wait)
        self.wait = wait


def check(connection: Connection, key: str, now: int) -> None:
    """Raises `ThrottledError` while `key` has guessed wrong too often."""
    failures, since = credentials.failures_since(connection, key, now - SPAN_MS)
    if failures >= GUESSES:
        raise ThrottledError(since + SPAN_MS - now)


def count(store: Store, key: str, now: int) -> None:
    """Counts a wrong guess of `key`."""
    store.transact(lambda connection: credentials.count_failure(connection, key, now - SPAN_MS, now))


def guard(store: Store, key: str, now: int, attempt: Callable[[], T], wrong: type[VerilapError]) -> T:
    """
    The result of `attempt`, unless `key` has guessed wrong too often; `wrong` is what a wrong guess raises.

    Raises `ThrottledError`, and what `attempt` raises.
    """
    key = key[:LONGEST_KEY]
    with store.read() as connection:
        check(connection, key, now)
    try:
        return attempt()
    except wrong:
        count(store, key, now)
        raise


def sign_in_key(address: str | None) -> str:
    """What wrong passwords from a network address are counted by, wherever a password is asked for."""
    return f"sign-in:{address}"
