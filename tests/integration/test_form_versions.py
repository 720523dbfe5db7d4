"""Draft, published, retired: what devices are offered, and that nothing filled with a version is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from client_sync.device import Device
from domain.canonical import Json
from domain.errors import FormError
from server.faults import WorkbookError
from server.services.configuration import config_digest
from server.services.forms import definition_of, warnings_of
from server.services.publish_form import keep_draft, publish, publish_version, retire_or_drop
from server.store import forms as stored_forms
from server.xlsform import CompiledForm, compile_workbook
from tests.support.builders import new_id
from tests.support.local_line import LocalLine, enrolled
from tests.support.office import DEFINITION, NOW, Office
from tests.support.pages import Person
from tests.support.raw_device import RawDevice
from tests.support.workbooks import book

VILLAGE = "64.02.18.2007"
OLD, NEW = "verifikasi_anak@2026010101", "verifikasi_anak@2026020101"


def second(**changes: Any) -> dict[str, Json]:
    """The next version of the test office's form: it asks `c` in place of `b`."""
    fields: Any = [one for one in json.loads(json.dumps(DEFINITION["fields"])) if one["path"] != "b"]
    further = {"path": "c", "type": "text", "label": {"id": "c", "en": "c"}, "pdp": "umum", "group": []}
    return {**DEFINITION, "version": "2026020101", "fields": [*fields, further], **changes}


def retire(office: Office, name: str) -> str:
    return office.store.transact(lambda connection: retire_or_drop(connection, name))


def small(
    folder: Path, survey: str = "type | name | label\ntext | q | Q", version: str = "1"
) -> CompiledForm:
    settings = f"form_title | form_id | version\nCoba | coba | {version}"
    return compile_workbook(book(folder, survey=survey, settings=settings))


@pytest.fixture
def device(office: Office, tmp_path: Path) -> Iterator[Device]:
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "asha", tmp_path / "home", LocalLine(office.client)) as opened:
        yield opened


def listed(office: Office) -> dict[str, str]:
    told = office.api("siti", "supervisor", "64.02").get("forms")["forms"]
    return {f"{one['form_id']}@{one['version']}": one["state"] for one in told}


def test_a_draft_is_seen_by_no_device(office: Office, tmp_path: Path, asha: RawDevice) -> None:
    """Broken on purpose: drafts among the known versions; `find_form` without the question."""
    with office.store.write() as connection:
        before = config_digest(connection, office.person_in(connection, "asha"))
        keep_draft(connection, small(tmp_path), NOW)
        assert config_digest(connection, office.person_in(connection, "asha")) == before
        assert definition_of(connection, "coba@1") is None
    assert "coba@1" not in listed(office)
    assert office.api("siti").call("GET", "forms/coba/1/definition")[0] == 404
    told = asha.sync(asha.submission(new_id(), {"q": "1"}, form="coba@1"))
    assert told["verdicts"]["0"]["code"] == "unknown-form"


def test_a_draft_is_replaced_published_and_then_never_changed(office: Office, tmp_path: Path) -> None:
    other = small(tmp_path, "type | name | label\ntext | q | Other words")
    with office.store.write() as connection:
        keep_draft(connection, other, NOW)
        keep_draft(connection, small(tmp_path), NOW)
        assert publish_version(connection, "coba@1", NOW)
        assert not publish_version(connection, "coba@1", NOW)
        assert not publish(connection, small(tmp_path), NOW)
        for put in (publish, keep_draft):
            with pytest.raises(FormError, match="other content"):
                put(connection, other, NOW)
    assert listed(office)["coba@1"] == "published"


def test_a_draft_is_compared_again_when_it_is_published(office: Office, tmp_path: Path) -> None:
    """Broken on purpose: `publish_version` without the question."""
    with office.store.write() as connection:
        keep_draft(connection, small(tmp_path, version="2"), NOW)
        publish(connection, small(tmp_path, "type | name | label\ninteger | q | Q"), NOW)
        with pytest.raises(FormError) as caught:
            publish_version(connection, "coba@2", NOW)
        stored = stored_forms.find(connection, "coba@2")
    assert [one["code"] for one in caught.value.facts["faults"]] == ["version-retyped"]  # type: ignore[attr-defined]
    assert stored is not None
    assert stored.state == "draft"


def test_a_version_is_compared_with_all_before_it(office: Office, tmp_path: Path) -> None:
    """Seen to fail where only the first of them, and where only the last was compared."""
    head = "type | name | label\n"
    surveys = ("integer | q | Q\ntext | x | X", "text | x | X", "text | x | X\ndate | d | D")
    with office.store.write() as connection:
        for number, survey in enumerate(surveys, start=1):
            publish(connection, small(tmp_path, head + survey, str(number)), NOW)
    for survey, before in (("text | q | Q", "integer"), ("text | d | D", "date")):
        with office.store.write() as connection, pytest.raises(WorkbookError, match=before):
            publish(connection, small(tmp_path, head + survey, "4"), NOW)


