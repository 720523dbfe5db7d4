"""What a version of a form would say of the records that there are: numbers, before it is published."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Final

from flask import redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action
from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from domain.forms.fields import in_language
from server.clock import now_ms
from server.context import current_store
from server.services.forms import title_of
from server.services.job_orders import order_rehearsal
from server.services.job_rehearsals import FORM_REHEARSAL
from server.services.jobs import find
from server.services.rehearse import Rehearsal, problem_words, rehearse
from server.store import areas
from server.web.blueprint import blueprint
from server.web.forms import version_of
from server.web.session import current_actor, needs
from server.web.translation import gettext
from server.web.wording import current_language

MOST: Final = 1_000
"""Records that a page looks at: some seconds. The command looks at all of them."""


@dataclass(frozen=True)
class Counted:
    """A line of the page: what it is about, more of it, how many, and where."""

    label: str
    path: str
    told: str
    count: int
    villages: tuple[tuple[str, int], ...] = ()


@blueprint.get("/forms/<form_id>/<version>/rehearsal")
@needs(Action.PUBLISH_FORMS)
def show_rehearsal(form_id: str, version: str) -> str:
    """Judges the records whose change is the latest; or tells what a job has counted over all of them."""
    with current_store().read() as connection:
        found = version_of(connection, form_id, version)
        done = _counted_by(connection, found.name, request.args.get("job", "")) or rehearse(
            connection, FormDefinition.from_json(json.loads(found.definition)), MOST
        )
        names = {code: one.name for code, one in areas.all_villages(connection).items()}
    return render_template(
        "rehearsal.html",
        form=found,
        title=in_language(title_of(found), current_language()),
        done=done,
        problems=_problems(done, names),
        hidden=_counted(done, done.hidden),
        unknown=_counted(done, done.unknown),
        lost=_lost(done),
    )


def _counted_by(connection: Connection, form: str, job: str) -> Rehearsal | None:
    """What a job has counted, once it is done. Raises `NotFound` for one that is none of the reader's."""
    found = find(connection, current_actor(), job) if job else None
    if found is None:
        return None
    if found.kind != FORM_REHEARSAL.name or not found.result or found.params["form"] != form:
        raise NotFound("there is no such rehearsal")
    return Rehearsal.from_json(found.result)


@blueprint.post("/forms/<form_id>/<version>/rehearsal")
@needs(Action.PUBLISH_FORMS)
def rehearse_all(form_id: str, version: str) -> Response:
    """Lets a worker judge all records."""
    actor, now = current_actor(), now_ms()

    def work(connection: Connection) -> str:
        return order_rehearsal(connection, actor, version_of(connection, form_id, version).name, now)

    return redirect(url_for("office.show_job", job=current_store().transact(work)))


def _problems(done: Rehearsal, names: dict[str, str]) -> list[Counted]:
    lines = []
    for (path, code), counts in done.by_question.items():
        villages = tuple(
            (names.get(one, one) or gettext("no village"), count) for one, count in counts.most_common()
        )
        told = problem_words(code, current_language())
        lines.append(Counted(_label(done, path), path, told, counts.total(), villages))
    return sorted(lines, key=lambda one: -one.count)


def _counted(done: Rehearsal, counts: Counter[str]) -> list[Counted]:
    return [Counted(_label(done, path), path, "", count) for path, count in counts.most_common()]


def _lost(done: Rehearsal) -> list[Counted]:
    return [
        Counted(
            _label(done, one.path),
            one.path,
            gettext("choice %(choice)s of the list %(list)s", choice=one.name, list=one.list_name),
            count,
        )
        for one, count in done.lost.most_common()
    ]


def _label(done: Rehearsal, path: str) -> str:
    words = in_language(done.labels.get(path, {}), current_language())
    return words or gettext("of a version that is not known here")
