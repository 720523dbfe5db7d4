"""Who reads what was not taken in: those whom it concerns, and its author; and of it what they may read.

Broken on purpose: whoever reads a record was told all held work on it, whole; a part on a record elsewhere
shown to whom another part concerns.
"""

from typing import Any

import pytest

from tests.support.builders import new_id, op_id, with_part
from tests.support.filings import FAR, REGENCY, submit
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice

ELSEWHERE = "SECRET OF ANOTHER VILLAGE"


@pytest.fixture
def record(asha: RawDevice) -> str:
    return submit(asha)


def held_on_both(device: RawDevice, record: str, other: str, *village: Any) -> str:
    """One operation on two records, of which the second is elsewhere; held for that."""
    sent = device.operation([("b", "7", ())], record=record)
    sent = with_part(sent, other, "submission", *village, ["a", ELSEWHERE, []])
    assert device.sync(sent)["verdicts"]["0"]["code"] == "outside-scope"
    return op_id(sent)


def on_record(reader: ApiClient, record: str) -> tuple[list[str], list[str]]:
    """The ids of the held work that a record's readings tell: the record's own, and its history's."""
    held = [one["id"] for one in reader.get(f"records/{record}")["held"]]
    events = reader.get(f"records/{record}/history")["operations"]
    return held, [one["id"] for one in events if one["status"] != "ok"]


def test_held_work_on_a_record_is_told_to_whom_it_concerns_and_to_its_author(
    office: Office, asha: RawDevice, budi: RawDevice, supervisor: ApiClient, record: str
) -> None:
    one = held_on_both(asha, record, new_id(), ["$village", FAR, []])
    assert on_record(supervisor, record) == ([one], [one])
    assert on_record(office.api("asha"), record) == ([one], [one])
    assert on_record(office.api("budi", "officer"), record) == ([], [])
    assert supervisor.post(f"held/{one}", {"decision": "void", "reason": "lain desa"})[0] == 200
    assert on_record(supervisor, record) == ([one], [one])
    assert on_record(office.api("budi", "officer"), record) == ([], [])


@pytest.mark.parametrize("is_there", [True, False])
def test_what_it_wants_of_a_record_elsewhere_is_withheld(
    office: Office, asha: RawDevice, supervisor: ApiClient, record: str, is_there: bool
) -> None:
    other, village = new_id(), ["$village", FAR, []]
    if is_there:
        other = submit(office.device("rani", "officer", FAR), village=FAR)
    one = held_on_both(asha, record, other, *([] if is_there else [village]))
    told = [
        *supervisor.get("held")["held"],
        *supervisor.get(f"records/{record}")["held"],
        *office.api("joko", "supervisor", FAR).get("held")["held"],
    ]
    assert [row["id"] for row in told] == [one] * 3
    withheld = {"record": other, "path": "a", "restricted": True}
    assert [withheld in row["changes"] for row in told] == [True, True, False]
    assert ELSEWHERE not in str(told[:2]) + str(supervisor.get(f"records/{record}/history"))
    for reader in (office.api("kabid", "head", REGENCY), office.api("asha")):
        assert ELSEWHERE in str(reader.get(f"records/{record}")["held"])


def test_who_decides_for_want_of_anybody_nearer_reads_what_he_decides_on(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    sent = asha.submission(new_id(), {"a": ELSEWHERE}, village=FAR)
    asha.sync(sent)
    assert ELSEWHERE in str(supervisor.get("held"))
    office.api("joko", "supervisor", FAR)
    assert supervisor.get("held")["held"] == []
