"""An office's list that is taken in by page: sent, tried out, its columns told otherwise, imported."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, is_authorized
from domain.errors import InvalidRequest, NotFound, Outdated
from domain.forms.fields import in_language
from schemas.records import is_list_name
from server.caselists.properties import CaseList, read_case_list
from server.clock import now_ms
from server.context import current_store
from server.services import jobs
from server.services.forms import newest_definitions
from server.services.job_imports import LIST_IMPORT, LIST_REHEARSAL, ListImport
from server.services.job_orders import MOST_OF_A_LIST, find_trial, order_anew, order_trial
from server.store.jobs import DONE, StoredJob
from server.web.blueprint import blueprint
from server.web.jobs import ShownJob
from server.web.session import current_actor, current_actor_or_none, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import current_language, list_words

SECONDS = 1.5
"""So long a page does the first steps itself: most lists are tried out by then."""
AROUND = 64 * 1024
"""Bytes of a form around its file."""
REASONS = {
    "list-empty": lazy_gettext("No file was chosen, or it is empty."),
    "list-large": lazy_gettext(
        "The file has more than 12 MB. The command verilap-server import-cases takes larger ones."
    ),
}
Page = Response | str | tuple[str, int]


@dataclass(frozen=True)
class Choice:
    """A column of the list, and what it may say: (value, words) each; `chosen` is the value it has."""

    number: int
    heading: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@blueprint.before_request
def _take_lists() -> None:
    """Lets a list be larger than other forms of pages: for those who may send one, before it is read."""
    if request.endpoint == "office.try_list":
        actor = current_actor_or_none()
        if actor and is_authorized(actor, Action.IMPORT_CASES):
            request.max_content_length = MOST_OF_A_LIST + AROUND


@blueprint.get("/cases/<list_name>/import")
@needs(Action.IMPORT_CASES)
def show_import(list_name: str) -> Page:
    """Takes a list in; with a trial (`job`) tells what would become of its rows, and how it was read."""
    return _render(list_name, request.args.get("job", ""))


@blueprint.post("/cases/<list_name>/import")
@needs(Action.IMPORT_CASES)
def try_list(list_name: str) -> Page:
    """Tries a list out: nothing is written."""
    _known(list_name)
    sent = request.files.get("list")
    actor, now = current_actor(), now_ms()
    data = sent.read() if sent else b""
    try:
        job = current_store().transact(lambda c: order_trial(c, actor, list_name, data, now))
    except InvalidRequest as refusal:
        if refusal.code not in REASONS:
            raise
        return _render(list_name, "", str(REASONS[refusal.code])), 400
    return _follow(job, LIST_REHEARSAL)


@blueprint.post("/cases/<list_name>/import/<job>")
@needs(Action.IMPORT_CASES)
def go_on_with_list(list_name: str, job: str) -> Page:
    """Tries the list once more with its columns read otherwise, or imports it."""
    actor, now, store = current_actor(), now_ms(), current_store()
    kind = LIST_IMPORT if request.form.get("do") == "import" else LIST_REHEARSAL

    def work(connection: Connection) -> str:
        trial = find_trial(connection, actor, list_name, job)
        headings = _told(trial).get("headings", [])
        wishes = [f"{one}={request.form.get(f'column-{at}', '')}" for at, one in enumerate(headings)]
        key = request.form.get("key", "")
        return order_anew(connection, actor, trial, kind, wishes, key, now)

    try:
        made = store.transact(work)
    except Outdated:
        flash(
            gettext("This list was used already. Look among your jobs, or send the file once more."), "warn"
        )
        return redirect(url_for("office.list_jobs"))
    return _follow(made, kind)


def _follow(job: str, kind: ListImport) -> Response:
    """To the job, which is over by then where it was small."""
    store, actor = current_store(), current_actor()
    jobs.run_for(store, job, kind, SECONDS)
    with store.read() as connection:
        shown = ShownJob(jobs.find(connection, actor, job), is_mine=True)
    return redirect(shown.result_url or shown.url)


def _known(list_name: str) -> CaseList:
    """Raises `NotFound` for a list that no form fills."""
    if is_list_name(list_name):
        with current_store().read() as connection:
            found = read_case_list(list_name, newest_definitions(connection))
        if found is not None:
            return found
    raise NotFound("there is no such list")


def _told(trial: StoredJob) -> dict[str, Any]:
    return trial.result if isinstance(trial.result, dict) else {}


def _render(list_name: str, job: str, refusal: str = "") -> str:
    cases, trial = _known(list_name), None
    if job:
        with current_store().read() as connection:
            trial = find_trial(connection, current_actor(), list_name, job)
    told = _told(trial) if trial else {}
    return render_template(
        "import_list.html",
        list_name=list_name,
        title=list_words(list_name),
        refusal=refusal,
        shown=ShownJob(trial, is_mine=True) if trial else None,
        told=told,
        is_done=trial is not None and trial.state == DONE,
        rows=trial.done if trial else 0,
        choices=_choices(cases, told),
        key=told.get("key", ""),
    )


def _choices(cases: CaseList, told: dict[str, Any]) -> list[Choice]:
    """Each column with what it was read as; one that names a case of another list may go on doing so."""
    language = current_language()
    known = tuple(
        (one.name, in_language(one.field.label, language) if one.field else gettext("Village"))
        for one in cases.properties.values()
    )
    columns: dict[str, str] = {}
    for one in told.get("columns", ()):
        reference = f"@{one['reference']}" if one["reference"] else ""
        columns[one["column"]] = f"{one['property']}{reference}"
    choices = []
    for number, heading in enumerate(told.get("headings", ())):
        chosen = columns.get(heading, "")
        further = ((chosen, chosen),) if "@" in chosen else ()
        choices.append(Choice(number, heading, (*known, *further), chosen))
    return choices
