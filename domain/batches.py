"""
Batches of operations: what a device signs of each, and how one follows the other.

The id of an operation is a digest of what is sent, so whoever signs the ids signs the content. A batch also
names the one before it and what the device still holds behind it: a chain that shows where another device
writes with the same key, and that lets an office name what was on a phone when it got lost.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeGuard

from domain.canonical import Json, canonical_bytes, digest_of, to_text
from domain.errors import InvalidRequest
from domain.operations import REPLICA

CONTEXT: Final = "verilap-batch-1"
"""Stands in what is signed, so that a signature means nothing anywhere else."""
MOST_TRIED: Final = 20
"""Of the earlier attempts that a batch names."""
MOST_KNOWN: Final = 64
"""Of the latest batches that the server tells a repetition by."""
MOST_RANGES: Final = 500
"""Of the ranges of what still waits; a device joins what lies behind."""
DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 bytes of SHA-256 as text; a public key looks the same."""
SEED_LENGTH: Final = 32
"""Bytes of an Ed25519 private key."""

Ranges = Mapping[str, tuple[tuple[int, int], ...]]
"""By replica, the first and last `n` of what belongs together."""


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What is signed. `seq` counts the batches of a device, `before` is the digest of the last one that was
    answered, `again` those of attempts since that had no answer. `operations` are ids in the order of
    sending, `waiting` is what the device holds behind them, `drafts` how many forms are being filled.
    """

    device: str
    replica: str
    seq: int
    before: str
    operations: tuple[str, ...]
    again: tuple[str, ...] = ()
    waiting: Ranges = field(default_factory=dict)
    drafts: int = 0

    def to_bytes(self) -> bytes:
        """The canonical bytes that are signed."""
        signed: dict[str, Json] = {
            "context": CONTEXT,
            "device": self.device,
            "replica": self.replica,
            "ops": list(self.operations),
            **self.members(),
        }
        return canonical_bytes(signed)

    def members(self) -> dict[str, Json]:
        """What travels beside the operations, without the signature; what is empty is absent."""
        told: dict[str, Json] = {"seq": self.seq, "before": self.before}
        if self.again:
            told["again"] = list(self.again)
        if self.waiting:
            told["waiting"] = {
                replica: [[first, last] for first, last in ranges] for replica, ranges in self.waiting.items()
            }
        if self.drafts:
            told["drafts"] = self.drafts
        return told

    @property
    def core(self) -> str:
        """A digest of all but the earlier attempts: that of two attempts at the same thing is the same."""
        return digest_of(replace(self, again=()).to_bytes())


def batch_digest(signed: bytes, signature: bytes) -> str:
    """The digest by which the next batch names this one: SHA-256 of what was signed and of the signature."""
    return to_text(hashlib.sha256(signed + signature).digest())


def key_digest(key: str) -> str:
    """The digest of a public key (as text): a device tells it before it tells the key."""
    return to_text(hashlib.sha256(key.encode()).digest())


def read_batch(sent: Json, device: str, replica: str, operations: Iterable[str]) -> tuple[Batch, str]:
    """What a request says of its batch, and the signature as it was sent. Raises `InvalidRequest`."""
    if not isinstance(sent, dict):
        raise InvalidRequest("batch is an object")
    seq, drafts = sent.get("seq"), sent.get("drafts", 0)
    before, signature = sent.get("before"), sent.get("signature")
    if not _is_count(seq) or not _is_count(drafts) or seq < 1:
        raise InvalidRequest("seq and drafts are counts")
    if not isinstance(before, str) or (before and not _is_digest(before)):
        raise InvalidRequest("before is a digest, or empty")
    if not isinstance(signature, str) or not signature.isascii() or len(signature) > 100:
        raise InvalidRequest("signature is a text")
    again, waiting = _read_again(sent.get("again", [])), _read_ranges(sent.get("waiting", {}))
    return Batch(device, replica, seq, before, tuple(operations), again, waiting, drafts), signature


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _is_digest(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def _read_again(sent: Json) -> tuple[str, ...]:
    if not isinstance(sent, list) or len(sent) > MOST_TRIED:
        raise InvalidRequest("again is a short list of digests")
    if not all(map(_is_digest, sent)):
        raise InvalidRequest("again is a short list of digests")
    return tuple(map(str, sent))


def _read_ranges(sent: Json) -> Ranges:
    if not isinstance(sent, dict) or not all(REPLICA.fullmatch(replica) for replica in sent):
        raise InvalidRequest("waiting has ranges by replica")
    found = {replica: tuple(map(_read_range, _listed(ranges))) for replica, ranges in sent.items()}
    if sum(map(len, found.values())) > MOST_RANGES:
        raise InvalidRequest("waiting has too many ranges")
    return found


def _listed(ranges: Json) -> list[Json]:
    if not isinstance(ranges, list):
        raise InvalidRequest("ranges are a list")
    return ranges


def _read_range(sent: Json) -> tuple[int, int]:
    match sent:
        case [int(first), int(last)] if _is_count(first) and _is_count(last) and first <= last:
            return first, last
    raise InvalidRequest("a range is [first, last]")


def joined(ranges: Iterable[tuple[str, int, int]]) -> Ranges:
    """
    Ranges as (replica, first, last), in order, by replica; where there are too many, the last of each replica
    takes in what lies behind: rather one too many is named than one too few.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for count, (replica, first, last) in enumerate(ranges):
        listed = found.setdefault(replica, [])
        if count >= MOST_RANGES and listed:
            listed[-1] = (listed[-1][0], last)
        else:
            listed.append((first, last))
    return {replica: tuple(listed) for replica, listed in found.items()}


def count_in(ranges: Ranges) -> int:
    """How many operations ranges name."""
    return sum(last - first + 1 for listed in ranges.values() for first, last in listed)


# --- the chain, as the server keeps it -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chain:
    """
    The end of a device's chain: the last batch that moved it. `known` are the latest ones that were here or
    that the device has gone on without: should they come (again), they say nothing new.
    """

    seq: int = 0
    digest: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """
    The chain after a batch. `is_moved` unless it was here before; `breach` says how it does not follow from
    what was here: as a ``fork`` (another batch stands at its place) or after a ``gap``.
    """

    chain: Chain
    is_moved: bool = True
    breach: str = ""


FORK: Final = "fork"
GAP: Final = "gap"


def follow(chain: Chain, batch: Batch, digest: str) -> Followed:
    """
    The chain after `batch`.

    Whose answer was lost is sent again, or another one in its place that names it: no copy of the device does
    that, since it knows nothing of that attempt. Whatever the batch says, its operations are taken.
    """
    if digest == chain.digest or digest in chain.known:
        return Followed(chain, is_moved=False)
    known = tuple(dict.fromkeys([digest, *batch.again, *chain.known]))[:MOST_KNOWN]
    if chain.digest and chain.digest in batch.again:
        return Followed(Chain(max(chain.seq, batch.seq), digest, known))
    if batch.before == chain.digest and batch.seq == chain.seq + 1:
        return Followed(Chain(batch.seq, digest, known))
    seq = max(chain.seq + 1, batch.seq)
    return Followed(Chain(seq, digest, known), breach=GAP if batch.seq > chain.seq + 1 else FORK)
