"""
This device as a witness of the audit: which ends of chains it tells, and what an answer says of them.

A request either tells by a few characters of each which heads are known, and hears of those that moved on; or
it spells one head out, and hears whether that lies in the server's chain. Never both: an idle sync is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from client_sync.store.heads import DIFFERS, UNPROVEN, Heads, KeptHead, Newest, newest_of
from domain.heads import TAG, Head, read_head
from schemas.replies import SyncReply


@dataclass(frozen=True)
class Witness:
    """
    What a request tells of each kecamatan, in their order, and what was known here when it was planned.

    `spelt` is the head that it wants compared.
    """

    kecamatan: tuple[str, ...]
    pieces: tuple[str, ...]
    newest: Newest
    spelt: KeptHead | None = None

    @property
    def text(self) -> str:
        """As it travels."""
        return ",".join(self.pieces)


def witness_of(
    kecamatan: Sequence[str], kept: Sequence[KeptHead], turn: int, is_busy: bool
) -> Witness | None:
    """
    What the next request tells; nothing where there is no kecamatan.

    `turn` is a number that goes on from request to request. In every other one that sends something anyway
    (`is_busy`) an older head has its turn to be compared.
    """
    if not kecamatan:
        return None
    ours = [one for one in kept if one.kecamatan in kecamatan]
    newest = newest_of(ours)
    spelt = _to_compare(ours, turn, is_busy)
    pieces = {one: head.digest[:TAG] for one, head in newest.items()}
    if spelt:
        pieces[spelt.kecamatan] = str(spelt.head)
    return Witness(tuple(kecamatan), tuple(pieces.get(one, "") for one in kecamatan), newest, spelt)


def _to_compare(ours: Sequence[KeptHead], turn: int, is_busy: bool) -> KeptHead | None:
    """What the server has yet to hear of first, then what it has not said to be in its chain."""
    for state in (DIFFERS, UNPROVEN):
        for one in ours:
            if one.state == state:
                return one
    current = [one for one in ours if one.is_current]
    return current[turn // 2 % len(current)] if is_busy and turn % 2 and current else None


def take_heads(heads: Heads, witness: Witness | None, reply: SyncReply, at: int) -> list[str]:
    """
    Keeps what an answer says; gives the kecamatan whose audit turned out to be another than the one known.

    `at` is the server's time. What another process has heard meanwhile is left alone, and so is an answer to
    a request that was about other villages, or that a locked device sent.
    """
    if witness is None or reply.config is not None or reply.revoked or reply.locked:
        return []
    kept = [one for one in heads.all() if one.kecamatan in witness.kecamatan]
    if newest_of(kept) != witness.newest:
        return []
    spelt = witness.spelt
    if spelt:
        heads.settle(spelt.kecamatan)
        if spelt.kecamatan not in reply.differs:
            heads.prove(spelt.kecamatan, spelt.head)
    pieces = reply.heads.split(",")
    if len(pieces) != len(witness.kecamatan):
        return []
    refuted = {spelt.kecamatan} & set(reply.differs) if spelt and spelt.is_current else set()
    return [
        kecamatan
        for kecamatan, piece in zip(witness.kecamatan, pieces, strict=True)
        if _take(heads, kecamatan, read_head(piece), witness.newest.get(kecamatan), kecamatan in refuted, at)
    ]


def _take(
    heads: Heads, kecamatan: str, told: Head | None, known: Head | None, is_refuted: bool, at: int
) -> bool:
    """Keeps the end of one chain; whether it is another chain than that of which `known` was the end."""
    if told is None:
        return False
    is_news = False
    if known is not None and (is_refuted or known.contradicts(told)):
        is_news = heads.end(kecamatan, told, at, is_told=is_refuted)
    if told.seq and heads.newest().get(kecamatan) != told:
        heads.add(kecamatan, told, at)
    return is_news
