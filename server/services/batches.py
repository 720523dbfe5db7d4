"""
Batches that devices sign: checked before anything is taken, chained in the transaction that takes them.

A device without a key signs nothing, as before there were keys; one with a key hands nothing in unsigned.
That a batch does not follow from the one before it is put on record and told in the office, and its
operations are taken all the same: a phone or a server that comes back from a backup is no crime, and what
people entered is not to be lost for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from domain.batches import Batch, Chain, batch_digest, follow, key_digest, read_batch
from domain.canonical import Json, to_bytes, to_text
from domain.errors import InvalidRequest, NotAllowed, Outdated
from server.services.audit import Act, Audited, put
from server.services.device_sender import Sender
from server.store import credentials, devices


@dataclass(frozen=True, slots=True)
class Signed:
    """A batch whose signature is the device's."""

    batch: Batch
    digest: str


def verify(sender: Sender, sent: Json, operations: Sequence[str]) -> Signed | None:
    """
    The batch that a device signed; nothing for a device that has no key.

    Raises `NotAllowed` with the code ``bad-signature`` whatever is wrong or missing: nothing of the request
    is taken then, and the device keeps it.
    """
    if sender.key is None:
        return None
    try:
        batch, signature = read_batch(sent, sender.device, sender.replica, operations)
        signed, signature_bytes = batch.to_bytes(), to_bytes(signature)
        Ed25519PublicKey.from_public_bytes(to_bytes(sender.key)).verify(signature_bytes, signed)
    except (InvalidRequest, InvalidSignature, ValueError):
        raise NotAllowed(
            "this batch is not signed with the key of this device", code="bad-signature"
        ) from None
    return Signed(batch, batch_digest(signed, signature_bytes))


def chain(connection: Connection, sender: Sender, signed: Signed, now: int) -> Chain:
    """The device's chain with this batch; a breach of it is put on record. Locks the chain."""
    before = devices.lock_chain(connection, sender.device)
    followed = follow(before, signed.batch, signed.digest)
    if followed.is_moved:
        devices.move_chain(
            connection, sender.device, followed.chain, signed.batch, bool(followed.breach), now
        )
    if followed.breach:
        told: dict[str, Json] = {
            "breach": followed.breach,
            "seq": signed.batch.seq,
            "before": signed.batch.before,
            "head": [before.seq, before.digest],
        }
        put(connection, Act(sender.actor.name, Audited.CHAIN_BROKEN, device=sender.device, detail=told), now)
    return followed.chain


def register_key(
    connection: Connection, account: str, device: str, key: str, now: int, app: str | None = None
) -> None:
    """
    Gives a device its key, for good; telling the same again is no error.

    Raises `InvalidRequest` for what is no key, `Outdated` with the code ``key-known`` when the device has
    another one, `NotAllowed` with the code ``key-differs`` when it is not the one that it enrolled with.
    """
    _check_key(key)
    stored = devices.lock_key(connection, device)
    if stored.key == key:
        return
    if stored.key is not None:
        raise Outdated("this device has another key", code="key-known")
    if stored.digest not in (None, key_digest(key)):
        raise NotAllowed("this is not the key that the device enrolled with", code="key-differs")
    devices.set_key(connection, device, key)
    credentials.see_device(connection, device, now, app)
    put(connection, Act(account, Audited.DEVICE_KEY, device=device), now)


def _check_key(key: str) -> None:
    try:
        data = to_bytes(key)
        Ed25519PublicKey.from_public_bytes(data)
    except ValueError:
        raise InvalidRequest("this is no Ed25519 public key", code="invalid-request") from None
    if to_text(data) != key:
        raise InvalidRequest("this is no Ed25519 public key", code="invalid-request")
