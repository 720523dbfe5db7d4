"""The office decides at the moment when somebody else decides, or when the record changes (PostgreSQL).

Each test drives two transactions to an exact place; nothing sleeps.
"""

from typing import Any

import pytest

from domain.access import Actor
from domain.errors import Outdated
from domain.operations import Change, Operation, read_operation
from domain.review import Decision
from server.services.office import Judgement, change_record, review_record
from server.store import records
from tests.support.builders import new_id
from tests.support.crossing import player
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice
from tests.support.steps import COMMIT, Player

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("new_database", ["postgres"], indirect=True)]


@pytest.fixture
def record(asha: RawDevice) -> str:
    """A record with an answer `a` that the office has not decided on."""
    one = new_id()
    asha.sync(asha.submission(one, {"a": "1"}))
    return one


@pytest.fixture
def fitri(office: Office) -> Actor:
    return office.person("fitri", "supervisor", "64.02")


@pytest.fixture
def dewi(office: Office) -> Actor:
    return office.person("dewi", "peksos", "64.02")


def stored(office: Office, record: str) -> records.StoredRecord:
    with office.store.read() as connection:
        return records.load(connection, [record])[record]


def decides(
    office: Office, who: Actor, record: str, decision: Decision, sees: records.StoredRecord
) -> Player[Operation]:
    """Somebody who decides on what he sees now."""
    reviews = tuple(survivor.id for survivor in sees.state.by_path["$review"])
    judgement = Judgement(decision, sees.state.etag, "because", {}, reviews)
    return Player(
        office.url, lambda store: store.transact(lambda c: review_record(c, who, record, judgement, NOW))
    )


def changes(
    office: Office, asha: RawDevice, record: str, sees: records.StoredRecord
) -> Player[dict[str, Any]]:
    """An officer's device that sends another answer than the one that is there now."""
    (answer,) = sees.state.by_path["a"]
    return player(office, asha, asha.operation([("a", "2", [answer.id])], record=record))


def test_of_two_reviewers_at_once_the_second_is_told_of_the_first(
    office: Office, record: str, fitri: Actor, dewi: Actor
) -> None:
    """Broken on purpose: the record read without its lock for a decision; both decided unseen."""
    seen = stored(office, record)
    first = decides(office, fitri, record, Decision.APPROVE, seen).start_and_stop(COMMIT)
    second = decides(office, dewi, record, Decision.RETURN, seen).start()
    second.until_waiting_for(first)
    first.finish()
    with pytest.raises(Outdated) as refusal:
        second.finish()
    assert refusal.value.code == "review-unseen"
    assert len(stored(office, record).state.by_path["$review"]) == 1


def test_an_approval_that_crosses_a_change_is_refused(
    office: Office, asha: RawDevice, record: str, fitri: Actor
) -> None:
    """Invariant 7: nothing comes between what was seen and the decision."""
    seen = stored(office, record)
    first = changes(office, asha, record, seen).start_and_stop(COMMIT)
    second = decides(office, fitri, record, Decision.APPROVE, seen).start()
    second.until_waiting_for(first)
    first.finish()
    with pytest.raises(Outdated) as refusal:
        second.finish()
    assert refusal.value.code == "record-changed"
    assert refusal.value.facts["etag"] == stored(office, record).state.etag


def test_a_change_that_crosses_an_approval_makes_it_stale(
    office: Office, asha: RawDevice, record: str, fitri: Actor
) -> None:
    """Invariant 7, the other way round: the approval was right when it was made, and counts no longer."""
    seen = stored(office, record)
    first = decides(office, fitri, record, Decision.APPROVE, seen).start_and_stop(COMMIT)
    second = changes(office, asha, record, seen).start()
    second.until_waiting_for(first)
    first.finish()
    second.finish()
    told = office.api("fitri", "supervisor", "64.02").get(f"records/{record}")
    assert told["review"]["state"] == "stale"
    assert told["answers"]["a"] == "2"


def test_of_two_who_settle_a_conflict_at_once_the_second_settles_nothing_unseen(
    office: Office, asha: RawDevice, record: str, fitri: Actor, dewi: Actor
) -> None:
    """Both saw the same values; their different choices are a new conflict, and none is lost."""
    asha.sync(rival := asha.operation([("a", "2", ())], record=record))
    values = tuple(survivor.id for survivor in stored(office, record).state.by_path["a"])
    assert read_operation(rival).id in values

    def settles(who: Actor, value: str) -> Player[Operation]:
        chosen = [Change("a", value, values)]
        return Player(
            office.url, lambda store: store.transact(lambda c: change_record(c, who, record, chosen, NOW))
        )

    first = settles(fitri, "1").start_and_stop(COMMIT)
    second = settles(dewi, "2").start()
    second.until_waiting_for(first)
    first.finish()
    second.finish()
    assert sorted(map(str, stored(office, record).state.values_at("a"))) == ["1", "2"]
