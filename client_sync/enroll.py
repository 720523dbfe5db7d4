"""Enrolling: a one-use code becomes a token, and the store goes on under a new replica id."""

import json
from typing import Final

from marshmallow import ValidationError

from client_sync.asking import API
from client_sync.errors import Unreachable
from client_sync.signing import new_key, public_key
from client_sync.store import Store
from client_sync.store.settings import ASK_FILES, CONFIG, NUMBER, REVOKED, DeviceKey, Identity
from client_sync.surroundings import Surroundings
from client_sync.transport import Call, Transport, check_url, expect, misread
from domain.batches import key_digest
from domain.enrolling import code_digest, confirmation_number
from domain.operations import REPLICA
from schemas.replies import EnrollReply, EnrollReplySchema

_ENROLL: Final = EnrollReplySchema()


def enroll(
    store: Store, transport: Transport, url: str, code: str, device: str, around: Surroundings
) -> Identity:
    """Redeems the code and keeps whose device this is now.

    Everything on a store that exists is kept and handed in by the next sync, except the server's records
    when the account or its role has changed: they were for somebody else's eyes. Raises `Unreachable`, and
    `Refused` with the server's code.
    """
    key = new_key(around.random_bytes)
    reply = _redeem(transport, code, device, key, around)
    identity = Identity(check_url(url), reply.token, reply.author, reply.role, reply.areas)
    with store.transaction():
        known = store.settings.identity
        if known is not None and known.reading_class != identity.reading_class:
            give_up_records(store)
        if known is not None and known.url != identity.url:
            store.heads.forget()
        store.settings.identity = identity
        store.settings.begin_key(key)
        number = confirmation_number(code_digest(code), public_key(key), reply.nonce) if reply.nonce else None
        store.settings.put(NUMBER, number)
        store.settings.begin_replica(reply.replica)
        store.files.forget_uploads()
        store.settings.put(ASK_FILES, True if store.files.any() else None)
        store.settings.put(CONFIG, None)
        store.settings.put(REVOKED, None)
    return identity


def _redeem(
    transport: Transport, code: str, device: str, key: DeviceKey, around: Surroundings
) -> EnrollReply:
    asked = {"code": code, "replica": around.new_replica(), "device": device}
    body = json.dumps({**asked, "key_digest": key_digest(public_key(key))}).encode()
    around.patience.begin()
    while True:
        try:
            document = expect(transport.exchange(Call("POST", f"{API}/enroll", body)))
            break
        except Unreachable as error:
            around.patience.bear(error)
    try:
        reply: EnrollReply = _ENROLL.load(document)  # type: ignore[arg-type]
    except ValidationError as error:
        raise misread("enroll", error) from None
    if not REPLICA.fullmatch(reply.replica):
        raise misread("enroll", "no replica id")
    return reply


def give_up_records(store: Store) -> None:
    """Drops everything that the server sent; own operations that it has not accepted stay in view."""
    with store.transaction():
        for record in store.records.ids():
            store.records.drop(record)
        store.feeds.forget_cursors()
        store.feeds.want_nothing()
