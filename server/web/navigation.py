"""The pages that everybody finds at the top."""

from dataclasses import dataclass
from typing import Final

from flask import request, url_for

from domain.access import Action, Actor, is_authorized
from domain.errors import NotAllowed
from server.context import current_store
from server.services.conflict_inbox import count_conflicts
from server.web.session import current_actor_or_none
from server.web.translation import lazy_gettext


@dataclass(frozen=True)
class Item:
    """A link at the top."""

    text: str
    url: str
    is_current: bool
    count: int = 0
    """How much waits there; nothing is told of none."""


def navigation() -> list[Item]:
    """The links for whoever is signed in."""
    actor = current_actor_or_none()
    if actor is None:
        return []
    here = request.endpoint or ""
    return [
        Item(
            str(text), url_for(endpoint), here.startswith(endpoint) or here in below, _count(actor, endpoint)
        )
        for action, endpoint, text, below in PAGES
        if is_authorized(actor, action)
    ]


ROUND_PAGES: Final = (
    "office.show_round",
    "office.show_sheet",
    "office.new_round",
    "office.post_round",
    "office.edit_round",
    "office.post_edit",
    "office.choose_assigning",
    "office.post_assigning",
    "office.choose_reassigning",
    "office.preview_reassigning",
    "office.post_reassigning",
)


def _count(actor: Actor, endpoint: str) -> int:
    """What waits behind a link, by one query on an index."""
    if endpoint != "office.list_conflicts":
        return 0
    with current_store().read() as connection:
        return count_conflicts(connection, actor)


FORM_PAGES: Final = (
    "office.upload_form",
    "office.show_form",
    "office.change_form",
    "office.show_rehearsal",
    "office.show_preview",
    "office.fill_preview",
)
DEVICE_PAGES: Final = ("office.show_device", "office.revoke_device", "office.confirm_device")
JOB_PAGES: Final = ("office.show_job", "office.cancel_job", "office.take_file")
PEOPLE_PAGES: Final = (
    "office.show_person",
    "office.new_person",
    "office.add_person",
    "office.change_person",
    "office.save_person",
    "office.close_person",
    "office.save_closing",
    "office.make_passphrase",
    "office.change_settings",
    "office.enrol_person",
    "office.make_enrolment",
    "office.await_device",
)
UNSENT_PAGES: Final = (
    "office.show_unsent",
    "office.upload_unsent",
    "office.open_unsent",
    "office.take_unsent",
)
PAGES: Final = (
    (Action.READ, "office.list_records", lazy_gettext("Queue"), ()),
    (Action.READ, "office.list_conflicts", lazy_gettext("Conflicts"), ("office.settle_conflicts",)),
    (
        Action.READ,
        "office.list_cases_page",
        lazy_gettext("Cases"),
        ("office.show_case", "office.show_move", "office.post_move"),
    ),
    (Action.READ, "office.list_rounds_page", lazy_gettext("Rounds"), ROUND_PAGES),
    (Action.REVIEW, "office.show_coverage", lazy_gettext("Coverage"), ()),
    (Action.READ_HELD, "office.list_held", lazy_gettext("Held back"), UNSENT_PAGES),
    (Action.READ, "office.list_alarms", lazy_gettext("Alarms"), ("office.acknowledge_alarm",)),
    (Action.READ_REFERRALS, "office.list_referrals", lazy_gettext("Referrals"), ()),
    (Action.CONFIRM, "office.list_confirmations", lazy_gettext("Second person"), ()),
    (Action.MANAGE_ACCOUNTS, "office.list_people", lazy_gettext("People"), PEOPLE_PAGES),
    (Action.MANAGE_DEVICES, "office.list_devices", lazy_gettext("Devices"), DEVICE_PAGES),
    (Action.PUBLISH_FORMS, "office.list_forms", lazy_gettext("Forms"), FORM_PAGES),
    (Action.REVIEW, "office.list_jobs", lazy_gettext("Long work"), JOB_PAGES),
    (Action.MANAGE_ACCOUNTS, "office.list_jobs", lazy_gettext("Long work"), JOB_PAGES),
    (Action.MANAGE_ACCOUNTS, "office.administration", lazy_gettext("Administration"), ()),
)
"""What a page asks of its reader, its endpoint, its name, and the pages below it."""
FIRST: Final = (Action.READ, Action.READ_REFERRALS, Action.MANAGE_ACCOUNTS)
"""Which page is somebody's first: that of the first of these that he may."""


def first_page(actor: Actor) -> str:
    """The endpoint of the page that somebody begins with. Raises `NotAllowed`."""
    own = next((action for action in FIRST if is_authorized(actor, action)), None)
    if own is None:
        raise NotAllowed(f"{actor.role} has no pages")
    return next(endpoint for action, endpoint, *_ in PAGES if action is own)
