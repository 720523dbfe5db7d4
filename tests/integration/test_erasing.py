"""
Invariant 10: after an erasure no table, feed, log or device holds the erased answers.

Broken on purpose, each time with a failing test here: operations on living records kept their erased parts;
the village's feed told nothing; operations of a device that has lost the village were told nowhere; a late
form about the erased case was taken in; held work stayed.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from client_sync.device import Device
from domain.cases import begun_by
from domain.errors import Outdated
from domain.lease import DAY_MS
from forms.build import FORM_IDS
from server.clock import now_ms
from server.erasures_file import read_lines
from server.services import leases
from server.services.check_store import Checked, check_store
from server.services.erasures import replay
from server.store import credentials
from tests.support.casework import ASHA, CHILD, FAMILY, FOLLOW_UP, FOUND
from tests.support.erasing import CANARY, erase, kept_in, rows_with, says
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, VILLAGE
from tests.support.forms import compiled
from tests.support.local_line import enrolled
from tests.support.office import Office
from tests.support.snapshots import restore_snapshot, take_snapshot

VISIT = {"g_tugas/status_keberadaan": "1"}
MARKED = {**ASHA, "g_anak/nama_anak": f"{CANARY} Asha"}
OTHER = {**ASHA, "g_anak/nama_anak": "Budi"}


@pytest.fixture
def devices(office: Office, tmp_path: Path) -> Iterator[dict[str, Device]]:
    """Two officers and a social worker of one kecamatan, with the real forms."""
    for form_id in FORM_IDS:
        office.publish({**compiled(form_id).definition, "version": "2026010102"})
    with ExitStack() as stack:
        made = {}
        for name, role in (("asha", "officer"), ("budi", "officer"), ("pia", "peksos")):
            office.person(name, role, KECAMATAN)
            made[name] = stack.enter_context(enrolled(office, name, tmp_path / name))
            made[name].sync()
        yield made


def synced(*devices: Device) -> None:
    for device in devices:
        assert device.sync().is_quiet


def assert_gone(office: Office, *devices: Device) -> None:
    """Nowhere at the server, on no device; and what is left is sound."""
    assert rows_with(office.store) == set()
    for device in devices:
        assert not says(device)
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


def test_a_person_is_gone_from_the_server_and_from_every_device(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    """The child has a form with restricted answers, a visit, a conflict, a history, and held work."""
    asha, budi, pia = devices.values()
    form = asha.new(CHILD, VILLAGE, {**MARKED, "g_lindung/catatan_lindung": f"{CANARY} luka"}).record
    stays = asha.new(CHILD, VILLAGE, OTHER).record
    case = begun_by(form, "", "anak")
    synced(asha, budi, pia)
    asha.set(form, {"g_anak/nama_anak": f"{CANARY} A"})
    budi.set(form, {"g_anak/nama_anak": f"{CANARY} B"})
    synced(asha, budi)
    budi.new(FOLLOW_UP, VILLAGE, VISIT, case=case)
    elsewhere = budi.new(FOLLOW_UP, FAR, VISIT, case=case).operations[0]
    held = budi.set(form, {"g_pangan/stel_pakaian": f"{CANARY} C", "$village": FAR}).operations[0]
    draft = asha.drafts.start_draft(FOLLOW_UP, case=case)
    synced(budi, asha, pia)
    assert rows_with(office.store) >= {"operation", "record"}
    assert all(map(says, devices.values()))
    erase(office, tmp_path, case)
    synced(asha, budi, pia)
    assert_gone(office, *devices.values())
    assert all(device.store.records.shown(form) is None for device in devices.values())
    assert all(device.store.records.shown(stays) for device in devices.values())
    assert asha.store.drafts.find(draft.id) is None
    assert {budi.store.outbox.status_of(one) for one in (held, elsewhere)} == {"void"}
    for device in devices.values():
        assert device.sync().traffic.requests == 1
        assert device.store.outbox.count_queued() == 0


def test_a_child_is_taken_out_of_the_form_of_its_family(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    """Of the operation that filed it the rest stays, folds to the same, and has its id."""
    asha, budi, _ = devices.values()
    answers = {**FOUND, "g_kk/nama_kk": "Rahmat", **member("m_1", "Dina"), **member("m_2", f"{CANARY} Dewi")}
    home = asha.new(FAMILY, VILLAGE, answers)
    child = begun_by(home.record, "anggota/m_2", "anak")
    synced(asha, budi)
    before = said(budi, home.record)
    erase(office, tmp_path, child)
    synced(asha, budi)
    assert_gone(office, *devices.values())
    for device in (asha, budi):
        kept = {path: value for path, value in before.items() if not path.startswith("anggota/m_2")}
        assert said(device, home.record) == kept
        assert device.store.records.shown(child) is None
    asha.set(home.record, {"g_kk/nama_kk": "Rahmat Hidayat"})
    synced(asha, budi)
    assert said(budi, home.record)["g_kk/nama_kk"] == "Rahmat Hidayat"
    assert list(asha.store.outbox.offered("asha"))[-1] == home.operations[0]


def test_what_a_phone_brings_later_is_not_kept(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    """A correction, a visit, and a family's form that names the child, made before it heard of anything."""
    asha, budi, _ = devices.values()
    first = asha.new(
        FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **member("m_1", f"{CANARY} Dewi")}
    ).record
    home, child = begun_by(first, "", "keluarga"), begun_by(first, "anggota/m_1", "anak")
    synced(asha, budi)
    budi.new(FOLLOW_UP, VILLAGE, VISIT, case=child)
    budi.set(child, {"nama": f"{CANARY} D"})
    again = budi.new(FAMILY, None, {**FOUND, "g_kk/nama_kk": "Rahmat H."}, case=home).record
    assert says(budi)
    erase(office, tmp_path, child)
    report = budi.sync()
    assert {one.code for one in report.refused} == {"erased"}
    synced(asha, budi)
    assert_gone(office, *devices.values())
    for device in (asha, budi):
        assert said(device, again)["g_kk/nama_kk"] == "Rahmat H."


