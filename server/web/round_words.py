"""What the pages of rounds say: refusals, and what became of cases that were assigned."""

from collections.abc import Mapping
from typing import Any, Final

from domain.errors import VerilapError
from server.services.assignments import Became
from server.web.translation import gettext, lazy_gettext, ngettext

REFUSALS: Final = {
    "round-title": lazy_gettext("Write a title of one line, of 200 characters or fewer."),
    "round-begins": lazy_gettext("Choose the first day."),
    "round-due": lazy_gettext("Choose the last day."),
    "round-order": lazy_gettext("The last day is before the first one."),
    "round-form": lazy_gettext("Choose a form."),
    "round-villages": lazy_gettext("Choose villages; all of them have to be yours."),
    "round-other": lazy_gettext(
        "A round was opened from this page already, and says something else. Change that one instead;"
        " or press once more, and this becomes a round of its own."
    ),
    "round-changed": lazy_gettext(
        "Not saved: somebody changed this round while you had it open. Below is how it is now;"
        " what you typed is kept. Look at it and save again."
    ),
    "shares-changed": lazy_gettext(
        "Nothing was assigned: something of what you saw has changed meanwhile. Look once more."
    ),
    "no-officers": lazy_gettext("Choose officers: none of these can get cases here."),
    "no-officer": lazy_gettext("Choose who gets the cases."),
    "no-cases": lazy_gettext("Tick the cases first."),
    "assignment-due": lazy_gettext("This is no day. Leave it empty for the last day of the round."),
}
"""By the code of the refusal."""


def refusal_words(refusal: VerilapError) -> str:
    """Why something was not done. Raises the refusal where there are no words for it."""
    if refusal.code not in REFUSALS:
        raise refusal
    return str(REFUSALS[refusal.code])


def became_words(became: Mapping[Became, int]) -> list[tuple[str, str]]:
    """What became of cases that were to be assigned: notices, each with its kind."""
    told: list[tuple[str, str]] = []
    done = became.get(Became.ASSIGNED, 0)
    if done:
        told.append(("good", ngettext("%(num)s case assigned.", "%(num)s cases assigned.", done)))
    if already := became.get(Became.ALREADY, 0):
        words = ngettext("%(num)s case was his already.", "%(num)s cases were his already.", already)
        told.append(("info", words))
    for code, words in LEFT.items():
        if count := became.get(code, 0):
            told.append(("warn", f"{_cases(count)} {words}"))
    return told or [("info", gettext("There was nothing to assign."))]


def _cases(count: int) -> str:
    return ngettext("%(num)s case not assigned:", "%(num)s cases not assigned:", count)


LEFT: Final[dict[Became, Any]] = {
    Became.TAKEN: lazy_gettext("somebody else has it meanwhile."),
    Became.NOT_HIS: lazy_gettext("the village is not among his, or his account is closed."),
    Became.SET_ASIDE: lazy_gettext("its processing is restricted."),
    Became.CLOSED: lazy_gettext("the round is closed in its village."),
    Became.GONE: lazy_gettext("it is not in this round, or not in your villages any more."),
}
"""Why a case was not assigned."""
