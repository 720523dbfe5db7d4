"""
Cases at the server: taken in with the forms that say them, listed, shown, corrected, settled in the office.

Broken on purpose, each time with a failing test here: the office's corrections left the case alone; the list
gave cases of all villages; a case's values were judged by the form that last spoke of it; the class of
questions was looked up for properties of the same name.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from domain.cases import begun_by
from forms.build import FORM_IDS
from server.services.check_store import Checked, check_store
from server.store.audit import rows_naming
from tests.support.builders import new_id
from tests.support.casework import ASHA, CHILD, FAMILY, FOLLOW_UP, FOUND
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, VILLAGE
from tests.support.forms import compiled
from tests.support.local_line import enrolled
from tests.support.office import ApiClient, Office
from tests.support.pages import NIK, at_work

VISIT = {"g_tugas/status_keberadaan": "1"}
CLOTHES, MEALS = "g_hak/stel_pakaian", "g_hak/makan_pokok"


@pytest.fixture
def devices(office: Office, tmp_path: Path) -> Iterator[dict[str, Device]]:
    """Two officers of one kecamatan, with the real forms."""
    for form_id in FORM_IDS:
        office.publish({**compiled(form_id).definition, "version": "2026010102"})
    with ExitStack() as stack:
        made = {}
        for name in ("asha", "budi"):
            office.person(name, "officer", KECAMATAN)
            made[name] = stack.enter_context(enrolled(office, name, tmp_path / name))
            made[name].sync()
        yield made


def begun(device: Device, form: str = CHILD, village: str = VILLAGE, **more: str) -> str:
    """A case that a form began, and that has arrived."""
    answers = {**ASHA, **more, "g_wilayah/desa": village}
    record = device.new(form, village, answers).record
    assert device.sync().is_quiet
    return begun_by(record, "", "anak")


def test_a_case_arrives_and_is_listed_by_its_list_and_village(
    office: Office, devices: dict[str, Device], supervisor: ApiClient
) -> None:
    case, other = begun(devices["asha"]), begun(devices["asha"], village=NEIGHBOUR)
    listed = supervisor.get("cases?list=anak")["cases"]
    assert {row["record"] for row in listed} == {case, other}
    assert {"name": "Asha", "list": "anak", "conflicts": 0}.items() <= listed[0].items()
    assert [row["record"] for row in supervisor.get(f"cases?village={VILLAGE}")["cases"]] == [case]
    assert supervisor.get("cases?list=keluarga")["cases"] == []
    devices["asha"].set(case, {"dari_daftar_lama": "7"})
    devices["asha"].sync()
    told = supervisor.get(f"records/{case}")
    assert (told["kind"], told["answers"]["stel_pakaian"], told["problems"]) == ("case:anak", "5", [])
    far = office.api("jauh", "supervisor", FAR)
    assert far.get("cases")["cases"] == []
    assert far.call("GET", f"records/{case}")[0] == 404


def test_a_long_list_comes_in_pages(devices: dict[str, Device], supervisor: ApiClient) -> None:
    cases = {begun(devices["asha"]) for _ in range(3)}
    first = supervisor.get("cases?limit=2")
    rest = supervisor.get(f"cases?limit=2&cursor={first['cursor']}")
    assert {row["record"] for row in first["cases"] + rest["cases"]} == cases
    assert "cursor" not in rest


def test_two_officers_disagree_on_a_case_and_the_office_settles_it(
    office: Office, devices: dict[str, Device], supervisor: ApiClient
) -> None:
    asha, budi = devices["asha"], devices["budi"]
    case = begun(asha)
    budi.sync()
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2"}, case=case)
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "3"}, case=case)
    asha.sync()
    budi.sync()
    siti = at_work(office, "wati", "supervisor", KECAMATAN)
    page = siti.get(f"/cases/{case}")
    assert "1 konflik terbuka" in page
    assert [row["conflicts"] for row in supervisor.get("cases")["cases"]] == [1]
    button = next(
        key for form in page.forms for key in form.buttons if key[1].startswith("1:") and "free" not in key[1]
    )
    settled = page.submit("resolve", press=button)
    assert settled.path == f"/cases/{case}"
    assert "konflik terbuka" not in settled
    asha.sync()
    assert asha.dossier(case).is_settled


def test_a_correction_in_the_office_reaches_the_case(
    devices: dict[str, Device], supervisor: ApiClient
) -> None:
    record = devices["asha"].new(CHILD, VILLAGE, ASHA).record
    devices["asha"].sync()
    case = begun_by(record, "", "anak")
    told = supervisor.get(f"records/{record}")
    preds = told["survivors"]["g_anak/nama_anak"]
    body = {"preds": preds, "changes": [["g_anak/nama_anak", "Asha Putri", [0]]]}
    assert supervisor.post(f"records/{record}/changes", body)[0] == 200
    told = supervisor.get(f"records/{case}")
    assert (told["answers"]["nama"], told["answers"]["label"], told["conflicts"]) == (
        "Asha Putri",
        "Asha Putri",
        {},
    )


def test_the_page_of_a_case_tells_its_values_and_the_forms_about_it(
    office: Office, devices: dict[str, Device]
) -> None:
    asha = devices["asha"]
    home = asha.new(FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **MEMBER})
    asha.sync()
    child = begun_by(home.record, "anggota/m_1", "anak")
    siti = at_work(office, "wati", "supervisor", KECAMATAN)
    listed = siti.get("/cases?list=anak")
    assert ("Dina" in listed, "Rahmat" in listed) == (True, False)
    page = siti.get(f"/cases/{child}")
    for words in ("Dina", "Verifikasi Keluarga", "Nama lengkap anak", "Perempuan"):
        assert words in page, words
    assert f"/cases/{begun_by(home.record, '', 'keluarga')}" in page.links("/cases/")
    assert page.links(home.record)
    assert siti.get(f"/records/{child}").path == f"/cases/{child}"
    assert siti.get(f"/records/{child}/history").status == 200
    assert siti.get(f"/cases/{home.record}").status == 404


MEMBER = {
    "anggota/m_1/a_nama": "Dina",
    "anggota/m_1/a_tgl_lahir": "2016-05-01",
    "anggota/m_1/a_sekolah": "1",
    "anggota/m_1/a_jenis_kelamin": "2",
}


def visited(device: Device, home: str, **answers: str) -> str:
    """Form B, filled from a family's case."""
    return device.new(FAMILY, None, {**FOUND, **answers}, case=home).record


