"""The password again, before what would do most harm at a laptop or with a token that somebody left."""

from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.errors import NotSignedIn
from server.services import throttle
from server.services.accounts import check_password, let_in
from server.services.audit import Audited
from server.store import credentials
from server.store.accounts import StoredAccount
from server.store.transactions import Store

GOOD_FOR_MS: Final = 5 * 60 * 1000


def is_fresh(given: int | None, now: int) -> bool:
    """Whether a password that was given at this moment still counts; one of the future never does."""
    return given is not None and 0 <= now - given < GOOD_FOR_MS


def give_password(store: Store, actor: Actor, password: str, address: str | None, now: int) -> None:
    """Checks the password of who is signed in, throttled as when signing in, and puts that on record.

    Raises `NotSignedIn` with the code wrong-password, and `ThrottledError`.
    """
    account = _checked(store, actor, password, address, now)
    store.transact(lambda connection: let_in(connection, account, Audited.PASSWORD_AGAIN, now))


def give_password_for_token(
    store: Store, actor: Actor, token_hash: str, password: str, address: str | None, now: int
) -> int:
    """The same for an API token, beside which it is noted; gives until when it is good."""
    account = _checked(store, actor, password, address, now)

    def note(connection: Connection) -> None:
        credentials.set_password_given(connection, token_hash, now)
        let_in(connection, account, Audited.PASSWORD_AGAIN, now)

    store.transact(note)
    return now + GOOD_FOR_MS


def _checked(store: Store, actor: Actor, password: str, address: str | None, now: int) -> StoredAccount:
    return throttle.guard(
        store,
        throttle.sign_in_key(address),
        now,
        lambda: check_password(store, actor.name, password, now),
        wrong=NotSignedIn,
    )
