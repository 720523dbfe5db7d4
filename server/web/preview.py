"""A form as the officer will see it, to be tried out: every press of the button evaluates it anew."""

import json
import re
import secrets
from collections.abc import Iterable
from typing import Any, Final

from flask import render_template, request, url_for

from domain.access import Action
from domain.forms.definition import FormDefinition
from domain.forms.fields import in_language
from domain.forms.program import Context
from server.clock import now_ms
from server.context import current_store
from server.expressions import context_at
from server.services.forms import title_of
from server.services.preview import preview_of
from server.services.trial import Sent, Trial
from server.store.forms import StoredForm
from server.web.blueprint import blueprint
from server.web.form_media import media_type
from server.web.forms import version_of
from server.web.session import current_actor, needs
from server.web.wording import current_language

ANSWER: Final = "a:"
MEMBERS: Final = "members:"
SAID: Final = "said:"
HAD: Final = "had:"
COUNT: Final = re.compile(r"[0-9]{1,3}")


@blueprint.get("/forms/<form_id>/<version>/preview")
@needs(Action.PUBLISH_FORMS)
def show_preview(form_id: str, version: str) -> str:
    """The form as it begins."""
    found, form = _read(form_id, version)
    return _render(found, Trial(form, _context()), is_tried=False)


@blueprint.post("/forms/<form_id>/<version>/preview")
@needs(Action.PUBLISH_FORMS)
def fill_preview(form_id: str, version: str) -> str:
    """The same with the answers that were given; nothing of them is kept."""
    found, form = _read(form_id, version)
    sent = Sent(
        answers=_joined(_sent(ANSWER)),
        members={name: int(text) for name, text in _sent(MEMBERS) if COUNT.fullmatch(text)},
        said=dict(_sent(SAID)),
        had=dict(_sent(HAD)),
        adding=request.form.get("add", ""),
    )
    return _render(found, Trial(form, _context(), sent), is_tried=True)


def _context() -> Context:
    """Whoever looks at it is the one who fills it in; what it draws it draws anew each time."""
    return context_at(now_ms(), username=current_actor().name, chance=secrets.token_hex(8))


def _media_url(found: StoredForm, kind: str, name: str) -> str | None:
    """Where a picture, sound or film of the form is; none for a file that a page does not show as that."""
    shown = media_type(name) or ""
    if not shown.startswith(f"{kind.removeprefix('big-')}/"):
        return None
    return url_for("office.form_media", form_id=found.form_id, version=found.version, name=name)


def _joined(sent: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Several values of one field are one answer with blanks between."""
    answers: dict[str, str] = {}
    for path, text in sent:
        answers[path] = f"{answers[path]} {text}".strip() if path in answers else text
    return answers


def _sent(prefix: str) -> list[tuple[str, str]]:
    """The fields whose names begin so, without that."""
    fields = request.form.items(multi=True)
    return [(name.removeprefix(prefix), text[:5000]) for name, text in fields if name.startswith(prefix)]


def _read(form_id: str, version: str) -> tuple[StoredForm, FormDefinition]:
    with current_store().read() as connection:
        found = version_of(connection, form_id, version)
    return found, FormDefinition.from_json(json.loads(found.definition))


def _render(found: StoredForm, trial: Trial, **facts: Any) -> str:
    return render_template(
        "preview.html",
        form=found,
        title=in_language(title_of(found), current_language()),
        preview=preview_of(trial),
        media_url=lambda kind, name: _media_url(found, kind, name),
        in_language=lambda text: in_language(text, current_language()),
        other="en" if current_language() == "id" else "id",
        **facts,
    )
