"""
Records are found by names and numbers, within the reader's villages and classes, and by nothing that is kept.

Broken on purpose: the villages left out of the query; hashes of restricted parts counted for everybody; the
hashes of values that were replaced left where they were; the search put into the log; the newest key left out
when something is looked for.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from server.config import Config
from server.installation import initialise
from server.services.keys import rotate_data
from server.store import settings
from tests.support.builders import new_id, with_part, with_restricted_part
from tests.support.filings import FAR, KECAMATAN, MARKER, REGENCY, VILLAGE, arrives, submit
from tests.support.office import ApiClient, Office
from tests.support.pages import Person, at_work
from tests.support.raw_device import RawDevice
from tests.support.sealed import columns_with, detail_of
from tests.support.server import run_command

NIK, KK = "6402184107150001", "6402181203120001"
FORM = "cari@1"


def _field(path: str, role: str | None, pdp: str = "spesifik") -> dict[str, Any]:
    told = {"path": path, "type": "text", "label": {"id": path, "en": path}, "pdp": pdp, "group": []}
    return {**told, "role": role}


DEFINITION: dict[str, Any] = {
    "form_id": "cari",
    "version": "1",
    "title": {"id": "Cari", "en": "Find"},
    "languages": ["id", "en"],
    "fields": [
        *(_field("nama", "nama"), _field("ibu", "nama_ibu"), _field("nik", "nik"), _field("kk", "kk")),
        *(_field("m/*/nama", "nama"), _field("lain", None), _field("rahasia", "nama_lain", "terbatas")),
    ],
    "groups": [],
    "repeats": [{"path": "m", "label": {"id": "m", "en": "m"}}],
    "choices": {},
    "village_question": None,
}


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    made.publish(DEFINITION)
    yield made
    made.close()


@pytest.fixture
def asha(office: Office) -> RawDevice:
    return office.device("asha", "officer", KECAMATAN)


@pytest.fixture
def supervisor(office: Office) -> ApiClient:
    return office.api("siti", "supervisor", KECAMATAN)


def file(device: RawDevice, **answers: Any) -> str:
    return submit(device, answers, form=FORM)


def found(client: ApiClient, sought: str) -> set[str]:
    status, told = client.post("find", {"text": sought})
    assert status == 200, told
    return {one["record"] for one in (*told["records"], *told["cases"])}


def restricted(device: RawDevice, secret: str, **answers: Any) -> str:
    record = new_id()
    sent = device.submission(record, {**answers, "rahasia": MARKER}, form=FORM)
    arrives(device, with_restricted_part(sent, record, {"rahasia": secret}))
    return record


# --- what is found -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sought",
    [
        "muham",
        "Mohamad Jusuf",
        "yusuf muhammad",
        "Soeharti",
        "H. Yusuf",
        "Laila",
        NIK,
        "6402 1841 0715 0001",
        KK,
    ],
)
def test_a_form_is_found_by_any_name_and_number_in_it(
    asha: RawDevice, supervisor: ApiClient, sought: str
) -> None:
    record = file(
        asha, nama="Muhammad Yusuf", ibu="Hj. Suharti, S.Pd.", nik=NIK, kk=KK, **{"m/m_2a/nama": "Laila"}
    )
    file(asha, nama="Idrus", nik="6402184107150099")
    assert found(supervisor, sought) == {record}


@pytest.mark.parametrize("sought", ["suhartiningsih", "yusuf idrus", NIK[:15], "6402********0001", "rumah"])
def test_nothing_else_is_found(asha: RawDevice, supervisor: ApiClient, sought: str) -> None:
    file(asha, nama="Muhammad Yusuf", ibu="Suharti", nik=NIK, lain="rumah papan")
    file(asha, nama="Idrus")
    assert found(supervisor, sought) == set()


@pytest.mark.parametrize("sought", [" ", "...", "a", "'"])
def test_nothing_to_look_for_is_told(supervisor: ApiClient, sought: str) -> None:
    status, told = supervisor.post("find", {"text": sought})
    assert (status, told["error"]["code"]) == (400, "nothing-sought")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": 7}, {"text": "x" * 201}, {"text": "a\u0000b"}, []]
)
def test_a_search_that_is_none_is_refused(supervisor: ApiClient, body: Any) -> None:
    assert supervisor.post("find", body)[0] == 400


def test_a_value_that_was_replaced_finds_nothing_more_and_both_of_a_conflict_do(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = new_id()
    first = asha.submission(record, {"nama": "Kenanga"}, form=FORM)
    arrives(asha, first)
    budi = office.device("budi", "officer", VILLAGE)
    arrives(budi, budi.operation([("nama", "Melati", [])], record=record, form=FORM))
    assert found(supervisor, "kenanga") == found(supervisor, "melati") == {record}
    shown = supervisor.get(f"records/{record}")
    seen = shown["survivors"]["nama"]
    arrives(budi, budi.operation([("nama", "Cempaka", seen)], record=record, form=FORM))
    assert found(supervisor, "cempaka") == {record}
    assert found(supervisor, "kenanga") == found(supervisor, "melati") == set()


def test_a_case_is_found_by_its_label(office: Office, asha: RawDevice, supervisor: ApiClient) -> None:
    record, case = new_id(), new_id()
    sent = asha.submission(record, {"nama": "Kenanga", "$case": case}, form=FORM)
    changes = [["label", "Kenanga Wulansari", []], ["$village", VILLAGE, []]]
    arrives(asha, with_part(sent, case, "case:anak", *changes))
    assert found(supervisor, "wulansari") == {case}
    assert found(supervisor, "kenanga") == {case, record}


# --- by whom -------------------------------------------------------------------------------------


def test_only_what_lies_in_the_readers_villages_is_found(office: Office, asha: RawDevice) -> None:
    near = file(asha, nama="Kenanga", nik=NIK)
    rani = office.device("rani", "officer", FAR)
    far = submit(rani, {"nama": "Kenanga", "nik": NIK}, form=FORM, village=FAR)
    for sought in ("kenanga", NIK):
        assert found(office.api("siti", "supervisor", KECAMATAN), sought) == {near}
        assert found(office.api("lena", "supervisor", FAR), sought) == {far}
        assert found(office.api("hana", "head", REGENCY), sought) == {near, far}


def test_a_restricted_answer_finds_its_form_for_those_alone_who_read_it(
    office: Office, asha: RawDevice
) -> None:
    record = restricted(asha, "Cempaka", nama="Kenanga")
    assert found(office.api("hana", "head", REGENCY), "cempaka") == {record}
    assert found(office.api("dewi", "peksos", KECAMATAN), "kenanga cempaka") == {record}
    assert found(office.api("asha"), "cempaka") == {record}
    for name, role in (("siti", "supervisor"), ("budi", "officer")):
        assert found(office.api(name, role, KECAMATAN), "cempaka") == set()
        assert found(office.api(name, role, KECAMATAN), "kenanga cempaka") == set()
        assert found(office.api(name, role, KECAMATAN), "kenanga") == {record}


# --- what is kept --------------------------------------------------------------------------------


def test_what_was_looked_for_is_on_record_as_a_keyed_hash_and_nowhere_else(
    office: Office, asha: RawDevice, supervisor: ApiClient, capfd: pytest.CaptureFixture[str]
) -> None:
    record = file(asha, nama="Kenanga", nik=NIK)
    for sought in ("kenanga", "KENANGA ", NIK, "tidak ada"):
        found(supervisor, sought)
    said = capfd.readouterr()
    assert not any(one in said.out + said.err for one in ("enanga", NIK, "tidak"))
    with office.store.read() as connection:
        rows = connection.execute(
            text("SELECT id, detail FROM audit WHERE account = 'siti' AND action = 'list' ORDER BY time, id")
        ).all()
        named = connection.execute(text("SELECT count(*) FROM audit_record WHERE record = :r"), {"r": record})
    marks = [detail_of(office.store, row)["sought"] for row in rows]
    assert (len(marks), len(set(marks))) == (4, 3)
    assert named.scalar_one() >= 3
    assert columns_with(office.store.engine, ["Kenanga", "kenanga", NIK, "tidak ada"]) == {}


def test_the_search_of_the_pages_keeps_what_is_typed_out_of_addresses(
    office: Office, asha: RawDevice
) -> None:
    record = file(asha, nama="Kenanga", nik=NIK)
    siti: Person = at_work(office)
    for start in ("/records", "/cases"):
        page = siti.get(start)
        assert 'method="post" action="/find"' in page.html
        told = page.submit(form="/find", text=NIK)
        assert (told.status, told.path, f"/records/{record}" in told.html) == (200, "/find", True)
    assert siti.get(f"/find?text={NIK}").status == 405
    for nothing in ("", "zz zz"):
        told = siti.get("/records").submit(form="/find", text=nothing)
        assert (told.status, f"/records/{record}" in told.html) == (200, False)


# --- what it is made of --------------------------------------------------------------------------


def tokens(office: Office) -> list[tuple[Any, ...]]:
    with office.store.read() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM find_token ORDER BY 1, 2"))]


@pytest.mark.parametrize("again", [initialise, lambda config: _index(config)], ids=["init", "index"])
def test_what_an_earlier_version_did_not_keep_is_worked_out_anew(
    office: Office,
    asha: RawDevice,
    supervisor: ApiClient,
    config: Config,
    again: Callable[[Config], object],
) -> None:
    record = file(asha, nama="Kenanga", nik=NIK)
    before = tokens(office)
    with office.store.write() as connection:
        connection.execute(text("DELETE FROM find_token"))
        settings.write(connection, settings.FOUND_BY, "0:0")
    assert found(supervisor, "kenanga") == set()
    again(config)
    assert found(supervisor, "kenanga") == {record}
    assert tokens(office) == before


def _index(config: Config) -> None:
    done = run_command(config, "index")
    assert (done.returncode, done.stderr) == (0, "")


def test_another_key_finds_the_same_and_leaves_no_hash_of_the_former(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = file(asha, nama="Kenanga", nik=NIK)
    before = tokens(office)
    rotate_data(office.store, 1)
    assert found(supervisor, "kenanga") == {record}
    after = tokens(office)
    assert (len(after), {one[0] for one in after} & {one[0] for one in before}) == (len(before), set())
    with office.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM data_key")).scalar_one() == 2
