"""The bad line of the benchmark does to packets what its quality says.

Each test was seen to fail, with: a rate counted in bytes, a queue without an end, jitter that
lets packets overtake, lost packets that take no time, a cut that lets through what is in flight.
"""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.line import Lost, OneWay, Quality

PLAIN = Quality(bits_per_s=8_000, delay_ms=100, jitter_ms=0, loss=0, queue_bytes=3_000, cut_every_s=0)
"""A thousand bytes a second."""


def arrivals(quality: Quality, times: list[float], size: int = 1_000) -> list[float | Lost]:
    """What becomes of packets that are sent at these times."""
    way = OneWay(quality)
    return [way.arrival(at, size) for at in times]


def test_packets_wait_for_each_other_and_then_for_the_delay():
    assert arrivals(PLAIN, [0, 0, 5]) == [pytest.approx(1.1), pytest.approx(2.1), pytest.approx(6.1)]


def test_what_finds_no_room_in_the_queue_is_lost_and_takes_no_time():
    assert arrivals(PLAIN, [0, 0, 0, 0, 1])[3:] == [Lost.QUEUE, pytest.approx(4.1)]


def test_without_a_rate_only_the_delay_counts():
    quality = Quality(bits_per_s=0, delay_ms=100, jitter_ms=0, loss=0, cut_every_s=0)
    assert arrivals(quality, [0, 0, 0], 60_000) == [0.1, 0.1, 0.1]
    assert quality.ideal_s(60_000) == 0


def test_a_lost_packet_has_taken_its_time():
    quality = Quality(8_000, 100, 0, loss=0.5, queue_bytes=10**9, cut_every_s=0)
    found = arrivals(quality, [0.0] * 200)
    arrived = [(place, at) for place, at in enumerate(found) if not isinstance(at, Lost)]
    assert 70 < len(arrived) < 130
    assert {one for one in found if isinstance(one, Lost)} == {Lost.CHANCE}
    assert all(at == pytest.approx(place + 1.1) for place, at in arrived)


def test_the_share_of_lost_packets_is_the_one_that_was_asked_for():
    found = arrivals(Quality(0, 0, 0, loss=0.05, cut_every_s=0), [0.0] * 20_000)
    assert found.count(Lost.CHANCE) == pytest.approx(1_000, abs=120)


def test_a_cut_begins_when_it_is_due_and_ends():
    quality = Quality(0, 0, 0, loss=0, cut_every_s=20, cut_for_s=4)
    tried = [0, 3, 19.9, 20, 23.9, 24, 39.9, 40, 44]
    passed = [not isinstance(one, Lost) for one in arrivals(quality, tried)]
    assert passed == [True, True, True, False, False, True, True, False, True]
    assert [quality.cuts_until(at) for at in (0, 19.9, 20, 39.9, 40)] == [0, 0, 1, 1, 2]


def test_what_is_in_flight_when_a_cut_begins_is_lost():
    quality = Quality(0, delay_ms=300, jitter_ms=0, loss=0, cut_every_s=20, cut_for_s=0.1)
    assert arrivals(quality, [19.6, 19.8, 20.2]) == [pytest.approx(19.9), Lost.DOWN, pytest.approx(20.5)]


def test_the_ideal_counts_the_time_in_which_the_line_is_up():
    assert Quality(64_000, cut_every_s=20, cut_for_s=4).ideal_s(3_600_000) == pytest.approx(562.5)
    assert Quality(64_000, cut_every_s=0).ideal_s(3_600_000) == pytest.approx(450)


@given(
    st.lists(st.tuples(st.floats(0, 3), st.integers(40, 1_400)), max_size=60),
    st.integers(0, 1000),
)
def test_nothing_overtakes_nothing_comes_early_and_the_same_seed_decides_the_same(sent, seed):
    quality = Quality(queue_bytes=8_000, cut_every_s=7, cut_for_s=2, seed=seed)
    now, last, packets = 0.0, 0.0, []
    for pause, size in sent:
        now += pause
        packets.append((now, size))
    ways = OneWay(quality), OneWay(quality)
    for at, size in packets:
        arrival, again = (way.arrival(at, size) for way in ways)
        assert arrival == again
        if isinstance(arrival, Lost):
            continue
        assert arrival >= max(last, at + size / 8_000 + (quality.delay_ms - quality.jitter_ms) / 1000 - 1e-9)
        assert not quality.is_down(at)
        assert not quality.is_down(arrival)
        last = arrival


def test_both_directions_have_chances_of_their_own():
    quality = Quality(0, 0, 0, loss=0.5, cut_every_s=0)
    up, down = OneWay(quality, "up"), OneWay(quality, "down")
    times = [Random(1).random() for _ in range(64)]
    assert [up.arrival(at, 1) for at in times] != [down.arrival(at, 1) for at in times]
