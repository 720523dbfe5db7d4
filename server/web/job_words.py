"""Words for long work: what a job is called, what it counted, why it ended, and where its result is shown."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import url_for

from server.services.running_jobs import FAULT, RIGHTS_CHANGED, UNKNOWN_KIND, WORKERS_DIED
from server.store.jobs import CANCELLED, DONE, FAILED, OPEN, STOPPED, StoredJob
from server.web.translation import gettext, lazy_gettext
from server.web.wording import list_words

TITLES: Final[dict[str, Any]] = {
    "assign": lazy_gettext("Assign cases"),
    "export-list": lazy_gettext("List as a file"),
    "import-list": lazy_gettext("Take a list in"),
    "rehearse-list": lazy_gettext("Try a list out"),
    "rehearse-form": lazy_gettext("Rehearsal"),
    "hand-on": lazy_gettext("Hand cases on"),
}
"""What a job of a kind is called."""
ABOUT: Final[dict[str, Callable[[Any], str]]] = {
    "export-list": lambda params: list_words(params["list"]),
    "import-list": lambda params: list_words(params["list"]),
    "rehearse-list": lambda params: list_words(params["list"]),
    "rehearse-form": lambda params: str(params["form"]),
    "hand-on": lambda params: str(params["officer"]),
}
"""What more may be said of it to who ordered it, by what he ordered."""
COUNTS: Final[dict[str, Any]] = {
    "cases": lazy_gettext("Cases"),
    "new": lazy_gettext("new cases"),
    "changed": lazy_gettext("cases changed"),
    "unchanged": lazy_gettext("cases that say so already"),
    "conflict": lazy_gettext("cases changed, now with a conflict"),
    "left-out": lazy_gettext("rows left out"),
    "assign-assigned": lazy_gettext("cases assigned"),
    "assign-already": lazy_gettext("cases that were his already"),
    "assign-taken": lazy_gettext("cases that somebody else has meanwhile"),
    "assign-not-his": lazy_gettext("cases whose village is not his any more"),
    "assign-set-aside": lazy_gettext("cases whose processing is restricted"),
    "assign-closed": lazy_gettext("cases of villages where the round is closed"),
    "assign-gone": lazy_gettext("cases that are not in this round any more"),
    "handed-on": lazy_gettext("cases handed on"),
    "stayed": lazy_gettext("cases that were changed meanwhile and stay as they are"),
}
"""What a result counts, by the codes in it; in this order."""
STATES: Final[Mapping[str, Any]] = {
    OPEN: lazy_gettext("Under way"),
    DONE: lazy_gettext("Done"),
    FAILED: lazy_gettext("Failed"),
    CANCELLED: lazy_gettext("Cancelled"),
    STOPPED: lazy_gettext("Stopped"),
}
CHIPS: Final[Mapping[str, str]] = {OPEN: "pending", DONE: "approved", FAILED: "conflict", STOPPED: "conflict"}
WAITING: Final = lazy_gettext("Waiting for its turn")
REASONS: Final[dict[str, Any]] = {
    FAULT: lazy_gettext(
        "Something went wrong that nobody foresaw, each time it was tried. What was done before stays done."
        " Order it once more; if it fails again, tell your administrator the number of the job."
    ),
    WORKERS_DIED: lazy_gettext(
        "The worker ended each time in the middle of it. What was done before stays done."
        " Tell your administrator the number of the job."
    ),
    RIGHTS_CHANGED: lazy_gettext(
        "Your role or your villages were changed meanwhile, so it was stopped."
        " What was done before stays done."
    ),
    UNKNOWN_KIND: lazy_gettext(
        "This server does not know such a job: it may have been ordered by a newer one."
    ),
    "list-invalid": lazy_gettext("The list cannot be read in this way."),
    "unknown-case-list": lazy_gettext("No form fills this list."),
    "unknown-form-version": lazy_gettext("This version of the form is not here any more."),
}
"""Why a job failed or was stopped, by code."""


def _of_import(job: StoredJob) -> str:
    return url_for("office.show_import", list_name=job.params["list"], job=job.id)


def _of_rehearsal(job: StoredJob) -> str:
    form_id, version = str(job.params["form"]).split("@")
    return url_for("office.show_rehearsal", form_id=form_id, version=version, job=job.id)


RESULTS: Final[dict[str, Callable[[StoredJob], str]]] = {
    "rehearse-list": _of_import,
    "rehearse-form": _of_rehearsal,
}
"""Where the result of a kind has a page of its own."""
ORIGINS: Final[dict[str, Callable[[StoredJob], str]]] = {
    "assign": lambda job: url_for("office.show_round", round_id=job.params["round"]),
}
"""To what a kind belongs that has no such page: there one goes on."""


def title_of(job: StoredJob) -> str:
    """What a job is called, as far as its reader knows what was ordered."""
    title = str(TITLES.get(job.kind, job.kind))
    about = ABOUT.get(job.kind)
    return f"{title}: {about(job.params)}" if about and job.params else title


def state_of(job: StoredJob) -> str:
    """Where it stands."""
    return str(WAITING if job.is_open and job.begun is None else STATES.get(job.state, job.state))


def reason_of(job: StoredJob) -> str:
    """Why it ended otherwise than done; nothing where there is nothing to say."""
    if job.code is None:
        return ""
    return str(REASONS.get(job.code) or gettext("It was refused (%(code)s).", code=job.code))
