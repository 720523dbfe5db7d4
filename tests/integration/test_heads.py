"""
Devices are told where the audit's chains end, and notice another past: a restored one, or one written anew.

Broken on purpose, each time with a failing test here: heads told in every answer; nothing said where a chain
is gone; a row for each time that a device said what it knew; a head taken for one of another kecamatan.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import delete, select, update

from client_sync.device import Device
from client_sync.errors import Unreachable
from client_sync.shown import heads_json, status_json
from client_sync.transport import Answer, Call
from domain.heads import DIGEST, Head
from server.models_evidence import AuditHead, AuditRecord, AuditRow
from server.services.audit import Verified, read_heads, seal_some, verify
from server.store import audit
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, VILLAGE, submit
from tests.support.local_line import LocalLine, enrolled
from tests.support.office import NOW, ApiClient, Office
from tests.support.raw_device import RawDevice
from tests.support.sealed import detail_of
from tests.support.snapshots import restore_snapshot, take_snapshot

FAR_KECAMATAN = FAR[:8]


class WeighedLine(LocalLine):
    """Counts the bytes of bodies before compression."""

    weighed = 0

    def exchange(self, call: Call) -> Answer:
        answer = super().exchange(call)
        told = json.dumps(answer.document, separators=(",", ":"), ensure_ascii=False)
        self.weighed += len(call.body or b"") + len(told.encode())
        return answer


@pytest.fixture
def devices(office: Office, tmp_path: Path) -> Iterator[Any]:
    """Makes enrolled devices, each with a line of its own."""
    with ExitStack() as opened:

        def make(name: str, *where: str) -> tuple[Device, WeighedLine]:
            office.person(name, "officer", *where)
            line = WeighedLine(office.client)
            home = Path(tempfile.mkdtemp(dir=tmp_path))
            return opened.enter_context(enrolled(office, name, home, line)), line

        yield make


def seal(office: Office) -> None:
    while seal_some(office.store):
        pass


def read_some(office: Office, who: ApiClient, record: str) -> None:
    """The office reads a record: the chain of its kecamatan moves on."""
    who.get(f"records/{record}")
    seal(office)


def rows(office: Office) -> list[Any]:
    """What devices have reported."""
    query = select(AuditRow).where(AuditRow.action == "head-differs").order_by(AuditRow.time, AuditRow.id)
    with office.store.read() as connection:
        return list(connection.execute(query))


def count(office: Office) -> int:
    with office.store.read() as connection:
        return audit.count(connection, is_sealed=True) + audit.count(connection, is_sealed=False)


def head_of(office: Office, kecamatan: str = KECAMATAN) -> Head:
    with office.store.read() as connection:
        found = audit.heads_of(connection, [kecamatan])[kecamatan]
    return Head(found.seq, found.digest[:DIGEST])


def known(device: Device) -> dict[str, Head]:
    return device.store.heads.newest()


def settle(office: Office, *some: Device) -> None:
    """Until nobody hears anything new."""
    for _ in range(4):
        for device in some:
            device.sync()
        seal(office)


def write_anew(office: Office) -> None:
    """Forgets one reading and chains all rows anew, as whoever holds the database can."""
    with office.store.write() as connection:
        (row, *_) = connection.execute(select(AuditRow.id).where(AuditRow.action == "read")).all()
        connection.execute(delete(AuditRecord).where(AuditRecord.audit == row.id))
        connection.execute(delete(AuditRow).where(AuditRow.id == row.id))
        connection.execute(update(AuditRow).values(seq=None, digest=None))
        connection.execute(delete(AuditHead))
    seal(office)


# --- being told ----------------------------------------------------------------------------------


def test_a_device_hears_where_the_chain_of_its_kecamatan_ends_and_of_no_other(
    office: Office, devices: Any, asha: RawDevice, supervisor: ApiClient
) -> None:
    device, _ = devices("dewi", VILLAGE, NEIGHBOUR)
    record = submit(asha)
    read_some(office, supervisor, record)
    settle(office, device)
    assert known(device) == {KECAMATAN: head_of(office)}


@pytest.mark.parametrize("villages", [(VILLAGE, NEIGHBOUR, "64.02.18.2005"), (VILLAGE, FAR, "64.02.02.2001")])
def test_a_sync_with_nothing_to_do_stays_below_300_bytes_also_when_a_chain_moves_on_between_any_two(
    office: Office, devices: Any, supervisor: ApiClient, villages: tuple[str, ...]
) -> None:
    """Invariant 9. Broken on purpose: whole digests, and the head of every kecamatan."""
    device, line = devices("dewi", *villages)
    for village in villages:
        device.new("verifikasi_anak", village, {"a": "1"})
    device.sync()
    record = next(one.record for one in device.dossiers() if one.village == VILLAGE)
    settle(office, device)
    for number in range(4):
        read_some(office, supervisor, record)
        line.weighed, before = 0, line.traffic.requests
        device.sync()
        assert line.traffic.requests - before == 1
        assert line.weighed < 300
        assert (known(device).get(KECAMATAN) == head_of(office)) is (number != 2)


def test_two_idle_devices_come_to_rest(
    office: Office, devices: Any, asha: RawDevice, supervisor: ApiClient
) -> None:
    first, line = devices("dewi", VILLAGE)
    second, other = devices("eka", VILLAGE)
    record = submit(asha)
    read_some(office, supervisor, record)
    settle(office, first)
    first.show(record)
    settle(office, first, second)
    before, line.weighed, other.weighed = count(office), 0, 0
    for _ in range(3):
        for device in (first, second):
            device.sync()
        seal(office)
    assert count(office) == before
    assert max(line.weighed, other.weighed) < 3 * 260


def test_whoever_does_not_ask_is_told_nothing(office: Office, asha: RawDevice, supervisor: ApiClient) -> None:
    """A device of before this was known, and one that has another configuration in mind."""
    read_some(office, supervisor, submit(asha))
    told = asha.sync()
    assert "heads" not in told
    assert "heads" not in asha.sync(heads="", config="another")
    assert asha.sync(heads="", config=told["config"])["heads"] == str(head_of(office))


def test_pieces_that_are_not_one_for_each_kecamatan_are_about_others(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    read_some(office, supervisor, submit(asha))
    config = asha.sync()["config"]
    assert "heads" not in asha.sync(heads=",", config=config)
    assert rows(office) == []


@pytest.mark.parametrize("sent", ["x" * 4001, "ä", "a b", 3, ["x"], {"64.02.18": 1}])
def test_what_is_no_list_of_heads_is_refused_by_a_code(office: Office, asha: RawDevice, sent: Any) -> None:
    answer = asha.post("sync", asha.request(heads=sent))
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "invalid-request")  # type: ignore[index]


@pytest.mark.parametrize("piece", ["x", "....", "0.", f"0.{'a' * 16}", "-,-", "9" * 30 + "." + "a" * 16])
def test_a_piece_of_any_kind_does_no_harm(
    office: Office, asha: RawDevice, supervisor: ApiClient, piece: str
) -> None:
    read_some(office, supervisor, submit(asha))
    asha.sync(heads=piece, config=asha.sync()["config"])
    assert rows(office) == []


# --- another past --------------------------------------------------------------------------------


def test_a_past_that_was_written_anew_is_noticed_told_and_put_on_record_once(
    office: Office, devices: Any, asha: RawDevice, supervisor: ApiClient
) -> None:
    """The chain has moved on meanwhile, so that its end is further than the one that is known."""
    device, _ = devices("dewi", VILLAGE)
    record = submit(asha)
    read_some(office, supervisor, record)
    read_some(office, supervisor, record)
    settle(office, device)
    was = known(device)[KECAMATAN]
    write_anew(office)
    read_some(office, supervisor, record)
    read_some(office, supervisor, record)
    assert head_of(office).seq > was.seq
    with structlog.testing.capture_logs() as lines:
        assert [device.sync().heads_differ for _ in range(2)] == [[], [KECAMATAN]]
    (told,) = [line for line in lines if line["event"] == "head-differs"]
    assert (told["partition"], told["seq"]) == (KECAMATAN, was.seq)
    (row,) = rows(office)
    assert (row.account, row.partition, detail_of(office.store, row)["told"]) == (
        "dewi",
        KECAMATAN,
        was.digest,
    )
    assert status_json(device.reader)["heads_differ"] == [KECAMATAN]
    seal(office)
    for _ in range(3):
        assert device.sync().heads_differ == []
        seal(office)
    assert len(rows(office)) == 1
    with office.store.read() as connection:
        assert [one.key for one in verify(connection, Verified(), NOW)] == ["audit-reported"]
        assert list(verify(connection, Verified(), NOW, since=row.time + 1)) == []
        kept = "\n".join(map(json.dumps, heads_json(device.reader)))
        found = list(verify(connection, Verified(), NOW, read_heads(kept), row.time + 1))
    assert [one.key for one in found] == ["audit-head-kept"]


def test_after_a_restore_each_device_reports_once_and_goes_on(
    office: Office, devices: Any, asha: RawDevice, supervisor: ApiClient
) -> None:
    first, _ = devices("dewi", VILLAGE)
    second, line = devices("eka", VILLAGE)
    record = submit(asha)
    read_some(office, supervisor, record)
    settle(office, first, second)
    backup = take_snapshot(office.store.engine)
    read_some(office, supervisor, record)
    settle(office, first, second)
    restore_snapshot(office.store.engine, backup)
    line.faults.append("lost answer")
    with pytest.raises(Unreachable):
        second.sync()
    noticed = [one for device in (first, second) for _ in range(2) for one in device.sync().heads_differ]
    assert noticed == [KECAMATAN, KECAMATAN]
    settle(office, first, second)
    assert [device.sync().heads_differ for device in (first, second)] == [[], []]
    assert sorted(row.account for row in rows(office)) == ["dewi", "eka"]
    assert known(first) == known(second) == {KECAMATAN: head_of(office)}
    assert status_json(first.reader)["heads_differ"] == [KECAMATAN]


def test_a_chain_that_is_gone_altogether_is_noticed(
    office: Office, devices: Any, asha: RawDevice, supervisor: ApiClient
) -> None:
    device, _ = devices("dewi", VILLAGE)
    read_some(office, supervisor, submit(asha))
    settle(office, device)
    with office.store.write() as connection:
        connection.execute(delete(AuditRecord))
        connection.execute(delete(AuditRow))
        connection.execute(delete(AuditHead))
    assert [device.sync().heads_differ for _ in range(2)] == [[KECAMATAN], []]
    assert [row.partition for row in rows(office)] == [KECAMATAN]
    settle(office, device)
    assert known(device) == {KECAMATAN: head_of(office)}
    assert len(rows(office)) == 1


def test_of_several_kecamatan_the_one_that_was_written_anew_is_named(
    office: Office, devices: Any, supervisor: ApiClient
) -> None:
    """The one that is not spelt out is found in the request after the one in which it moved on."""
    device, _ = devices("dewi", VILLAGE, FAR)
    near = device.new("verifikasi_anak", VILLAGE, {"a": "1"}).record
    far = device.new("verifikasi_anak", FAR, {"a": "1"}).record
    device.sync()
    other = office.api("jauh", "supervisor", FAR)
    for _ in range(2):
        read_some(office, supervisor, near)
        read_some(office, other, far)
    settle(office, device)
    assert known(device).keys() == {KECAMATAN, FAR_KECAMATAN}
    with office.store.write() as connection:
        of_far = (AuditRow.partition == FAR_KECAMATAN, AuditRow.action == "read")
        (row, *_) = connection.execute(select(AuditRow.id).where(*of_far)).all()
        connection.execute(delete(AuditRecord).where(AuditRecord.audit == row.id))
        connection.execute(delete(AuditRow).where(AuditRow.id == row.id))
        connection.execute(
            update(AuditRow).where(AuditRow.partition == FAR_KECAMATAN).values(seq=None, digest=None)
        )
        connection.execute(delete(AuditHead).where(AuditHead.partition == FAR_KECAMATAN))
    seal(office)
    for _ in range(3):
        read_some(office, other, far)
    noticed = [one for _ in range(3) for one in device.sync().heads_differ]
    assert noticed == [FAR_KECAMATAN]
    assert [row.partition for row in rows(office)] == [FAR_KECAMATAN]


def test_a_device_that_lost_its_villages_for_others_takes_no_chain_for_another(
    office: Office, devices: Any, asha: RawDevice, supervisor: ApiClient
) -> None:
    device, _ = devices("dewi", VILLAGE)
    read_some(office, supervisor, submit(asha))
    settle(office, device)
    office.move("dewi", FAR)
    for _ in range(3):
        assert device.sync().heads_differ == []
    assert rows(office) == []


def test_a_head_that_somebody_makes_up_is_put_on_record_with_his_name_once(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    read_some(office, supervisor, submit(asha))
    config = asha.sync()["config"]
    made_up = f"1.{'x' * 16}"
    for _ in range(2):
        told = asha.sync(heads=made_up, config=config)
        assert told["differs"] == [KECAMATAN]
    assert [row.account for row in rows(office)] == ["asha"]
    office.revoke("asha")
    assert "heads" not in asha.sync(heads=f"2.{'x' * 16}", config=config)
