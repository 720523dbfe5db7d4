"""A form as the officer will see it, to be tried out: every press of the button evaluates it anew."""

import json
import re
from typing import Any, Final

from flask import render_template, request

from domain.access import Action
from domain.forms.definition import FormDefinition
from domain.forms.fields import in_language
from server.clock import now_ms
from server.context import current_store
from server.services.forms import title_of
from server.services.preview import Filling, filling_of
from server.store.forms import StoredForm
from server.web.blueprint import blueprint
from server.web.forms import version_of
from server.web.session import needs
from server.web.wording import current_language

ANSWER: Final = "a:"
MEMBERS: Final = "members:"
COUNT: Final = re.compile(r"[0-9]{1,3}")


@blueprint.get("/forms/<form_id>/<version>/preview")
@needs(Action.PUBLISH_FORMS)
def show_preview(form_id: str, version: str) -> str:
    """The form as it begins."""
    found, form = _read(form_id, version)
    filling = Filling(form, {}, {}, now_ms())
    filling.begin()
    return _render(found, filling, is_tried=False)


@blueprint.post("/forms/<form_id>/<version>/preview")
@needs(Action.PUBLISH_FORMS)
def fill_preview(form_id: str, version: str) -> str:
    """The same with the answers that were given; nothing of them is kept."""
    found, form = _read(form_id, version)
    members = {name: int(text) for name, text in _sent(MEMBERS) if COUNT.fullmatch(text)}
    if repeat := request.form.get("add"):
        members[repeat] = members.get(repeat, 1) + 1
    return _render(found, filling_of(form, _sent(ANSWER), members, now_ms()), is_tried=True)


def _sent(prefix: str) -> list[tuple[str, str]]:
    """The fields whose names begin so, without that."""
    fields = request.form.items(multi=True)
    return [(name.removeprefix(prefix), text[:5000]) for name, text in fields if name.startswith(prefix)]


def _read(form_id: str, version: str) -> tuple[StoredForm, FormDefinition]:
    with current_store().read() as connection:
        found = version_of(connection, form_id, version)
    return found, FormDefinition.from_json(json.loads(found.definition))


def _render(found: StoredForm, filling: Filling, **facts: Any) -> str:
    return render_template(
        "preview.html",
        form=found,
        title=in_language(title_of(found), current_language()),
        preview=filling.preview(),
        in_language=lambda text: in_language(text, current_language()),
        other="en" if current_language() == "id" else "id",
        **facts,
    )
