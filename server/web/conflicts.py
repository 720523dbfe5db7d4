"""The inbox of conflicts: what people disagree on, and what was settled and may be taken back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, is_authorized
from domain.areas import AREA_CODE, Village
from domain.cases import CASE, case_name, list_of
from domain.dossier import REMOVAL
from domain.errors import InvalidRequest, MalformedOperation, Outdated
from domain.forms.subject import subject_of
from domain.operations import OPERATION_ID, RECORD_ID, SUBMISSION
from domain.planning import ROUND
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services.audit import Audited
from server.services.conflict_inbox import (
    MOST_OF_ONE,
    DisputedReading,
    Inbox,
    InboxChoice,
    SettledReading,
    may_settle,
    read_inbox,
    read_settled,
)
from server.services.disagreements import Background, background_of, evidence_of, settled_before
from server.services.read_record import RecordReading, read_record
from server.services.settling import Choice, settle
from server.services.submissions import narrowed
from server.services.undoing import is_standing, undo
from server.store import areas
from server.store.settled import Settlement
from server.web.album import album_of
from server.web.answers import Words
from server.web.blueprint import blueprint
from server.web.choices import read_choices, without
from server.web.decisions import OUTDATED, REFUSED, nothing_chosen, settled_words
from server.web.disputes import PLANNED_LABELS, Dispute, disputes_of
from server.web.draft import Draft, read_draft
from server.web.filters import kecamatan_of
from server.web.queue import form_titles
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.session import current_actor, needs
from server.web.sheet import Sheet
from server.web.translation import gettext, lazy_gettext
from server.web.wording import list_words

Page = Response | tuple[str, int] | str
AGES: Final = {
    1: lazy_gettext("for more than a day"),
    7: lazy_gettext("for more than a week"),
    30: lazy_gettext("for more than a month"),
}
"""By days: for how long a conflict has been open."""
KINDS: Final = {
    "round": lazy_gettext("Rounds"),
    "assignment": lazy_gettext("Assignments"),
}
SETTLED: Final = "settled"
NO_DRAFT: Final = Draft()


@dataclass(frozen=True)
class Card:
    """A record in the inbox with the cards of its conflicts; `more` are those that only its own page has."""

    record: str
    name: str
    what: str
    link: str
    villages: tuple[Village, ...]
    disputes: tuple[Dispute, ...]
    more: int
    may_change: bool
    draft: Draft


@dataclass(frozen=True)
class Answered:
    """What was chosen where something else stands by now: the question, what stands there, what was typed."""

    label: str
    now: tuple[str, ...]
    typed: str


@dataclass(frozen=True)
class Refusal:
    """Why what somebody chose for a record was not saved, or what came of it; and what he had typed."""

    record: str
    words: str
    kind: str = "warn"
    answered: tuple[Answered, ...] = ()
    draft: Draft = NO_DRAFT


NO_REFUSAL: Final = Refusal("", "")


# --- what is open --------------------------------------------------------------------------------


@blueprint.get("/conflicts")
@needs(Action.READ)
def list_conflicts() -> str:
    """A page of the inbox, or of what was settled."""
    return _render_settled() if request.args.get("tab") == SETTLED else _render_open()


def _read_choice() -> InboxChoice:
    """The filter in the current address; what makes no sense there is as usual."""
    area, what, officer, days = (request.args.get(name, "") for name in ("area", "what", "officer", "days"))
    return InboxChoice(
        area=area if AREA_CODE.fullmatch(area) else "",
        what=what if len(what) <= 97 and what.isprintable() else "",
        officer=officer if len(officer) <= 100 and officer.isprintable() else "",
        days=int(days) if days in map(str, AGES) else 0,
    )


def _arguments(choice: InboxChoice) -> dict[str, Any]:
    told = {"area": choice.area, "what": choice.what, "officer": choice.officer, "days": choice.days}
    return {name: value for name, value in told.items() if value}


def _page_number() -> int:
    page = request.args.get("page", "")
    return max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 7 else 1


def _render_open(refusal: Refusal = NO_REFUSAL) -> str:
    actor, choice = current_actor(), _read_choice()
    with current_store().read() as connection:
        inbox = read_inbox(connection, actor, choice, _page_number(), now_ms())
        cards = list(_cards(connection, actor, inbox, refusal))
        kecamatan = kecamatan_of(areas.villages_in(connection, narrowed(actor, None)))
        titles = dict(form_titles(connection))
    shown = [one for entry in inbox.entries for one in entry.reading.records]
    tell_list(actor, [*shown, *([refusal.record] if refusal.answered else [])], Audited.READ)
    return render_template(
        "conflicts.html",
        inbox=inbox,
        cards=cards,
        choice=choice,
        arguments=_arguments(choice),
        kecamatan=kecamatan,
        kinds=[(kind, _kind_words(kind, titles)) for kind in inbox.kinds],
        ages=AGES,
        refusal=refusal,
        listed={card.record for card in cards},
    )


def _kind_words(kind: str, titles: Mapping[str, str]) -> str:
    list_name = list_of(kind)
    return list_words(list_name) if list_name else str(KINDS.get(kind) or titles.get(kind, kind))


def _cards(connection: Connection, actor: Actor, inbox: Inbox, refusal: Refusal) -> Iterator[Card]:
    readings = [one.reading for one in inbox.entries]
    evidence = evidence_of(connection, actor, [(one.stored, one.dossier) for one in readings])
    before = settled_before(connection, [one.dossier for one in readings])
    codes = {code for one in readings for code in one.villages}
    villages = {one.code: one for one in areas.villages_in(connection, codes)} if codes else {}
    for number, one in enumerate(inbox.entries):
        draft = refusal.draft if refusal.record == one.reading.record else NO_DRAFT
        known = Background(evidence, before.get(one.reading.record, {}), one.since)
        yield _card(connection, actor, one, number, villages, known, draft)


def _card(
    connection: Connection,
    actor: Actor,
    one: DisputedReading,
    number: int,
    villages: Mapping[str, Village],
    background: Background,
    draft: Draft,
) -> Card:
    reading = one.reading
    words = _words(reading, tuple(villages[code] for code in reading.villages if code in villages))
    album = album_of(connection, reading, words)
    disputes = disputes_of(reading, words, album, background)
    return Card(
        record=reading.record,
        name=name_of(reading),
        what=_what_words(reading, words),
        link=_link(reading),
        villages=tuple(words.villages),
        # The same question may be asked in two records on one page.
        disputes=tuple(replace(d, anchor=f"r{number}-{d.anchor}") for d in disputes[:MOST_OF_ONE]),
        more=max(len(disputes) - MOST_OF_ONE, 0),
        may_change=may_settle(actor, reading.stored),
        draft=draft,
    )


def _words(reading: RecordReading, villages: Sequence[Village]) -> Words:
    """The words of a record; what its members are called is only learned where one is in conflict."""
    words = Words(reading.definition, villages)
    if any(
        "/" in path.removesuffix(REMOVAL).partition("/")[2] or path.endswith(REMOVAL)
        for path in reading.conflicts
    ):
        Sheet(reading, words).blocks()
    return words


def name_of(reading: RecordReading) -> str:
    """Whom or what a record is about, in a line; empty where that is not known or not told."""
    if list_of(reading.kind) is not None:
        return case_name(reading.stored.state)
    if reading.kind == ROUND:
        title = reading.answers.get("title")
        return title if isinstance(title, str) else ""
    return subject_of(reading.definition, reading.dossier.shown.answers).name or ""


def _what_words(reading: RecordReading, words: Words) -> str:
    list_name = list_of(reading.kind)
    if list_name:
        return list_words(list_name)
    if reading.definition:
        return reading.definition.title.get(words.language) or reading.definition.form_id
    return str(KINDS.get(reading.kind, reading.form or reading.kind))


def _link(reading: RecordReading) -> str:
    """The record's own page; of an assignment that of its case."""
    if list_of(reading.kind) is not None:
        return url_for("office.show_case", record=reading.record)
    if reading.kind == SUBMISSION:
        return url_for("office.show_record", record=reading.record)
    case = reading.answers.get(CASE)
    is_case = isinstance(case, str) and RECORD_ID.fullmatch(case)
    return url_for("office.show_case", record=case) if is_case else ""


