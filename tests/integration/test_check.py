"""`check_store` finds what does not follow from the log, whatever was altered behind the server's back.

Each alteration below is one that the check must name; on a sound store it must stay silent.
"""

import pytest
from sqlalchemy import text

from server.services.check_store import Checked, Difference, check_store
from tests.support.builders import new_id, with_restricted_part
from tests.support.office import Office
from tests.support.raw_device import RawDevice

VILLAGE, OTHER = "64.02.18.2007", "64.02.18.2001"


@pytest.fixture
def asha(office: Office) -> RawDevice:
    """A device whose submissions, edits, restricted and held operations are in the store."""
    device = office.device("asha", "officer", VILLAGE)
    first, second = new_id(), new_id()
    sent = device.submission(first, {"a": "1", "r": {"$": "restricted"}})
    device.sync(with_restricted_part(sent, first, {"r": "luka"}), device.submission(second, {"a": "2"}))
    device.sync(device.operation([("a", "3", [])], record=first))
    rani = office.device("rani", "officer", "64.02.01.2004")
    rani.sync(rani.operation([("b", "7", [])], record=first), {"rubbish": True})
    supervisor = office.api("siti", "supervisor", "64.02.18")
    held = supervisor.get("held?status=held")["held"][0]["id"]
    assert supervisor.post(f"held/{held}", {"decision": "ok", "reason": "benar"})[0] == 200
    return device


def differences(office: Office) -> list[Difference]:
    with office.store.read() as connection:
        return list(check_store(connection, Checked()))


def test_a_store_that_only_the_server_wrote_has_no_difference(office: Office, asha: RawDevice) -> None:
    checked = Checked()
    with office.store.read() as connection:
        assert list(check_store(connection, checked)) == []
    assert (checked.records, checked.operations) == (3, 5)


ALTERATIONS = {
    "check-operation-changed": "UPDATE operation SET body = :body WHERE status = 'ok'",
    "check-operation-columns": "UPDATE operation SET n = n + 100 WHERE status = 'ok'",
    "check-operation-links": "DELETE FROM operation_record WHERE record IN"
    " (SELECT id FROM record WHERE kind = 'restricted')",
    "check-no-document": "DELETE FROM record WHERE kind = 'restricted'",
    "check-no-operations": "UPDATE operation SET status = 'held'",
    "check-document": "UPDATE record SET document = :body WHERE kind = 'restricted'",
    "check-column": "UPDATE record SET etag = 'AAAAAAAAAAAAAAAAAAAAAA'",
    "check-not-listed": "UPDATE feed_row SET present = false",
    "check-listed": "INSERT INTO feed_row (feed, record, seq, present)"
    f" SELECT '{OTHER}', id, 1, true FROM record WHERE kind = 'restricted'",
    "check-feed-owner": "UPDATE feed_row SET owner = 'rani' WHERE owner IS NOT NULL",
    "check-feed-target": "DELETE FROM record",
    "check-feed-head": "DELETE FROM feed_head WHERE seq > 0",
    "check-feed-numbers": "UPDATE feed_head SET seq = seq - 1 WHERE seq > 0",
    "check-replica": "UPDATE replica SET have_count = 1000",
}


@pytest.mark.parametrize("key", ALTERATIONS)
def test_an_alteration_is_found(office: Office, asha: RawDevice, key: str) -> None:
    statement = text(ALTERATIONS[key])
    with office.store.write() as connection:
        connection.execute(statement, {"body": b'{"v":1}'} if ":body" in str(statement) else {})
    assert key in {one.key for one in differences(office)}


def test_a_restricted_part_that_changed_hands_is_found(office: Office, asha: RawDevice) -> None:
    with office.store.write() as connection:
        connection.execute(text("UPDATE record SET owner = 'rani' WHERE kind = 'restricted'"))
    assert Difference("check-column", {"record": _restricted(office), "column": "owner"}) in differences(
        office
    )


def _restricted(office: Office) -> str:
    with office.store.read() as connection:
        return str(connection.execute(text("SELECT id FROM record WHERE kind = 'restricted'")).scalar())
