"""The evidence of a filling in words: what was measured, against what, and what that means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import url_for
from sqlalchemy import Connection

from domain.areas import Village
from domain.evidence import VAGUE, is_short
from domain.operations import SUBMISSION
from server.services.measured import Measured, MeasuredPlace, measure
from server.services.read_record import RecordReading
from server.store import areas
from server.web.answers import Words
from server.web.file_words import metres_words
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.translation import gettext, ngettext
from server.web.wording import current_language

MINUTE: Final = 60_000
MOVED: Final = 500
"""Metres from the last round that are more than two receivers differ."""


@dataclass(frozen=True)
class ShownEvidence:
    """One line: `is_notable` where somebody has to look; `others` are the addresses of other forms."""

    label: str
    text: str
    is_notable: bool = False
    others: tuple[str, ...] = ()


def shown_evidence(
    found: Measured, reading: RecordReading, words: Words, case_villages: tuple[Village, ...]
) -> tuple[ShownEvidence, ...]:
    """All lines of a submission; none for what is no form."""
    if reading.kind != SUBMISSION:
        return ()
    places = _of_place(found.place) if found.place else ()
    return (*places, *_of_time(found), *_of_assignment(found), *_of_others(found, words, case_villages))


def _of_place(place: MeasuredPlace) -> Iterator[ShownEvidence]:
    label = gettext("Place")
    if place.usual is None or place.metres is None:
        text = gettext("Too few forms of this village were approved to say where they are usually filled.")
        yield ShownEvidence(label, text)
    else:
        text = gettext(
            "%(away)s from where forms of this village are usually filled;"
            " nine of ten lie within %(spread)s.",
            away=_metres(place.metres),
            spread=_metres(place.usual.spread),
        )
        yield ShownEvidence(label, text, place.usual.is_far(place.metres))
    if place.accuracy is not None:
        exact = gettext("Exact to %(metres)s.", metres=_metres(place.accuracy))
        yield ShownEvidence(gettext("Accuracy"), exact, place.accuracy > VAGUE)
    if place.moved is not None:
        moved = gettext("%(away)s from the place of the last round.", away=_metres(place.moved))
        yield ShownEvidence(gettext("Last round"), moved, place.moved > MOVED)
    if place.same:
        text = gettext(
            "Another form says the same place to the last digit. Two measurements never agree so far:"
            " it was copied, or both were filled at once in one house."
        )
        yield ShownEvidence(gettext("Same place"), text, True, _links(place.same))


def _of_time(found: Measured) -> Iterator[ShownEvidence]:
    label = gettext("Duration")
    if found.duration is None:
        yield ShownEvidence(label, gettext("The device did not say how long it was filled."))
    elif found.usual_duration is None:
        yield ShownEvidence(label, gettext("Filled in %(time)s.", time=_minutes(found.duration)))
    else:
        text = gettext(
            "Filled in %(time)s; this form usually takes %(usual)s.",
            time=_minutes(found.duration),
            usual=_minutes(found.usual_duration),
        )
        yield ShownEvidence(label, text, is_short(found.duration, found.usual_duration))
    if found.edits:
        told = ", ".join(f"{author} {count}×" for author, count in found.edits.items())
        yield ShownEvidence(gettext("Changed after sending"), told)
    for clock in found.clocks:
        yield ShownEvidence(gettext("Clock"), _clock_words(clock.author, clock.offset), True)


def _of_assignment(found: Measured) -> Iterator[ShownEvidence]:
    if found.is_late:
        text = gettext("It came after the case had been given to somebody else.")
        yield ShownEvidence(gettext("Late"), text, True)


def _clock_words(author: str, offset: int) -> str:
    if not offset:
        return gettext("The device of %(name)s said a time that cannot be.", name=author)
    if offset > 0:
        return gettext("The device of %(name)s was slow by %(time)s.", name=author, time=_minutes(offset))
    return gettext("The device of %(name)s was fast by %(time)s.", name=author, time=_minutes(-offset))


def _of_others(found: Measured, words: Words, case_villages: tuple[Village, ...]) -> Iterator[ShownEvidence]:
    for file in found.shared:
        text = gettext("The same file stands in a form about somebody else.")
        if file.is_cut:
            text = gettext("The same file stands in many forms about others; these are some of them.")
        yield ShownEvidence(words.label(file.path), text, True, _links(file.records))
    if case_villages:
        where = ", ".join(f"{one.name}, {one.kecamatan}" for one in case_villages)
        text = gettext("The case belongs to %(village)s, this form to another village.", village=where)
        yield ShownEvidence(gettext("Village"), text, True)


def _links(records: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(url_for("office.show_record", record=one) for one in records)


def _metres(metres: int) -> str:
    return metres_words(metres, current_language())


def _minutes(ms: int) -> str:
    """How long, in the largest unit that says enough."""
    minutes = round(ms / MINUTE)
    if minutes < 1:
        seconds = round(ms / 1000)
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    if minutes < 120:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    hours = round(minutes / 60)
    if hours < 72:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    days = round(hours / 24)
    return ngettext("%(num)s day", "%(num)s days", days)


def _on_record(connection: Connection, page: RecordPage) -> Shown | None:
    """Tells also of other forms: of those with the same file, and with the same place."""
    measured = measure(connection, page.actor, page.reading, page.events, page.last)
    villages = tuple(areas.villages_in(connection, measured.case_villages))
    lines = shown_evidence(measured, page.reading, page.words, villages)
    return Shown(lines, measured.beside) if lines else None


ON_RECORD: Final = RecordBlock("evidence", Slot.CARDS, "record_evidence.html", _on_record)
