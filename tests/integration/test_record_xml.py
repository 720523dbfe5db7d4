"""The office API gives a form as the XML that ODK Collect would send."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from client_sync.cli import _run, cli
from client_sync.commanding import Context
from domain.forms.definition import FormDefinition
from domain.forms.instance import read_instance
from tests.support.builders import new_id
from tests.support.filings import KECAMATAN, VILLAGE, arrives, in_conflict, submit, with_restricted
from tests.support.local_line import KEY, enrolled
from tests.support.office import DEFINITION, Office
from tests.support.raw_device import RawDevice

FORM = FormDefinition.from_json(DEFINITION)


def test_the_xml_is_a_file_that_no_browser_opens_as_a_page(office: Office, asha: RawDevice) -> None:
    record = submit(asha, {"a": "<script>alert(1)</script>", "m/m_1/x": "Ani", "new": "2"})
    answer = office.api("siti", "supervisor", KECAMATAN).take(f"records/{record}/xml")
    assert answer.mimetype == "application/xml"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{record}.xml"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert b"<script>" not in answer.data
    instance = read_instance(FORM, answer.data)
    assert instance.answers == {"a": "<script>alert(1)</script>", "m/m_1/x": "Ani", "new": "2"}
    assert instance.record == record


def test_of_a_conflict_the_xml_has_the_provisional_answer(office: Office, asha: RawDevice) -> None:
    record = in_conflict(office, asha)
    siti = office.api("siti", "supervisor", KECAMATAN)
    shown = siti.get(f"records/{record}")["answers"]["a"]
    assert read_instance(FORM, siti.take(f"records/{record}/xml").data).answers["a"] == shown


@pytest.mark.parametrize("role", ["supervisor", "peksos", "head"])
def test_no_restricted_answer_stands_in_the_xml_that_one_person_takes(
    office: Office, asha: RawDevice, role: str
) -> None:
    """Broken on purpose: the dossier was made of all restricted parts that the reader may see."""
    record, part = with_restricted(asha, "memar")
    reader = office.api("somebody", role, KECAMATAN)
    xml = reader.take(f"records/{record}/xml").data
    assert b"memar" not in xml
    assert read_instance(FORM, xml).answers["r"] == {"$": "restricted"}
    told: Any = reader.take(f"records/{part}/xml").json
    assert told["error"]["code"] == ("not-found" if role == "supervisor" else "no-instance")


def test_there_is_no_xml_of_what_is_no_form(office: Office, asha: RawDevice) -> None:
    case = new_id()
    arrives(asha, asha.operation([("$village", VILLAGE, []), ("a", "1", [])], record=case, kind="case:anak"))
    answer: Any = office.api("siti", "supervisor", KECAMATAN).take(f"records/{case}/xml")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "no-instance")


def test_a_device_says_why_there_is_no_xml(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERILAP_HOME", str(tmp_path / "asha"))
    monkeypatch.setenv("VERILAP_KEY", KEY)
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "asha", tmp_path / "asha") as device:
        saved = device.new("verifikasi_anak", VILLAGE, {"a": "1", "r": "memar"})
        part = device.store.records.parts_of(saved.record)[0].record
    assert _run(["--lang", "en", "show", part, "--xml"]) == 2
    assert "no XML of it. [no-instance]" in capsys.readouterr().err


def test_of_the_shapes_of_a_record_the_last_one_counts(office: Office, tmp_path: Path) -> None:
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "asha", tmp_path / "asha") as device:
        record = device.new("verifikasi_anak", VILLAGE, {"a": "1"}).record
    env = {"VERILAP_HOME": str(tmp_path / "asha"), "VERILAP_KEY": KEY}
    done = CliRunner().invoke(cli, ["show", record, "--xml", "--json"], env=env, obj=Context("en"))
    assert json.loads(done.stdout)["answers"]["a"] == "1"
