"""Tokens and codes: long random texts of which the server keeps only hashes."""

import hashlib
import re
import secrets
from typing import Final

from sqlalchemy import Connection

from domain.canonical import Json, to_text
from domain.errors import NotFound
from server.services.accounts import enabled_account, find_account
from server.services.audit import CONSOLE, Act, Audited, put
from server.store import credentials
from server.store.credentials import ListedDevice

TOKEN_BYTES: Final = 32
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """32 random bytes as text."""
    return to_text(secrets.token_bytes(TOKEN_BYTES))


def hash_token(token: str) -> str:
    """What is kept of a token or code: SHA-256. They are random, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(text: str) -> bool:
    """Whether the text could be one of our tokens."""
    return TOKEN.fullmatch(text) is not None


def make_api_token(connection: Connection, name: str, now: int) -> str:
    """A new token with which the account `name` uses the office API. Raises `NotFound`, `InvalidRequest`."""
    account = enabled_account(connection, name)
    token = new_token()
    credentials.add_api_token(connection, hash_token(token), account.actor.name, now)
    put(connection, Act(CONSOLE, Audited.TOKEN_MADE, detail={"account": account.actor.name}), now)
    return token


def revoke_api_tokens(connection: Connection, name: str, now: int) -> int:
    """Revokes all API tokens of an account; gives how many there were. Raises `NotFound`."""
    account = find_account(connection, name).actor.name
    count = credentials.revoke_api_tokens(connection, account, now)
    put(connection, Act(CONSOLE, Audited.TOKENS_REVOKED, detail={"account": account, "tokens": count}), now)
    return count


def list_devices(connection: Connection, name: str | None) -> list[ListedDevice]:
    """The devices of the account `name`, or all there are. Raises `NotFound` for an unknown account."""
    account = None if name is None else find_account(connection, name).actor.name
    return credentials.devices_of(connection, account)


def revoke_devices(connection: Connection, name: str, device: str | None, now: int) -> list[str]:
    """Revokes one device of an account, or all of them; gives their ids.

    Raises `NotFound` for an unknown account or device.
    """
    account = find_account(connection, name)
    devices = [one.id for one in credentials.devices_of(connection, account.actor.name)]
    chosen = [one for one in devices if device in (None, one)]
    if not chosen:
        raise NotFound("this account has no such device", code="unknown-device", name=name)
    for one in chosen:
        credentials.revoke_device(connection, one, now)
        told: dict[str, Json] = {"account": account.actor.name, "device": one}
        put(connection, Act(CONSOLE, Audited.DEVICE_REVOKED, detail=told), now)
    return chosen
