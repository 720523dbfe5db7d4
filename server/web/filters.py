"""Which submissions the reader has asked for: told in the addresses of the queue and of what it leads to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from domain.access import Action, Actor, reach_of
from domain.areas import AREA_CODE, Village
from domain.operations import FORM, RECORD_ID
from server.services.submissions import narrowed
from server.store.submissions import Choice, Position
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


@dataclass(frozen=True)
class Filter:
    """What the queue shows; `area` is the code of a village or a kecamatan, `form` a form's id."""

    tab: str = FIRST_TAB
    form: str = ""
    area: str = ""
    in_conflict: bool = False
    with_problems: bool = False

    @property
    def states(self) -> tuple[str, ...]:
        return TABS[self.tab][1]

    @property
    def arguments(self) -> dict[str, Any]:
        """The same as members of an address; what is as usual is left out."""
        told = {
            "tab": self.tab if self.tab != FIRST_TAB else "",
            "form": self.form,
            "area": self.area,
            "conflicts": "1" if self.in_conflict else "",
            "problems": "1" if self.with_problems else "",
        }
        return {name: value for name, value in told.items() if value}

    @property
    def is_narrow(self) -> bool:
        """Whether more than a tab was chosen."""
        return bool(self.form or self.area or self.in_conflict or self.with_problems)

    def choice(self, actor: Actor) -> Choice:
        """What the store is asked for: never more than the actor reads."""
        reach = reach_of(actor, Action.READ)
        return Choice(
            narrowed(actor, self.area),
            self.form or None,
            self.states,
            self.in_conflict,
            self.with_problems,
            reach.is_whole,
            with_set_aside=reach.has_set_aside,
        )


@dataclass(frozen=True)
class Kecamatan:
    """A kecamatan and those of its villages that may be chosen."""

    code: str
    name: str
    villages: tuple[Village, ...]


def kecamatan_of(villages: Iterable[Village]) -> list[Kecamatan]:
    """The villages by kecamatan, in the order of their codes."""
    grouped: dict[str, list[Village]] = {}
    for village in villages:
        grouped.setdefault(village.code.rpartition(".")[0], []).append(village)
    return [Kecamatan(code, some[0].kecamatan, tuple(some)) for code, some in sorted(grouped.items())]


def read_filter() -> Filter:
    """The filter in the current address; what makes no sense there is as usual."""
    tab, form, area = (request.args.get(name, "") for name in ("tab", "form", "area"))
    return Filter(
        tab=tab if tab in TABS else FIRST_TAB,
        form=form if FORM.fullmatch(f"{form}@1") else "",
        area=area if AREA_CODE.fullmatch(area) else "",
        in_conflict=request.args.get("conflicts") == "1",
        with_problems=request.args.get("problems") == "1",
    )


def read_position(text: str | None) -> Position | None:
    """A place in the queue as it stands in an address: ``1790000000000.<record id>``."""
    updated, _, record = (text or "").partition(".")
    if not (updated.isascii() and updated.isdigit() and len(updated) < 16 and RECORD_ID.fullmatch(record)):
        return None
    return Position(int(updated), record)


def position_text(position: Position) -> str:
    """The same, to be put into an address."""
    return f"{position.updated}.{position.record}"
