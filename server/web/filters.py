"""Which submissions the reader has asked for: told in the addresses of the queue and of what it leads to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final

from flask import request, url_for

from domain.access import Action, Actor, reach_of
from domain.areas import AREA_CODE, Village
from domain.operations import FORM, RECORD_ID
from server.clock import OFFICE_ZONE, now_ms
from server.services.submissions import narrowed
from server.store.submissions import Choice, Flag, Position
from server.web.translation import lazy_gettext

TABS: Final = {
    "open": (lazy_gettext("To review"), ("pending", "stale")),
    "stale": (lazy_gettext("Changed since approval"), ("stale",)),
    "returned": (lazy_gettext("Returned"), ("returned",)),
    "approved": (lazy_gettext("Approved"), ("approved",)),
    "rejected": (lazy_gettext("Rejected"), ("rejected",)),
    "all": (lazy_gettext("All"), ()),
}
"""The tabs of the queue: their words, and the states that each one shows."""
FIRST_TAB: Final = "open"
PROBLEMS: Final = {
    "1": lazy_gettext("With problems"),
    "0": lazy_gettext("Without problems"),
}
FLAGS: Final = {
    Flag.DANGER: lazy_gettext("In danger"),
    Flag.NOT_FOUND: lazy_gettext("Not found at home"),
    Flag.PART_WAITS: lazy_gettext("Protection part waits"),
    Flag.LATE: lazy_gettext("Came late"),
}
"""What a list can be narrowed to beside states, conflicts and problems."""
FOR_WHOLE_READERS: Final = (Flag.DANGER, Flag.PART_WAITS)
"""Those that follow from restricted answers."""
AGES: Final = {
    "today": lazy_gettext("Arrived today"),
    "week": lazy_gettext("Arrived in the last 7 days"),
    "3": lazy_gettext("No change for 3 days"),
    "7": lazy_gettext("No change for 7 days"),
    "14": lazy_gettext("No change for 14 days"),
    "30": lazy_gettext("No change for 30 days"),
}
"""When a submission first came, or for how many days nothing of it has changed."""
DAY_MS: Final = 24 * 60 * 60 * 1000
LONGEST_NAME: Final = 64
MOST_VILLAGES: Final = 60


@dataclass(frozen=True)
class Filter:
    """
    What the queue shows.

    `area` is the code of a village or a kecamatan, `form` a form's id, `officer` the name of the account that
    entered answers last, `round` a round's id; `problems`, `flag` and `age` are of the tables above.
    """

    tab: str = FIRST_TAB
    form: str = ""
    area: str = ""
    in_conflict: bool = False
    problems: str = ""
    officer: str = ""
    round: str = ""
    flag: str = ""
    age: str = ""

    @property
    def states(self) -> tuple[str, ...]:
        return TABS[self.tab][1]

    @property
    def narrowing(self) -> dict[str, str]:
        """What was chosen beside the tab, as members of an address."""
        told = {
            "form": self.form,
            "area": self.area,
            "officer": self.officer,
            "round": self.round,
            "conflicts": "1" if self.in_conflict else "",
            "problems": self.problems,
            "flag": self.flag,
            "age": self.age,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def arguments(self) -> dict[str, Any]:
        """The same with the tab; what is as usual is left out."""
        tab = {"tab": self.tab} if self.tab != FIRST_TAB else {}
        return {**tab, **self.narrowing}

    @property
    def address(self) -> str:
        """Of the queue that shows this. It always says something: one that does not may mean a view."""
        return url_for("office.list_records", **{"tab": self.tab, **self.arguments})

    @property
    def is_narrow(self) -> bool:
        """Whether more than a tab was chosen."""
        return bool(self.narrowing)

    def choice(self, actor: Actor) -> Choice:
        """What the store is asked for: never more than the actor reads."""
        reach, now = reach_of(actor, Action.READ), now_ms()
        since, before = _bounds(self.age, now)
        return Choice(
            narrowed(actor, self.area),
            self.form or None,
            self.states,
            self.in_conflict,
            self.problems == "1",
            reach.is_whole,
            with_set_aside=reach.has_set_aside,
            without_problems=self.problems == "0",
            officer=self.officer or None,
            round=self.round or None,
            flag=Flag(self.flag) if self.flag and _may_know(Flag(self.flag), reach.is_whole) else None,
            received_since=since,
            updated_before=before,
        )


def flags_for(actor: Actor) -> dict[str, Any]:
    """The flags that the actor may narrow his lists to, with their words."""
    is_whole = reach_of(actor, Action.READ).is_whole
    return {flag.value: words for flag, words in FLAGS.items() if _may_know(flag, is_whole)}


def _may_know(flag: Flag, is_whole: bool) -> bool:
    return is_whole or flag not in FOR_WHOLE_READERS


def _bounds(age: str, now: int) -> tuple[int | None, int | None]:
    """Since when a submission has come, and before when it was last changed, in milliseconds."""
    if age == "today":
        today = datetime.fromtimestamp(now / 1000, OFFICE_ZONE).date()
        return int(datetime.combine(today, time.min, OFFICE_ZONE).timestamp() * 1000), None
    if age == "week":
        return now - 7 * DAY_MS, None
    return None, now - int(age) * DAY_MS if age else None


@dataclass(frozen=True)
class Kecamatan:
    """A kecamatan and those of its villages that may be chosen; `is_folded`: it has some, but for itself."""

    code: str
    name: str
    villages: tuple[Village, ...]
    is_folded: bool = False


def kecamatan_of(villages: Iterable[Village]) -> list[Kecamatan]:
    """The villages by kecamatan, in the order of their codes."""
    grouped: dict[str, list[Village]] = {}
    for village in villages:
        grouped.setdefault(village.code.rpartition(".")[0], []).append(village)
    return [Kecamatan(code, some[0].kecamatan, tuple(some)) for code, some in sorted(grouped.items())]


def folded(kecamatan: Sequence[Kecamatan], area: str) -> list[Kecamatan]:
    """The same where there are few; else only the kecamatan that was chosen has its villages."""
    if sum(len(one.villages) for one in kecamatan) <= MOST_VILLAGES:
        return list(kecamatan)
    return [one if area.startswith(one.code) else replace(one, is_folded=True) for one in kecamatan]


def read_filter(given: Mapping[str, str] | None = None) -> Filter:
    """The filter in the current address, or in such members of one; what makes no sense there is as usual."""
    told = request.args if given is None else given
    tab, form, area, officer = (told.get(name, "") for name in ("tab", "form", "area", "officer"))
    return Filter(
        tab=tab if tab in TABS else FIRST_TAB,
        form=form if FORM.fullmatch(f"{form}@1") else "",
        area=area if AREA_CODE.fullmatch(area) else "",
        in_conflict=told.get("conflicts") == "1",
        problems=_one_of(told.get("problems", ""), PROBLEMS),
        officer=officer if len(officer) <= LONGEST_NAME and officer.isprintable() else "",
        round=told.get("round", "") if RECORD_ID.fullmatch(told.get("round", "")) else "",
        flag=_one_of(told.get("flag", ""), FLAGS),
        age=_one_of(told.get("age", ""), AGES),
    )


def _one_of(text: str, table: Mapping[Any, Any]) -> str:
    return text if text in table else ""


def read_position(text: str | None) -> Position | None:
    """A place in the queue as it stands in an address: ``1790000000000.<record id>``."""
    updated, _, record = (text or "").partition(".")
    if not (updated.isascii() and updated.isdigit() and len(updated) < 16 and RECORD_ID.fullmatch(record)):
        return None
    return Position(int(updated), record)


def position_text(position: Position) -> str:
    """The same, to be put into an address."""
    return f"{position.updated}.{position.record}"
