"""
Whatever is handed on and moved while officers are away, no work is lost, and whoever has the case is told.

Checked against a model that keeps names and sets alone. Seen to fail when an officer who cannot read the new
village kept the case, and when a note outlived the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.handing_over import notes_of
from domain.operations import VILLAGE as PLACE
from domain.planning import ASSIGNED
from server.services.moving import MoveOrder, move_case, preview_move
from server.services.waiting import decide, list_waiting
from server.store import records
from server.store.log import OK
from tests.support.builders import new_id, op_id, with_part
from tests.support.filings import FAR, REGENCY, VILLAGE, arrives
from tests.support.office import NOW, Office
from tests.support.planning import assign, hand_on, open_round, state_of
from tests.support.raw_device import RawDevice

AREAS = {"asha": (VILLAGE,), "budi": (VILLAGE, FAR), "carla": (FAR,)}
FORM = "verifikasi_anak"

steps = st.one_of(
    st.tuples(st.just("hand"), st.sampled_from(["", *AREAS])),
    st.tuples(st.just("move"), st.sampled_from([VILLAGE, FAR])),
    st.tuples(st.just("work"), st.sampled_from(list(AREAS))),
    st.tuples(st.just("work"), st.sampled_from(list(AREAS))),
)


@dataclass
class Model:
    """Who has the case, who had it, where it is; whose work waits or came late, by operation and form."""

    village: str = VILLAGE
    officer: str = "asha"
    earlier: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    def hand(self, officer: str) -> None:
        if self.officer and self.officer != officer:
            self.earlier.add(self.officer)
        self.officer = officer

    def move(self, village: str) -> None:
        self.village = village
        if self.officer and village not in AREAS[self.officer]:
            self.hand("")

    def work(self, officer: str, submission: str, operation: str) -> None:
        self.sent.add(submission)
        if self.village not in AREAS[officer]:
            self.held[operation] = officer
        elif officer in self.earlier and officer != self.officer:
            self.late[submission] = officer


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(steps, min_size=3, max_size=9))
def test_no_sequence_of_changing_hands_loses_work(
    office: Office, sequence: Sequence[tuple[str, str]]
) -> None:
    head = office.device("hana", "head", REGENCY)
    devices = {name: office.device(name, "officer", *areas) for name, areas in AREAS.items()}
    case, model = new_id(), Model()
    began: list[Any] = [(PLACE, VILLAGE, []), ("label", "Putri", [])]
    arrives(head, head.operation(began, record=case, kind="case:anak"))
    of_round = open_round(head, FORM, VILLAGE, FAR)
    task = assign(head, of_round, case, VILLAGE, "asha")
    for what, whom in sequence:
        if what == "hand" and whom != model.officer:
            hand_on(office, head, task, whom)
            model.hand(whom)
        elif what == "move" and whom != model.village:
            move(office, case, whom)
            model.move(whom)
        elif what == "work":
            model.work(whom, *work(devices[whom], case, of_round))
        state = state_of(office, task)
        assert state.values_at(ASSIGNED) == [model.officer]
        assert state_of(office, case).values_at(PLACE) == state.values_at(PLACE) == [model.village]
    notes = notes_of(state_of(office, task))
    assert (dict(notes.held), dict(notes.late)) == (model.held, model.late)
    actor = office.person("hana", "head", REGENCY)
    with office.store.read() as connection:
        waiting = {one.row.id for one in list_waiting(connection, actor, ["held"], None, 500).operations}
    assert model.held.keys() <= waiting
    for operation in sorted(model.held):
        office.store.transact(lambda c, one=operation: decide(c, actor, one, OK, "", NOW))  # type: ignore[misc]
    assert notes_of(state_of(office, task)).held == {}
    with office.store.read() as connection:
        assert records.load(connection, model.sent).keys() == model.sent


def move(office: Office, case: str, village: str) -> None:
    actor = office.person("hana", "head", REGENCY)
    with office.store.read() as connection:
        seen = preview_move(connection, actor, case, village).seen
    order = MoveOrder(case, village, "keluarga pindah", seen)
    office.store.transact(lambda connection: move_case(connection, actor, order, NOW))


def work(device: RawDevice, case: str, of_round: str) -> tuple[str, str]:
    """A form about the case that also changes it; gives the form's id and the operation's."""
    submission = new_id()
    own = AREAS[device.author][0]
    filled = device.submission(submission, {"a": "1", "$case": case, "$round": of_round}, village=own)
    sent = with_part(filled, case, "case:anak", ["catatan", submission, []])
    device.sync(sent)
    return submission, op_id(sent)
