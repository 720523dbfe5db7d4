"""How large pieces are: what the line takes in half a minute, whatever its round trip.

Broken on purpose: the round trip counted as time in which bytes move; the piece doubled without a limit; a
short rest sent as a piece of its own.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync.pace import FIRST, LARGEST, LEAST, Pace


def sent(pace: Pace, rate: float, trip: float, times: int = 30) -> Pace:
    pace.answered(trip)
    for _ in range(times):
        pace.moved(pace.chunk, trip + pace.chunk / rate)
    return pace


@pytest.mark.parametrize("trip", [0.001, 0.3, 2.0])
@pytest.mark.parametrize(
    ("rate", "chunk"), [(500, LEAST), (2000, 60_000), (8000, 240_000), (10_000_000, LARGEST)]
)
def test_a_piece_takes_about_half_a_minute_beside_its_round_trip(
    rate: float, chunk: int, trip: float
) -> None:
    assert sent(Pace(), rate, trip).chunk == pytest.approx(chunk, rel=0.01)


def test_a_piece_is_at_most_twice_the_one_before_it_and_half_after_a_failure() -> None:
    pace = Pace()
    pace.moved(FIRST, 0.0)
    assert pace.chunk == 2 * FIRST
    pace.failed()
    pace.failed()
    pace.failed()
    assert pace.chunk == LEAST


def test_an_answer_is_waited_for_as_long_as_the_line_needs() -> None:
    """Broken on purpose: the time of a whole piece, most of which has left when the waiting begins."""
    assert Pace().wait(100_000) is None
    assert sent(Pace(), 10_000_000, 0.001).wait(256 * 1024) == 10
    assert sent(Pace(), 8000, 0.6).wait(256 * 1024) == pytest.approx(17.6, rel=0.1)
    assert sent(Pace(), 500, 0.6).wait(256 * 1024) == 60


def test_a_short_rest_goes_with_the_piece_before_it() -> None:
    pace = Pace(chunk=1000)
    assert [pace.piece(left) for left in (1, 1000, 1500, 1501, 5000)] == [1, 1000, 1500, 1000, 1000]


def test_a_small_file_that_was_quick_says_little_and_one_that_was_slow_says_much() -> None:
    pace = Pace()
    pace.moved(100, 0.01)
    assert pace.chunk == FIRST
    for _ in range(5):
        pace.moved(100, 10)
    assert pace.chunk == LEAST


@given(st.lists(st.tuples(st.integers(0, 400_000), st.floats(-1, 1e6))))
def test_whatever_clocks_say_a_piece_stays_within_its_limits(moves: list[tuple[int, float]]) -> None:
    pace = Pace()
    for size, seconds in moves:
        pace.answered(seconds)
        pace.moved(size, seconds)
        assert LEAST <= pace.chunk <= LARGEST
