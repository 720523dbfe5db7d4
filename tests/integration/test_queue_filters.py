"""What the queue finds beside the documents is what the documents say: every filter, reader and page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from domain.access import Actor, Role, reach_of
from domain.areas import is_covered
from domain.merge import view
from domain.operations import RESTRICTED_PART, SUBMISSION
from domain.planning import is_not_found, round_of
from domain.review import officers_of, review_of
from domain.rights import Action
from server.models import OperationRecord, OperationRow, RecordRow
from server.models_office import AlarmRow, LateFact, SubmissionFact
from server.services.indexing import index_everything
from server.services.submissions import narrowed, next_in_queue, previous_in_queue
from server.store import examinations, records, restrictions, submissions
from server.store.restrictions import Restriction
from server.store.submissions import Choice, Flag, Position
from tests.conftest import Length
from tests.support.examining import DEFINITION, Desk
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, REGENCY, VILLAGE, arrives, review, submit
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice

ROUND = "11111111-1111-4111-8111-111111111111"
READERS = (
    Actor("kabid", Role.HEAD, (REGENCY,)),
    Actor("rina", Role.PEKSOS, (KECAMATAN, "64.02.01")),
    Actor("siti", Role.SUPERVISOR, (KECAMATAN,)),
    Actor("nia", Role.SUPERVISOR, (VILLAGE, FAR)),
    Actor("nobody", Role.SUPERVISOR, ()),
)


@dataclass(frozen=True)
class Naive:
    """A submission as its document and its examination say it."""

    record: str
    villages: frozenset[str]
    form: str
    state: str
    conflicts: int
    officer: str
    round: str | None
    is_not_found: bool
    updated: int
    received: int
    problems: tuple[int, ...] | None
    waiting_parts: int
    is_set_aside: bool
    marks: frozenset[Flag]

    def fits(self, actor: Actor, choice: Choice) -> bool:
        """Whether the choice of this reader wants it."""
        problems = None if self.problems is None else self.problems[choice.is_whole]
        return all(
            (
                any(is_covered(village, choice.areas) for village in self.villages),
                choice.with_set_aside or not self.is_set_aside,
                choice.form in (None, self.form),
                not choice.states or self.state in choice.states,
                not choice.in_conflict or self.conflicts,
                not choice.with_problems or problems,
                not choice.without_problems or problems == 0,
                choice.officer in (None, self.officer),
                choice.round in (None, self.round),
                choice.flag not in (Flag.DANGER, Flag.LATE) or choice.flag in self.marks,
                choice.flag is not Flag.NOT_FOUND or self.is_not_found,
                choice.flag is not Flag.PART_WAITS or self.waiting_parts,
                choice.received_since is None or self.received >= choice.received_since,
                choice.updated_before is None or self.updated < choice.updated_before,
            )
        )


@pytest.fixture
def world(office: Office) -> Office:
    """Submissions in every state, of two forms, by two officers, in one village or two, some with parts."""
    office.publish(DEFINITION)
    clock = iter(range(NOW, NOW + 10**9, 1000))
    office.app.config["VERILAP_CLOCK"] = lambda: next(clock)
    desk, api = Desk(office), office.api("kabid", "head", REGENCY)
    asha, budi = (office.device(name, "officer", REGENCY) for name in ("asha", "budi"))
    for village in (VILLAGE, NEIGHBOUR, FAR):
        for device in (asha, budi):
            first = submit(device, {"a": "1", "$round": ROUND}, village=village)
            gone = submit(device, {"a": "1", "g/status_keberadaan": "4"}, village=village)
            review(api, gone, "approve" if device is asha else "reject", comment="x")
    for record in [_in_two(asha, budi), _in_two(budi, asha)]:
        review(api, record, "return", comment="x")
    stale = submit(asha, {"a": "1"})
    review(api, stale, "approve")
    arrives(budi, budi.operation([("a", "2", [])], record=stale))
    for value in ("many", "5"):
        desk.file(asha, a=value)
        desk.file_restricted(budi, value)
    desk.work()
    desk.file(asha, a="none")  # unexamined
    with office.store.write() as connection:
        aside = Restriction(gone, NOW, "kabid", "permintaan orang tua")
        restrictions.add(connection, aside, [gone, stale])
        alarm = {"id": "A" * 22, "operation": "B" * 22, "officer": "asha", "raised": NOW, "submission": stale}
        connection.execute(insert(AlarmRow), alarm)
        late = {"record": ROUND, "submission": first, "author": "budi"}
        connection.execute(insert(LateFact), late)
    return office


def _in_two(first: RawDevice, second: RawDevice) -> str:
    """A submission that two people put into different villages, neither knowing of the other."""
    record = submit(first, {"a": "1"}, village=VILLAGE)
    arrives(second, second.operation([("$village", NEIGHBOUR, []), ("a", "7", [])], record=record))
    return record


def naive(office: Office) -> list[Naive]:
    """All of them, the latest change first."""
    with office.store.read() as connection:
        rows = connection.execute(
            select(RecordRow.id, RecordRow.kind, RecordRow.updated, RecordRow.examined)
        ).all()
        stored = records.load(connection, [row.id for row in rows])
        aside = restrictions.among(connection, stored)
        since = select(OperationRecord.record, func.min(OperationRow.received)).join(
            OperationRow, OperationRow.id == OperationRecord.operation
        )
        by_record = connection.execute(since.group_by(OperationRecord.record))
        received = {row[0]: row[1] for row in by_record}
        marked = {
            Flag.DANGER: set(connection.execute(select(AlarmRow.submission)).scalars()),
            Flag.LATE: set(connection.execute(select(LateFact.submission)).scalars()),
        }
        waiting = Counter(
            records.parent_of(one.state)
            for one in stored.values()
            if one.state.kind == RESTRICTED_PART
            and review_of(one.state, view(one.state)).state.value in ("pending", "stale")
        )
        found = []
        for row in rows:
            if row.kind != SUBMISSION:
                continue
            state, examined = stored[row.id].state, examinations.find(connection, row.id)
            is_current = examined is not None and row.examined == state.digest
            found.append(
                Naive(
                    row.id,
                    stored[row.id].villages,
                    (state.form or "").partition("@")[0],
                    review_of(state, view(state)).state.value,
                    len(view(state).conflicts) + len(view(state).removals),
                    officers_of(state)[0],
                    round_of(state),
                    is_not_found(state),
                    row.updated,
                    received[row.id],
                    tuple(examined.counts) if examined and is_current else None,
                    waiting[row.id],
                    row.id in aside,
                    frozenset(flag for flag, ids in marked.items() if row.id in ids),
                )
            )
    return sorted(found, key=lambda one: (one.updated, one.record), reverse=True)


def choices(draw_of: list[Naive]) -> st.SearchStrategy[dict[str, Any]]:
    """What a reader asks for, mostly one thing at a time."""
    moments = st.sampled_from([one.updated for one in draw_of])
    every: dict[str, st.SearchStrategy[Any]] = {
        "form": st.sampled_from(["periksa", "verifikasi_anak", "none"]),
        "states": st.sampled_from([("pending", "stale"), ("approved",), ("returned", "rejected")]),
        "in_conflict": st.just(True),
        "with_problems": st.just(True),
        "without_problems": st.just(True),
        "officer": st.sampled_from(["asha", "budi", "kabid"]),
        "round": st.just(ROUND),
        "flag": st.sampled_from(list(Flag)),
        "received_since": moments,
        "updated_before": moments,
    }
    some = st.lists(st.sampled_from(sorted(every)), max_size=3, unique=True)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: every[name] for name in names}))


def pages(office: Office, choice: Choice, size: int) -> Iterator[str]:
    """The records of all pages, in their order."""
    after: Position | None = None
    while True:
        with office.store.read() as connection:
            rows = submissions.read_submissions(connection, choice, after, size)
        yield from (row.record for row in rows)
        if len(rows) < size:
            return
        after = rows[-1].position


def test_every_filter_finds_what_the_documents_say(world: Office, length: Length) -> None:
    """
    Broken on purpose: a submission of two villages listed twice; problems of whole readers counted for
    others; parts that wait taken from any state; the way back in the order of the way on.
    """
    every = naive(world)
    assert len(every) == 20
    areas = st.sampled_from(["", VILLAGE, NEIGHBOUR, FAR, KECAMATAN, REGENCY])

    @settings(max_examples=length.of(150, 3000), suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(READERS), areas, choices(every), st.integers(1, 5))
    def holds(actor: Actor, area: str, asked: dict[str, Any], size: int) -> None:
        reach = reach_of(actor, Action.READ)
        choice = Choice(
            narrowed(actor, area), is_whole=reach.is_whole, with_set_aside=reach.has_set_aside, **asked
        )
        wanted = [one for one in every if one.fits(actor, choice)]
        assert list(pages(world, choice, size)) == [one.record for one in wanted]
        any_state = [one.state for one in every if one.fits(actor, replace(choice, states=()))]
        with world.store.read() as connection:
            assert submissions.count_states(connection, choice) == Counter(any_state)
            for at, one in enumerate(wanted):
                place = Position(one.updated, one.record)
                before = previous_in_queue(connection, choice, place, one.record)
                behind = next_in_queue(connection, choice, place, one.record)
                assert before == (wanted[at - 1].record if at else None)
                around = wanted[at + 1 :] + wanted[:1]
                assert behind == next((other.record for other in around if other is not one), None)

    holds()
    facts = _facts(world)
    index_everything(world.store)
    assert _facts(world) == facts


def _facts(office: Office) -> list[tuple[Any, ...]]:
    with office.store.read() as connection:
        query = select(SubmissionFact.__table__).order_by(SubmissionFact.record, SubmissionFact.village)
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize(
    "forget",
    [
        lambda connection, record: examinations.forget(connection, [record]),
        lambda connection, _: examinations.forget_form(connection, "periksa@1"),
        lambda connection, _: examinations.forget_some(connection, ""),
    ],
)
def test_what_is_to_be_examined_again_is_listed_as_unexamined(
    office: Office, asha: RawDevice, forget: Callable[..., object]
) -> None:
    """Broken on purpose: the numbers left as they were, for each of the three."""
    office.publish(DEFINITION)
    desk = Desk(office)
    record = desk.file(asha, a="many")
    desk.work()
    choice = Choice((REGENCY,), with_problems=True)
    assert list(pages(office, choice, 5)) == [record]
    with office.store.write() as connection:
        forget(connection, record)
    assert list(pages(office, choice, 5)) == []
    desk.work()
    assert list(pages(office, choice, 5)) == [record]
