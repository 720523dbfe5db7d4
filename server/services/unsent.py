"""
Taking in a file of unsent work: each operation as its author's, as if it had come by a sync.

The file is read to its end before anything of it is taken. What nobody vouches for is held (``from-file``),
so that a person decides: work that the office recovered without the officer, of a revoked device or an
account that is closed, and files that do not come from a device of the account that they name.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import BinaryIO, Final, TypeAlias

from sqlalchemy import Connection

from domain.access import Action, Actor
from domain.canonical import Json, digest_of
from domain.errors import InvalidRequest
from schemas.sealing import UNSENT, key_id, open_sealed, public_of
from schemas.unsent import (
    Manifest,
    UnsentFile,
    digest_of_ids,
    is_proven,
    malformed,
    read_files,
    read_lines,
    read_manifest,
)
from server.blobs import Blobs
from server.services import push
from server.services.accounts import acting_account
from server.services.audit import Act, Audited, put
from server.services.device_sender import Sender
from server.services.files import keep
from server.services.push import Received
from server.store import accounts, credentials, log, recovery
from server.store.log import OK
from server.store.transactions import Store

MOST_AT_ONCE: Final = 500
BYTES_AT_ONCE: Final = 1024 * 1024
MOST_TOLD: Final = 1000
"""Records that are told one by one."""

Opener: TypeAlias = Callable[[], BinaryIO]
"""Opens the file anew, at its beginning: it is read more than once, and never held in memory."""


@dataclass
class TakenRecord:
    """What became of the operations on a record: how many have each status, which were here, and why not."""

    kind: str
    form: str | None
    statuses: Counter[str] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)
    known: int = 0


@dataclass
class Taken:
    """
    What became of a file: how many operations have each status, how many of them were here before, how many
    photos and files were kept, and the same of its records by their ids, of the first thousand.
    """

    manifest: Manifest
    is_certain: bool
    files: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    known: int = 0
    records: dict[str, TakenRecord] = field(default_factory=dict)


def take(store: Store, blobs: Blobs, file: Opener, open_key: Callable[[], bytes], by: str, now: int) -> Taken:
    """
    Takes a file in, in transactions of some hundred operations; it may be taken again and again.

    Photos and files come last, and are the author's: who has their bytes, has them.

    `by` is the account that decides so, and `open_key` gives the private key, asked only when that one may.
    Raises `NotAllowed`, `OSError`, and `InvalidRequest`: what `schemas.sealing` and `schemas.unsent` say of
    the file, ``unknown-recovery-key`` for the key of another office, ``unsent-author`` for nobody's work.
    """
    with store.read() as connection:
        decider = acting_account(connection, by, Action.DECIDE_HELD)
    private = open_key()
    with store.read() as connection:
        _refuse_strange_key(connection, private)
    manifest, proof, digest = _check(file, private)
    with store.read() as connection:
        author = accounts.find(connection, manifest.author)
        if author is None:
            message = f"the file is of {manifest.author}, who has no account here"
            raise InvalidRequest(message, code="unsent-author", name=manifest.author)
        device = _device_of(connection, manifest, proof)
    is_certain = bool(device) and not author.is_disabled and not manifest.is_recovered
    taken = Taken(manifest, is_certain)
    sender = Sender(author.actor, manifest.replica, device=device, is_uncertain=not is_certain)
    for batch in _batches(file, private, manifest.count):
        told: dict[str, Json] = {"author": author.actor.name, "digest": digest, "operations": len(batch)}
        take_batch = partial(_take, sender=sender, batch=batch, decider=decider, told=told, now=now)
        pushed, known = store.transact(take_batch)
        taken.statuses.update(verdict.status for verdict in pushed.verdicts)
        taken.known += len(known)
        _tell(taken, batch, pushed, known)
    for one in _files(file, private, manifest):
        keep(store, blobs, one.hash, one.pieces, author.actor.name, now)
        taken.files += 1
    if taken.files:
        detail: dict[str, Json] = {"author": author.actor.name, "digest": digest, "files": taken.files}
        act = Act(decider.name, Audited.UNSENT_TAKEN, device=device, detail=detail)
        store.transact(partial(put, act=act, now=now))
    return taken


def _refuse_strange_key(connection: Connection, private: bytes) -> None:
    name = key_id(public_of(private))
    if recovery.find(connection, name) is None:
        raise InvalidRequest(f"the key {name} is none of this office", code="unknown-recovery-key", name=name)


def _device_of(connection: Connection, manifest: Manifest, proof: str) -> str:
    """The id of the device of its account that wrote the file; empty where none did that still counts."""
    for device, token_hash in credentials.token_hashes_of(connection, manifest.author):
        if is_proven(manifest, proof, token_hash):
            return device
    return ""


def _take(
    connection: Connection,
    sender: Sender,
    batch: list[Received],
    decider: Actor,
    told: dict[str, Json],
    now: int,
) -> tuple[push.Pushed, Collection[str]]:
    """A part of a file, with its row in the audit; gives what of it was here."""
    known = log.verdicts_of(connection, [one.id for one in batch]).keys()
    pushed = push.accept(connection, sender, batch, {}, now)
    named = {record for one in batch if one.operation for record in one.operation.records}
    put(connection, Act(decider.name, Audited.UNSENT_TAKEN, named, device=sender.device, detail=told), now)
    return pushed, known


def _tell(taken: Taken, batch: list[Received], pushed: push.Pushed, known: Collection[str]) -> None:
    """What cannot be read speaks of no record."""
    for one, verdict in zip(batch, pushed.verdicts, strict=True):
        if one.operation is None:
            continue
        for part in one.operation.parts:
            about = taken.records.get(part.record)
            if about is None:
                if len(taken.records) >= MOST_TOLD:
                    continue
                about = taken.records[part.record] = TakenRecord(part.kind, one.operation.form)
            about.statuses[verdict.status] += 1
            about.known += one.id in known
            about.codes |= {verdict.code} if verdict.code and verdict.status != OK else set()


# --- reading -------------------------------------------------------------------------------------


def _check(file: Opener, private: bytes) -> tuple[Manifest, str, str]:
    """Reads the whole file before anything of it is taken: what it says of itself, its proof and digest."""
    lines = _lines(file, private)
    manifest, proof = read_manifest(next(lines, b""))
    ids = []
    for line in islice(lines, manifest.count):
        _read(line)
        ids.append(digest_of(line))
    for one in read_files(lines, manifest.files):
        for _ in one.pieces:
            pass  # read for its hash
        ids.append(one.hash)
    is_whole = len(ids) == manifest.count + manifest.files and next(lines, None) is None
    if not is_whole or digest_of_ids(ids) != manifest.digest:
        raise malformed("it holds other operations than it says")
    return manifest, proof, manifest.digest


def _files(file: Opener, private: bytes, manifest: Manifest) -> Iterator[UnsentFile]:
    """The photos and files, behind the operations."""
    lines = _lines(file, private)
    for _ in islice(lines, 1 + manifest.count):
        pass
    return read_files(lines, manifest.files)


def _batches(file: Opener, private: bytes, count: int) -> Iterator[list[Received]]:
    """The operations, as many at once as a request of a device may have."""
    lines = _lines(file, private)
    next(lines)
    batch: list[Json] = []
    size = 0
    for line in islice(lines, count):
        if batch and (len(batch) == MOST_AT_ONCE or size + len(line) > BYTES_AT_ONCE):
            yield push.receive(batch)
            batch, size = [], 0
        batch.append(_read(line))
        size += len(line)
    if batch:
        yield push.receive(batch)


def _lines(file: Opener, private: bytes) -> Iterator[bytes]:
    with file() as opened:
        yield from read_lines(open_sealed(opened, private, UNSENT))


def _read(line: bytes) -> Json:
    try:
        read: Json = json.loads(line)
    except (ValueError, RecursionError):
        raise malformed("one of its lines is no operation") from None
    return read
