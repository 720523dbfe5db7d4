"""Pages for people in the office: views that only translate between services and templates."""

from typing import Any, Final

from flask import Flask, request, url_for

from domain.access import Action, is_authorized
from server.catalogues import DEFAULT_LANGUAGE, LANGUAGES, TIME_ZONE, OfficeBabel
from server.web import (
    alarms,
    album,
    assigning,
    bulk,
    cases,
    changes,
    confirmations,
    confirming,
    conflicts,
    copying,
    coverage,
    decisions,
    devices,
    enrolment,
    erasing,
    errors,
    exporting,
    field_evidence,
    files,
    finding,
    form_media,
    forms,
    headers,
    held,
    history,
    home,
    importing,
    jobs,
    moving,
    newest,
    part_review,
    people,
    person_changes,
    phone_app,
    picture,
    planning,
    preview,
    queue,
    reassigning,
    record_answers,
    record_blocks,
    referrals,
    rehearsal,
    restricting,
    revealing,
    rounds,
    saved_views,
    session,
    sign_in,
    static_files,
    submission,
    unsent,
)
from server.web.blueprint import blueprint
from server.web.flag_words import flag_words
from server.web.navigation import navigation
from server.web.resuming import resume_page
from server.web.session import current_actor_or_none
from server.web.wording import (
    LANGUAGE_NAMES,
    clock_words,
    current_language,
    decision_words,
    form_state_words,
    list_words,
    role_words,
    since_words,
    state_words,
    tame,
    tell_time,
    verdict_words,
)

__all__ = [
    "alarms",
    "assigning",
    "bulk",
    "cases",
    "confirmations",
    "confirming",
    "conflicts",
    "copying",
    "coverage",
    "decisions",
    "devices",
    "enrolment",
    "erasing",
    "exporting",
    "files",
    "finding",
    "form_media",
    "forms",
    "held",
    "history",
    "home",
    "importing",
    "jobs",
    "moving",
    "newest",
    "part_review",
    "people",
    "person_changes",
    "picture",
    "planning",
    "preview",
    "queue",
    "reassigning",
    "referrals",
    "register_web",
    "rehearsal",
    "restricting",
    "revealing",
    "rounds",
    "saved_views",
    "sign_in",
    "submission",
    "unsent",
]


def register_web(app: Flask) -> None:
    """Adds the pages, their sessions, languages, errors and headers to `app`."""
    session.register(app)
    sign_in.register(app, resume_page)
    babel = OfficeBabel()
    babel.init_app(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone=TIME_ZONE,
        locale_selector=current_language,
    )
    headers.register(app)
    errors.register(app)
    static_files.register(app)
    phone_app.register(app)
    record_blocks.register(app, RECORD_BLOCKS)
    app.context_processor(_frame)
    app.jinja_env.globals.update(WORDS)
    app.register_blueprint(blueprint)


RECORD_BLOCKS: Final = (
    restricting.ON_RECORD,
    submission.NOTICE,
    decisions.SIDE_BY_SIDE,
    held.ON_RECORD,
    newest.ON_RECORD,
    conflicts.ON_RECORD,
    changes.SINCE_DECISION,
    changes.SINCE_APPROVAL,
    record_answers.PROBLEMS,
    field_evidence.ON_RECORD,
    changes.SINCE_ROUND,
    record_answers.ANSWERS,
    decisions.DECISION,
    part_review.ON_RECORD,
    record_answers.CONTENTS,
    album.WINDOW,
)
"""
What stands on the page of a record, from top to bottom.

Said here, since some of them belong to what is built upon that page, which therefore cannot know them.
"""
WORDS: Final = {
    "clock_words": clock_words,
    "alarm_banner": alarms.banner,
    "decision_words": decision_words,
    "flag_words": flag_words,
    "form_state_words": form_state_words,
    "list_words": list_words,
    "role_words": role_words,
    "since_words": since_words,
    "state_words": state_words,
    "tame": tame,
    "tell_time": tell_time,
    "verdict_words": verdict_words,
}
"""What templates and their macros tell codes and moments with."""


def _frame() -> dict[str, Any]:
    """What the frame around every page shows."""
    actor = current_actor_or_none()
    return {
        "actor": actor,
        "is_told_of_alarms": actor is not None and is_authorized(actor, Action.READ),
        "navigation": navigation(),
        "here": _here(),
        "language": current_language(),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
    }


def _here() -> str:
    """The page that the reader sees, as an address that can be asked for again."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    named = request.view_args or {}
    if record := named.get("record"):
        return url_for("office.show_record", record=record)
    if "form_id" in named:
        return url_for("office.show_form", form_id=named["form_id"], version=named["version"])
    if "round_id" in named:
        return url_for("office.show_round", round_id=named["round_id"])
    return url_for("office.home")
