"""
What a device says of conflicts before its person settles them.

Broken on purpose, each with a failing test here: a settlement that was held taken for one; rounds that are
closed asked as well; the assignments of another case.
"""

import json
from collections.abc import Sequence

import pytest

from client_sync.settling import Settling
from client_sync.store.settings import Identity
from domain.dossier import Dossier
from domain.merge import RecordState, fold
from domain.operations import Operation, Value
from domain.planning import ASSIGNMENT, ROUND, assignment_record, round_record
from tests.support.builders import RECORD, VILLAGE, edit, operation
from tests.support.devices import Fleet
from tests.support.terminal import Verilap

CASE, ROUND_ID = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000a1"
OTHER_CASE = "00000000-0000-4000-8000-0000000000c9"


def test_it_says_before_saving_that_it_is_for_the_office(fleet: Fleet, verilap: Verilap) -> None:
    """Settled once by this device, and disputed again by an officer who had not seen that."""
    asha, budi, citra = (fleet.phone(name) for name in ("asha", "budi", "citra"))
    record = asha.new("anak", VILLAGE, {"nama": "Asha"}).record
    for phone in (asha, budi, citra):
        phone.sync()
    for phone, name in ((budi, "Aisha"), (asha, "Aisyah")):
        phone.set(record, {"nama": name})
        phone.sync()
    asha.sync()
    assert json.loads(verilap(asha, "conflicts", "--json").out)[0]["why_not"] is None
    told = verilap(asha, "resolve", record, "nama", "Aisyah")
    assert (told.status, told.err) == (0, "")
    asha.sync()
    citra.set(record, {"nama": "Asya"})
    citra.sync()
    asha.sync()
    assert json.loads(verilap(asha, "conflicts", "--json").out)[0]["why_not"] == "settled-before"
    assert "untuk kantor" in verilap(asha, "conflicts").out
    told = verilap(asha, "resolve", record, "nama", "Aisyah", language="en")
    assert told.status == 0
    assert "waits for the office to decide" in told.err


class Kept:
    """What of a store is asked: records of planned kinds, and own operations."""

    def __init__(self, *states: RecordState, sent: Sequence[Operation] = (), held: str = "") -> None:
        self.states, self.sent, self.held = states, sent, {held}
        self.records = self.outbox = self

    def all_shown(self, kind: str) -> list[RecordState]:
        return [one for one in self.states if one.kind == kind]

    def sent_of(self, _: object) -> Sequence[Operation]:
        return self.sent

    def marked_of(self, _: object) -> set[str]:
        return self.held


def planned(kind: str, record: str, **said: Value) -> RecordState:
    names = {"village": "$village", "round": "$round", "case": "$case", "assigned": "$assigned"}
    changes = [(names.get(name, name), value, ()) for name, value in said.items()]
    made = operation(changes, record=record, kind=kind, form=None, author="siti")
    return fold(None, [made], record)


@pytest.mark.parametrize(
    ("role", "assigned", "closed", "case", "code"),
    [
        ("officer", "asha", "", CASE, None),
        ("officer", "", "", CASE, None),
        ("officer", "budi", "", CASE, "not-assigned"),
        ("officer", "budi", "1", CASE, None),
        ("officer", "budi", "", OTHER_CASE, None),
        ("supervisor", "budi", "", CASE, None),
    ],
)
def test_it_goes_by_the_assignments_of_open_rounds(
    role: str, assigned: str, closed: str, case: str, code: str | None
) -> None:
    facts = {"village": VILLAGE, "round": ROUND_ID}
    opened = planned(ROUND, round_record(ROUND_ID, VILLAGE), **facts, form="anak", closed=closed)
    given = planned(ASSIGNMENT, assignment_record(ROUND_ID, CASE), **facts, case=CASE, assigned=assigned)
    begun = operation([("$village", VILLAGE, ()), ("$case", case, ()), ("a", "1", ())])
    sides = [
        edit("a", value, begun, author=value, replica=f"replica-of-{value}") for value in ("dua", "tiga")
    ]
    dossier = Dossier(fold(None, [begun, *sides], RECORD))
    identity = Identity("http://localhost", "token", "asha", role, (VILLAGE,))
    settling = Settling(Kept(opened, given), identity)  # type: ignore[arg-type]
    assert settling.why_not(dossier, "a") == code


def test_what_was_held_has_settled_nothing() -> None:
    sides = [edit("a", one, author=one, replica=f"replica-of-{one}") for one in ("dua", "tiga")]
    own = edit("a", "dua", *sides)
    first = edit("b", "1")
    dossier = Dossier(fold(None, sides, RECORD))
    identity = Identity("http://localhost", "token", "asha", "officer", (VILLAGE,))

    def code(*sent: Operation, held: str = "") -> str | None:
        return Settling(Kept(sent=sent, held=held), identity).why_not(dossier, "a")  # type: ignore[arg-type]

    assert code(first, own) == "settled-before"
    assert code(first, own, held=own.id) is None
    assert code(first) is None
