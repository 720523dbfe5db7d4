"""Which of the operations that were not accepted a record is marked with.

Broken on purpose: `visible` without its filter.
"""

import json

from tests.support.devices import FAR_VILLAGE, VILLAGE, Fleet, Phone
from tests.support.terminal import Verilap


def test_a_held_value_that_a_later_one_answered_is_marked_no_more(fleet: Fleet, verilap: Verilap) -> None:
    """It is decided some day all the same: `status` goes on naming it."""
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    held = asha.set(record, {"$village": FAR_VILLAGE}).operations[0]
    asha.sync()
    assert marks(verilap, asha, record) == [held]
    asha.set(record, {"$village": VILLAGE})
    asha.sync()
    assert asha.status_of(held) == "held"
    assert marks(verilap, asha, record) == []
    assert held in verilap(asha, "status").out


def marks(verilap: Verilap, phone: Phone, record: str) -> list[str]:
    """The operations that `list` and `show` mark the phone's only record with."""
    (line,) = json.loads(verilap(phone, "list", "--json").out)
    shown = json.loads(verilap(phone, "show", record, "--json").out)
    assert line["pending"] == shown["pending"]
    return [one["id"] for one in shown["pending"]]


def test_a_form_that_was_left_out_is_corrected_by_the_command_and_loses_its_mark(
    fleet: Fleet, verilap: Verilap
) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "a", "umur": "3"})
    asha.sync()
    fleet.server.decide(saved.operations[0], "void")
    asha.sync()
    assert "left out" in verilap(asha, "list", language="en").out
    assert verilap(asha, "set", saved.record, f"$village={VILLAGE}").status == 0
    assert asha.sync().verdicts == {"ok": 1, "held": 0, "void": 0}
    assert "left out" not in verilap(asha, "list", language="en").out
    assert fleet.server.state.records[saved.record].digest == asha.dossier(saved.record).submission.digest
