"""Batches: what is signed covers all that is sent, and a chain tells an answer that was lost from a copy."""

from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.batches import (
    FORK,
    GAP,
    MOST_KNOWN,
    MOST_RANGES,
    Batch,
    Chain,
    batch_digest,
    count_in,
    follow,
    joined,
    read_batch,
)
from domain.errors import InvalidRequest

BATCH = Batch("device", "replica-1", 7, "b" * 43, ("op1", "op2"), ("a" * 43,), {"replica-1": ((4, 9),)}, 2)


def digest_of(batch: Batch) -> str:
    return batch_digest(batch.to_bytes(), b"signature")


@pytest.mark.parametrize(
    "other",
    [
        {"device": "another"},
        {"replica": "replica-2"},
        {"seq": 8},
        {"before": "c" * 43},
        {"operations": ("op2", "op1")},
        {"operations": ("op1",)},
        {"again": ()},
        {"waiting": {"replica-1": ((4, 8),)}},
        {"waiting": {}},
        {"drafts": 0},
    ],
)
def test_everything_that_a_batch_says_is_signed(other: dict[str, object]) -> None:
    """Broken on purpose: `to_bytes` without the replica, and without the operations."""
    assert replace(BATCH, **other).to_bytes() != BATCH.to_bytes()  # type: ignore[arg-type]


def test_what_was_sent_is_read_as_what_was_signed() -> None:
    sent = {**BATCH.members(), "signature": "s"}
    assert read_batch(sent, "device", "replica-1", ["op1", "op2"]) == (BATCH, "s")
    plain = replace(BATCH, again=(), waiting={}, drafts=0, seq=1, before="")
    assert set(plain.members()) == {"seq", "before"}
    assert read_batch({**plain.members(), "signature": ""}, "device", "replica-1", ["op1", "op2"])[0] == plain


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0},
        {"seq": True},
        {"seq": 2**53},
        {"seq": None},
        {"before": 5},
        {"before": "short"},
        {"before": "\ud800" * 43},
        {"again": ["/" * 43]},
        {"again": ["short"]},
        {"again": ["a" * 43] * 21},
        {"again": "a"},
        {"waiting": []},
        {"waiting": {"no replica": [[1, 2]]}},
        {"waiting": {"replica-1": [[2, 1]]}},
        {"waiting": {"replica-1": [[1]]}},
        {"waiting": {"replica-1": [[True, 2]]}},
        {"waiting": {"replica-1": [[1, 1]] * (MOST_RANGES + 1)}},
        {"waiting": {"replica-1": 5}},
        {"drafts": -1},
        {"signature": None},
        {"signature": "x" * 101},
        {"signature": "ü"},
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    sent = {**BATCH.members(), "signature": "s", **change}
    with pytest.raises(InvalidRequest):
        read_batch(sent, "device", "replica-1", ["op1"])  # type: ignore[arg-type]


def test_too_many_ranges_are_joined_so_that_none_is_left_out() -> None:
    many = [("replica-1", 2 * i, 2 * i) for i in range(1, MOST_RANGES + 11)]
    found = joined(many)
    assert len(found["replica-1"]) == MOST_RANGES
    assert found["replica-1"][-1] == (2 * MOST_RANGES, 2 * (MOST_RANGES + 10))
    assert count_in({"replica-1": ((1, 3), (5, 5))}) == 4
    assert joined([]) == {}


# --- the chain -----------------------------------------------------------------------------------


@dataclass
class Sender:
    """A device that keeps its chain as a store does: what was answered, and what was tried since."""

    name: str = "a"
    seq: int = 0
    digest: str = ""
    tried: list[str] = field(default_factory=list)
    made: int = 0

    def attempt(self) -> tuple[Batch, str]:
        self.made += 1
        operations = (f"{self.name}-{self.made}",)
        batch = Batch("device", "replica-1", self.seq + 1, self.digest, operations, tuple(self.tried[-20:]))
        self.tried.append(digest_of(batch))
        return batch, digest_of(batch)

    def hear(self, chain: Chain) -> None:
        if chain.digest in self.tried:
            self.tried = self.tried[self.tried.index(chain.digest) + 1 :]
            self.seq, self.digest = chain.seq, chain.digest


@given(st.lists(st.sampled_from(["lost", "taken", "answered", "twice", "late"]), max_size=40))
def test_one_device_breaks_no_chain_whatever_is_lost_repeated_or_late(fates: list[str]) -> None:
    """Broken on purpose: `follow` without the attempts that a batch names, and without `known`."""
    chain, device, late = Chain(), Sender(), []
    for fate in fates:
        batch, digest = device.attempt()
        if fate == "late":
            late.append((batch, digest))
        if fate in ("taken", "answered", "twice"):
            for _ in range(1 + (fate == "twice")):
                followed = follow(chain, batch, digest)
                assert not followed.breach
                chain = followed.chain
        if fate in ("answered", "twice"):
            device.hear(chain)
            assert device.digest == chain.digest
        if fate == "answered" and late:
            followed = follow(chain, *late.pop())
            assert not followed.breach
            chain = followed.chain
    assert len(chain.known) <= MOST_KNOWN


@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_a_copy_is_found_as_soon_as_both_have_written(random: Random, before: int) -> None:
    """Broken on purpose: a batch that names the one before the last was taken for a repetition."""
    chain, device = Chain(), Sender()
    for _ in range(before):
        chain = follow(chain, *device.attempt()).chain
        device.hear(chain)
    copy = replace(device, name="b", tried=list(device.tried))
    first, second = random.sample([device, copy], 2)
    chain = follow(chain, *first.attempt()).chain
    first.hear(chain)
    followed = follow(chain, *second.attempt())
    assert followed.breach == FORK
    second.hear(followed.chain)
    assert not follow(followed.chain, *second.attempt()).breach


def test_a_server_from_a_backup_lacks_batches_and_goes_on_from_there() -> None:
    device, chain = Sender(), Chain()
    for _ in range(3):
        chain = follow(chain, *device.attempt()).chain
        device.hear(chain)
    followed = follow(Chain(1, "x" * 43), *device.attempt())
    assert (followed.breach, followed.chain.seq) == (GAP, 4)
    device.hear(followed.chain)
    assert not follow(followed.chain, *device.attempt()).breach


def test_a_batch_that_was_here_moves_nothing() -> None:
    device, chain = Sender(), Chain()
    sent = device.attempt()
    chain = follow(chain, *sent).chain
    device.hear(chain)
    later = follow(chain, *device.attempt()).chain
    assert follow(later, *sent) == replace(follow(later, *sent), chain=later, is_moved=False, breach="")
