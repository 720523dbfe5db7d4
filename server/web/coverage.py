"""Coverage: how far villages have come, as bars to look at, a table to read and a file for a spreadsheet."""

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.areas import AREA_CODE
from domain.forms.fields import in_language
from domain.operations import FORM, RECORD_ID
from server.api.files import as_file
from server.clock import now_ms
from server.context import current_store
from server.services.coverage import Coverage, Line, Question, read_coverage, table_of
from server.services.exporting import harmless
from server.services.forms import newest_definitions
from server.services.rounds import list_rounds
from server.services.submissions import narrowed
from server.store import areas
from server.web.blueprint import blueprint
from server.web.filters import Kecamatan, kecamatan_of
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext, ngettext
from server.web.wording import current_language

DAYS_SHOWN: Final = 100
HEADINGS: Final = {
    "target": lazy_gettext("To visit"),
    "visited": lazy_gettext("Visited"),
    "forms": lazy_gettext("Forms received"),
    "approved": lazy_gettext("Approved"),
    "returned": lazy_gettext("Returned"),
    "conflicts": lazy_gettext("With conflicts"),
    "not_found": lazy_gettext("Not found"),
    "silent": lazy_gettext("Days without contact"),
}
"""The columns, in their order."""


@dataclass(frozen=True)
class Part:
    """A part of a bar: how it is drawn, where it begins and how long it is (per cent of the whole)."""

    kind: str
    start: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A line as a bar, and the same in words; `url` leads to its villages, where it has any."""

    line: Line
    parts: tuple[Part, ...]
    words: str
    url: str


@blueprint.get("/coverage")
@needs(Action.REVIEW)
def show_coverage() -> str:
    """The numbers of what was asked for in the address."""
    actor, asked = current_actor(), _question()
    refusal = ""
    with current_store().read() as connection:
        try:
            found = read_coverage(connection, actor, asked, now_ms())
        except ValueError:
            refusal = gettext("That is no day. Write it as 2026-11-30, or choose it in the calendar.")
            found = read_coverage(connection, actor, Question(asked.area, asked.round, asked.form), now_ms())
        kecamatan = kecamatan_of(areas.villages_in(connection, narrowed(actor, None)))
        rounds = list_rounds(connection, actor)
        forms = newest_definitions(connection)
    language = current_language()
    titles = {one.form_id: in_language(one.title, language) for one in forms}
    return render_template(
        "coverage.html",
        asked=asked,
        refusal=refusal,
        found=found,
        bars=_bars(found, asked),
        headings=_headings(found),
        kecamatan=kecamatan,
        here=_name_of(kecamatan, asked.area),
        rounds=[(one.id, one.title or titles.get(one.form, one.form), one.is_closed) for one in rounds],
        forms=sorted(titles.items()),
        devices=found.devices[:DAYS_SHOWN],
        file_url=url_for("office.coverage_file", **_arguments(asked)),
        up_url=url_for("office.show_coverage", **_arguments(asked, area="")),
    )


@blueprint.get("/coverage.csv")
@needs(Action.REVIEW)
def coverage_file() -> Response | tuple[str, int]:
    """The table as CSV for a spreadsheet: numbers of villages, and nothing of anybody."""
    actor, asked = current_actor(), _question()
    with current_store().read() as connection:
        try:
            found = read_coverage(connection, actor, asked, now_ms())
        except ValueError:
            return show_coverage(), 400
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in table_of(found))
    return as_file(text.getvalue().encode("utf-8-sig"), "text/csv", "coverage.csv")


def _question() -> Question:
    """What makes no sense in the address is as usual; a day is told where it is none."""
    told = {name: request.args.get(name, "").strip() for name in ("area", "round", "form", "since", "until")}
    return Question(
        area=told["area"] if AREA_CODE.fullmatch(told["area"]) else "",
        round=told["round"] if RECORD_ID.fullmatch(told["round"]) else "",
        form=told["form"] if FORM.fullmatch(f"{told['form']}@1") else "",
        since=told["since"][:20],
        until=told["until"][:20],
    )


def _arguments(asked: Question, **other: str) -> dict[str, Any]:
    told = {
        "area": asked.area,
        "round": asked.round,
        "form": asked.form,
        "since": asked.since,
        "until": asked.until,
        **other,
    }
    return {name: value for name, value in told.items() if value}


def _name_of(kecamatan: list[Kecamatan], area: str) -> str:
    """What the chosen area is called; nothing without one."""
    if not area:
        return ""
    for one in kecamatan:
        if one.code == area:
            return gettext("Kecamatan %(name)s", name=one.name)
        for village in one.villages:
            if village.code == area:
                return village.name
    return area


def _headings(found: Coverage) -> list[tuple[str, str]]:
    left_out = () if found.has_target else ("target", "visited")
    return [(name, str(words)) for name, words in HEADINGS.items() if name not in left_out]


def _bars(found: Coverage, asked: Question) -> list[Bar]:
    longest = max((one.forms for one in found.lines), default=0)
    bars = []
    for line in found.lines:
        kinds, whole, words = _of_cases(line) if found.has_target else _of_forms(line, longest)
        url = ""
        if not found.is_of_villages:
            url = url_for("office.show_coverage", **_arguments(asked, area=line.code))
        bars.append(Bar(line, _parts(kinds, whole), words, url))
    return bars


def _of_cases(line: Line) -> tuple[list[tuple[str, int]], int, str]:
    kinds = [("approved", line.visited_approved), ("visited", line.visited - line.visited_approved)]
    words = gettext("%(visited)s of %(target)s visited", visited=line.visited, target=line.target or 0)
    return kinds, max(line.target or 0, line.visited), words


def _of_forms(line: Line, longest: int) -> tuple[list[tuple[str, int]], int, str]:
    left = line.forms - line.approved - line.returned
    kinds = [("approved", line.approved), ("returned", line.returned), ("visited", left)]
    return kinds, longest, ngettext("%(num)s form", "%(num)s forms", line.forms)


def _parts(kinds: list[tuple[str, int]], whole: int) -> tuple[Part, ...]:
    parts, at = [], 0.0
    for kind, count in kinds:
        if count > 0 and whole > 0:
            width = 100 * count / whole
            parts.append(Part(kind, f"{at:.2f}%", f"{width:.2f}%"))
            at += width
    return tuple(parts)
