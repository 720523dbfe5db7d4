"""Cases: the lists, and one case with what people said of it and in which forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.areas import Village
from domain.cases import LABEL, case_name, list_of
from domain.errors import NotFound
from domain.forms.fields import Text, in_language
from domain.operations import RECORD_ID, Value
from schemas.records import is_list_name
from server.context import current_store
from server.evidence import tell_list, tell_reading
from server.services.case_tasks import CaseTask, tasks_of_case
from server.services.cases import Naming, choice_of, list_cases, perhaps_the_same, submissions_naming
from server.services.disagreements import background_of
from server.services.read_record import RecordReading, read_record
from server.services.submissions import narrowed
from server.store import areas
from server.store.cases import count_lists
from server.web.answers import Words
from server.web.blueprint import blueprint
from server.web.disputes import Dispute, disputes_of
from server.web.draft import Draft
from server.web.filters import kecamatan_of, position_text, read_filter, read_position
from server.web.session import current_actor, needs
from server.web.sheet import Line, Sheet
from server.web.translation import gettext
from server.web.wording import current_language, day_in_words, list_words

PAGE = 50


@dataclass(frozen=True)
class Tab:
    """A list, how many cases there are in it, and where it is."""

    text: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Link:
    """Another case, which the reader may open: one that a property names, or that may be the same person."""

    label: str
    record: str

    @property
    def url(self) -> str:
        return url_for("office.show_case", record=self.record)


@dataclass(frozen=True)
class CaseShown:
    """Everything that the page of a case shows; `may_change` and `draft` are for the conflicts on it."""

    reading: RecordReading
    name: str
    list_name: str
    villages: tuple[Village, ...]
    lines: tuple[Line, ...]
    links: tuple[Link, ...]
    perhaps: tuple[Link, ...]
    disputes: tuple[Dispute, ...]
    forms: tuple[Naming, ...]
    tasks: tuple[CaseTask, ...]
    may_change: bool
    may_reveal: bool
    may_copy: bool
    may_erase: bool
    may_restrict: bool
    may_move: bool
    draft: Draft


@blueprint.get("/cases")
@needs(Action.READ)
def list_cases_page() -> str:
    """A page of the cases: of one list or of all, the latest change first."""
    actor, chosen = current_actor(), read_filter()
    list_name = _chosen_list()
    kept = {name: value for name, value in chosen.arguments.items() if name in ("area", "conflicts")}
    after = read_position(request.args.get("after"))
    with current_store().read() as connection:
        page = list_cases(
            connection,
            actor,
            list_name=list_name or None,
            area=chosen.area or None,
            in_conflict=chosen.in_conflict,
            after=after,
            limit=PAGE,
        )
        counts = count_lists(connection, choice_of(actor, chosen.area))
        kecamatan = kecamatan_of(areas.villages_in(connection, narrowed(actor, None)))
        villages = areas.villages_in(connection, {item.village for item in page.items if item.village})
    tell_list(actor, [item.row.record for item in page.items])
    return render_template(
        "cases.html",
        tabs=_tabs(list_name, counts, kept),
        items=page.items,
        villages={village.code: village for village in villages},
        list_name=list_name,
        may_export=bool(list_name) and is_authorized(actor, Action.EXPORT_LIST),
        may_import=bool(list_name) and is_authorized(actor, Action.IMPORT_CASES),
        kecamatan=kecamatan,
        chosen=chosen,
        kept=_arguments(list_name, kept),
        is_first=after is None,
        following=position_text(page.following) if page.following else "",
    )


def _chosen_list() -> str:
    name = request.args.get("list", "")
    return name if is_list_name(name) else ""


def _arguments(list_name: str, kept: dict[str, str]) -> dict[str, Any]:
    return {**({"list": list_name} if list_name else {}), **kept}


def _tabs(current: str, counts: dict[str, int], kept: dict[str, str]) -> list[Tab]:
    names = dict.fromkeys(["", *sorted(counts), current])
    return [
        Tab(
            text=list_words(name) if name else gettext("All"),
            url=url_for("office.list_cases_page", **_arguments(name, kept)),
            count=counts.get(name, 0) if name else sum(counts.values()),
            is_current=name == current,
        )
        for name in names
    ]


@blueprint.get("/cases/<record>")
@needs(Action.READ)
def show_case(record: str) -> str:
    """One case: its properties, what people disagree on, and the forms that speak of it."""
    return render_case(record)


def render_case(record: str, revealed: frozenset[str] = frozenset()) -> str:
    """The page of a case as the current reader may see it, with the numbers at these paths in full."""
    page = read_case(record, revealed)
    tell_reading(current_actor(), page.reading)
    beside = [one.record for one in page.perhaps] + [one.record for one in page.forms]
    tell_list(current_actor(), beside)
    return render_template(
        "case.html", page=page, chosen=read_filter(), in_language=_in_language, day_words=_day_words
    )


def read_case(record: str, revealed: frozenset[str] = frozenset()) -> CaseShown:
    """What the page shows. Raises `NotFound` also for what is no case."""
    actor = current_actor()
    with current_store().read() as connection:
        reading = read_record(connection, actor, record)
        list_name = list_of(reading.kind)
        if list_name is None:
            raise NotFound("there is no such case")
        villages = tuple(areas.villages_in(connection, reading.villages))
        words = Words(reading.definition, villages, revealed=revealed)
        lines = [item for block in Sheet(reading, words).blocks() for item in block.items]
        name = reading.answers.get(LABEL)
        known = background_of(connection, actor, reading.stored, reading.dossier)
        return CaseShown(
            reading=reading,
            name=name if isinstance(name, str) else "",
            list_name=list_name,
            villages=villages,
            lines=tuple(line for line in lines if isinstance(line, Line)),
            links=tuple(
                Link(words.label(path), value)
                for path, value in reading.answers.items()
                if isinstance(value, str) and _is_case(value) and not path.startswith("$")
            ),
            perhaps=tuple(_perhaps_the_same(connection, actor, reading)),
            disputes=tuple(disputes_of(reading, words, background=known)),
            forms=tuple(submissions_naming(connection, actor, record)),
            tasks=tuple(tasks_of_case(connection, actor, record)),
            may_change=is_authorized(actor, Action.WRITE, reading.stored.subject),
            may_reveal=is_authorized(actor, Action.REVEAL, reading.stored.subject),
            may_copy=is_authorized(actor, Action.EXPORT_RESTRICTED, reading.stored.subject),
            may_erase=is_authorized(actor, Action.ERASE, reading.stored.subject),
            may_restrict=is_authorized(actor, Action.RESTRICT_PROCESSING, reading.stored.subject),
            may_move=is_authorized(actor, Action.PLAN, reading.stored.subject)
            and not reading.stored.is_set_aside,
            draft=Draft(),
        )


def _perhaps_the_same(connection: Connection, actor: Actor, reading: RecordReading) -> Iterator[Link]:
    if reading.definition is None:
        return
    for one in perhaps_the_same(connection, actor, reading.stored.state, reading.definition):
        label = case_name(one) or gettext("Without a name")
        yield Link(label, one.record)


def _is_case(value: Value) -> bool:
    return isinstance(value, str) and RECORD_ID.fullmatch(value) is not None


def _in_language(text: Text) -> str:
    return in_language(text, current_language())


def _day_words(day: str) -> str:
    return day_in_words(day, current_language())