def test_a_second_round_keeps_each_child_one_case(
    office: Office, devices: dict[str, Device], supervisor: ApiClient
) -> None:
    """Two officers visit the family without a line; one of them enters the child anew."""
    asha, budi = devices["asha"], devices["budi"]
    first = asha.new(FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **MEMBER}).record
    home, child = begun_by(first, "", "keluarga"), begun_by(first, "anggota/m_1", "anak")
    asha.sync()
    budi.sync()
    visited(asha, home, **{f"anggota/m_{child}/a_sekolah": "2"})
    anew = {path.replace("m_1", "m_2"): value for path, value in MEMBER.items()}
    record = visited(budi, home, **{**anew, "anggota/m_2/a_sekolah": "3"})
    for device in (asha, budi, asha):
        assert device.sync().is_quiet
    assert [row["record"] for row in supervisor.get("cases?list=anak")["cases"]] == [child]
    assert supervisor.get(f"records/{record}")["answers"]["anggota/m_2/a_kasus"] == child
    told = supervisor.get(f"records/{child}")["conflicts"]
    assert {one["value"] for one in told["partisipasi_sekolah"]} == {"2", "3"}
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


def test_a_child_whom_the_office_enters_is_the_case_that_it_was(
    devices: dict[str, Device], supervisor: ApiClient
) -> None:
    asha = devices["asha"]
    first = asha.new(FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **MEMBER}).record
    child = begun_by(first, "anggota/m_1", "anak")
    record = visited(asha, begun_by(first, "", "keluarga"))
    asha.remove(record, f"anggota/m_{child}")
    asha.sync()
    anew = [[path.replace("m_1", "m_2"), value, []] for path, value in MEMBER.items()]
    status, told = supervisor.post(f"records/{record}/changes", {"preds": [], "changes": anew})
    assert (status, told["answers"]["anggota/m_2/a_kasus"]) == (200, child)
    assert [row["record"] for row in supervisor.get("cases?list=anak")["cases"]] == [child]