# --- settling ------------------------------------------------------------------------------------


@blueprint.post("/conflicts/<record>")
@needs(Action.WRITE)
def settle_conflicts(record: str) -> Page:
    """Settles conflicts of one record, all that were marked in one operation, and shows the inbox again."""
    actor, draft = current_actor(), read_draft()
    choices = read_choices(draft)
    if not choices:
        return _render_open(Refusal(record, nothing_chosen(), "bad", draft=draft)), 400
    try:
        current_store().transact(lambda connection: settle(connection, actor, record, choices, now_ms()))
    except Outdated as refused:
        words = str(OUTDATED.get(refused.code, OUTDATED["conflict-changed"]))
        return _render_open(Refusal(record, words, "warn", _answered(record, choices), draft)), 409
    except MalformedOperation:
        words = gettext("Not saved: the text is too long. Shorten it.")
        return _render_open(Refusal(record, words, "bad", draft=draft)), 400
    except InvalidRequest as refused:
        if refused.code not in REFUSED:
            raise
        return _render_open(Refusal(record, str(REFUSED[refused.code]), "bad", draft=draft)), 400
    left, words = without(draft, choices), settled_words(len(choices))
    if left.free or left.picks:
        return _render_open(Refusal(record, words, "good", draft=left)), 200
    flash(words, "good")
    return redirect(url_for("office.list_conflicts", **_arguments(_read_choice()), page=_page_number()))


