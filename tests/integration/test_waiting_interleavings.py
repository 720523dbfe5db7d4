"""Held operations, decided while something else happens to their record (PostgreSQL).

Each test drives two transactions to an exact place; nothing sleeps.
"""

import pytest

from domain.access import Actor
from domain.errors import Outdated
from server.services.push import decide_held
from tests.support.builders import new_id, op_id
from tests.support.crossing import assert_sound, player, state_in
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice, short
from tests.support.steps import COMMIT, Player


def decides(office: Office, who: Actor, operation: str, decision: str) -> Player[object]:
    """Somebody in the office who decides on a held operation, on a store of his own."""
    return Player(
        office.url,
        lambda store: store.transact(lambda c: decide_held(c, who, operation, decision, "a mistake", NOW)),
    )


@pytest.mark.postgres
@pytest.mark.parametrize("new_database", ["postgres"], indirect=True)
class TestWaiting:
    """Held operations, decided while something else happens to their record.

    Each of these failed before `Ledger.claim`, `Ledger.save` ahead of the second judgement, and the lock on
    what is held.
    """

    def test_an_edit_that_crosses_its_record_on_the_way_does_not_wait_for_ever(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        """Neither transaction sees the other one's rows: the edit is held while its record begins."""
        begun = asha.submission(record := new_id(), {"a": "1"})
        edit = budi.operation([("a", "2", [op_id(begun)])], record=record)
        first = player(office, asha, begun).start_and_stop(COMMIT)
        second = player(office, budi, edit).start()
        second.until_waiting_for(first)
        first.finish()
        assert "verdicts" not in second.finish()
        assert state_in(asha.sync(want=[record]), record).values_at("a") == ["2"]
        assert_sound(office, record)

    def test_a_record_that_crosses_its_edit_on_the_way_takes_it_up(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        """The other way round: the edit is about to be held when its record comes."""
        begun = asha.submission(record := new_id(), {"a": "1"})
        edit = budi.operation([("a", "2", [op_id(begun)])], record=record)
        first = player(office, budi, edit).start_and_stop(COMMIT)
        second = player(office, asha, begun).start()
        second.until_waiting_for(first)
        assert first.finish()["verdicts"]["0"]["code"] == "unknown-record"
        assert state_in(second.finish(), record).values_at("a") == ["2"]
        assert budi.sync()["decisions"] == [[op_id(edit), {"status": "ok"}]]
        assert_sound(office, record)

    def test_an_operation_on_two_records_that_cross_each_other_does_not_wait_for_ever(
        self, office: Office, asha: RawDevice, budi: RawDevice, citra: RawDevice
    ) -> None:
        """Each of two transactions brings one of the records that it waits for."""
        one, two = new_id(), new_id()
        both = citra.operation([("b", "both", [])], record=one)
        both["parts"].append(  # type: ignore[union-attr]
            {"record": two, "kind": "submission", "changes": [["b", "both", []]]}
        )
        assert citra.sync(both)["verdicts"]["0"]["code"] == "unknown-record"
        first = player(office, asha, asha.submission(one)).start_and_stop(COMMIT)
        second = player(office, budi, budi.submission(two)).start()
        second.until_waiting_for(first)
        first.finish()
        second.finish()
        told = citra.sync(want=[one, two])
        assert told["decisions"] == [[op_id(both), {"status": "ok"}]]
        assert [state_in(told, record).values_at("b") for record in (one, two)] == [["both"], ["both"]]
        assert_sound(office, one, two)

    def test_what_a_person_refused_is_not_taken_up_by_the_record_that_comes_meanwhile(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        """A held operation is decided once."""
        begun = asha.submission(record := new_id(), {"a": "1"})
        edit = budi.operation([("a", "2", [op_id(begun)])], record=record)
        budi.sync(edit)
        supervisor = office.person("fitri", "supervisor", "64.02")
        decision = decides(office, supervisor, op_id(edit), "void").start_and_stop(COMMIT)
        arrival = player(office, asha, begun).start()
        arrival.until_waiting_for(decision)
        decision.finish()
        assert short(arrival.finish()).keys() == {record}
        assert state_in(asha.sync(want=[record]), record).values_at("a") == ["1"]
        assert [v["status"] for _, v in budi.sync()["decisions"]] == ["void"]
        assert_sound(office, record)

    @pytest.mark.parametrize(("first", "second"), [("void", "ok"), ("ok", "void")])
    def test_of_two_who_decide_at_once_the_second_is_told_of_the_first(
        self, office: Office, asha: RawDevice, first: str, second: str
    ) -> None:
        """Broken on purpose: the row read without its lock; both decided, and the author was told of both."""
        asha.sync(begun := asha.submission(record := new_id(), {"a": "1"}))
        rani = office.device("rani", "officer", "64.02.01.2001")
        held = rani.operation([("a", "2", [op_id(begun)])], record=record)
        assert rani.sync(held)["verdicts"]["0"]["code"] == "outside-scope"
        fitri, dewi = (office.person(name, "supervisor", "64.02") for name in ("fitri", "dewi"))
        early = decides(office, fitri, op_id(held), first).start_and_stop(COMMIT)
        late = decides(office, dewi, op_id(held), second).start()
        late.until_waiting_for(early)
        early.finish()
        with pytest.raises(Outdated) as refusal:
            late.finish()
        assert refusal.value.code == "already-decided"
        assert [verdict["status"] for _, verdict in rani.sync()["decisions"]] == [first]
        assert state_in(asha.sync(want=[record]), record).values_at("a") == ["2" if first == "ok" else "1"]
        assert_sound(office, record)
