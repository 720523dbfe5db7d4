"""An officer's days in the field: from house to house, one village a day, a form or two at each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from demo.answers import (
    CHILD_FORM,
    DELIVERY_FORM,
    FAMILY_FORM,
    FOLLOW_UP_FORM,
    Visit,
    answer_child,
    answer_delivery,
    answer_family,
    answer_follow_up,
)
from demo.answers.child import answer_child_not_found
from demo.devices import at
from demo.people import Household, invent_household
from domain.areas import Village

DAYS: Final = 12
FIRST_MINUTE, LAST_MINUTE = 8 * 60, 16 * 60
PLANS: Final[dict[tuple[str, ...], int]] = {
    (FAMILY_FORM, CHILD_FORM): 4,
    (CHILD_FORM,): 4,
    (FAMILY_FORM,): 2,
    (DELIVERY_FORM,): 2,
    (FOLLOW_UP_FORM,): 2,
    (FOLLOW_UP_FORM, DELIVERY_FORM): 1,
}
"""What an officer does at a house, and how often that is the case."""
NOBODY_THERE: Final = 0.06


@dataclass(frozen=True)
class Filling:
    """A form as it was filled; times in milliseconds since 1970."""

    form: str
    village: str
    answers: dict[str, str]
    started: int
    ended: int


def plan_journey(villages: Sequence[Village], count: int, today: date, chance: Random) -> Iterator[Filling]:
    """The `count` forms of the days before `today`, in order."""
    a_day = -(-count // DAYS)
    for number in range(DAYS):
        wanted = min(a_day, count - number * a_day)
        if wanted > 0:
            day = today - timedelta(days=DAYS - number)
            yield from _fill_a_day(villages[number % len(villages)], wanted, day, chance)


def _fill_a_day(village: Village, count: int, day: date, chance: Random) -> Iterator[Filling]:
    slot = (LAST_MINUTE - FIRST_MINUTE) / count
    for number, (form, answers) in zip(range(count), _visits(village, day, chance), strict=False):
        began = FIRST_MINUTE + (number + chance.uniform(0, 0.3)) * slot
        minutes = min(slot * 0.7, chance.uniform(12, 35))
        yield Filling(form, village.code, answers, at(day, began), at(day, began + minutes))


def _visits(village: Village, day: date, chance: Random) -> Iterator[tuple[str, dict[str, str]]]:
    """Forms from one house after the other, without end."""
    while True:
        home = invent_household(village, day, chance)
        child = chance.choice(home.children)
        for form in chance.choices(list(PLANS), weights=list(PLANS.values()))[0]:
            yield form, _answer(form, home, Visit(home, child, day, chance))


def _answer(form: str, home: Household, visit: Visit) -> dict[str, str]:
    if form == FAMILY_FORM:
        return answer_family(visit)
    if form == DELIVERY_FORM:
        receiver = visit.chance.choice((home.head, visit.person))
        return answer_delivery(Visit(home, receiver, visit.day, visit.chance))
    if form == FOLLOW_UP_FORM:
        return answer_follow_up(visit)
    return (answer_child_not_found if visit.chance.random() < NOBODY_THERE else answer_child)(visit)