def test_a_version_that_sorts_before_the_published_one_says_so(office: Office, tmp_path: Path) -> None:
    """Seen to fail without the versions that are offered, and with a retired one among them."""

    def warnings(version: str) -> list[str]:
        with office.store.write() as connection:
            keep_draft(connection, small(tmp_path, version=version), NOW)
            found = stored_forms.find(connection, f"coba@{version}")
        assert found
        return [one["code"] for one in warnings_of(found)]

    with office.store.write() as connection:
        publish(connection, small(tmp_path, version="v9"), NOW)
    assert warnings("v10") == []
    assert warnings("v8") == ["version-behind"]
    retire(office, "coba@v9")
    assert warnings("v7") == []


def test_a_draft_can_be_dropped_and_what_was_published_cannot(office: Office, tmp_path: Path) -> None:
    with office.store.write() as connection:
        keep_draft(connection, small(tmp_path), NOW)
        assert retire_or_drop(connection, "coba@1") == "form-dropped"
        assert stored_forms.find(connection, "coba@1") is None
        publish(connection, small(tmp_path), NOW)
        assert retire_or_drop(connection, "coba@1") == "form-retired"
        assert retire_or_drop(connection, "coba@1") == "form-retired-already"
        assert stored_forms.find(connection, "coba@1") is not None
        assert publish_version(connection, "coba@1", NOW)
    assert listed(office)["coba@1"] == "published"


def digest_for(office: Office, connection: Connection) -> str:
    return config_digest(connection, office.person_in(connection, "asha"))


def test_devices_hear_of_a_retired_version_and_begin_no_new_form_with_it(
    office: Office, device: Device
) -> None:
    """Broken on purpose: `retire_or_drop` without a new digest; the device without the state."""
    device.sync()
    office.publish(second())
    device.sync()
    assert device.reader.published_form("verifikasi_anak").identity == NEW
    with office.store.read() as connection:
        before = digest_for(office, connection)
    assert retire(office, NEW) == "form-retired"
    with office.store.read() as connection:
        assert digest_for(office, connection) != before
    device.sync()
    assert device.reader.published_form("verifikasi_anak").identity == OLD
    assert listed(office) == {OLD: "published", NEW: "retired"}


def test_work_with_a_retired_version_is_taken_in(office: Office, asha: RawDevice) -> None:
    office.publish(second())
    assert retire(office, OLD) == "form-retired"
    record = new_id()
    assert "verdicts" not in asha.sync(asha.submission(record, {"a": "1"}, form=OLD))
    found = office.api("siti", "supervisor", "64.02").get(f"records/{record}")
    assert (found["form"], found["answers"]["a"]) == (OLD, "1")


def test_a_device_that_comes_later_reads_records_of_a_retired_version(
    office: Office, asha: RawDevice, tmp_path: Path
) -> None:
    """Broken on purpose: the definitions of retired versions were not fetched."""
    record = new_id()
    asha.sync(asha.submission(record, {"b": "9"}, form=OLD, village=VILLAGE))
    office.publish(second())
    retire(office, OLD)
    with enrolled(office, "asha", tmp_path / "later", LocalLine(office.client)) as device:
        device.sync()
        definition = device.reader.definition_of(device.dossier(record))
        assert definition is not None
        assert definition.identity == OLD
        device.set(record, {"b": "10"})
        device.sync()
    assert office.api("siti", "supervisor", "64.02").get(f"records/{record}")["answers"]["b"] == "10"


def test_a_draft_on_the_device_stays_on_its_version(office: Office, device: Device) -> None:
    """Broken on purpose: `finish_draft` with the newest version."""
    device.sync()
    draft = device.drafts.start_draft("verifikasi_anak", VILLAGE)
    device.drafts.type_answer(draft.id, "b", "9")
    office.publish(second())
    retire(office, OLD)
    device.sync()
    assert device.reader.published_form("verifikasi_anak").identity == NEW
    record = device.drafts.finish_draft(draft.id).record
    assert device.sync().verdicts["ok"] == 1
    found = office.api("siti", "supervisor", "64.02").get(f"records/{record}")
    assert (found["form"], found["answers"]["b"]) == (OLD, "9")


def test_answers_that_a_later_version_does_not_ask_are_kept_and_shown_as_others(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    """Broken on purpose: `outline_of` without the paths that the form does not know."""
    record = new_id()
    asha.sync(asha.submission(record, {"a": "1", "b": "sungai"}, form=OLD, village=VILLAGE))
    office.publish(second())
    change = asha.operation([("c", "baru", [])], record=record, form=NEW)
    assert "verdicts" not in asha.sync(change)
    found = office.api("siti").get(f"records/{record}")
    assert (found["form"], found["answers"]["b"]) == (NEW, "sungai")
    page = siti.get(f"/records/{record}")
    _, _, other = page.text.partition("Jawaban lain")
    assert "sungai" in other
