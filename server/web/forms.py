"""The forms of the office: which versions there are, taking in a workbook, publishing and retiring."""

from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, is_authorized
from domain.errors import FormError, InvalidRequest, NotFound
from domain.forms.fields import in_language
from server.clock import now_ms
from server.context import current_store
from server.faults import WorkbookError
from server.services.forms import every_version, find_version, title_of, warnings_of
from server.services.office_lists import office_lists
from server.services.publish_form import keep_draft, publish_version, retire_or_drop
from server.store.forms import DRAFT, PUBLISHED, StoredForm
from server.web.blueprint import blueprint
from server.web.session import current_actor_or_none, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import current_language
from server.xlsform import CompiledForm, compile_bundle
from server.xlsform.bundle import received

LARGEST: Final = 12 * 1024 * 1024
"""Bytes of an upload: below what the web server takes in at all."""
BECAME: Final = {
    "form-published": lazy_gettext("Published. Devices get it with their next sync."),
    "form-retired": lazy_gettext("Retired. No new form is begun with it; what is filled with it stays."),
    "form-dropped": lazy_gettext("The draft was dropped."),
    "form-unchanged": lazy_gettext("It was so already; nothing was changed."),
    "form-retired-already": lazy_gettext("It was so already; nothing was changed."),
}


@dataclass(frozen=True)
class ShownForm:
    """A form with its versions, the newest first."""

    form_id: str
    title: str
    versions: tuple[StoredForm, ...]


@blueprint.before_request
def _take_workbooks() -> None:
    """Lets a workbook be larger than other forms of pages: for those who may send one, before it is read."""
    if request.endpoint == "office.upload_form":
        actor = current_actor_or_none()
        if actor and is_authorized(actor, Action.PUBLISH_FORMS):
            request.max_content_length = LARGEST


@blueprint.get("/forms")
@needs(Action.PUBLISH_FORMS)
def list_forms() -> str:
    """Every form with its versions, and where to take a workbook in."""
    return _render_list()


@blueprint.post("/forms")
@needs(Action.PUBLISH_FORMS)
def upload_form() -> Response | tuple[str, int]:
    """Takes a workbook in as a draft, or says all that is wrong with it."""
    sent = request.files.get("workbook")
    if sent is None or not sent.filename:
        return _render_list(refusal=gettext("No file was chosen.")), 400
    try:
        form = _compiled(sent.filename, sent.read())
        is_new = current_store().transact(lambda connection: keep_draft(connection, form, now_ms()))
    except WorkbookError as refused:
        faults = [one.as_json() for one in refused.faults]
        return _render_list(faults=faults, file=sent.filename), 422
    except FormError as refused:
        return _render_list(refusal=_refusal_words(refused)), 409
    told = gettext("Kept as a draft. No device gets it before it is published.")
    flash(told if is_new else gettext("It is published already with this content."), "good")
    return redirect(url_for("office.show_form", form_id=form.form_id, version=form.version))


def _compiled(name: str, content: bytes) -> CompiledForm:
    with current_store().read() as connection:
        given = office_lists(connection)
    return compile_bundle(received(name, content), given)


def _refusal_words(refused: FormError) -> str:
    if refused.code == "form-version-taken":
        return gettext(
            "%(form)s was published with other content, and a published version never changes:"
            " give the workbook a new version.",
            form=refused.facts.get("form", ""),
        )
    return refused.message


def _render_list(**facts: Any) -> str:
    with current_store().read() as connection:
        versions = every_version(connection)
    grouped: dict[str, list[StoredForm]] = {}
    for one in reversed(versions):
        grouped.setdefault(one.form_id, []).append(one)
    shown = [
        ShownForm(form_id, in_language(title_of(some[0]), current_language()), tuple(some))
        for form_id, some in sorted(grouped.items())
    ]
    return render_template("forms.html", forms=shown, **facts)


@blueprint.get("/forms/<form_id>/<version>")
@needs(Action.PUBLISH_FORMS)
def show_form(form_id: str, version: str) -> str:
    """One version: its state, what was told of its workbook, and what may become of it."""
    return _render_version(form_id, version)


@blueprint.post("/forms/<form_id>/<version>")
@needs(Action.PUBLISH_FORMS)
def change_form(form_id: str, version: str) -> Response | tuple[str, int]:
    """Publishes, retires or drops a version, once somebody has said that he is sure."""
    wanted, name = request.form.get("become", ""), f"{form_id}@{version}"
    if wanted not in ("published", "retired"):
        raise InvalidRequest("it was not said what shall become of it", code="no-decision")
    if request.form.get("sure") != "yes":
        refusal = gettext("Nothing was changed: tick the box first.")
        return _render_version(form_id, version, refusal=refusal), 400
    try:
        become = current_store().transact(lambda connection: _change(connection, name, wanted))
    except WorkbookError as refused:
        faults = [one.as_json() for one in refused.faults]
        return _render_version(form_id, version, faults=faults), 422
    flash(str(BECAME[become]), "good")
    if become == "form-dropped":
        return redirect(url_for("office.list_forms"))
    return redirect(url_for("office.show_form", form_id=form_id, version=version))


def _change(connection: Connection, name: str, wanted: str) -> str:
    if wanted == "retired":
        return retire_or_drop(connection, name)
    return "form-published" if publish_version(connection, name, now_ms()) else "form-unchanged"


def version_of(connection: Connection, form_id: str, version: str) -> StoredForm:
    """The version in whatever state. Raises `NotFound`."""
    found = find_version(connection, f"{form_id}@{version}")
    if found is None:
        raise NotFound("there is no such form")
    return found


def _render_version(form_id: str, version: str, **facts: Any) -> str:
    with current_store().read() as connection:
        found = version_of(connection, form_id, version)
    return render_template(
        "form.html",
        form=found,
        title=in_language(title_of(found), current_language()),
        warnings=warnings_of(found),
        is_draft=found.state == DRAFT,
        is_published=found.state == PUBLISHED,
        **facts,
    )