def test_a_device_that_lost_the_village_forgets_its_own_work_about_the_person(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    asha = devices["asha"]
    case = begun_by(asha.new(CHILD, VILLAGE, MARKED).record, "", "anak")
    synced(*devices.values())
    office.move("asha", NEIGHBOUR)
    synced(asha)
    assert says(asha)
    erase(office, tmp_path, case)
    synced(*devices.values())
    assert_gone(office, *devices.values())


@pytest.mark.parametrize("what", ["locked", "revoked"])
def test_a_device_that_gets_nothing_to_read_forgets_all_the_same(
    office: Office, devices: dict[str, Device], tmp_path: Path, what: str
) -> None:
    """
    Each has lost a village: Asha's has dropped it and keeps what it made there, Budi's has not heard of it.

    Broken on purpose: it was told of no erasure; of none in villages that it lost; of none of its operations;
    the form of the family stayed as it was.
    """
    asha, budi, pia = devices.values()
    family = {**FOUND, "g_kk/nama_kk": "Rahmat", **member("m_1", "Dina"), **member("m_2", f"{CANARY} Dewi")}
    home = asha.new(FAMILY, VILLAGE, family).record
    child = begun_by(home, "anggota/m_2", "anak")
    case = begun_by(asha.new(CHILD, NEIGHBOUR, MARKED).record, "", "anak")
    other = begun_by(asha.new(CHILD, VILLAGE, MARKED).record, "", "anak")
    stays = asha.new(CHILD, VILLAGE, OTHER).record
    synced(asha, budi, pia)
    for name in ("asha", "budi"):
        office.move(name, VILLAGE)
    synced(asha)
    asha.new(FOLLOW_UP, VILLAGE, VISIT, case=other)
    draft = budi.drafts.start_draft(FOLLOW_UP, case=other)
    if what == "locked":
        for name in ("asha", "budi"):
            away_for(office, name, 31)
    else:
        office.revoke("asha")
        office.revoke("budi")
    for one in (case, child, other):
        erase(office, tmp_path, one)
    for device in (asha, budi):
        for _ in range(2):
            device.sync()
    synced(pia)
    assert_gone(office, *devices.values())
    assert budi.store.drafts.find(draft.id) is None
    assert budi.store.records.shown(stays), "nothing else goes"
    if what == "locked":
        office.store.transact(lambda connection: leases.unlock_all(connection, "kepala", now_ms()))
        synced(asha, budi)
        assert_gone(office, *devices.values())
        for device in (asha, budi):
            assert said(device, home)["anggota/m_1/a_nama"] == "Dina"


def away_for(office: Office, name: str, days: int) -> None:
    """Lets a device have asked for the last time so long ago."""
    with office.store.write() as connection:
        device = credentials.devices_of(connection, name)[0].id
        credentials.see_device(connection, device, now_ms() - days * DAY_MS)


def test_an_erased_person_cannot_be_erased_again(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    case = begun_by(devices["asha"].new(CHILD, VILLAGE, MARKED).record, "", "anak")
    synced(devices["asha"])
    erase(office, tmp_path, case)
    with pytest.raises(Outdated):
        erase(office, tmp_path, case)


def test_a_restored_backup_is_held_to_what_was_erased(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    """Asha's phone has erased before the restore, Budi's has not; of both the server has lost something."""
    asha, budi, pia = devices.values()
    answers = {**FOUND, "g_kk/nama_kk": "Rahmat", **member("m_1", "Dina"), **member("m_2", f"{CANARY} Dewi")}
    first = asha.new(FAMILY, VILLAGE, answers)
    synced(*devices.values())
    snapshot = take_snapshot(office.store.engine)
    child = begun_by(first.record, "anggota/m_2", "anak")
    later = asha.new(FAMILY, VILLAGE, {**answers, "g_kk/nama_kk": "Yusuf"})
    twin = begun_by(later.record, "anggota/m_2", "anak")
    budi.new(FOLLOW_UP, VILLAGE, VISIT, case=child)
    pia.drafts.start_draft(FOLLOW_UP, case=child)
    synced(asha, budi, pia)
    for case in (child, twin):
        erase(office, tmp_path, case)
    synced(asha)
    restore_snapshot(office.store.engine, snapshot)
    assert rows_with(office.store)
    assert len(replay(office.store, kept_in(tmp_path).read(), now_ms())) == 2
    assert rows_with(office.store) == set()
    synced(asha, budi, pia, asha, budi)
    assert_gone(office, *devices.values())
    for device in devices.values():
        assert said(device, first.record)["anggota/m_1/a_nama"] == "Dina"
        assert said(device, later.record)["g_kk/nama_kk"] == "Yusuf"
        assert device.sync().traffic.requests == 1
    assert replay(office.store, kept_in(tmp_path).read(), now_ms()) == []


def test_what_the_log_of_the_server_tells_is_enough_to_erase_again(
    office: Office, devices: dict[str, Device], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = begun_by(devices["asha"].new(CHILD, VILLAGE, MARKED).record, "", "anak")
    synced(devices["asha"])
    snapshot = take_snapshot(office.store.engine)
    erase(office, tmp_path, case)
    logged = capsys.readouterr().err
    assert CANARY not in logged + kept_in(tmp_path).path.read_text()
    restore_snapshot(office.store.engine, snapshot)
    replay(office.store, read_lines(logged.splitlines()), now_ms())
    synced(*devices.values())
    assert_gone(office, *devices.values())


def member(name: str, called: str) -> dict[str, str]:
    """A child in the form of its family, to be followed by the office."""
    answers = {"a_nama": called, "a_tgl_lahir": "2016-05-01", "a_sekolah": "1", "a_jenis_kelamin": "2"}
    return {f"anggota/{name}/{path}": value for path, value in answers.items()}


def said(device: Device, record: str) -> dict[str, object]:
    return dict(device.dossier(record).answers)
