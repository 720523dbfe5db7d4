"""
Alarms: who answers for one, when it goes further, and when its mail is tried again.

An alarm is raised by a submission that says that somebody is in danger now (`domain.urgency`), taken in or
held. It stays open until a person acknowledges it: an answer that is taken back does not silence it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from domain.access import Action, Actor, Role, Subject, is_authorized
from domain.areas import is_covered
from domain.operations import SUBMISSION

AHEAD_MS: Final = 60_000
"""So much later than now an alarm may be said to be raised: by a clock that was corrected meanwhile."""
FIRST_PAUSE_MS: Final = 30_000
LONGEST_PAUSE_MS: Final = 15 * 60_000


class Stage(StrEnum):
    """How far an alarm has gone."""

    RAISED = "raised"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What of an alarm decides whom it reaches: its villages (codes, of villages that are here or not)."""

    villages: frozenset[str]
    is_escalated: bool = False
    is_set_aside: bool = False

    @property
    def as_raised(self) -> "Alarm":
        """The same before it went further."""
        return replace(self, is_escalated=False)


def answers_for(actor: Actor, alarm: Alarm, responders: Collection[Actor]) -> bool:
    """
    Whether the actor is one of those who are to acknowledge it; `responders` are all who ever may.

    Those who are responsible for one of its villages; without any, the heads; and without any head
    everybody who may acknowledge. So an alarm reaches somebody as long as anybody acknowledges at all. One
    that has gone further is every head's too.
    """
    if not is_authorized(actor, Action.ACKNOWLEDGE):
        return False
    if alarm.is_escalated and actor.role is Role.HEAD:
        return True
    circles: tuple[Callable[[Actor], bool], ...] = (
        lambda one: any(is_covered(village, one.areas) for village in alarm.villages),
        lambda one: one.role is Role.HEAD,
        lambda _: True,
    )
    return next((is_in(actor) for is_in in circles if any(is_in(one) for one in responders)), False)


def told_at(stage: Stage, alarm: Alarm, responders: Collection[Actor]) -> list[Actor]:
    """
    Who is told of it at a stage: those who answer for it; once it goes further all heads, and without any
    head the same once more.
    """
    raised = [one for one in responders if answers_for(one, alarm.as_raised, responders)]
    if stage is Stage.RAISED:
        return raised
    return [one for one in responders if one.role is Role.HEAD] or raised


def is_told_of(actor: Actor, alarm: Alarm, responders: Collection[Actor]) -> bool:
    """
    Whether the actor hears that there is an alarm: who answers for it, and who works in its villages.

    The latter are told neither of which record nor by which form: the answer behind it is restricted. That
    there is one in their village the form has its officer tell them before he leaves.
    """
    subject = Subject(SUBMISSION, alarm.villages, is_set_aside=alarm.is_set_aside)
    return answers_for(actor, alarm, responders) or is_authorized(actor, Action.READ, subject)


def is_overdue(raised: int, now: int, limit_ms: int) -> bool:
    """Whether nobody acknowledged it in time. A time to come is no time: rather too early than never."""
    return now - raised >= limit_ms or raised > now + AHEAD_MS


def pause_after(tries: int) -> int:
    """Milliseconds until a mail is tried again of which `tries` attempts failed in a row."""
    pause: int = min(FIRST_PAUSE_MS * 2 ** min(max(tries - 1, 0), 20), LONGEST_PAUSE_MS)
    return pause
