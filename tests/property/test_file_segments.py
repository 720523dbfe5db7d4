"""
What a storage gives back is what was stored, or it is noticed.

Broken on purpose: the number left out of the nonce (segments exchanged); the mark of the last one left out
(cut between two segments); the last segment sealed before it was known to be the last.
"""

import io
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.blobs import sealing
from server.blobs.sealing import FileDamagedError, OpenedFile, open_segments, seal_segments, sealed_bytes

SEGMENT, TAG = 48, sealing.TAG_BYTES
KEY, OTHER = bytes(range(32)), bytes(32)


@pytest.fixture(autouse=True, scope="module")
def short_segments() -> Iterator[None]:
    """So that examples have many of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "SEGMENT_BYTES", SEGMENT)
        yield


plain = st.integers(0, 5 * SEGMENT + 1).flatmap(lambda size: st.binary(min_size=size, max_size=size))
cuts = st.lists(st.integers(1, 2 * SEGMENT), min_size=1, max_size=10)


def pieces(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The same bytes, in pieces of these sizes, again and again, with an empty one now and then."""
    at = 0
    while at < len(data):
        for size in sizes:
            yield data[at : at + size]
            at += size


def sealed(data: bytes, key: bytes = KEY) -> bytes:
    return b"".join(seal_segments(key, [data]))


def opened(data: bytes, sizes: list[int] = [1000]) -> bytes:  # noqa: B006 (never changed)
    return b"".join(open_segments(KEY, pieces(data, sizes)))


def segments(data: bytes) -> list[bytes]:
    whole = sealed(data)
    return [whole[at : at + SEGMENT + TAG] for at in range(0, len(whole), SEGMENT + TAG)]


@given(data=plain, sizes=cuts, others=cuts)
def test_what_was_sealed_is_what_is_opened_whatever_the_pieces(
    data: bytes, sizes: list[int], others: list[int]
) -> None:
    made = b"".join(seal_segments(KEY, pieces(data, sizes)))
    assert made == sealed(data)
    assert opened(made, others) == data
    assert len(made) == sealed_bytes(len(data))


@given(data=plain, at=st.integers(0), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(data: bytes, at: int, bit: int) -> None:
    made = bytearray(sealed(data))
    made[at % len(made)] ^= 1 << bit
    with pytest.raises(FileDamagedError):
        opened(bytes(made))


@given(data=plain, at=st.integers(0))
def test_it_can_be_cut_nowhere(data: bytes, at: int) -> None:
    made = sealed(data)
    with pytest.raises(FileDamagedError):
        opened(made[: at % len(made)])


@given(data=plain, more=st.binary(min_size=1, max_size=2 * SEGMENT))
def test_nothing_can_be_added(data: bytes, more: bytes) -> None:
    for made in (sealed(data) + more, more + sealed(data), sealed(data) + sealed(more), sealed(data) * 2):
        with pytest.raises(FileDamagedError):
            opened(made)


@given(
    data=st.binary(min_size=2 * SEGMENT + 1, max_size=6 * SEGMENT), chance=st.randoms(use_true_random=False)
)
def test_no_segment_can_be_exchanged_left_out_or_doubled(data: bytes, chance: Random) -> None:
    there = segments(data)
    others = list(there)
    chance.shuffle(others)
    left_out = there[:]
    left_out.pop(chance.randrange(len(there)))
    doubled = there[:]
    doubled.insert(chance.randrange(len(there)), chance.choice(there))
    for made in (others, left_out, doubled):
        if made != there:
            with pytest.raises(FileDamagedError):
                opened(b"".join(made))


@given(data=plain)
def test_another_key_opens_nothing(data: bytes) -> None:
    with pytest.raises(FileDamagedError):
        opened(sealed(data, OTHER))


@given(data=st.binary(min_size=SEGMENT + 1, max_size=4 * SEGMENT))
def test_what_is_given_out_before_a_fault_is_found_is_what_was_stored(data: bytes) -> None:
    made = bytearray(sealed(data))
    made[-1] ^= 1
    got, is_whole = opened_until_a_fault(bytes(made))
    assert not is_whole
    assert got == data[: (len(data) - 1) // SEGMENT * SEGMENT]


def opened_until_a_fault(made: bytes) -> tuple[bytes, bool]:
    got = b""
    try:
        for piece in open_segments(KEY, [made]):
            got += piece
    except FileDamagedError:
        return got, False
    return got, True


def test_sealing_and_opening_take_no_more_memory_for_more_bytes() -> None:
    """Measured by what is waiting: never more than one segment and one piece."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "SEGMENT_BYTES", 64 * 1024)
        taken = given_out = most = 0

        def source() -> Iterator[bytes]:
            nonlocal taken
            for _ in range(200):
                taken += 100_000
                yield bytes(100_000)

        for piece in open_segments(KEY, seal_segments(KEY, source())):
            given_out += len(piece)
            most = max(most, taken - given_out)
    assert (given_out, most <= 2 * (64 * 1024 + TAG) + 100_000) == (20_000_000, True)


places = st.integers(0, 6 * SEGMENT)


@given(
    data=plain,
    steps=st.lists(st.tuples(places, st.integers(-1, 3 * SEGMENT))),
    part=st.tuples(places, places),
)
def test_any_part_of_a_sealed_file_is_read_as_from_the_plain_one(
    data: bytes, steps: list[tuple[int, int]], part: tuple[int, int]
) -> None:
    """Broken on purpose: the last segment not known as such; a segment kept for another one."""
    one, other = OpenedFile(KEY, io.BytesIO(sealed(data)), len(data)), io.BytesIO(data)
    for place, size in steps:
        assert one.seek(place) == other.seek(place)
        assert one.read(size) == other.read(size)
        assert one.tell() == max(place, other.tell())
    start, stop = sorted(part)
    one.narrow(start, stop)
    assert one.read() == data[start:stop]
    assert one.seek(0, io.SEEK_END) == min(stop, len(data))


@given(data=plain, random=st.randoms(use_true_random=False))
def test_a_changed_byte_is_noticed_wherever_a_sealed_file_is_read(data: bytes, random: Random) -> None:
    """Broken on purpose: no byte changed."""
    changed = bytearray(sealed(data + b"."))
    changed[random.randrange(len(changed))] ^= 1
    with pytest.raises(FileDamagedError):
        OpenedFile(KEY, io.BytesIO(changed), len(data) + 1).read()
