"""
What a device showed offline is put on record once, when it was, whoever may read the record by then.

Broken on purpose, each time with a failing test here: a row for each time that a report arrived; nothing
taken from a revoked device; the time that the device says, as it says it; the sender for the reader.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from client_sync.device import Device
from client_sync.errors import Refused, Unreachable
from domain.canonical import to_text
from domain.opened import MOST_RECORDS, Opened
from server.clock import now_ms
from server.models_evidence import AuditRecord, AuditRow
from server.services import accounts
from server.services.enrol import make_code
from server.services.who_read import WhoRead, who_read
from tests.support.builders import new_id
from tests.support.filings import FAR, KECAMATAN, VILLAGE, submit
from tests.support.local_line import KEY, URL, LocalLine, impatient
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.sealed import detail_of

BATCH = to_text(bytes(range(16)))
DAY_MS = 24 * 3_600_000


def rows(office: Office) -> list[Any]:
    """What devices reported."""
    query = select(AuditRow).where(AuditRow.action == "opened").order_by(AuditRow.time, AuditRow.id)
    with office.store.read() as connection:
        return list(connection.execute(query))


def asked(office: Office, record: str) -> WhoRead:
    with office.store.read() as connection:
        return who_read(connection, record)


def report(*acts: list[Any], batch: str = BATCH) -> dict[str, Any]:
    return {"batch": batch, "acts": list(acts)}


def act(*records: str, action: str = "read", **facts: Any) -> list[Any]:
    told = {"author": "asha", "first": now_ms() - 5_000, "last": now_ms() - 4_000, "offset": 0, "count": 3}
    told |= facts
    return [action, told["author"], told["first"], told["last"], told["offset"], told["count"], list(records)]


# --- from a device -------------------------------------------------------------------------------


class Clock:
    """The device's, in milliseconds since 1970: as far off the machine's as a test says."""

    def __init__(self) -> None:
        self.off = 0

    def __call__(self) -> int:
        return now_ms() + self.off


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(office: Office) -> LocalLine:
    return LocalLine(office.client)


@pytest.fixture
def device(office: Office, tmp_path: Path, line: LocalLine, clock: Clock) -> Iterator[Device]:
    """Asha's, of one village."""
    office.person("asha", "officer", VILLAGE)
    with office.store.write() as connection:
        code = make_code(connection, "asha", now_ms())
    made = Device.open(tmp_path / "home", KEY, connect=lambda _: line, clock=clock, patience=impatient())
    made.enroll(URL, code)
    with made as opened:
        yield opened


def test_what_was_read_offline_is_told_apart_with_when_and_how_often(
    office: Office, device: Device, budi: RawDevice
) -> None:
    record = submit(budi)
    device.sync()
    before = now_ms()
    device.show(record)
    device.show(record)
    device.show(record, Opened.EXPORT)
    assert rows(office) == []
    after = now_ms()
    device.sync()
    found = [one for one in asked(office, record).shown if one.is_offline]
    assert {(one.detail["action"], one.detail["count"]) for one in found} == {("read", 2), ("export", 1)}
    for one in found:
        assert (one.entry.account, one.entry.partition) == ("asha", KECAMATAN)
        assert one.entry.device
        assert before - 1_000 <= one.time <= after + 1_000
        assert one.entry.time >= after - 1_000
        assert one.as_json()["offline"] is True
    assert device.sync().traffic.requests == 1
    assert len(rows(office)) == 2


@pytest.mark.parametrize("fault", ["lost answer", "twice"])
def test_a_report_counts_once_whatever_happens_on_the_way(
    office: Office, device: Device, line: LocalLine, budi: RawDevice, fault: Any
) -> None:
    record = submit(budi)
    device.sync()
    device.show(record)
    line.faults.append(fault)
    if fault == "lost answer":
        with pytest.raises(Unreachable):
            device.sync()
    device.show(record)
    device.sync()
    device.sync()
    counts = [detail_of(office.store, row)["count"] for row in rows(office)]
    assert sum(counts) == 2


@pytest.mark.parametrize("off", [-56 * 365 * DAY_MS, 73 * 365 * DAY_MS])
def test_a_clock_of_1970_or_2099_is_put_right(
    office: Office, device: Device, clock: Clock, budi: RawDevice, off: int
) -> None:
    record = submit(budi)
    device.sync()
    clock.off = off  # it is wrong from now on, and the device does not know by how much
    device.show(record)
    device.sync()
    device.show(record)  # now it knows
    clock.off = 0
    device.sync()
    times = [one.time for one in asked(office, record).shown if one.is_offline]
    assert len(times) == 2
    assert all(abs(time - now_ms()) < 60_000 for time in times)