def _answered(record: str, choices: Sequence[Choice]) -> tuple[Answered, ...]:
    """What stands by now where somebody had chosen, beside what he typed."""
    with current_store().read() as connection:
        reading = read_record(connection, current_actor(), record)
        words = _words(reading, areas.villages_in(connection, reading.villages))
    return tuple(
        Answered(
            str(PLANNED_LABELS.get(choice.path) or words.label(choice.path)),
            tuple(
                words.told_apart(
                    choice.path, list({repr(v): v for v in _values(reading, choice.path)}.values())
                )
            ),
            choice.typed,
        )
        for choice in choices
        if not choice.path.endswith(REMOVAL)
    )


def _values(reading: RecordReading, path: str) -> list[Any]:
    return [one.value for one in reading.dossier.values_at(path)]


# --- what was settled ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownSettlement:
    """What one operation settled in a record; `answers` are (question, what it says now) pairs."""

    entry: SettledReading
    name: str
    what: str
    link: str
    answers: tuple[tuple[str, str], ...]
    is_standing: bool
    may_undo: bool


def _render_settled(refusal: str = "") -> str:
    actor, choice = current_actor(), _read_choice()
    with current_store().read() as connection:
        entries, following = read_settled(connection, actor, choice.area, _read_place())
        shown = [_shown_settlement(actor, one) for one in entries]
        kecamatan = kecamatan_of(areas.villages_in(connection, narrowed(actor, None)))
    tell_list(actor, [one for entry in entries for one in entry.reading.records], Audited.READ)
    return render_template(
        "settled.html",
        settlements=shown,
        choice=choice,
        kecamatan=kecamatan,
        refusal=refusal,
        following=f"{following.settled}.{following.operation}" if following else "",
    )


def _read_place() -> Settlement | None:
    at, _, operation = request.args.get("after", "").partition(".")
    is_place = at.isascii() and at.isdigit() and len(at) < 16 and OPERATION_ID.fullmatch(operation)
    return Settlement("", "", operation, "", int(at)) if is_place else None


def _shown_settlement(actor: Actor, entry: SettledReading) -> ShownSettlement:
    reading = entry.reading
    words = Words(reading.definition)
    state = reading.stored.state
    return ShownSettlement(
        entry=entry,
        name=name_of(reading),
        what=_what_words(reading, words),
        link=_link(reading),
        answers=tuple((_label(words, path), _now(reading, words, path)) for path in entry.paths),
        is_standing=any(is_standing(state, path, entry.operation) for path in entry.paths),
        may_undo=may_settle(actor, reading.stored)
        and is_authorized(actor, Action.REVIEW, reading.stored.subject),
    )


def _label(words: Words, path: str) -> str:
    place = words.place(path)
    label = str(PLANNED_LABELS.get(path) or words.label(path))
    return f"{place}: {label}" if place else label


def _now(reading: RecordReading, words: Words, path: str) -> str:
    """What a record says there now."""
    member = path.removesuffix(REMOVAL)
    if member != path:
        return gettext("(removed)") if reading.dossier.is_hidden(member) else gettext("(brought back)")
    found = reading.dossier.values_at(path)
    return ", ".join(dict.fromkeys(words.shown(path, one.value) for one in found))


@blueprint.post("/conflicts/<record>/undo")
@needs(Action.REVIEW)
def undo_settlement(record: str) -> Page:
    """Opens again what an operation settled in a record."""
    actor, settlement = current_actor(), request.form.get("operation", "")
    if not OPERATION_ID.fullmatch(settlement):
        raise InvalidRequest("no settlement was named", code="no-settlement")
    try:
        current_store().transact(lambda connection: undo(connection, actor, record, settlement, now_ms()))
    except Outdated:
        words = gettext("Not undone: somebody has entered something else there meanwhile.")
        return _render_settled(words), 409
    flash(gettext("Undone: the conflict is open again, with the answers that stood there."), "good")
    return redirect(url_for("office.list_conflicts"))


# --- on the page of a record ----------------------------------------------------------------------


def _on_record(connection: Connection, page: RecordPage) -> Shown | None:
    """The cards of a record's open conflicts."""
    reading = page.reading
    known = background_of(connection, page.actor, reading.stored, reading.dossier)
    disputes = disputes_of(reading, page.words, page.album, known)
    return Shown(disputes) if disputes else None


ON_RECORD: Final = RecordBlock("conflicts", Slot.CARDS, "record_conflicts.html", _on_record)
