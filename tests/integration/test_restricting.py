"""
Restricting the processing of somebody's data: set aside whole, seen by few, changed by nobody, brought back.

Broken on purpose, each time with a failing test here: feeds had it still, and so had lists of cases; it was
read by its id; work about it was taken in, new forms too; a head took held work in; a supervisor saw that.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from domain.access import Actor
from domain.cases import begun_by
from domain.errors import InvalidRequest, NotAllowed, NotFound, Outdated
from forms.build import FORM_IDS
from server.services.check_store import Checked, check_store
from server.services.restricting import lift, restrict
from server.store.audit import rows_naming
from tests.support.casework import ASHA, CHILD, FAMILY, FOLLOW_UP, FOUND
from tests.support.erasing import erase, rows_with
from tests.support.filings import FAR, KECAMATAN, VILLAGE, edit, submit
from tests.support.forms import compiled
from tests.support.local_line import enrolled
from tests.support.office import NOW, ApiClient, Office

WHY = "diminta oleh keluarganya"
VISIT = {"g_tugas/status_keberadaan": "1"}
CANARY = "Kenari"
MARKED = {**ASHA, "g_anak/nama_anak": f"{CANARY} Asha", "g_lindung/catatan_lindung": f"{CANARY} luka"}
SEEN_BY = {"asha": False, "budi": False, "siti": False, "pia": True, "dewi": True}
ROLES = {"asha": "officer", "budi": "officer", "siti": "supervisor", "pia": "peksos", "dewi": "head"}


@pytest.fixture
def devices(office: Office, tmp_path: Path) -> Iterator[dict[str, Device]]:
    """One of each role of one kecamatan, two officers, with the real forms."""
    for form_id in FORM_IDS:
        office.publish({**compiled(form_id).definition, "version": "2026010102"})
    with ExitStack() as stack:
        made = {}
        for name, role in ROLES.items():
            office.person(name, role, KECAMATAN)
            made[name] = stack.enter_context(enrolled(office, name, tmp_path / name))
            made[name].sync()
        yield made


class Child:
    """A child with the form that began its case, restricted answers, and a visit of somebody else."""

    def __init__(self, devices: dict[str, Device]) -> None:
        asha, budi = devices["asha"], devices["budi"]
        self.form = asha.new(CHILD, VILLAGE, MARKED).record
        self.case = begun_by(self.form, "", "anak")
        synced(asha, budi)
        self.visit = budi.new(FOLLOW_UP, VILLAGE, VISIT, case=self.case).record
        synced(*devices.values())
        self.records = (self.form, self.case, self.visit)


@pytest.fixture
def child(devices: dict[str, Device]) -> Child:
    return Child(devices)


def synced(*devices: Device) -> None:
    for device in devices:
        assert device.sync().is_quiet


def put_aside(office: Office, case: str, by: str = "dewi", why: str = WHY) -> frozenset[str]:
    return restrict(office.store, _account(office, by), case, why, NOW)


def bring_back(office: Office, case: str, by: str = "dewi") -> frozenset[str]:
    return lift(office.store, _account(office, by), case, WHY, NOW)


def _account(office: Office, name: str) -> Actor:
    with office.store.read() as connection:
        return office.person_in(connection, name)


def has(device: Device, record: str) -> bool:
    return device.store.records.shown(record) is not None


def told(api: ApiClient) -> set[str]:
    """All records of which any list tells somebody, by the API."""
    status, found = api.post("find", {"text": CANARY})
    assert status == 200
    rows = [*found["cases"], *found["records"], *api.get("records")["records"], *api.get("cases")["cases"]]
    listed = {one["record"] for one in rows}
    return listed | {line.partition(",")[0] for line in api.download("cases/anak.csv").text.split()}


def listed_for(office: Office, name: str) -> set[str]:
    """What a device that compares is told of the village."""
    headers = {"Authorization": f"Bearer {office.device_token(name)}"}
    answer = office.client.get(f"/api/v1/etags?village={VILLAGE}", headers=headers)
    return {record for record, _ in answer.json["records"]} if answer.json else set()


def held_for(api: ApiClient) -> list[str]:
    return [one["id"] for one in api.get("held?status=held")["held"]]


def assert_sound(office: Office) -> None:
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


# --- who sees it ---------------------------------------------------------------------------------


def test_nobody_but_heads_and_social_workers_sees_what_is_set_aside(
    office: Office, devices: dict[str, Device], child: Child
) -> None:
    """In no list, by no id, on no device; nothing is folded anew, and `check` finds nothing."""
    stays = devices["asha"].new(CHILD, VILLAGE, {**ASHA, "g_anak/nama_anak": f"{CANARY} Budi"}).record
    synced(*devices.values())
    before = {name: listed_for(office, name) for name in ROLES}
    assert len(put_aside(office, child.case)) == 4  # with the restricted part
    for name, sees in SEEN_BY.items():
        devices[name].sync()
        assert [has(devices[name], one) for one in child.records] == [sees] * 3, name
        assert has(devices[name], stays)
        assert (listed_for(office, name) == before[name]) is sees, name
        assert listed_for(office, name) <= before[name]
        if ROLES[name] == "officer":
            continue
        api = office.api(name)
        assert bool(told(api) & set(child.records)) is sees, name
        assert stays in told(api)
        for record in child.records:
            for path in (f"records/{record}", f"records/{record}/history"):
                assert api.call("GET", path)[0] == (200 if sees else 404), (name, path)
    assert_sound(office)


def test_a_device_that_begins_afterwards_gets_nothing_of_it(
    office: Office, devices: dict[str, Device], child: Child, tmp_path: Path
) -> None:
    put_aside(office, child.case)
    for name, sees in (("budi", False), ("dewi", True)):
        with enrolled(office, name, tmp_path / f"second-{name}") as second:
            second.sync()
            assert [has(second, one) for one in child.records] == [sees] * 3


def test_the_form_of_a_family_stays_where_a_child_in_it_is_restricted(
    office: Office, devices: dict[str, Device]
) -> None:
    asha, budi = devices["asha"], devices["budi"]
    home = asha.new(FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **_member("m_1", "Dina")}).record
    child, family = begun_by(home, "anggota/m_1", "anak"), begun_by(home, "", "keluarga")
    synced(asha, budi)
    assert put_aside(office, child) == {child}
    synced(asha, budi)
    assert [has(budi, one) for one in (home, family, child)] == [True, True, False]


def _member(name: str, called: str) -> dict[str, str]:
    answers = {"a_nama": called, "a_tgl_lahir": "2016-05-01", "a_sekolah": "1", "a_jenis_kelamin": "2"}
    return {f"anggota/{name}/{path}": value for path, value in answers.items()}


# --- nothing is changed --------------------------------------------------------------------------


def test_work_about_it_is_held_and_taken_in_only_by_who_may_lift_once_it_is_lifted(
    office: Office, devices: dict[str, Device], child: Child
) -> None:
    """A correction, another visit, and one of a visit that is there; all made before the officer heard."""
    asha, budi = devices["asha"], devices["budi"]
    put_aside(office, child.case)
    before = listed_for(office, "dewi")
    sent = [
        *asha.set(child.form, {"g_pangan/stel_pakaian": "2"}).operations,
        *asha.new(FOLLOW_UP, VILLAGE, VISIT, case=child.case).operations,
    ]
    sent += budi.set(child.visit, {"g_tugas/status_keberadaan": "2"}).operations
    asha.sync(), budi.sync()
    assert {one.code for device in (asha, budi) for one in device.store.outbox.refused()} == {
        "processing-restricted"
    }
    assert listed_for(office, "dewi") == before
    supervisor, head = office.api("siti"), office.api("dewi")
    assert held_for(supervisor) == [] == held_for(office.api("pia"))
    assert set(held_for(head)) == set(sent)
    accept = {"decision": "ok", "reason": "sudah dibicarakan"}
    status, refused = head.post(f"held/{sent[0]}", accept)
    assert (status, refused["error"]["code"]) == (409, "processing-restricted")
    bring_back(office, child.case)
    assert set(held_for(head)) == set(sent) == set(held_for(supervisor))
    for one in sent:
        assert supervisor.post(f"held/{one}", accept)[0] == 200
    synced(asha, budi)
    assert said(budi, child.form)["g_pangan/stel_pakaian"] == "2"
    assert_sound(office)


def said(device: Device, record: str) -> dict[str, Any]:
    state = device.store.records.shown(record)
    assert state is not None
    return {survivor.path: survivor.value for survivor in state.survivors}


def test_work_that_was_held_before_is_hidden_with_it(
    office: Office, devices: dict[str, Device], child: Child
) -> None:
    budi = devices["budi"]
    (held,) = budi.set(child.form, {"g_pangan/stel_pakaian": "3", "$village": FAR}).operations
    budi.sync()
    assert held_for(office.api("siti")) == [held]
    put_aside(office, child.case)
    assert held_for(office.api("siti")) == []
    assert held_for(office.api("dewi")) == [held]


@pytest.mark.parametrize("name", ["pia", "dewi"])
def test_nobody_changes_it_in_the_office(
    office: Office, devices: dict[str, Device], child: Child, name: str
) -> None:
    api = office.api(name)
    etag = api.get(f"records/{child.form}")["etag"]
    put_aside(office, child.case)
    assert api.get(f"records/{child.form}")["etag"] == etag
    changes = {"changes": [["g_pangan/stel_pakaian", "2", []]]}
    for path, body in (("changes", changes), ("review", {"decision": "approve", "etag": etag})):
        status, refused = api.post(f"records/{child.form}/{path}", body)
        assert (status, refused["error"]["code"]) == (403, "processing-restricted")


# --- lifting, erasing ----------------------------------------------------------------------------


def test_lifting_brings_everything_back(office: Office, devices: dict[str, Device], child: Child) -> None:
    before = {name: said(devices[name], child.form) for name in ROLES}
    put_aside(office, child.case)
    synced(*devices.values())
    assert len(bring_back(office, child.case)) == 4
    synced(*devices.values())
    for name in ROLES:
        assert all(has(devices[name], one) for one in child.records), name
        assert said(devices[name], child.form) == before[name]
    assert set(child.records) <= told(office.api("siti"))
    devices["asha"].set(child.form, {"g_pangan/stel_pakaian": "2"})
    synced(devices["asha"], devices["budi"])
    assert said(devices["budi"], child.form)["g_pangan/stel_pakaian"] == "2"
    with office.store.read() as connection:
        actions = {entry.action for entry, _ in rows_naming(connection, [child.visit])}
    assert {"restrict", "lift"} <= actions


def test_what_belongs_to_two_comes_back_with_the_second(
    office: Office, devices: dict[str, Device], child: Child
) -> None:
    asha = devices["asha"]
    other = begun_by(asha.new(CHILD, VILLAGE, {**ASHA, "g_anak/nama_anak": "Budi"}).record, "", "anak")
    synced(asha)
    citra = office.device("citra", "officer", KECAMATAN)
    both = submit(citra, {"$case": child.case, "a": "1"})
    edit(citra, both, "$case", other)
    assert both in put_aside(office, child.case) & put_aside(office, other)
    assert both not in bring_back(office, child.case)
    assert told(office.api("siti")) >= {child.form, child.case}
    assert both not in told(office.api("siti"))
    assert both in bring_back(office, other)
    assert both in told(office.api("siti"))


def test_a_restricted_person_is_erased(
    office: Office, devices: dict[str, Device], child: Child, tmp_path: Path
) -> None:
    put_aside(office, child.case)
    devices["asha"].new(FOLLOW_UP, VILLAGE, {**VISIT, "g_tugas/catatan": CANARY}, case=child.case)
    devices["asha"].sync()
    assert rows_with(office.store)
    erase(office, tmp_path, child.case)
    assert rows_with(office.store) == set()
    assert rows_with(office.store, WHY) == {"audit"}
    assert_sound(office)


def test_it_is_asked_for_by_a_head_of_its_villages_once_and_with_a_reason(
    office: Office, devices: dict[str, Device], child: Child
) -> None:
    office.person("jauh", "head", FAR)
    for by, refusal in (("pia", NotAllowed), ("siti", NotAllowed), ("asha", NotAllowed), ("jauh", NotFound)):
        with pytest.raises(refusal):
            put_aside(office, child.case, by)
    with pytest.raises(NotFound):
        put_aside(office, child.form)
    with pytest.raises(InvalidRequest):
        put_aside(office, child.case, why="short")
    with pytest.raises(Outdated, match="not restricted"):
        bring_back(office, child.case)
    put_aside(office, child.case)
    with pytest.raises(Outdated, match="already"):
        put_aside(office, child.case)
    for by, refused in (("pia", NotAllowed), ("siti", NotFound)):
        with pytest.raises(refused):
            bring_back(office, child.case, by)
