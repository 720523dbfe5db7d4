"""
The phone's own device against the real server, beside a device on a laptop: all come to the same.

Broken on purpose, each seen here: an engine that gave up at the first cut; pieces of a file read from
its beginning.
"""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.client import answers_of
from benchmarks.workload import FORM_ID
from benchmarks.workload import record as workload_record
from client_sync.device import Device
from client_sync.transport import HttpTransport
from server.clock import now_ms
from server.services.enrol import make_code
from tests.support.attached import PHOTO_FORM
from tests.support.cutting_proxy import Cut, Way, cutting_proxy
from tests.support.devices import VILLAGE
from tests.support.local_line import KEY, impatient
from tests.support.office import Office
from tests.support.phone import NodePhone, phone_in
from tests.support.server import serving
from tests.support.uploading import kept_bytes

FORM, PHOTOS = "verifikasi_anak", "foto"
ROUNDS, TEXTS = 4, 6
PATHS = ("a", "b", "m/m_1/x")
LARGE = 600_000
DYING, LATEST, MOST_DEATHS = (1, 1, 2, 3, 4), 5, 10
"""At which answer it dies, time after time."""


MOST_BYTES_A_DAY = 20_000


def workload_form() -> dict[str, Any]:
    """The form that the benchmarks fill."""
    filled = workload_record(0)
    paths = [name for name in filled if name not in ("id", "members")]
    paths += [f"members/*/{name}" for name in filled["members"][0]]
    fields = [
        {"path": path, "type": "text", "label": {"id": path}, "pdp": "umum", "group": []} for path in paths
    ]
    repeats = [{"path": "members", "label": {"id": "members"}}]
    return {**PHOTO_FORM, "form_id": FORM_ID, "fields": fields, "groups": [], "repeats": repeats}


@pytest.fixture
def url(office: Office) -> Iterator[str]:
    office.publish(PHOTO_FORM)
    with serving(office.app) as address:
        yield address


def code(office: Office, name: str) -> str:
    office.person(name, "officer", VILLAGE)
    return office.store.transact(lambda connection: make_code(connection, name, now_ms()))


def enrolled(office: Office, phone: NodePhone, name: str, url: str) -> NodePhone:
    assert phone.enroll(url, code(office, name)) == name
    return phone


@pytest.fixture
def phone(office: Office, url: str, tmp_path: Path) -> Iterator[NodePhone]:
    """Asha's."""
    with phone_in(tmp_path) as made:
        yield enrolled(office, made, "asha", url)


def operations_of(office: Office, record: str) -> int:
    """How many operations the server has of a record."""
    return len(office.api("kabid", "head", "64.02").get(f"records/{record}/history")["operations"])


def sync_all(*devices: NodePhone | Device) -> None:
    """Twice: what the last one brings reaches the first."""
    for device in (*devices, *devices):
        device.sync()


def test_two_phones_and_a_laptop_converge(office: Office, url: str, phone: NodePhone, tmp_path: Path) -> None:
    """Each writes on the same forms without having seen the others; then a conflict is settled."""
    laptop = Device.open(tmp_path / "laptop", KEY, connect=HttpTransport, patience=impatient())
    with phone_in(tmp_path, "other") as other, laptop:
        enrolled(office, other, "budi", url)
        laptop.enroll(url, code(office, "cici"))
        records = [phone.new(FORM, VILLAGE, {"a": "Ani", "m/m_1/x": "satu"})]
        devices, chance = (phone, other, laptop), Random(1)
        sync_all(*devices)
        for _ in range(ROUNDS):
            for number in range(TEXTS):
                record, path = chance.choice(records), chance.choice(PATHS)
                device = chance.choice((phone, other))
                if path not in laptop.dossier(record).conflicts:
                    device.correct(record, {path: f"{number} 𝒞"})
                    laptop.set(record, {path: f"laptop {number}"})
            records.append(other.new(FORM, VILLAGE, {"a": "Bayu"}))
            sync_all(*devices)
        here, there = phone.told(), other.told()
        assert here["digests"] == there["digests"] == laptop.store.records.digests_in(VILLAGE)
        assert here["conflicts"] == there["conflicts"]
        conflicted = [(record, path) for record, paths in here["conflicts"].items() for path in paths]
        assert conflicted
        for record, path in conflicted:
            assert path in laptop.dossier(record).conflicts
        record, path = conflicted[0]
        laptop.resolve(record, path, "so ist es")
        laptop.sync(), phone.sync()
        assert path not in phone.told()["conflicts"][record]
        assert phone.told()["answers"][record][path] == "so ist es"


def test_a_line_that_is_cut_anywhere_loses_nothing_and_doubles_nothing(
    office: Office, url: str, tmp_path: Path
) -> None:
    """Requests and answers break after any number of bytes; what was sent before counts once."""
    with cutting_proxy(url) as proxy, phone_in(tmp_path) as phone:
        enrolled(office, phone, "asha", proxy.url)
        records = []
        for place, after in enumerate((0, 120, 400, 900, 60, 300)):
            records.append(phone.new(FORM, VILLAGE, {"a": f"nomor {place}", "b": "panjang " * 40}))
            proxy.arm(Cut(Way.UP if place % 2 else Way.DOWN, after, is_reset=place > 2))
            assert phone.sync()["code"] is None
        told = phone.told()
        assert (told["queued"], sorted(told["digests"])) == (0, sorted(records))
        for record in records:
            assert operations_of(office, record) == 1


def test_a_phone_that_dies_at_any_answer_goes_on_where_it_was(office: Office, phone: NodePhone) -> None:
    """What the server had taken counts once, and of the photo nothing is sent that it has."""
    records = [phone.new(FORM, VILLAGE, {"a": f"nomor {number}"}) for number in range(3)]
    hash_ = phone.attach(PHOTOS, VILLAGE, "surat", LARGE)
    lives = takewhile(phone.sync_dying, (*DYING, *[LATEST] * MOST_DEATHS))
    deaths = sum(1 for _ in lives)
    assert len(DYING) < deaths < len(DYING) + MOST_DEATHS
    told = phone.told()
    assert (told["queued"], told["files"]) == (0, 0)
    assert len(kept_bytes(office, hash_) or b"") == LARGE
    for record in records:
        assert operations_of(office, record) == 1
    assert phone.events[-1]["outcome"]["bytesUp"] < LARGE / 10


def test_a_day_without_a_signal_takes_few_bytes_upwards(office: Office, url: str, phone: NodePhone) -> None:
    """Thirty forms of 58 answers and sixty corrections, sent at once in the evening."""
    office.publish(workload_form())
    phone.sync()
    answers = [answers_of(number) for number in range(30)]
    records = [phone.new(FORM_ID, VILLAGE, one) for one in answers]
    chance = Random(1)
    for number in range(60):
        place = chance.randrange(30)
        path = chance.choice(sorted(answers[place]))
        phone.correct(records[place], {path: f"{answers[place][path]} {number}"})
    outcome = phone.sync()
    assert (outcome["code"], outcome["sent"]) == (None, 90)
    assert outcome["bytesUp"] <= MOST_BYTES_A_DAY, outcome["bytesUp"]
