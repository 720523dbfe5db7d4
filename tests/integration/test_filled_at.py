"""
`today()` is the day of the filling: not that of the sync, of the decision, or of whoever looks.

Broken on purpose, each time with a failing test here: the moment of receipt; the offset left out; the page
and the rehearsal with a moment of their own; the device with the present.
"""

from pathlib import Path
from typing import Any

import pytest

from client_sync.shown import record_json
from domain.forms.definition import FormDefinition
from server.services.check_problems import check_problems
from server.services.check_store import Checked
from server.services.publish_form import publish
from server.services.read_record import read_record
from server.services.rehearse import rehearse
from server.working import work_once
from server.xlsform import CompiledForm, compile_workbook
from tests.support.builders import new_id
from tests.support.filings import KECAMATAN, REGENCY
from tests.support.local_line import LocalLine, enrolled
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice
from tests.support.workbooks import book

MARCH = 1_772_424_000_000
SURVEY = """
type | name | label | calculation | relevant | required
date | lahir | Lahir | | |
calculate | umur | | int((today() - date(${lahir})) div 365.25) | |
text | kerja | Bekerja? | | ${umur} >= 5 | yes
"""
FOUR = {"lahir": "2021-06-01"}
"""Four in March, five since June."""
HOUR = 3_600_000


def form(folder: Path, version: str = "1", more: str = "") -> CompiledForm:
    settings = f"form_title | form_id | version\nUmur | umur | {version}"
    return compile_workbook(book(folder, survey=SURVEY + more, settings=settings))


@pytest.fixture
def asha(office: Office, tmp_path: Path) -> RawDevice:
    office.store.transact(lambda c: publish(c, form(tmp_path), NOW))
    return office.device("asha", "officer", KECAMATAN)


def filed(device: RawDevice, **facts: Any) -> str:
    record = new_id()
    told = device.sync(device.submission(record, FOUR, form="umur@1", **facts))
    assert "verdicts" not in told
    return record


def problems(office: Office, record: str) -> list[str]:
    """What the page says; stored problems and a second look must agree with it."""
    head = office.person("head", "head", REGENCY)
    with office.store.read() as connection:
        before = read_record(connection, head, record).problems
    work_once(office.store)
    with office.store.read() as connection:
        after = read_record(connection, head, record).problems
        assert list(check_problems(connection, Checked())) == []
    assert before == after
    return [f"{one.path} {one.code}" for one in after]


def test_a_form_that_was_filled_in_march_is_judged_as_in_march(office: Office, asha: RawDevice) -> None:
    assert problems(office, filed(asha, time=MARCH)) == []


def test_one_that_was_filled_later_is_judged_as_of_then(office: Office, asha: RawDevice) -> None:
    assert problems(office, filed(asha, time=NOW)) == ["kerja required"]


def test_a_clock_that_was_behind_is_corrected_and_one_of_1970_gives_way(
    office: Office, asha: RawDevice
) -> None:
    behind = filed(asha, time=MARCH, meta={"form": "umur@1", "offset_ms": NOW - MARCH})
    assert problems(office, behind) == ["kerja required"]
    assert problems(office, filed(asha, time=0)) == ["kerja required"]


def test_neither_a_decision_nor_another_sync_moves_it_and_an_answer_does(
    office: Office, asha: RawDevice
) -> None:
    record = filed(asha, time=MARCH)
    head = office.api("kepala", "head", REGENCY)
    etag = head.get(f"records/{record}")["etag"]
    sent = {"decision": "return", "etag": etag, "comment": "?"}
    assert head.call("POST", f"records/{record}/review", sent)[0] == 200
    assert problems(office, record) == []
    corrected = asha.operation([("lahir", "2021-06-02", [])], record=record, form="umur@1", time=NOW)
    assert "verdicts" not in asha.sync(corrected)
    assert problems(office, record) == ["kerja required"]


def test_a_rehearsal_judges_each_record_as_of_its_filling(
    office: Office, asha: RawDevice, tmp_path: Path
) -> None:
    filed(asha, time=MARCH)
    folder = tmp_path / "next"
    folder.mkdir()
    new = form(folder, "2", "text | izin | Izin? | | ${umur} >= 5 | yes")
    with office.store.read() as connection:
        done = rehearse(connection, FormDefinition.from_json(new.definition))
    assert (done.records, done.affected) == (1, 0)


def test_the_device_judges_it_as_of_the_filling(office: Office, asha: RawDevice, tmp_path: Path) -> None:
    record = filed(asha, time=MARCH)
    office.person("budi", "officer", KECAMATAN)
    with enrolled(office, "budi", tmp_path / "budi", LocalLine(office.client)) as device:
        device.sync()
        told = record_json(device.reader, device.dossier(record))
        assert told["problems"] == []
        other = device.new("umur", "64.02.18.2007", FOUR).record
        assert record_json(device.reader, device.dossier(other))["problems"] != []
