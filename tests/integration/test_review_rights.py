"""What an officer's device may write into the review of a record: that it was submitted, naming returns.

Broken on purpose: decisions alone were asked for a right, and an officer took an approval back; what is named
not looked at, and a rejection went the same way.
"""

from typing import Any

import pytest

from tests.support.builders import new_id, op_id
from tests.support.filings import arrives, review
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice


def decided(asha: RawDevice, supervisor: ApiClient, decision: str) -> tuple[str, str, str]:
    """A record with a decision on it; gives the ids of the record, of its filling, and of the decision."""
    sent = asha.submission(record := new_id())
    arrives(asha, sent)
    status, told = review(supervisor, record, decision, comment="begitu")
    assert status == 200
    return record, op_id(sent), told["operation"]


def state_of(supervisor: ApiClient, record: str) -> str:
    return str(supervisor.get(f"records/{record}")["review"]["state"])


@pytest.mark.parametrize("said", ["submitted", "whatever", "", {}, {"$": "dead"}, {"decision": "approve"}])
@pytest.mark.parametrize(("decision", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_an_officer_takes_no_decision_back(
    asha: RawDevice, supervisor: ApiClient, said: Any, decision: str, state: str
) -> None:
    record, filling, one = decided(asha, supervisor, decision)
    sent = asha.operation([("$review", said, [filling, one])], record=record)
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "not-a-reviewer"
    assert state_of(supervisor, record) == state


def test_an_officer_answers_returns_and_what_is_not_there_any_more(
    asha: RawDevice, budi: RawDevice, supervisor: ApiClient
) -> None:
    """Two officers answer one return, one after the other, and one of them once more after an approval."""
    record, filling, one = decided(asha, supervisor, "return")
    unknown = "A" * 22
    for device in (asha, budi):
        arrives(device, device.operation([("$review", "submitted", [one, filling, unknown])], record=record))
    assert state_of(supervisor, record) == "pending"
    assert review(supervisor, record, "approve")[0] == 200
    arrives(asha, asha.operation([("$review", "submitted", [one])], record=record))
    assert state_of(supervisor, record) == "pending"


def test_a_reviewer_may_on_a_device_too(office: Office, asha: RawDevice, supervisor: ApiClient) -> None:
    record, _, one = decided(asha, supervisor, "approve")
    device = office.device("siti", "supervisor")
    arrives(device, device.operation([("$review", "submitted", [one])], record=record))
    assert state_of(supervisor, record) == "pending"
