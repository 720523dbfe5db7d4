"""Words for what the rules name by codes: states, roles, verdicts, decisions, moments in time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from babel.dates import format_date, format_time
from flask import session

from domain.clocks import ClockTrust
from domain.forms.values import is_date
from server.catalogues import DEFAULT_LANGUAGE, LANGUAGES
from server.clock import OFFICE_ZONE as ZONE
from server.clock import now_ms
from server.services.disagreements import Entered
from server.web.translation import gettext, lazy_gettext, ngettext

LANGUAGE: Final = "language"
"""The key of the session under which the reader's language stands."""
LANGUAGE_NAMES: Final = {"id": "Bahasa Indonesia", "en": "English"}
_TIME_PATTERNS: Final = {"id": "HH.mm", "en": "HH:mm"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN_AT_ONCE: Final = 500
"""Characters of an answer; what is longer unfolds."""
_VISIBLE: Final = {
    **{code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}
"""Pictures of the control characters, which Unicode has; for halves of characters the sign of a loss."""

FORM_STATES: Final = {
    "draft": lazy_gettext("Draft"),
    "published": lazy_gettext("Published"),
    "retired": lazy_gettext("Retired"),
}
STATES: Final = {
    "pending": lazy_gettext("Waiting for review"),
    "stale": lazy_gettext("Changed since approval"),
    "returned": lazy_gettext("Returned"),
    "approved": lazy_gettext("Approved"),
    "rejected": lazy_gettext("Rejected"),
}
ROLES: Final = {
    "officer": lazy_gettext("field officer"),
    "supervisor": lazy_gettext("supervisor"),
    "peksos": lazy_gettext("social worker"),
    "head": lazy_gettext("head of field"),
    "admin": lazy_gettext("administrator"),
    "partner": lazy_gettext("partner"),
}
VERDICTS: Final = {
    "outside-scope": lazy_gettext("The village is not among those of the sender."),
    "unknown-village": lazy_gettext("The village is not known here."),
    "unknown-record": lazy_gettext(
        "The form that this belongs to has not arrived yet. It is taken in by itself when it does."
    ),
    "unknown-form": lazy_gettext("This version of the form is not published here."),
    "revoked-device": lazy_gettext("It came from a device that was revoked."),
    "from-file": lazy_gettext("It came in a file of unsent work that nobody vouches for."),
    "other-author": lazy_gettext("The author is not the user of the device that sent it."),
    "other-replica": lazy_gettext("The device's store belongs to another user."),
    "kind-differs": lazy_gettext("It speaks of another kind of record than the one that is stored."),
    "form-differs": lazy_gettext("It belongs to another form than the one that is stored."),
    "part-alone": lazy_gettext(
        "A restricted part came without its submission; it cannot be taken in as it is."
    ),
    "not-a-reviewer": lazy_gettext("The sender may not review."),
    "not-a-planner": lazy_gettext("The sender may not plan rounds or assign cases."),
    "not-assigned": lazy_gettext(
        "It settles a conflict in a case that is assigned to somebody else: it is for you to decide."
    ),
    "settled-before": lazy_gettext("It settles a conflict that was settled before: that is for the office."),
    "not-readable": lazy_gettext("The protection answers of somebody else may not be changed."),
    "restricted-in-open": lazy_gettext(
        "A restricted answer stands outside its restricted part; it cannot be taken in as it is."
    ),
    "unknown-version": lazy_gettext("A newer version of the app made it; this server cannot read it yet."),
    "too-large": lazy_gettext("It is larger than what is taken in."),
    "refused-by-office": lazy_gettext("The office left it out."),
    "erased": lazy_gettext("The person whom it was about was erased; nothing but its id is kept."),
    "unknown-erasure": lazy_gettext("It lacks something that is not known to be erased here."),
    "processing-restricted": lazy_gettext("The processing of the data of whom it is about is restricted."),
}
DECISIONS: Final = {
    "submitted": lazy_gettext("Submitted"),
    "approve": lazy_gettext("Approved"),
    "return": lazy_gettext("Returned"),
    "reject": lazy_gettext("Rejected"),
}
LISTS: Final = {
    "anak": lazy_gettext("Children"),
    "keluarga": lazy_gettext("Families"),
    "penyaluran": lazy_gettext("Deliveries"),
}
SINCE: Final = {
    "approve": lazy_gettext("since it was approved by"),
    "return": lazy_gettext("since it was returned by"),
    "reject": lazy_gettext("since it was rejected by"),
}
CLOCKS: Final = {
    ClockTrust.MEASURED: lazy_gettext("its clock had been compared with the server's"),
    ClockTrust.IMPOSSIBLE: lazy_gettext("its clock was wrong: this time cannot be"),
    ClockTrust.UNKNOWN: lazy_gettext("its clock had never been compared"),
}
MALFORMED: Final = lazy_gettext("It is damaged and cannot be read.")


def current_language() -> str:
    """The language of this page: the session's, else Indonesian."""
    chosen = session.get(LANGUAGE)
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def state_words(state: str) -> str:
    """Where a submission stands."""
    return str(STATES.get(state, state))


def form_state_words(state: str) -> str:
    """Where a version of a form stands."""
    return str(FORM_STATES.get(state, state))


def role_words(role: str) -> str:
    """What an account does."""
    return str(ROLES.get(role, role))


def list_words(name: str) -> str:
    """What a list of cases is called; one that a form brought is called by its name."""
    return str(LISTS.get(name, name))


def decision_words(decision: str) -> str:
    """What a review decided."""
    return str(DECISIONS.get(decision, decision))


def since_words(decision: str) -> str:
    """With what a form is compared: the name of the reviewer follows."""
    return str(SINCE.get(decision, decision))


def clock_words(entered: Entered) -> str:
    """How far the clock of whoever entered an answer is to be trusted."""
    if entered.trust is ClockTrust.OFF:
        minutes = round(abs(entered.offset or 0) / 60_000)
        return gettext("its clock was wrong by %(span)s", span=_span_words(minutes))
    return str(CLOCKS[entered.trust])


def _span_words(minutes: int) -> str:
    """A span of time in the largest unit that says enough."""
    days, hours = minutes // (24 * 60), minutes // 60
    if days > 1:
        return ngettext("%(num)s day", "%(num)s days", days)
    if hours > 1:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)


def verdict_words(code: str | None) -> str:
    """Why an operation was not taken in."""
    if code is None:
        return gettext("No reason is recorded.")
    return str(VERDICTS.get(code) or (MALFORMED if code.startswith("malformed") else code))


@dataclass(frozen=True)
class Moment:
    """A moment in words, and exactly (ISO 8601) where it is one that calendars have."""

    words: str
    exact: str = ""


def tell_time(ms: int) -> Moment:
    """A moment (milliseconds since 1970) in the office's time zone, in words of the page's language.

    A device's clock may say anything, so a moment outside all calendars is told as such.
    """
    try:
        told = (_EPOCH + timedelta(milliseconds=ms)).astimezone(ZONE)
    except (OverflowError, ValueError):
        return Moment(gettext("a time that cannot be (the device's clock is wrong)"))
    language = current_language()
    time = format_time(told, _TIME_PATTERNS[language], tzinfo=ZONE, locale=language)
    return Moment(day_words(told.date(), time, language), told.isoformat(timespec="seconds"))


def day_words(day: date, time: str, language: str) -> str:
    """A day and a time of day in words; today and yesterday are called so."""
    today = (_EPOCH + timedelta(milliseconds=now_ms())).astimezone(ZONE).date()
    if day == today:
        return gettext("today %(time)s", time=time)
    if day == today - timedelta(days=1):
        return gettext("yesterday %(time)s", time=time)
    return gettext("%(day)s, %(time)s", day=format_date(day, "d MMMM y", locale=language), time=time)


def day_in_words(day: str, language: str) -> str:
    """A day as forms write it (``2026-02-28``) in words; what is no day stays as it came."""
    if not is_date(day):
        return day
    return str(format_date(date.fromisoformat(day), "d MMMM y", locale=language))


@dataclass(frozen=True)
class Tamed:
    """A text from outside, fit for a page: what is shown at once, and the rest."""

    start: str
    rest: str


def tame(value: str) -> Tamed:
    """A text with its control characters made visible (a page cannot hold NUL), cut where it gets long."""
    shown = value.translate(_VISIBLE)
    if len(shown) <= SHOWN_AT_ONCE * 1.2:
        return Tamed(shown, "")
    return Tamed(shown[:SHOWN_AT_ONCE], shown[SHOWN_AT_ONCE:])
