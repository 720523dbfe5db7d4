"""Enrolment: a device becomes an officer's with a code that he types once.

The code is made in the office, lives ten minutes and works once. Ten letters of an
alphabet of 32 are 50 bits: more than anybody guesses in ten minutes, throttled.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize
from domain.canonical import Json, to_text
from domain.enrolling import ALPHABET, code_digest
from domain.errors import InvalidRequest, NotAllowed, Outdated
from server.services import throttle
from server.services.accounts import enabled_account
from server.services.audit import CONSOLE, Act, Audited, put
from server.services.tokens import hash_token, new_token
from server.store import accounts, credentials, devices, replicas
from server.store.transactions import Store

CODE_LENGTH: Final = 10
LIFETIME_MS: Final = 10 * 60 * 1000
DEVICE_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a device asks with: the code as it was typed, its store's id, its name, and the digest of its public
    key, which it tells afterwards; one without a key is of a version before there were any.
    """

    code: str
    replica: str
    device: str
    key_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a device gets: its token (told once), its store's id, and whose it is."""

    token: str
    replica: str
    actor: Actor
    nonce: str | None = None
    """Where the office confirms the enrolment: what its number is made with."""


def make_code(
    connection: Connection, name: str, now: int, needs_confirmation: bool = False, by: str = CONSOLE
) -> str:
    """A new code for the account `name`, in two groups of five; `by` is who makes it.

    With `needs_confirmation` the device that enrols with it reads nothing until the office has confirmed it.

    Raises `NotFound`, `InvalidRequest` for a disabled account, and `NotAllowed` for a
    role that has no device.
    """
    account = enabled_account(connection, name)
    authorize(account.actor, Action.SYNC)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    credentials.forget_codes(connection, now - LIFETIME_MS)
    credentials.add_code(
        connection, hash_token(code), account.actor.name, now + LIFETIME_MS, needs_confirmation
    )
    put(connection, Act(by, Audited.CODE_MADE, detail={"account": account.actor.name}), now)
    return f"{code[:5]}-{code[5:]}"


def enrol(store: Store, asked: Asked, address: str, now: int) -> Enrolment:
    """Uses a code up, and registers the device and its store.

    Raises `NotAllowed` with the code enroll-code for a wrong, used or expired one,
    `ThrottledError` after too many of them from one address or device, and `Outdated` with the
    code replica-taken when the store belongs to somebody else (the code stays usable).
    """

    def attempt() -> Enrolment:
        return store.transact(lambda connection: _enrol(connection, asked, now))

    def of_this_device() -> Enrolment:
        return throttle.guard(store, f"enroll-device:{asked.replica}", now, attempt, wrong=NotAllowed)

    return throttle.guard(store, f"enroll:{address}", now, of_this_device, wrong=NotAllowed)


def _enrol(connection: Connection, asked: Asked, now: int) -> Enrolment:
    code_hash = code_digest(asked.code)
    code = credentials.lock_code(connection, code_hash)
    if code is None or code.used is not None or code.expires < now:
        raise NotAllowed("this code is wrong, was used, or is too old", code="enroll-code")
    account = accounts.find(connection, code.account)
    if account is None or account.is_disabled:
        raise NotAllowed("this code is wrong, was used, or is too old", code="enroll-code")
    authorize(account.actor, Action.SYNC)
    if code.needs_confirmation and asked.key_digest is None:
        raise InvalidRequest("this code needs a device that has a key", code="key-needed")
    if replicas.lock(connection, asked.replica, account.actor.name, now).account != account.actor.name:
        raise Outdated("this device store belongs to another account", code="replica-taken")
    credentials.use_code(connection, code_hash, now)
    token = new_token()
    device_id = new_device_id()
    credentials.add_device(
        connection, device_id, account.actor.name, asked.device, hash_token(token), now, asked.key_digest
    )
    told: dict[str, Json] = {"name": asked.device, "replica": asked.replica}
    put(connection, Act(account.actor.name, Audited.DEVICE_ENROLLED, device=device_id, detail=told), now)
    nonce = new_token() if code.needs_confirmation else None
    if nonce:
        devices.add_confirmation(connection, device_id, code_hash, nonce)
    return Enrolment(token, asked.replica, account.actor, nonce)


def new_device_id() -> str:
    """A random id that no command takes for an option: it does not begin with a hyphen."""
    made = to_text(secrets.token_bytes(DEVICE_ID_BYTES))
    return new_device_id() if made.startswith("-") else made
