"""Alarms: the banner on every page, and the page where somebody takes care of them by name."""

from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from domain.access import Action, Actor, is_authorized
from domain.areas import Village
from domain.errors import InvalidRequest, NotFound, Outdated
from domain.forms.fields import in_language
from domain.operations import OPERATION_ID
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services import alarms
from server.services.alarms import OpenAlarm
from server.services.forms import definition_of
from server.services.read_record import find_readable
from server.store import areas
from server.web.blueprint import blueprint
from server.web.reasons import REASONS
from server.web.session import current_actor, current_actor_or_none, needs
from server.web.translation import gettext
from server.web.wording import current_language, tell_time

MOST_DIGITS: Final = 16


@dataclass(frozen=True)
class Banner:
    """What every page says of open alarms: how many, since when, how many of them went further."""

    count: int
    since: int
    escalated: int


@dataclass(frozen=True)
class ShownAlarm:
    """
    An alarm as its reader sees it. Of those that are not his to take care of he is told neither form nor
    record: what was answered there is not for him.
    """

    alarm: OpenAlarm
    villages: tuple[Village, ...]
    form: str
    link: str


def banner() -> Banner | None:
    """What stands on every page of whoever is told of alarms, if there are any."""
    actor = current_actor_or_none()
    if actor is None or not is_authorized(actor, Action.READ):
        return None
    try:
        with current_store().read() as connection:
            found = alarms.open_alarms(connection, actor)
    except SQLAlchemyError:
        return None  # the page itself says what is wrong, or is the one that does
    if not found:
        return None
    escalated = sum(one.stored.escalated is not None for one in found)
    return Banner(len(found), found[0].stored.raised, escalated)


@blueprint.get("/alarms/banner")
@needs(Action.READ)
def show_banner() -> str:
    """What an open page asks for every half minute; that alone keeps nobody's session alive."""
    return render_template("alarm_banner.html")


@blueprint.get("/alarms")
@needs(Action.READ)
def list_alarms() -> str:
    """What nobody has taken care of yet, then what somebody has."""
    return _render()


@blueprint.post("/alarms/<alarm>/acknowledge")
@needs(Action.ACKNOWLEDGE)
def acknowledge_alarm(alarm: str) -> Response | tuple[str, int]:
    """Takes care of it: the reader's name stands there from now on."""
    actor, note = current_actor(), request.form.get("note", "")
    if not OPERATION_ID.fullmatch(alarm):
        raise NotFound("there is no such alarm")
    try:
        current_store().transact(lambda c: alarms.acknowledge(c, actor, alarm, note, now_ms()))
    except Outdated as refused:
        who, since = str(refused.facts["by"]), tell_time(int(str(refused.facts["at"]))).words
        words = gettext("%(name)s was faster and takes care of it, since %(time)s.", name=who, time=since)
        return _render(refusal=words, typed=note), 409
    except InvalidRequest as refused:
        return _render(refusal=str(REASONS[refused.code]), asked=alarm, typed=note), 400
    flash(gettext("You take care of it. Everybody who was told of it sees your name."), "good")
    return redirect(url_for("office.list_alarms"))


def _render(**facts: Any) -> str:
    actor = current_actor()
    before = _read_place()
    with current_store().read() as connection:
        found = alarms.open_alarms(connection, actor) if before is None else []
        past, following = alarms.acknowledged_alarms(connection, actor, before)
        waiting = [_shown(connection, actor, one) for one in found]
        ended = [_shown(connection, actor, one) for one in past]
    tell_list(actor, {one.stored.submission for one in (*found, *past)})
    return render_template(
        "alarms.html",
        waiting=waiting,
        ended=ended,
        is_first=before is None,
        following=f"{following[0]}.{following[1]}" if following else "",
        **facts,
    )


def _read_place() -> tuple[int, str] | None:
    time, _, alarm = request.args.get("before", "").partition(".")
    is_sound = time.isascii() and time.isdigit() and len(time) < MOST_DIGITS and OPERATION_ID.fullmatch(alarm)
    return (int(time), alarm) if is_sound else None


def _shown(connection: Connection, actor: Actor, one: OpenAlarm) -> ShownAlarm:
    villages = tuple(areas.villages_in(connection, one.stored.villages))
    if not one.is_his:
        return ShownAlarm(one, villages, "", "")
    definition = definition_of(connection, one.stored.form)
    form = in_language(definition.title, current_language()) if definition else one.stored.form or ""
    return ShownAlarm(one, villages, form, _link(connection, actor, one))


def _link(connection: Connection, actor: Actor, one: OpenAlarm) -> str:
    """Where to read what was said: in the record, or with what is held back; nowhere for who may not."""
    if one.stored.is_held:
        return url_for("office.list_held") if is_authorized(actor, Action.READ_HELD) else ""
    try:
        find_readable(connection, actor, one.stored.submission)
    except NotFound:
        return ""
    return url_for("office.show_record", record=one.stored.submission)
