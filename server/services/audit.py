"""
The audit: who read whose data, who decided and who changed rights; chained, so that a change of it is found.

A row is written before what it tells of is seen: in the transaction of a decision, and for a reading after
the data were read and before a byte of them leaves. A worker chains the rows within seconds, each partition
(a kecamatan) by itself, so that nobody who reads waits for a chain. The digest of a row covers the one before
it: whoever changes, inserts or removes a sealed row changes all that follow, up to the head, and heads are
told to the log of the server, which does not lie in the database.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from domain.canonical import ID_BYTES, Json, canonical_bytes, digest_of, to_text
from domain.errors import InvalidRequest
from domain.heads import DIGEST
from server.store import audit
from server.store.audit import AuditEntry, ChainHead
from server.store.transactions import Store

CONSOLE: Final = "~console"
"""Stands for whoever has a shell on the server: no account has such a name."""
SEALED: Final = "sealed"
"""The event by which the server's log tells of a head."""
LATE_MS: Final = 60_000
"""A row that is unsealed for longer says that no worker runs."""


class Audited(StrEnum):
    """What was done."""

    READ = "read"
    READ_HISTORY = "read-history"
    READ_HELD = "read-held"
    READ_FILE = "read-file"
    LIST = "list"
    EXPORT = "export"
    REVEAL = "reveal"
    EXPORT_RESTRICTED = "export-restricted"
    FEED = "feed"
    OPENED = "opened"
    HEAD_DIFFERS = "head-differs"
    REVIEW = "review"
    CHANGE = "change"
    IMPORT = "import"
    DECIDE_HELD = "decide-held"
    PLAN = "plan"
    ERASE = "erase"
    RESTRICT = "restrict"
    LIFT = "lift"
    MOVE = "move"
    REASSIGN = "reassign"
    ACKNOWLEDGE = "acknowledge"
    SIGN_IN = "sign-in"
    PASSWORD_AGAIN = "password-again"  # noqa: S105 (no password)
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_CHANGED = "account-changed"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    PASSWORD_SET = "password-set"  # noqa: S105 (no password)
    CODE_MADE = "code-made"
    CONFIRMATION_ASKED = "confirmation-asked"
    CONFIRMATION_GIVEN = "confirmation-given"
    CONFIRMATION_REFUSED = "confirmation-refused"
    CONFIRMATION_USED = "confirmation-used"
    DEVICE_ENROLLED = "device-enrolled"
    DEVICE_REVOKED = "device-revoked"
    DEVICE_LOCKED = "device-locked"
    DEVICE_UNLOCKED = "device-unlocked"
    LEASE_SET = "lease-set"
    MASTER_KEY_ROTATED = "master-key-rotated"
    DATA_KEY_ROTATED = "data-key-rotated"
    RECOVERY_KEY_MADE = "recovery-key-made"
    UNSENT_TAKEN = "unsent-taken"
    DEVICE_KEY = "device-key"
    CHAIN_BROKEN = "chain-broken"
    DEVICE_CONFIRMED = "device-confirmed"
    NUMBER_WRONG = "number-wrong"
    TOKEN_MADE = "token-made"  # noqa: S105 (no token)
    TOKENS_REVOKED = "tokens-revoked"


@dataclass(frozen=True)
class Act:
    """
    Something to be put on record. `records` are those that were seen or changed, `village` one of theirs,
    `detail` what else matters, without any answer.
    """

    account: str
    action: Audited
    records: Collection[str] = ()
    village: str = ""
    device: str = ""
    detail: Mapping[str, Json] = field(default_factory=dict)


def put(connection: Connection, act: Act, now: int) -> None:
    """Puts an act on record, in the transaction of `connection`."""
    audit.add(connection, [_entry(to_text(secrets.token_bytes(ID_BYTES)), act, now)])


def put_all(connection: Connection, acts: Mapping[str, Act], now: int) -> None:
    """
    Puts acts on record under ids that were worked out from what they say (16 bytes as text).

    Those that are there already are left as they are: whoever tells something twice is heard once.
    """
    known = audit.known(connection, acts)
    entries = [_entry(one, act, now) for one, act in acts.items() if one not in known]
    audit.add(connection, entries)


def _entry(row: str, act: Act, now: int) -> tuple[AuditEntry, list[str]]:
    named = sorted(set(act.records))
    entry = AuditEntry(
        id=row,
        time=now,
        account=act.account,
        device=act.device,
        action=act.action.value,
        partition=act.village[:8],
        detail=canonical_bytes(dict(act.detail)),
        record_count=len(named),
        record_digest=_digest_of_records(named),
    )
    return entry, named


def _digest_of_records(named: Iterable[str]) -> str:
    return digest_of("\n".join(named).encode())


# --- sealing -------------------------------------------------------------------------------------


def seal_some(store: Store) -> list[ChainHead]:
    """Chains rows that are not yet; gives the heads that moved. Any number of workers may do so."""
    with store.read() as connection:
        waiting = audit.unsealed(connection)
    return [
        head
        for partition, entries in audit.by_partition(waiting).items()
        if (head := store.transact(partial(_seal, partition=partition, entries=entries)))
    ]


