"""`check_store` finds what does not follow from the log, whatever was altered behind the server's back.

Each alteration below is one that the check must name; on a sound store it must stay silent.
"""

from pathlib import Path

import pytest
from sqlalchemy import text

from server.services.check_store import Checked, Difference, check_store
from tests.support.builders import new_id, op_id, with_part, with_restricted_part
from tests.support.filings import MARKER, arrives, review, submit, with_restricted
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
    (held,) = (x["id"] for x in supervisor.get("held")["held"] if x["code"] == "outside-scope")
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


ALTERATIONS: dict[str, str] = {
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


COLUMNS = ["form", "parent", "etag", "digest", "state", "conflicts", "updated"]


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_the_queue_is_looked_at(office: Office, asha: RawDevice, column: str) -> None:
    """Broken on purpose: without the look at `updated`, which took whatever stood there for right."""
    odd = "9" if column in ("conflicts", "updated") else "'odd'"
    with office.store.write() as connection:
        connection.execute(text(f"UPDATE record SET {column} = {odd}"))
    found = [one for one in differences(office) if one.key == "check-column"]
    assert {one.facts["column"] for one in found} == {column}
    assert len(found) == 3


def test_times_of_receipt_that_the_queue_does_not_show_are_found(office: Office, asha: RawDevice) -> None:
    with office.store.write() as connection:
        connection.execute(text("UPDATE operation SET received = 0, decided = 0 WHERE status = 'ok'"))
    assert {"column": "updated"}.items() <= differences(office)[0].facts.items()


ALTERED_DIGESTS = [
    "have_xor = 'AAAAAAAAAAA'",
    "have_xor = 'AAAAAAAAAAE'",
    "have_xor = 'odd'",
    "have_count = 0",
    "have_count = have_count + 1",
    "have_count = -1",
]


@pytest.mark.parametrize("altered", ALTERED_DIGESTS)
def test_the_digest_of_a_device_that_is_its_accounts_only_one_is_exact(
    office: Office, asha: RawDevice, altered: str
) -> None:
    """Broken on purpose: its count alone was looked at."""
    with office.store.write() as connection:
        connection.execute(text(f"UPDATE replica SET {altered}"))
    assert [one.key for one in differences(office)] == ["check-replica", "check-replica"]


def test_digests_after_a_fork_and_a_reconciliation_are_no_difference(office: Office, asha: RawDevice) -> None:
    """Two stores of an account, one of which offered only the last of what it had sent.

    Broken on purpose: each digest was held to be that of everything that the account sent.
    """
    record, last = new_id(), asha.operation([("a", "5", [])], record=new_id())
    asha.sync(asha.submission(record), last)
    asha.post("have", {"replica": asha.replica, "ids": [op_id(last)]})
    asha.replica = "another-store-of-asha-x"
    asha.sync(asha.operation([("a", "4", [])], record=record))
    assert differences(office) == []


def test_what_an_account_does_in_the_office_is_in_no_digest_of_its_devices(office: Office) -> None:
    """Broken on purpose: the office's own operations counted as sent."""
    phone = office.device("siti", "supervisor", VILLAGE)
    api = office.api("siti")
    record = submit(phone)
    assert review(api, record, "reject", comment="ganda")[0] == 200
    with office.store.write() as connection:
        connection.execute(text("UPDATE replica SET have_xor = 'AAAAAAAAAAE'"))
    assert [one.key for one in differences(office)] == ["check-replica"]


TYPES = [
    ("operation SET body = '{}'", "check-operation-changed"),
    ("operation SET received = 'soon'", "check-column"),
    ("operation SET received = 'soon' WHERE n > 1", "check-column"),
    ("record SET document = '{}'", "check-document"),
    ("record SET updated = 'soon'", "check-column"),
    ("replica SET have_count = 'many'", "check-replica"),
    ("replica SET have_xor = 5", "check-replica"),
]


@pytest.mark.parametrize(("altered", "key"), TYPES)
def test_a_value_of_another_type_is_a_difference_and_the_rest_is_still_looked_at(
    tmp_path: Path, altered: str, key: str
) -> None:
    """SQLite takes any type into any column. Broken on purpose: a text was read as bytes, a TypeError."""
    office = Office(f"sqlite:///{tmp_path / 'store.db'}", tmp_path)
    try:
        device = office.device("asha", "officer", VILLAGE)
        record, part = with_restricted(device)
        marked = device.operation([("r", MARKER, [])], record=record)
        arrives(device, with_part(marked, part, "restricted", ["r", "lebam", []]))
        with office.store.write() as connection:
            connection.execute(text(f"UPDATE {altered}"))
            connection.execute(text("UPDATE feed_head SET seq = seq + 1 WHERE seq > 0"))
        found = {one.key for one in differences(office)}
    finally:
        office.close()
    assert {key, "check-feed-numbers"} <= found