def test_a_revoked_device_still_tells_what_it_showed(office: Office, device: Device, budi: RawDevice) -> None:
    record = submit(budi)
    device.sync()
    device.show(record)
    office.revoke("asha")
    assert device.sync().revoked
    assert [row.account for row in rows(office)] == ["asha"]
    assert device.store.openings.any() is False


def test_what_cannot_be_read_any_more_is_on_record_all_the_same(
    office: Office, device: Device, budi: RawDevice
) -> None:
    record = submit(budi)
    device.sync()
    device.show(record)
    office.move("asha", FAR)
    device.sync()
    assert [one.entry.account for one in asked(office, record).shown if one.is_offline] == ["asha"]


def test_an_account_that_takes_a_store_over_does_not_answer_for_the_one_before(
    office: Office, device: Device, budi: RawDevice
) -> None:
    record = submit(budi)
    device.sync()
    device.show(record)
    office.person("dewi", "officer", VILLAGE)
    with office.store.write() as connection:
        code = make_code(connection, "dewi", now_ms())
    device.enroll(URL, code)
    device.sync()
    (row,) = rows(office)
    assert (row.account, detail_of(office.store, row)["author"]) == ("dewi", "asha")


# --- from anything else --------------------------------------------------------------------------


def test_the_same_batch_counts_once_and_another_one_again(office: Office, asha: RawDevice) -> None:
    record = submit(asha)
    first = act(record)
    for batch, count in ((BATCH, 1), (BATCH, 1), (to_text(bytes(16)), 2)):
        assert asha.sync(opened=report(first, batch=batch))["opened"] == batch
        assert len(rows(office)) == count
    assert asha.sync(opened=report(first, first))["opened"] == BATCH
    assert len(rows(office)) == 2


def test_a_report_stands_in_the_transaction_of_the_work_beside_it(office: Office, asha: RawDevice) -> None:
    record = new_id()
    told = asha.sync(asha.submission(record), opened=report(act(record)))
    assert told["opened"] == BATCH
    assert "verdicts" not in told
    (row,) = rows(office)
    with office.store.read() as connection:
        named = connection.execute(select(AuditRecord.record).where(AuditRecord.audit == row.id)).scalars()
        assert list(named) == [record]


def test_unknown_records_are_noted_as_they_are_reported(office: Office, asha: RawDevice) -> None:
    unknown = new_id()
    asha.sync(opened=report(act(unknown, action="glanced-at")))
    (row,) = rows(office)
    assert row.partition == KECAMATAN
    (shown,) = asked(office, unknown).shown
    assert shown.detail["action"] == "glanced-at"


def test_times_and_counts_of_any_size_do_no_harm(office: Office, asha: RawDevice) -> None:
    record, far = submit(asha), 2**53 - 1
    asha.sync(
        clock=far,
        opened=report(
            act(record, first=far, last=-far, offset=far, count=far),
            act(record, first=-far, last=far, offset=-far, count=-far),
            act(record, first=now_ms(), last=now_ms() - DAY_MS, offset=None, count=0),
        ),
    )
    assert sorted(detail_of(office.store, row)["count"] for row in rows(office)) == [1, 1, 1_000_000]
    assert all(one.time <= now_ms() for one in asked(office, record).shown)


BAD: dict[str, Any] = {
    "a text": "x",
    "no batch": {"acts": []},
    "no acts": {"batch": BATCH},
    "a batch that is none": {"batch": "x", "acts": []},
    "an act that is none": report(["read"]),
    "a record that is none": report(act("x")),
    "too many records": report(*(act(*(new_id() for _ in range(251))) for _ in range(2))),
    "half a character": report(act(new_id(), author="\ud800")),
    "a time that is none": report(act(new_id(), first="1")),
    "a time beyond numbers": report(act(new_id(), first=2**53)),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_report_is_refused_by_a_code(office: Office, asha: RawDevice, name: str) -> None:
    answer = asha.post("sync", asha.request(opened=BAD[name]))
    assert (answer.status_code, answer.json["error"]["code"]) in {  # type: ignore[index]
        (400, "invalid-request"),
        (400, "bad-json"),
    }
    assert rows(office) == []


def test_as_many_as_may_travel_are_taken(office: Office, asha: RawDevice) -> None:
    asha.sync(opened=report(*(act(new_id(), first=one) for one in range(MOST_RECORDS))))
    assert len(rows(office)) == MOST_RECORDS
    with office.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(AuditRecord)).scalar_one() >= MOST_RECORDS


def test_a_disabled_account_reports_when_it_is_let_in_again(
    office: Office, device: Device, budi: RawDevice
) -> None:
    record = submit(budi)
    device.sync()
    device.show(record)
    office.store.transact(lambda connection: accounts.disable_account(connection, "asha", 1))
    with pytest.raises(Refused):
        device.sync()
    office.store.transact(lambda connection: accounts.enable_account(connection, "asha", 2))
    device.sync()
    assert len(rows(office)) == 1
