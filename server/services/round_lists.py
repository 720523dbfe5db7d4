"""What the pages of a round show: how far it has come, and its lists of cases with their names."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.cases import case_name
from domain.forms.masking import masked_text
from server.services.rounds import RoundSeen, asked_of, total_of
from server.store import records, rounds
from server.store.rounds import Asked, Stop, Tally


@dataclass(frozen=True)
class Named:
    """A case in a list of a round; `name` as people see it in lists, with numbers masked."""

    stop: Stop
    name: str


@dataclass(frozen=True)
class RoundList:
    """A page of a list; `following` is where the next one begins, nothing at the end."""

    items: tuple[Named, ...]
    following: tuple[str, str] | None

    @property
    def records(self) -> list[str]:
        """The cases whose names are shown."""
        return [one.stop.case for one in self.items]


@dataclass(frozen=True)
class Progress:
    """How far a round has come; `officers` are those who have cases in it, nobody under the empty name."""

    villages: tuple[Tally, ...] = ()
    officers: tuple[Tally, ...] = ()
    set_aside: int = 0

    @property
    def total(self) -> Tally:
        return total_of(self.villages)


def progress_of(connection: Connection, actor: Actor, asked: Asked) -> Progress:
    """The numbers of a round. How many cases are set aside is for those only who may see these."""
    counted = rounds.tallies(connection, asked)
    villages = _summed((village, tally) for village, _, tally in counted)
    officers = _summed((officer, tally) for _, officer, tally in counted)
    sees = is_authorized(actor, Action.READ_SET_ASIDE)
    aside = rounds.count_set_aside(connection, asked) if sees else 0
    return Progress(villages, officers, aside)


def _summed(counted: Iterable[tuple[str, Tally]]) -> tuple[Tally, ...]:
    found: dict[str, Tally] = {}
    for name, tally in counted:
        found[name] = found.get(name, Tally(name)) + tally
    return tuple(found[name] for name in sorted(found))


def read_list(
    connection: Connection, asked: Asked, which: str, after: tuple[str, str] | None, limit: int
) -> RoundList:
    """A page of one of `LISTS` of a round, by village."""
    found = rounds.stops(connection, asked, which, after, limit + 1)
    shown = found[:limit]
    names = _names(connection, [one.case for one in shown])
    items = tuple(Named(one, names.get(one.case, "")) for one in shown)
    return RoundList(items, shown[-1].place if len(found) > limit else None)


def _names(connection: Connection, cases: Collection[str]) -> dict[str, str]:
    stored = records.load(connection, cases)
    return {case: masked_text(case_name(one.state)) for case, one in stored.items()}


def quick_total(connection: Connection, actor: Actor, seen: RoundSeen, now: int) -> Tally | None:
    """The numbers of a round as a whole; nothing where its form is filled for no case."""
    asked = asked_of(connection, actor, seen, now)
    return total_of(tally for *_, tally in rounds.tallies(connection, asked)) if asked else None
