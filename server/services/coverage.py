"""Coverage: how far a round, a form or a time has come, by kecamatan and village, in numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import ALLOWED, Action, Actor, Role, authorize, reach_of
from domain.areas import Village, covers
from server.clock import first_moment
from server.services.rounds import RoundSeen, find_round, list_of_round
from server.services.submissions import narrowed
from server.store import areas, coverage
from server.store.coverage import Contact, Counts, Span

DAY_MS: Final = 24 * 60 * 60 * 1000
IN_THE_FIELD: Final = frozenset(
    role.value for role in Role if Action.SYNC in ALLOWED[role] and Action.SIGN_IN not in ALLOWED[role]
)
"""Those who have a phone and no page: whose silence the office hears of here first."""


@dataclass(frozen=True)
class Question:
    """What is asked for: a round; or a form (or all), from a day on and up to one (``YYYY-MM-DD``)."""

    area: str = ""
    round: str = ""
    form: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Line:
    """
    A village or a kecamatan, or all together (no `code`), in numbers.

    `target` and `visited` are cases, the rest are forms; no target where a form is filled for no case.
    `silent` is for how many days the device there that was silent longest has not asked: none where there is
    no device, or it never asked.
    """

    code: str
    name: str
    target: int | None = None
    visited: int = 0
    visited_approved: int = 0
    forms: int = 0
    approved: int = 0
    returned: int = 0
    conflicts: int = 0
    not_found: int = 0
    silent: int | None = None


@dataclass(frozen=True)
class Silence:
    """A device of an officer there; `days` since it last asked, none where it never did."""

    account: str
    name: str
    seen: int | None
    days: int | None


@dataclass(frozen=True)
class Coverage:
    """Lines (kecamatan, or the villages of one), their total, and the devices, the most silent first."""

    lines: tuple[Line, ...]
    total: Line
    devices: tuple[Silence, ...]
    is_of_villages: bool
    round: RoundSeen | None
    has_target: bool


def read_coverage(connection: Connection, actor: Actor, asked: Question, now: int) -> Coverage:
    """
    What is asked for, in the actor's villages. Raises `NotAllowed`, `NotFound` for a round of others, and
    `ValueError` for a day that is none.
    """
    authorize(actor, Action.REVIEW)
    where = narrowed(actor, asked.area)
    seen = find_round(connection, actor, asked.round) if asked.round else None
    form = seen.form if seen else asked.form or None
    villages = areas.villages_in(connection, where)
    if seen:
        among = set(seen.villages)
        villages = [one for one in villages if one.code in among]
    span = _span(asked, seen, where, form, actor)
    counted = {one.village: one for one in coverage.count_forms(connection, span)}
    list_name = list_of_round(connection, form) if form else None
    cases = None
    if list_name:
        cases = coverage.count_cases(connection, where, list_name, with_set_aside=span.with_set_aside)
    contacts = coverage.contacts(connection, IN_THE_FIELD)
    lines = [_line(one, counted.get(one.code), cases, contacts, now) for one in villages]
    by_village = bool(asked.area) or len({one.code.rpartition(".")[0] for one in villages}) < 2
    shown = lines if by_village else _by_kecamatan(villages, lines)
    there = {one.device: one for one in contacts if any(covers(one.area, v.code) for v in villages)}
    silences = sorted((_silence(one, now) for one in there.values()), key=_most_silent_first)
    total = _together("", "", lines)
    return Coverage(tuple(shown), total, tuple(silences), by_village, seen, cases is not None)


def _span(
    asked: Question, seen: RoundSeen | None, where: tuple[str, ...], form: str | None, actor: Actor
) -> Span:
    with_set_aside = reach_of(actor, Action.READ).has_set_aside
    if seen:
        begins = {one.village: first_moment(one.begins) if one.begins else 0 for one in seen.places}
        return Span(where, form, round=seen.id, begins=begins, with_set_aside=with_set_aside)
    since = first_moment(asked.since) if asked.since else None
    until = first_moment(asked.until) + DAY_MS if asked.until else None
    return Span(where, form, since, until, with_set_aside=with_set_aside)


def _line(
    village: Village,
    counts: Counts | None,
    cases: dict[str, int] | None,
    contacts: Iterable[Contact],
    now: int,
) -> Line:
    days = [_days(one.seen, now) for one in contacts if covers(one.area, village.code)]
    return Line(
        village.code,
        village.name,
        target=None if cases is None else cases.get(village.code, 0),
        visited=counts.visited if counts else 0,
        visited_approved=counts.visited_approved if counts else 0,
        forms=counts.forms if counts else 0,
        approved=counts.approved if counts else 0,
        returned=counts.returned if counts else 0,
        conflicts=counts.conflicts if counts else 0,
        not_found=counts.not_found if counts else 0,
        silent=max((one for one in days if one is not None), default=None),
    )


def _by_kecamatan(villages: Sequence[Village], lines: Sequence[Line]) -> list[Line]:
    grouped: dict[str, list[Line]] = {}
    names = {}
    for village, line in zip(villages, lines, strict=True):
        code = village.code.rpartition(".")[0]
        grouped.setdefault(code, []).append(line)
        names[code] = village.kecamatan
    return [_together(code, names[code], some) for code, some in sorted(grouped.items())]


def _together(code: str, name: str, lines: Sequence[Line]) -> Line:
    def total(of: str) -> int:
        return sum(getattr(one, of) for one in lines)

    targets = [one.target for one in lines if one.target is not None]
    silences = [one.silent for one in lines if one.silent is not None]
    return Line(
        code,
        name,
        target=sum(targets) if targets else None,
        **{of: total(of) for of in ADDED},
        silent=max(silences, default=None),
    )


ADDED: Final = (
    "visited",
    "visited_approved",
    "forms",
    "approved",
    "returned",
    "conflicts",
    "not_found",
)
"""What villages add up to."""


def _days(seen: int | None, now: int) -> int | None:
    """Whole days; a time to come, by a clock that was wrong, is no silence."""
    return None if seen is None else max(now - seen, 0) // DAY_MS


def _silence(one: Contact, now: int) -> Silence:
    return Silence(one.account, one.name, one.seen, _days(one.seen, now))


def _most_silent_first(one: Silence) -> tuple[int, str, str]:
    """What never asked stands before all."""
    return -(one.days if one.days is not None else 10**9), one.account, one.name


COLUMNS: Final = (
    "code",
    "name",
    "target",
    "visited",
    "forms",
    "approved",
    "returned",
    "conflicts",
    "not_found",
    "silent",
)


def table_of(found: Coverage) -> list[list[str]]:
    """For a spreadsheet: a heading, and the lines."""
    rows = [[getattr(line, name) for name in COLUMNS] for line in found.lines]
    return [list(COLUMNS), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
