"""One record, read on a device and through the office API by the same person: the same is told."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from client_sync.cli import cli
from client_sync.commanding import Context
from client_sync.device import Device
from domain.forms.definition import FormDefinition
from domain.forms.instance import read_instance
from domain.operations import RESTRICTED
from schemas.reading import record_xml
from server.expressions import context_at
from server.services.read_record import read_record
from tests.support.local_line import KEY, enrolled
from tests.support.office import DEFINITION, Office

VILLAGE, KECAMATAN = "64.02.18.2007", "64.02.18"
PEOPLE = {"asha": "officer", "budi": "officer", "carla": "officer", "dewi": "peksos"}
MEMBERS = (
    "record",
    "kind",
    "form",
    "village",
    "etag",
    "answers",
    "conflicts",
    "survivors",
    "removed",
    "restricted",
    "problems",
    "review",
)


@pytest.fixture
def devices(office: Office, tmp_path: Path) -> Iterator[dict[str, Device]]:
    with ExitStack() as stack:
        made = {}
        for name, role in PEOPLE.items():
            office.person(name, role, VILLAGE)
            made[name] = stack.enter_context(enrolled(office, name, tmp_path / name))
        yield made


def sync(*devices: Device) -> None:
    for device in devices:
        assert device.sync().is_quiet


def everything_at_once(office: Office, devices: dict[str, Device]) -> str:
    """A returned record with a conflict, two removals, and two restricted parts that disagree."""
    asha, budi = devices["asha"], devices["budi"]
    answers = {"a": "1", "b": "x", "r": "wound", "m/m_1/x": "Ani", "m/m_2/x": "Beni", "unasked": "?"}
    record = asha.new("verifikasi_anak", VILLAGE, answers).record
    sync(asha, budi)
    asha.set(record, {"a": "2", "m/m_1/y": "7"}, remove=["m/m_2"])
    budi.set(record, {"a": "3", "r": "bruise"}, remove=["m/m_1"])
    sync(asha, budi)
    supervisor = office.api("siti", "supervisor", KECAMATAN)
    etag = supervisor.get(f"records/{record}")["etag"]
    returned = {"decision": "return", "etag": etag, "comment": "see a", "remarks": {"a": "which?"}}
    assert supervisor.post(f"records/{record}/review", returned)[0] == 200
    sync(*devices.values())
    return record


def printed(device: Device, home: Path, record: str, shape: str) -> bytes:
    """What ``verilap show`` prints."""
    device.close()
    done = CliRunner().invoke(
        cli,
        ["show", record, shape],
        env={"VERILAP_HOME": str(home), "VERILAP_KEY": KEY},
        obj=Context("en"),
    )
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


def shown(device: Device, home: Path, record: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(printed(device, home, record, "--json"))
    return told


@pytest.mark.parametrize("name", PEOPLE)
def test_a_device_and_the_api_tell_the_same_of_a_record_to_the_same_person(
    office: Office, devices: dict[str, Device], tmp_path: Path, name: str
) -> None:
    """Broken on purpose: the office read the submission without the restricted parts."""
    record = everything_at_once(office, devices)
    told = office.api(name).get(f"records/{record}")
    seen = shown(devices[name], tmp_path / name, record)
    assert {member: seen[member] for member in MEMBERS} == {member: told[member] for member in MEMBERS}
    assert set(told["conflicts"]) == {"a", "m/m_1#removal"} | ({"r"} if name == "dewi" else set())
    assert told["restricted"] == (["r"] if name == "carla" else [])
    assert told["removed"] == ["m/m_2"]
    assert [one["code"] for one in told["problems"]] == ["unknown-question"]
    assert (told["review"]["state"], told["review"]["remarks"]) == ("returned", {"a": "which?"})


@pytest.mark.parametrize("name", PEOPLE)
def test_a_device_and_the_server_write_the_same_xml_for_the_same_person(
    office: Office, devices: dict[str, Device], tmp_path: Path, name: str
) -> None:
    """Broken on purpose: the device left the markers of what its reader may not see out."""
    record = everything_at_once(office, devices)
    told = office.api(name).get(f"records/{record}")
    with office.store.read() as connection:
        reading = read_record(connection, office.person_in(connection, name), record)
    xml = record_xml(reading.dossier, reading.definition, context_at(reading.filled))
    assert printed(devices[name], tmp_path / name, record, "--xml") == xml
    instance = read_instance(FormDefinition.from_json(DEFINITION), xml)
    answers = {path: value for path, value in told["answers"].items() if not path.startswith("$")}
    assert instance.answers == answers | dict.fromkeys(told["restricted"], RESTRICTED)
    assert instance.record == record
    assert (b"wound" in xml, b"bruise" in xml) == (
        "wound" in answers.values(),
        "bruise" in answers.values(),
    )


def test_a_contested_removal_names_who_removed_and_whose_work_that_would_hide(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    """Broken on purpose: nobody stood on the side that keeps."""
    record = everything_at_once(office, devices)
    seen = shown(devices["asha"], tmp_path / "asha", record)
    sides = seen["conflicts"]["m/m_1#removal"]
    assert [(one["value"], one["author"]) for one in sides] == [("remove", "budi"), ("keep", "asha")]
    assert seen["answers"]["m/m_1/x"] == "Ani"


def test_of_restricted_answers_that_disagree_each_reads_his_own_and_the_social_worker_all(
    office: Office, devices: dict[str, Device]
) -> None:
    record = everything_at_once(office, devices)
    read = {name: device.dossier(record).answers.get("r") for name, device in devices.items()}
    assert (read["asha"], read["budi"], read["carla"]) == ("wound", "bruise", None)
    both = devices["dewi"].dossier(record).conflicts["r"]
    assert {(one.value, one.author) for one in both} == {("wound", "asha"), ("bruise", "budi")}


def test_who_settles_restricted_answers_on_a_device_gives_nobody_the_other_ones(
    office: Office, devices: dict[str, Device], tmp_path: Path
) -> None:
    """Broken on purpose: the value went into every part, and Budi's device showed what Asha had written."""
    record = everything_at_once(office, devices)
    devices["dewi"].resolve(record, "r", "wound")
    sync(devices["dewi"], devices["asha"], devices["budi"])
    for name in ("asha", "budi", "dewi"):
        dossier, told = devices[name].dossier(record), office.api(name).get(f"records/{record}")
        assert (dossier.answers, dossier.unreadable) == (told["answers"], told["restricted"])
    assert "r" not in devices["dewi"].dossier(record).conflicts
    assert devices["asha"].dossier(record).answers["r"] == "wound"
    assert shown(devices["budi"], tmp_path / "budi", record)["settled"] == ["r"]
    env = {"VERILAP_HOME": str(tmp_path / "budi"), "VERILAP_KEY": KEY, "VERILAP_LANG": "en"}
    printed = CliRunner().invoke(cli, ["show", record], env=env, obj=Context("en")).stdout
    assert "\nr = (the office settled the conflict" in printed
    assert "wound" not in printed
