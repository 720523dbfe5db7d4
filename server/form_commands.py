"""``verilap-server``'s commands about forms: publishing, listing and retiring their versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from domain.access import Action
from domain.errors import InvalidRequest, NotFound
from domain.operations import FORM
from server.access import stands_for
from server.clock import now_ms, office_time
from server.console import installed_store, say, warn
from server.texts import language_of, sentence

if TYPE_CHECKING:
    from server.store.transactions import Store

LISTED: Final = {
    "draft": "form-listed-draft",
    "published": "form-listed-published",
    "retired": "form-listed-retired",
}


@stands_for(Action.PUBLISH_FORMS)
@click.command("publish-form", help=sentence("help-publish-form"))
@click.argument("file", metavar="FILE|FORM@VERSION")
@click.option("--draft", is_flag=True, help=sentence("option-draft"))
def publish_form(file: str, draft: bool) -> None:
    """Publishes a workbook, an archive with one, or a version that is here."""
    with installed_store() as store:
        if not is_version(file):
            _take_in(store, Path(file), draft)
        elif draft:
            raise InvalidRequest(f"{file} is here already", code="form-draft-version", form=file)
        else:
            _publish_version(store, file)


def is_version(given: str) -> bool:
    """Whether a version is meant and no file. Raises `NotFound` where it can be neither."""
    if Path(given).exists() or Path(given).suffix.lower() in {".xlsx", ".zip"}:
        return False
    if FORM.fullmatch(given):
        return True
    raise NotFound(f"there is no file {given}", code="form-file", file=given)


def _take_in(store: "Store", file: Path, as_draft: bool) -> None:
    from server.services.office_lists import office_lists
    from server.services.publish_form import keep_draft, publish
    from server.xlsform import compile_workbook

    with store.read() as connection:
        given = office_lists(connection)
    form = compile_workbook(file, given)
    name = f"{form.form_id}@{form.version}"
    put = keep_draft if as_draft else publish
    is_new = store.transact(lambda connection: put(connection, form, now_ms()))
    for warning in _warnings_of(store, name):
        warn("form-warning", warning=warning)
    told = "form-drafted" if as_draft else "form-published"
    say(told if is_new else "form-unchanged", form=name)


def _warnings_of(store: "Store", name: str) -> list[str]:
    from server.services.forms import find_version, warnings_of

    with store.read() as connection:
        found = find_version(connection, name)
    return [one["message"][language_of()] for one in warnings_of(found)] if found else []


def _publish_version(store: "Store", name: str) -> None:
    from server.services.publish_form import publish_version

    is_new = store.transact(lambda connection: publish_version(connection, name, now_ms()))
    say("form-published" if is_new else "form-unchanged", form=name)


@stands_for(Action.PUBLISH_FORMS)
@click.command("forms", help=sentence("help-forms"))
def list_forms() -> None:
    """Lists every version, one a line."""
    from domain.forms.fields import in_language
    from server.services.forms import every_version, title_of

    with installed_store() as store, store.read() as connection:
        listed = every_version(connection)
    for one in listed:
        title = in_language(title_of(one), language_of())
        say(LISTED[one.state], form=one.name, since=office_time(one.published), title=title)
    if not listed:
        warn("forms-none")


@stands_for(Action.PUBLISH_FORMS)
@click.command("retire-form", help=sentence("help-retire-form"))
@click.argument("form", metavar="FORM@VERSION")
def retire_form(form: str) -> None:
    """Retires a version, or drops a draft."""
    from server.services.publish_form import retire_or_drop

    with installed_store() as store:
        become = store.transact(lambda connection: retire_or_drop(connection, form))
    say(become, form=form)
