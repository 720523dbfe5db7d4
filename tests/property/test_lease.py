"""
The lease of a device store: no clock ends it early, and none makes it last for ever.

Broken on purpose, each seen here: the wall clock believed without a limit; believed within one boot; a use
of an unknown boot that counts nothing; the time since a start that is left out; a clock that goes back and
forth counted each time.
"""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.lease import DAY_MS, LEAST_MS, Moment, at, begun, is_over

YEAR_MS = 365 * DAY_MS
WALLS = st.one_of(
    st.integers(0, 130 * YEAR_MS), st.sampled_from([0, 29 * YEAR_MS, 56 * YEAR_MS, 129 * YEAR_MS])
)


@dataclass(frozen=True)
class Use:
    """A use of a device so long after the one before, by a clock that says anything."""

    passed: int
    wall: int
    is_restarted: bool


USES = st.lists(st.builds(Use, st.integers(0, 3 * DAY_MS), WALLS, st.booleans()), max_size=40)
START = Moment(56 * YEAR_MS, "boot-0", DAY_MS)


def moments(uses: list[Use], *, knows_boots: bool = True) -> list[Moment]:
    """What the clocks say at each use; a machine that was restarted has been on for half of the time."""
    found, up, boot = [START], START.up, 0
    for use in uses:
        boot += use.is_restarted
        up = use.passed // 2 if use.is_restarted else up + use.passed
        found.append(Moment(use.wall, f"boot-{boot}" if knows_boots else "", up if knows_boots else 0))
    return found


def elapsed(some: list[Moment]) -> int:
    lease = begun(some[0])
    for moment in some[1:]:
        lease = at(lease, moment)
    return lease.elapsed


@given(USES)
def test_within_one_boot_exactly_the_time_that_passes_counts_whatever_the_wall_clock_says(
    uses: list[Use],
) -> None:
    steady = [Use(use.passed, use.wall, is_restarted=False) for use in uses]
    assert elapsed(moments(steady)) == sum(use.passed for use in uses)


@given(USES, st.booleans())
def test_a_use_after_a_restart_counts_from_ten_seconds_to_a_day(uses: list[Use], knows_boots: bool) -> None:
    said = moments([Use(one.passed, one.wall, is_restarted=True) for one in uses], knows_boots=knows_boots)
    counted = [elapsed(said[: i + 1]) for i in range(len(said))]
    assert all(LEAST_MS <= later - before <= DAY_MS for before, later in pairwise(counted))


@given(USES, st.sampled_from([0, 129 * YEAR_MS]), st.booleans(), st.data())
def test_one_jump_of_the_clock_counts_a_day_at_the_most(
    uses: list[Use], wrong: int, knows_boots: bool, data: st.DataObject
) -> None:
    """Between uses that are minutes apart: the most that the jump itself can add."""
    at_once = data.draw(st.integers(0, len(uses)))
    walls = [START.wall + 60_000 * i if i <= at_once else wrong for i in range(len(uses) + 1)]
    minutes = [Use(60_000, wall, one.is_restarted) for wall, one in zip(walls[1:], uses, strict=True)]
    assert elapsed(moments(minutes, knows_boots=knows_boots)) <= DAY_MS + 60_000 * len(uses)


@given(st.lists(st.sampled_from([0, 56 * YEAR_MS]), max_size=100))
def test_a_clock_that_goes_back_and_forth_between_two_times_adds_nothing_each_time(walls: list[int]) -> None:
    uses = [Use(60_000, wall, is_restarted=True) for wall in walls]
    assert elapsed(moments(uses)) <= 60_000 * len(uses)


@given(WALLS, st.booleans())
def test_setting_the_clock_back_before_each_use_does_not_make_it_last_for_ever(
    wall: int, knows_boots: bool
) -> None:
    uses = [Use(2 * LEAST_MS, wall, is_restarted=True)] * 50
    assert elapsed(moments(uses, knows_boots=knows_boots)) >= 50 * LEAST_MS


@given(USES)
def test_what_a_machine_was_on_for_counts_up_to_a_day_for_each_start_with_the_clock_set_back(
    uses: list[Use],
) -> None:
    back = [Use(use.passed, 0, use.is_restarted) for use in uses]
    on = sum(min(DAY_MS, use.passed // 2) if use.is_restarted else use.passed for use in uses)
    assert elapsed(moments(back)) >= on


def test_it_is_over_after_so_many_days_and_never_with_none() -> None:
    lease = begun(START)
    last = at(lease, Moment(START.wall, START.boot, START.up + 30 * DAY_MS - 1))
    assert not is_over(last, 30)
    assert is_over(at(last, Moment(0, START.boot, START.up + 30 * DAY_MS)), 30)
    assert not is_over(at(last, Moment(0, START.boot, START.up + 99999 * DAY_MS)), 0)
