"""Reviews by the office API: bound to the version and to the reviews that were on the screen."""

from typing import Any

import pytest

from tests.support.filings import KECAMATAN, edit, in_conflict, review, submit
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice


def test_an_approval_counts_until_the_record_changes(asha: RawDevice, supervisor: ApiClient) -> None:
    record = submit(asha)
    status, told = review(supervisor, record, "approve", comment="lengkap")
    assert (status, told["review"]["state"], told["review"]["comment"]) == (200, "approved", "lengkap")
    edit(asha, record, "a", "2", told["survivors"]["a"][0])
    assert supervisor.get(f"records/{record}")["review"]["state"] == "stale"


def test_a_decision_on_an_old_version_is_refused_with_the_new_one(
    asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    before = supervisor.get(f"records/{record}")
    edit(asha, record, "b", "x")
    status, told = review(supervisor, record, "approve", etag=before["etag"])
    assert (status, told["error"]["code"]) == (409, "record-changed")
    assert told["error"]["etag"] == supervisor.get(f"records/{record}")["etag"] != before["etag"]


def test_a_decision_beside_an_unseen_review_is_refused(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    seen = supervisor.get(f"records/{record}")["review"]["ids"]
    other = office.api("dewi", "supervisor", KECAMATAN)
    assert review(other, record, "return")[0] == 200
    status, told = review(supervisor, record, "approve", seen=seen)
    assert (status, told["error"]["code"]) == (409, "review-unseen")
    assert supervisor.get(f"records/{record}")["review"]["state"] == "returned"


def test_a_form_sent_again_beside_an_unseen_decision_waits_and_shows_both(
    asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: only the later of the two was told."""
    record = submit(asha)
    assert review(supervisor, record, "reject", comment="ganda")[0] == 200
    edit(asha, record, "$review", "submitted")
    told = supervisor.get(f"records/{record}")["review"]
    assert told["state"] == "pending"
    assert {str(one["value"]) for one in told["surviving"]} >= {"submitted"}
    decided = [one["value"] for one in told["surviving"] if isinstance(one["value"], dict)]
    assert [(one["decision"], one["comment"]) for one in decided] == [("reject", "ganda")]
    assert sorted(one["id"] for one in told["surviving"]) == sorted(told["ids"])


def test_an_approval_beside_an_open_conflict_is_refused_a_return_is_not(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = in_conflict(office, asha)
    status, told = review(supervisor, record, "approve")
    assert (status, told["error"]["code"]) == (409, "conflict-open")
    assert review(supervisor, record, "return")[0] == 200


def test_an_approval_beside_a_contested_removal_is_refused(asha: RawDevice, supervisor: ApiClient) -> None:
    """Broken on purpose: conflicts between answers alone counted as open."""
    record = submit(asha, {"m/m_1/x": "Ani"})
    preds = supervisor.get(f"records/{record}")["survivors"]["m/m_1/x"]
    supervisor.post(f"records/{record}/changes", {"preds": preds, "changes": [["m/m_1", {"$": "dead"}, [0]]]})
    edit(asha, record, "m/m_1/y", "7")
    status, told = review(supervisor, record, "approve")
    assert (status, told["error"]["code"]) == (409, "conflict-open")


def test_a_return_reaches_the_device_with_its_remarks(asha: RawDevice, supervisor: ApiClient) -> None:
    record = submit(asha)
    assert review(supervisor, record, "return", comment="lihat", remarks={"a": "salah?"})[0] == 200
    documents, _ = asha.pull()
    values = {row[0]: row[1] for row in documents[record]["values"]}
    assert values["$review"]["decision"] == "return"
    assert values["$review"]["remarks"] == {"a": "salah?"}
    told = supervisor.get(f"records/{record}")["review"]
    assert (told["state"], told["comment"], told["remarks"]) == ("returned", "lihat", {"a": "salah?"})


def test_officers_do_not_review(office: Office, asha: RawDevice) -> None:
    record = submit(asha)
    assert review(office.api("asha", "officer"), record, "approve")[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "maybe", "etag": "x"},
        {"decision": "approve"},
        {"decision": "approve", "etag": 5},
        {"decision": "approve", "etag": "x", "comment": "a\x00b"},
        {"decision": "approve", "etag": "x", "comment": "a\ud800b"},
        {"decision": "approve", "etag": "x", "comment": "x" * 10_001},
        {"decision": "return", "etag": "x", "remarks": ["a"]},
        {"decision": "return", "etag": "x", "remarks": {"a//b": "x"}},
        {"decision": "return", "etag": "x", "remarks": {"a": 5}},
        {"decision": "return", "etag": "x", "seen": ["nope"]},
        [],
        None,
        5,
    ],
)
def test_a_review_that_makes_no_sense_is_refused(asha: RawDevice, supervisor: ApiClient, body: Any) -> None:
    record = submit(asha)
    status, told = supervisor.post(f"records/{record}/review", body)
    assert status == 400, told
    assert supervisor.get(f"records/{record}")["review"]["state"] == "pending"