def _seal(connection: Connection, partition: str, entries: Iterable[AuditEntry]) -> ChainHead | None:
    head = audit.lock_head(connection, partition)
    listed = list(entries)
    left = audit.still_unsealed(connection, [one.id for one in listed])
    places: list[tuple[str, int, str]] = []
    for entry in listed:
        if entry.id in left:
            head = ChainHead(partition, head.seq + 1, chained(entry, head.seq + 1, head.digest))
            places.append((entry.id, head.seq, head.digest))
    if not places:
        return None
    audit.seal(connection, places, head)
    return head


def chained(entry: AuditEntry, seq: int, before: str) -> str:
    """The digest of a row at a place: SHA-256 of all that it says and of the digest before it."""
    said: list[Json] = [
        before,
        seq,
        entry.id,
        entry.time,
        entry.account,
        entry.device,
        entry.action,
        entry.partition,
        to_text(hashlib.sha256(entry.detail).digest()),
        entry.record_count,
        entry.record_digest,
    ]
    return to_text(hashlib.sha256(canonical_bytes(said)).digest())


# --- verifying -----------------------------------------------------------------------------------


@dataclass
class Verified:
    """What was looked at."""

    rows: int = 0
    partitions: int = 0
    unsealed: int = 0


@dataclass(frozen=True)
class Breach:
    """A place where the audit is not what was sealed; `key` names the sentence for people."""

    key: str
    facts: Mapping[str, Any]


def verify(
    connection: Connection, verified: Verified, now: int, known: Iterable[ChainHead] = (), since: int = 0
) -> Iterator[Breach]:
    """
    Compares every sealed row with the chain, and chains with heads that somebody kept elsewhere (`known`).

    In each chain the first row that differs is told: what comes after it cannot be right. What devices have
    reported that were told other heads is told as well, from `since` (milliseconds since 1970) on.
    """
    heads = {head.partition: head for head in audit.heads(connection)}
    wanted: dict[str, dict[int, set[str]]] = {}
    for head in known:
        wanted.setdefault(head.partition, {}).setdefault(head.seq, set()).add(head.digest)
    for partition in sorted({*heads, *audit.partitions(connection), *wanted}):
        verified.partitions += 1
        head = heads.get(partition, ChainHead(partition))
        yield from _verify_chain(connection, head, wanted.get(partition, {}), verified)
    verified.unsealed = audit.count(connection, is_sealed=False)
    if late := [one for one in audit.unsealed(connection, 1) if now - one.time > LATE_MS]:
        yield Breach("audit-late", {"count": verified.unsealed, "time": late[0].time})
    for partition, devices, first in audit.reports(connection, Audited.HEAD_DIFFERS, since):
        yield Breach("audit-reported", {"partition": partition, "devices": devices, "time": first})
    if nameless := audit.nameless_records(connection):
        yield Breach("audit-nameless", {"count": nameless})


def _verify_chain(
    connection: Connection, head: ChainHead, wanted: Mapping[int, set[str]], verified: Verified
) -> Iterator[Breach]:
    at, before = 0, ""
    missing = dict(wanted)
    for some in _in_pieces(audit.chain(connection, head.partition)):
        named = audit.records_of(connection, [one.id for one in some])
        for entry in some:
            at += 1
            is_sound = entry.seq == at and entry.digest == chained(entry, at, before)
            if not is_sound or not _names_its_records(entry, named.get(entry.id, [])):
                yield Breach("audit-row", {"partition": head.partition, "seq": at, "id": entry.id})
                return
            before = entry.digest or ""
            # Two different ones for a place: the chain had been cut there, and went on anew.
            if not all(before.startswith(one) for one in missing.pop(at, ())):
                yield Breach("audit-head-kept", {"partition": head.partition, "seq": at})
                return
            verified.rows += 1
    if (at, before) != (head.seq, head.digest):
        yield Breach("audit-head", {"partition": head.partition, "seq": at, "head": head.seq})
    elif missing:
        yield Breach("audit-head-kept", {"partition": head.partition, "seq": min(missing)})


def _names_its_records(entry: AuditEntry, named: list[str]) -> bool:
    return entry.record_count == len(named) and entry.record_digest == _digest_of_records(named)


def _in_pieces(entries: Iterator[AuditEntry], size: int = 500) -> Iterator[list[AuditEntry]]:
    piece: list[AuditEntry] = []
    for entry in entries:
        piece.append(entry)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece


def read_heads(text: str) -> list[ChainHead]:
    """
    Heads that somebody kept: lines of the server's log (or of a part of it) that tell of sealing, as JSON,
    whatever stands before it, or those of a device, which keeps the beginnings of digests. Raises
    `InvalidRequest` where there is none: nothing would be compared.
    """
    found = []
    for line in text.splitlines():
        try:
            told = json.loads(line[line.index("{") :])
            if told["event"] == SEALED:
                head = ChainHead(str(told["partition"]), int(told["seq"]), str(told["digest"]))
                if len(head.digest) >= DIGEST:
                    found.append(head)
        except (ValueError, TypeError, KeyError):
            continue
    if not found:
        raise InvalidRequest("no line tells of a sealed head", code="no-heads")
    return found
