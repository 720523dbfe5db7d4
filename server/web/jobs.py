"""Long work: what was ordered, how far it is, cancelling it, and what came of it."""

from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor
from domain.canonical import Json
from server.api.files import as_file
from server.clock import now_ms
from server.context import current_store
from server.services import jobs
from server.services.audit import Act, Audited, put
from server.services.job_exports import LIST_EXPORT, file_name
from server.store import jobs as stored_jobs
from server.store.jobs import MADE, StoredJob
from server.web.blueprint import blueprint
from server.web.confirming import password_again
from server.web.job_words import CHIPS, COUNTS, ORIGINS, RESULTS, reason_of, state_of, title_of
from server.web.session import current_actor, needs
from server.web.translation import gettext, ngettext

FIRST_ESTIMATE_MS: Final = 2_000
"""Before that nobody can tell how long it takes."""
MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class ShownJob:
    """A job in words."""

    job: StoredJob
    is_mine: bool

    @property
    def title(self) -> str:
        return title_of(self.job)

    @property
    def state(self) -> str:
        return state_of(self.job)

    @property
    def chip(self) -> str:
        return CHIPS.get(self.job.state, "")

    @property
    def url(self) -> str:
        return url_for("office.show_job", job=self.job.id)

    @property
    def reason(self) -> str:
        return reason_of(self.job)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """What it counted, in words."""
        found = self.result.get("counts", {})
        return [(str(words), found[code]) for code, words in COUNTS.items() if code in found]

    @property
    def faults(self) -> list[Any]:
        return list(self.result.get("faults", ()))

    @property
    def result(self) -> dict[str, Any]:
        return self.job.result if self.is_mine and isinstance(self.job.result, dict) else {}

    @property
    def result_url(self) -> str:
        """Where its result has a page of its own, once there is one."""
        own = RESULTS.get(self.job.kind)
        is_told = own and self.is_mine and self.job.params and not self.job.is_open
        return own(self.job) if own and is_told else ""

    @property
    def origin_url(self) -> str:
        """Where one goes on."""
        own = ORIGINS.get(self.job.kind)
        return own(self.job) if own and self.is_mine and self.job.params else ""


@blueprint.get("/jobs")
@needs(Action.SIGN_IN)
def list_jobs() -> str:
    """One's own jobs, the latest first; everybody's, without what they are about, for who keeps accounts."""
    actor = current_actor()
    with current_store().read() as connection:
        found = jobs.list_jobs(connection, actor)
    return render_template("jobs.html", jobs=[_shown(actor, one) for one in found])


@blueprint.get("/jobs/<job>")
@needs(Action.SIGN_IN)
def show_job(job: str) -> str:
    """How far it is, and what came of it."""
    actor, now = current_actor(), now_ms()
    with current_store().read() as connection:
        found = jobs.find(connection, actor, job)
        has_file = found.account == actor.name and not found.is_open
        has_file = has_file and stored_jobs.has_file(connection, job, MADE)
    return render_template(
        "job.html",
        shown=_shown(actor, found),
        may_cancel=jobs.may_cancel(actor, found),
        left=left_words(found, now),
        has_file=has_file,
        kept_until=(found.ended or 0) + jobs.KEPT_MS,
    )


def _shown(actor: Actor, job: StoredJob) -> ShownJob:
    """What it was ordered with is for nobody but who ordered it."""
    return ShownJob(job, job.account == actor.name)


def left_words(job: StoredJob, now: int) -> str:
    """About how long it takes yet, by how long it took so far; nothing where nobody can tell."""
    if not job.is_open or job.begun is None or not job.total or job.done < 1:
        return ""
    if (spent := now - job.begun) < FIRST_ESTIMATE_MS:
        return ""
    left = spent * (job.total - job.done) // job.done
    if left < MINUTE_MS:
        return gettext("less than a minute left")
    minutes = round(left / MINUTE_MS)
    return ngettext("about %(num)s minute left", "about %(num)s minutes left", minutes)


@blueprint.post("/jobs/<job>/cancel")
@needs(Action.SIGN_IN)
def cancel_job(job: str) -> Response:
    """Ends it after the step that it is at."""
    actor, now = current_actor(), now_ms()
    current_store().transact(lambda connection: jobs.cancel(connection, actor, job, now))
    flash(gettext("It ends after the step that it is at. What was done stays done."), "good")
    return redirect(url_for("office.show_job", job=job))


@blueprint.post("/jobs/<job>/file")
@needs(Action.SIGN_IN)
@password_again
def take_file(job: str) -> Response:
    """Hands out what it made, once."""
    actor, now = current_actor(), now_ms()
    found, data = current_store().transact(lambda connection: _fetch(connection, actor, job, now))
    return as_file(data, "text/csv", file_name(found.params))


def _fetch(connection: Connection, actor: Actor, job: str, now: int) -> tuple[StoredJob, bytes]:
    """On record with how many there are in it; each of them was named there when he was put into it."""
    found, data = jobs.fetch(connection, actor, job, LIST_EXPORT, now)
    told: dict[str, Json] = {"file": file_name(found.params), "job": job, "cases": found.done}
    village = next(iter(found.areas), "")
    put(connection, Act(actor.name, Audited.EXPORT, (), village, detail=told), now)
    return found, data
