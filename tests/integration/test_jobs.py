"""
Long work: taken by one worker at a time, in steps that note in themselves how far they got.

The kind of these tests writes one setting with each step under a name that cannot be there twice: a step that
was repeated after it was committed would fail, and one that was skipped would be missed.
"""

from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, select

from domain.access import Action
from domain.errors import InvalidRequest, NotAllowed, NotFound, Outdated
from server.models import Setting
from server.services import jobs, running_jobs
from server.services.job_exports import LIST_EXPORT
from server.services.job_kinds import KINDS
from server.services.job_work import Kind, Step, Work
from server.services.running_jobs import Runner
from server.store import accounts, settings
from server.store import jobs as stored
from server.store.jobs import LEASE_MS, StoredJob
from tests.support.filings import KECAMATAN
from tests.support.office import NOW, Office

STEPS = 4


class Fault(Exception):
    """What no kind foresees."""


class Counting(Kind):
    """Does `STEPS` steps; `trouble` is raised once, in the middle of step `at`, when it has written."""

    name: ClassVar[str] = "counting"
    action: ClassVar[Action] = Action.EXPORT_LIST
    trouble: BaseException | None = None
    at = -1
    lasts = False

    def step(self, connection: Connection, work: Work, looked: Any, now: int) -> Step:
        settings.write(connection, f"step-{work.id}-{work.done}", "done")
        assert not looked
        if self.trouble and work.done == self.at:
            trouble, self.trouble = self.trouble, self.trouble if self.lasts else None
            assert trouble
            raise trouble
        done = work.done + 1
        return Step({"at": done}, done, STEPS, {"counts": {"cases": done}}, is_over=done == STEPS)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def kind() -> Counting:
    return Counting()


class World:
    """An office where hana has ordered a job."""

    def __init__(self, office: Office, kind: Counting) -> None:
        self.office, self.store, self.kind, self.clock = office, office.store, kind, Clock()
        self.hana = office.person("hana", "head", KECAMATAN)
        self.job = self.order()

    def order(self) -> str:
        with self.store.write() as connection:
            return jobs.order(connection, self.hana, self.kind, {"said": "rahasia"}, NOW)

    def worker(self) -> Runner:
        return Runner(self.store, {self.kind.name: self.kind}, self.clock)

    def stands(self, job: str | None = None) -> StoredJob:
        with self.store.read() as connection:
            found = stored.find(connection, job or self.job)
        assert found
        return found

    def written(self) -> int:
        """How many steps of the job were written; their numbers follow each other from 0 on."""
        like = f"step-{self.job}-"
        with self.store.read() as connection:
            query = select(Setting.name).where(Setting.name.startswith(like, autoescape=True))
            names = set(connection.execute(query).scalars())
        assert names == {f"{like}{number}" for number in range(len(names))}
        return len(names)


@pytest.fixture
def world(office: Office, kind: Counting) -> World:
    return World(office, kind)


def test_a_job_is_done_step_by_step_and_tells_how_far_it_is(world: World) -> None:
    """Broken on purpose: the slice did not end (one job kept all others waiting)."""
    other = world.order()
    worker = world.worker()
    with world.store.read() as connection:
        listed = jobs.list_jobs(connection, world.hana)
    assert {one.id for one in listed} == {world.job, other}
    assert worker.run_some(world.job, seconds=0)
    first = world.stands()
    assert (first.done, first.total, first.state, first.result) == (
        1,
        STEPS,
        "open",
        {"counts": {"cases": 1}},
    )
    with world.store.write() as connection:
        jobs.cancel(connection, world.hana, other, NOW)
    while worker.run_some():
        pass
    over = world.stands()
    assert (over.state, over.done, over.ended, over.token) == ("done", STEPS, NOW, None)
    assert world.written() == STEPS
    assert world.stands(other).state == "cancelled"
    assert not worker.run_some()


def test_what_dies_in_the_middle_of_a_step_repeats_nothing_and_loses_nothing(world: World) -> None:
    """A worker that is gone leaves its lease, and another one takes over when that is over."""
    for at in range(STEPS):
        world.job = world.order() if at else world.job
        world.kind.trouble, world.kind.at = KeyboardInterrupt(), at
        worker = world.worker()
        with pytest.raises(KeyboardInterrupt):
            worker.run_some()
        assert world.written() == at
        assert not world.worker().run_some()
        world.clock.now += LEASE_MS + 1
        assert world.worker().run_some()
        assert (world.stands().state, world.written()) == ("done", STEPS)


def test_a_step_and_how_far_it_is_are_one_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken on purpose: the cursor in a transaction of its own after the step (the step was repeated)."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(running_jobs, "_note", die)
        with pytest.raises(KeyboardInterrupt):
            world.worker().run_some()
    assert world.written() == 0
    world.clock.now += LEASE_MS + 1
    assert world.worker().run_some()
    assert (world.stands().state, world.written()) == ("done", STEPS)


def test_a_worker_whose_lease_was_taken_over_writes_nothing(world: World) -> None:
    """Broken on purpose: the token was not compared (both did the step)."""
    slow, quick = world.worker(), world.worker()
    with world.store.write() as connection:
        taken = stored.take(connection, NOW)
    assert taken
    world.clock.now += LEASE_MS + 1
    assert quick.run_some(seconds=0)
    with pytest.raises(running_jobs.LeaseLostError):
        slow._step(world.kind, taken.id, taken.token or "")
    assert world.written() == 1


