"""``verilap-server rehearse``: what a version of a form would say of the records that there are."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.access import Action
from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from domain.forms.fields import in_language
from server.access import stands_for
from server.console import installed_store, say
from server.form_commands import is_version
from server.texts import language_of, sentence

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.services.rehearse import Rehearsal
    from server.store.transactions import Store


@stands_for(Action.PUBLISH_FORMS)
@click.command(help=sentence("help-rehearse"))
@click.argument("file", metavar="FILE|FORM@VERSION")
@click.option("--json", "as_json", is_flag=True, help=sentence("option-json"))
@click.option("--most", type=click.IntRange(min=1), help=sentence("option-most"))
def rehearse(file: str, as_json: bool, most: int | None) -> None:
    """Counts what would change; keeps nothing."""
    from server.services.rehearse import rehearse as run
    from server.store import areas

    with installed_store() as store:
        form = _form(store, file)
        with store.read() as connection:
            done = run(connection, form, most, _tell_progress)
            villages = {code: one.name for code, one in areas.all_villages(connection).items()}
    if as_json:
        click.echo(json.dumps(done.as_json(), ensure_ascii=False, indent=2))
    else:
        _print(done, villages)


def _form(store: "Store", file: str) -> FormDefinition:
    """The form that is meant. Raises `WorkbookError` where publishing would refuse it."""
    from server.services.office_lists import office_lists
    from server.services.publish_form import refuse_changed_paths
    from server.xlsform import compile_workbook

    with store.read() as connection:
        if is_version(file):
            return _version(connection, file)
        given = office_lists(connection)
    made = compile_workbook(Path(file), given)
    form = FormDefinition.from_json(made.definition)
    with store.read() as connection:
        refuse_changed_paths(connection, form, made.workbook)
    return form


def _version(connection: "Connection", name: str) -> FormDefinition:
    """A version that is here; a draft is compared with what was published since."""
    from server.services.forms import find_version
    from server.services.publish_form import refuse_changed_paths
    from server.store.forms import DRAFT, workbook_of

    found = find_version(connection, name)
    if found is None:
        raise NotFound(f"there is no form {name}", code="unknown-form-version", form=name)
    form = FormDefinition.from_json(json.loads(found.definition))
    if found.state == DRAFT:
        refuse_changed_paths(connection, form, workbook_of(connection, name) or b"")
    return form


def _tell_progress(done: "Rehearsal") -> None:
    """To somebody who watches: one line that is written over."""
    if sys.stderr.isatty():
        told = sentence("rehearsed-progress", records=done.records + done.failed, total=done.total)
        click.echo(f"\r{told}", err=True, nl=done.is_whole)


def _print(done: "Rehearsal", villages: Mapping[str, str]) -> None:
    say("rehearsed-head", form=done.form, records=done.records, total=done.total, affected=done.affected)
    if done.failed:
        say("rehearsed-failed", failed=done.failed)
    if not done.affected:
        say("rehearsed-none")
    if done.solved:
        say("rehearsed-solved", solved=done.solved)
    _print_problems(done, villages)
    if done.hidden:
        say("rehearsed-hidden")
    for path, count in done.hidden.most_common():
        say("rehearsed-line", count=count, label=_label(done, path), path=path)
    if done.lost:
        say("rehearsed-lost")
    for one, count in done.lost.most_common():
        facts = {"label": _label(done, one.path), "path": one.path}
        say("rehearsed-line-choice", count=count, choice=one.name, name=one.list_name, **facts)
    if done.unknown:
        say("rehearsed-unknown")
    for path, count in done.unknown.most_common():
        say("rehearsed-line", count=count, label=_label(done, path), path=path)


def _print_problems(done: "Rehearsal", villages: Mapping[str, str]) -> None:
    from server.services.rehearse import problem_words

    if done.problems:
        say("rehearsed-problems")
    for (path, code), counts in done.by_question.items():
        facts = {"label": _label(done, path), "path": path, "problem": problem_words(code, language_of())}
        say("rehearsed-line-problem", count=counts.total(), **facts)
        for village, count in counts.most_common():
            named = villages.get(village, village) or sentence("rehearsed-no-village")
            say("rehearsed-line-village", count=count, village=named)


def _label(done: "Rehearsal", path: str) -> str:
    return in_language(done.labels.get(path, {}), language_of()) or sentence("rehearsed-other")
