"""The ends of the audit's chains, compared with those that a device was told: it notices a rewritten past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.canonical import canonical_bytes, digest_of
from domain.heads import NO_CHAIN, TAG, Head, kecamatan_of, read_head
from server.services.audit import Act, Audited, put_all
from server.services.device_sender import Sender
from server.store import audit
from server.store.audit import ChainHead


@dataclass(frozen=True)
class Differing:
    """A head that a device was told and that is in its chain no more; `found` is there instead."""

    kecamatan: str
    head: Head
    found: str | None


@dataclass(frozen=True)
class Compared:
    """What the device is told: the heads by position, empty where it knows them, and those that differ."""

    text: str = ""
    differing: Sequence[Differing] = field(default_factory=tuple)


def compare(connection: Connection, villages: Sequence[str], sent: str) -> Compared:
    """
    Compares what a device knows of the chains of its villages with what there is.

    `sent` has a piece for each kecamatan in order: nothing, the beginning of a digest, or a head spelt out.
    Where any is spelt out, nothing is told but of those that do not lie in their chain. What has not as many
    pieces is about other villages: nothing is said.
    """
    kecamatan, pieces = kecamatan_of(villages), sent.split(",")
    if len(kecamatan) != len(pieces):
        return Compared()
    heads = audit.heads_of(connection, kecamatan)
    spelt = {one: head for one, piece in zip(kecamatan, pieces, strict=True) if (head := read_head(piece))}
    differing = [one for one in (_compare(connection, *pair) for pair in spelt.items()) if one]
    if spelt:
        moved = {one.kecamatan for one in differing}
    else:
        moved = {one for one, piece in zip(kecamatan, pieces, strict=True) if _is_news(heads.get(one), piece)}
    told = ",".join(_text(heads.get(one)) if one in moved else "" for one in kecamatan)
    return Compared(told if moved else "", differing)


def _compare(connection: Connection, kecamatan: str, known: Head) -> Differing | None:
    found = audit.digest_at(connection, kecamatan, known.seq) if known.seq else None
    return None if not known.seq or known.is_of(known.seq, found) else Differing(kecamatan, known, found)


def _is_news(head: ChainHead | None, piece: str) -> bool:
    """Whether a chain moved on since, or is there no more."""
    return piece != "" if head is None else piece != head.digest[:TAG]


def _text(head: ChainHead | None) -> str:
    return str(Head(head.seq, head.digest) if head else NO_CHAIN)


def put_on_record(connection: Connection, sender: Sender, differing: Sequence[Differing], now: int) -> None:
    """A row for each head that differs, once for each device that was told it."""
    acts: Mapping[str, Act] = {
        digest_of(canonical_bytes([Audited.HEAD_DIFFERS, sender.device, one.kecamatan, str(one.head)])): Act(
            sender.actor.name,
            Audited.HEAD_DIFFERS,
            village=one.kecamatan,
            device=sender.device,
            detail={"seq": one.head.seq, "told": one.head.digest, "found": one.found},
        )
        for one in differing
    }
    put_all(connection, acts, now)