def test_a_failing_step_is_tried_again_and_then_told_by_a_code(world: World) -> None:
    """With pauses between. Broken on purpose: the pauses (five tries within a moment)."""
    world.kind.trouble, world.kind.at, world.kind.lasts = Fault("nama: Siti"), 2, True
    worker, tries = world.worker(), 0
    while world.stands().is_open:
        assert tries < 50
        if worker.run_some():
            tries += 1
            assert not world.stands().is_open or not worker.run_some(), "no pause"
        world.clock.now = max(world.clock.now, world.stands().due)
    assert tries == running_jobs.MOST_ATTEMPTS
    failed = world.stands()
    assert (failed.state, failed.code, failed.done) == ("failed", "job-fault", 2)
    assert world.written() == 2


def test_a_fault_that_passes_is_none_and_a_refusal_is_told_at_once(world: World) -> None:
    world.kind.trouble, world.kind.at = Fault(), 1
    worker = world.worker()
    while world.stands().is_open:
        worker.run_some()
        world.clock.now = max(world.clock.now, world.stands().due)
    assert (world.stands().state, world.written()) == ("done", STEPS)
    world.job = world.order()
    world.kind.trouble, world.kind.at = InvalidRequest("no", code="list-gone"), 0
    worker.run_some()
    assert (world.stands().state, world.stands().code) == ("failed", "list-gone")


def test_what_kills_its_workers_is_not_tried_for_ever(world: World) -> None:
    """Broken on purpose: attempts counted by whoever survives."""
    for _ in range(running_jobs.MOST_ATTEMPTS):
        with world.store.write() as connection:
            assert stored.take(connection, world.clock.now)
        world.clock.now += LEASE_MS + 1
    assert world.worker().run_some()
    assert (world.stands().state, world.stands().code) == ("failed", "job-workers-died")


def test_a_worker_fails_what_it_does_not_know_and_hands_out_no_file_of_another_kind(world: World) -> None:
    """A newer server may have ordered it. Broken on purpose: a file asked for by its job alone."""
    with world.store.write() as connection:
        stored.write_pieces(connection, world.job, stored.MADE, b"rahasia")
        with pytest.raises(NotFound):
            jobs.fetch(connection, world.hana, world.job, LIST_EXPORT, NOW)
        assert jobs.fetch(connection, world.hana, world.job, world.kind, NOW)[1] == b"rahasia"
    assert Runner(world.store, KINDS, world.clock).run_some()
    assert (world.stands().state, world.stands().code) == ("failed", "job-unknown")


def test_cancelling_ends_it_after_the_step_and_what_was_done_stays_told(world: World) -> None:
    """Broken on purpose: asked at the beginning of a slice only."""
    worker = world.worker()
    worker.run_some(seconds=0)
    with world.store.write() as connection:
        taken = stored.take(connection, NOW)
        assert taken
        jobs.cancel(connection, world.hana, world.job, NOW)
    assert world.stands().is_open
    assert not worker._step(world.kind, world.job, taken.token or "")
    over = world.stands()
    assert (over.state, over.done, over.result) == ("cancelled", 1, {"counts": {"cases": 1}})
    with world.store.write() as connection, pytest.raises(Outdated):
        jobs.cancel(connection, world.hana, world.job, NOW)


def test_rights_that_end_stop_a_job_at_its_next_step(world: World) -> None:
    """Broken on purpose: rights were asked when it was ordered only."""

    def close() -> None:
        with world.store.write() as connection:
            accounts.set_disabled(connection, "hana", NOW)

    worker = world.worker()
    for change in (
        lambda: world.office.move("hana", "64.02.18.2007"),
        lambda: world.office.move("hana", KECAMATAN, role="supervisor"),
        close,
    ):
        world.office.move("hana", "64.02", role="head")
        world.job = world.order()
        worker.run_some(world.job, seconds=0)
        change()
        worker.run_some(world.job)
        over = world.stands()
        assert (over.state, over.code, world.written()) == ("stopped", "rights-changed", 1)


def test_a_job_is_nobody_elses(world: World) -> None:
    siti = world.office.person("siti", "supervisor", KECAMATAN)
    admin = world.office.person("admin", "admin")
    with world.store.write() as connection:
        with pytest.raises(NotAllowed):
            jobs.order(connection, siti, world.kind, {}, NOW)
        with pytest.raises(NotFound):
            jobs.find(connection, siti, world.job)
        with pytest.raises(NotFound):
            jobs.fetch(connection, admin, world.job, world.kind, NOW)
        assert jobs.find(connection, admin, world.job)
        assert [one.params for one in jobs.list_jobs(connection, admin)] == [None]
        jobs.cancel(connection, admin, world.job, NOW)


def test_what_a_job_holds_goes_after_a_day_and_when_somebody_is_erased(world: World) -> None:
    """Broken on purpose: what was open when somebody was erased kept it when it ended."""
    while world.worker().run_some():
        pass
    assert jobs.empty_some(world.store, NOW + jobs.KEPT_MS - 1) == 0
    assert jobs.empty_some(world.store, NOW + jobs.KEPT_MS + 1) == 1
    emptied = world.stands()
    assert (emptied.params, emptied.cursor, emptied.result, emptied.done) == (None, None, None, STEPS)
    other = world.order()
    world.worker().run_some(seconds=0)
    with world.store.write() as connection:
        stored.forget(connection, NOW)
    assert world.stands(other).result
    while world.worker().run_some():
        pass
    assert (world.stands(other).state, world.stands(other).result) == ("done", None)