def test_two_cases_of_one_child_are_told_on_their_pages(office: Office, devices: dict[str, Device]) -> None:
    """Two officers each enter the child for the first time, neither knowing of the other."""
    children = []
    for device in devices.values():
        record = device.new(FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **MEMBER}).record
        children.append(begun_by(record, "anggota/m_1", "anak"))
    other = {**MEMBER, "anggota/m_1/a_tgl_lahir": "2017-05-01"}
    devices["asha"].new(FAMILY, VILLAGE, {**FOUND, "g_kk/nama_kk": "Rahmat", **other})
    for device in devices.values():
        assert device.sync().is_quiet
    siti = at_work(office, "wati", "supervisor", KECAMATAN)
    for child, twin in (children, children[::-1]):
        page = siti.get(f"/cases/{child}")
        assert "Mungkin orang yang sama" in page
        own = f"/cases/{child}"
        told = {link.rpartition("/")[2] for link in page.links("/cases/") if not link.startswith(own)}
        assert (twin in told, len(told)) == (True, 2)  # the other one is its family
        with office.store.read() as connection:
            named = [entry.account for entry, _ in rows_naming(connection, [twin])]
        assert "wati" in named  # whoever is told a name has seen it
    devices["asha"].set(children[0], {"nama": "Dewi"})
    devices["asha"].sync()
    assert "Mungkin orang yang sama" not in siti.get(f"/cases/{children[0]}")


def test_nobody_opens_a_case_of_other_villages(office: Office, devices: dict[str, Device]) -> None:
    case = begun(devices["asha"])
    jauh = at_work(office, "jauh", "supervisor", FAR)
    assert jauh.get(f"/cases/{case}").status == 404
    assert "Asha" not in jauh.get("/cases")


def test_a_list_is_given_to_forms_as_a_file(
    office: Office, devices: dict[str, Device], supervisor: ApiClient
) -> None:
    case = begun(devices["asha"])
    devices["asha"].set(case, {"nik": NIK})
    devices["asha"].sync()
    answer = supervisor.download("cases/anak.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["name"], row["label"], row["desa"], row["stel_pakaian"]) == (case, "Asha", VILLAGE, "5")
    assert row["nik"] == "6402********0001"
    assert NIK in office.device("rudi", "officer", KECAMATAN).get("cases/anak.csv").text
    assert NIK in office.api("wati", "head", KECAMATAN).take("cases/anak.csv").text
    far = office.api("jauh", "supervisor", FAR).download("cases/anak.csv").text
    assert len(far.splitlines()) == 1
    assert office.device("rudi", "officer", KECAMATAN).get("cases/anak.csv").status_code == 200
    assert supervisor.call("GET", "cases/x%00.csv")[0] == 404


def test_the_check_covers_cases(office: Office, devices: dict[str, Device]) -> None:
    begun(devices["asha"])
    checked = Checked()
    with office.store.read() as connection:
        assert list(check_store(connection, checked)) == []
    assert checked.records == 2


def test_a_property_may_have_the_name_of_a_restricted_question(office: Office) -> None:
    asha = office.device("asha", "officer", VILLAGE)
    sent = asha.operation([("r", "luka", []), ("$village", VILLAGE, [])], record=new_id(), kind="case:anak")
    assert "verdicts" not in asha.sync(sent)
    hidden: Any = asha.operation([("r", "luka", []), ("$village", VILLAGE, [])], record=new_id())
    assert asha.sync(hidden)["verdicts"]["0"]["code"] == "restricted-in-open"
