"""A restricted part belongs to one submission for good, and changes only together with it.

Broken on purpose, one at a time: the submission not looked for; the right to write there not asked for;
markers not asked for; a second submission named; nothing linked to the submission that is waited for.
"""

from typing import Any

import pytest

from tests.support.builders import new_id, op_id, with_part, with_restricted_part
from tests.support.filings import FAR, MARKER, VILLAGE, submit, with_restricted
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice


def code(device: RawDevice, sent: Any) -> str | None:
    """Why an operation was held, if it was."""
    verdict = device.sync(sent).get("verdicts", {}).get("0", {})
    assert verdict.get("status") in (None, "held")
    return str(verdict["code"]) if verdict else None


def part_of(device: RawDevice, record: str, of: Any, *changes: Any, village: str = VILLAGE) -> Any:
    """An operation on a restricted part alone, which says to what it belongs."""
    heads = [("$of", of, ()), ("$village", village, ())] if of else [("$village", village, ())]
    return device.operation([*heads, *changes], record=record, kind="restricted")


def test_a_part_of_a_submission_elsewhere_is_held(office: Office, asha: RawDevice) -> None:
    """Its author may write in the village that he puts the part into, and not on the submission."""
    rani = office.device("rani", "officer", FAR)
    record = submit(asha)
    assert code(rani, part_of(rani, new_id(), record, village=FAR)) == "outside-scope"
    assert code(rani, part_of(rani, new_id(), record, ("r", "X", ()), village=FAR)) == "outside-scope"


def test_a_part_that_is_written_without_its_submission_is_held_and_nobody_can_accept_it(
    asha: RawDevice, supervisor: ApiClient
) -> None:
    """Else the submission would keep its version, and an approval of it would stand."""
    record, part = with_restricted(asha)
    other = submit(asha)
    marked = asha.operation([("b", "2", ())], record=record)
    for sent in (
        asha.operation([("r", "lain", ())], record=part, kind="restricted"),
        with_part(marked, part, "restricted", ["r", "lain", []]),
        with_part(asha.operation([("r", MARKER, ())], record=other), part, "restricted", ["r", "lain", []]),
        asha.operation([("$of", other, ())], record=part, kind="restricted"),
        part_of(asha, new_id(), record, ("r", "lain", ())),
        part_of(asha, new_id(), "no submission"),
        part_of(asha, new_id(), part),
    ):
        assert code(asha, sent) == "part-alone"
        status, told = supervisor.post(f"held/{op_id(sent)}", {"decision": "ok", "reason": "x"})
        assert (status, told["error"]["code"]) == (409, "part-alone")
    assert {one["acceptable"] for one in supervisor.get("held")["held"]} == {False}


def test_what_comes_with_its_marker_or_only_moves_is_taken(asha: RawDevice) -> None:
    record, part = with_restricted(asha)
    marked = asha.operation([("r", MARKER, ())], record=record)
    assert code(asha, with_part(marked, part, "restricted", ["r", "lain", []])) is None
    assert (
        code(asha, asha.operation([("$village", "64.02.18.2001", ())], record=part, kind="restricted"))
        is None
    )
    assert code(asha, part_of(asha, new_id(), record)) is None


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_part_waits_for_its_submission(asha: RawDevice, budi: RawDevice, is_alone: bool) -> None:
    begun = asha.submission(record := new_id())
    if is_alone:
        sent = part_of(budi, part := new_id(), record)
    else:
        marked = budi.operation([("r", MARKER, ())], record=record)
        sent = with_restricted_part(marked, record, {"r": "memar"}, part=(part := new_id()))
    assert code(budi, sent) == "unknown-record"
    assert code(asha, begun) is None
    assert budi.sync()["decisions"] == [[op_id(sent), {"status": "ok"}]]
    assert part in budi.pull(cursors={})[0]
