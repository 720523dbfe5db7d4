"""
What happens in the transcripts: each scene is the life of a device with a real server and other people.

    python -m tests.support.transcript_scenes        writes tests/vectors/transcripts/*.json anew
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from client_sync.device import Device
from client_sync.transport import Answer
from domain.cases.naming import CASE
from domain.compose import Piece
from domain.lease import DAY_MS
from domain.opened import Opened
from domain.operations import SUBMISSION, VILLAGE, Change
from server.services import leases
from server.services.devices import confirm_device
from server.services.enrol import make_code
from server.store import credentials
from tests.support.attached import PHOTO_FORM
from tests.support.clocks import Clock
from tests.support.erasing import erase
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, REGENCY
from tests.support.filings import VILLAGE as HOME
from tests.support.local_line import LocalLine, impatient
from tests.support.office import NOW, Office
from tests.support.snapshots import restore_snapshot, take_snapshot
from tests.support.transcripts import FOLDER, KEY, URL, Recorder, spelt, wait_for_wifi

FORM: Final = "verifikasi_anak"
MINUTE: Final = 60_000
BUSY: Final = Answer(503, None)
TOO_LARGE: Final = Answer(413, {"error": {"code": "too-large", "message": "smaller, please"}})

Scene = Callable[[Office, Path], list[dict[str, Any]]]


class Stage:
    """An office, the device that is written down (Asha's), and Budi's, whom nobody watches."""

    def __init__(self, office: Office, folder: Path, *where: str) -> None:
        self.office, self.folder = office, folder
        self.clock = Clock(office)
        self.head = office.api("kabid", "head", REGENCY)
        for name in ("asha", "budi"):
            office.person(name, "officer", *(where or (HOME,)))
        self.film = Recorder(office.client, folder / "asha", NOW - 3_000)
        self.budi = Device.open(
            folder / "budi",
            KEY,
            connect=lambda _url: LocalLine(office.client),
            patience=impatient(),
            clock=lambda: self.clock.now + 7_000,
        )
        self.budi.enroll(URL, self.code("budi"))

    def code(self, name: str, *, needs_confirmation: bool = False) -> str:
        return self.office.store.transact(lambda c: make_code(c, name, self.clock.now, needs_confirmation))

    def later(self, ms: int = MINUTE) -> None:
        """Time goes by, everywhere."""
        self.clock.now += ms
        self.film.world.now += ms
        self.film.world.up += ms

    def sync(self, *faults: str | Answer, **how: bool) -> Any:
        self.later()
        return self.film.sync(*faults, **how)

    def new(self, village: str = HOME, form: str = FORM, **answers: object) -> str:
        """Asha files a form; gives its record."""
        self.later()
        record: str = self.film.deed(lambda device: device.new(form, village, answers)).record
        return record

    def set(self, record: str, **answers: object) -> Any:
        self.later()
        return self.film.deed(lambda device: device.set(record, answers))

    def others(self, act: Callable[[Device], Any]) -> Any:
        """Budi does something, with a sync before and after."""
        self.later()
        self.budi.sync()
        found = act(self.budi)
        self.budi.sync()
        return found

    def device_of_asha(self) -> str:
        """The id of her newest device."""
        with self.office.store.read() as connection:
            listed = credentials.devices_of(connection, "asha")
        return str(max(listed, key=lambda one: one.enrolled).id)

    def decide(self, operation: str, decision: str) -> None:
        status, body = self.head.post(f"held/{operation}", {"decision": decision, "reason": "so"})
        assert status == 200, body

    def end(self) -> list[dict[str, Any]]:
        self.budi.close()
        self.film.close()
        return self.film.steps


def enrolled(office: Office, folder: Path, *where: str) -> Stage:
    """A stage on which Asha's device is enrolled."""
    stage = Stage(office, folder, *where)
    stage.film.enroll(stage.code("asha"))
    return stage


def first_day(office: Office, folder: Path) -> list[dict[str, Any]]:
    """Records of others at the first sync, new forms, a correction, a look; nothing; then Budi corrects."""
    stage = Stage(office, folder, KECAMATAN)
    stage.others(lambda device: device.new(FORM, HOME, {"a": "Ani", "r": "luka lama"}))
    stage.others(lambda device: device.new(FORM, HOME, {"a": "Bayu"}))
    stage.film.enroll(stage.code("asha"))
    assert stage.sync().is_quiet
    answers = {"a": "Citra 𝒞", "m/m_1/x": "satu", "m/m_2/x": "dua", "r": "memar"}
    mine = stage.new(NEIGHBOUR, **answers)
    stage.set(mine, b="3")
    stage.film.deed(lambda device: device.show(mine, Opened.READ))
    stage.film.deed(lambda device: device.remove(mine, "m/m_2"))
    assert stage.sync().is_quiet
    assert stage.sync().is_quiet
    stage.others(lambda device: device.set(mine, {"b": "4"}))
    assert stage.sync().received == 1
    stage.film.deed(lambda device: device.drafts.start_draft(FORM, NEIGHBOUR))
    stage.new(a="Dewi")
    assert stage.sync().is_quiet
    return stage.end()


def confirmed(office: Office, folder: Path) -> list[dict[str, Any]]:
    """An enrolment that waits for its number; work that is older than it; one more with a wrong code."""
    stage = enrolled(office, folder)
    mine = stage.new(a="Ani")
    stage.later()
    stage.film.enroll(stage.code("asha", needs_confirmation=True))
    number = stage.film.device.number
    assert number is not None
    assert stage.sync() is None
    admin = office.person("root", "admin")
    stage.office.store.transact(
        lambda c: confirm_device(c, admin, stage.device_of_asha(), number, stage.clock.now)
    )
    assert stage.sync().is_quiet
    stage.set(mine, a="Ani Lestari")
    assert stage.sync().is_quiet
    stage.film.enroll("WRONG-CODES")
    return stage.end()


def conflict(office: Office, folder: Path) -> list[dict[str, Any]]:
    """Two people answer without having seen each other, also the same; a removal against a correction."""
    stage = enrolled(office, folder)
    record = stage.new(a="Ani", b="1", **{"m/m_1/x": "satu"})
    assert stage.sync().is_quiet
    stage.others(lambda device: device.set(record, {"a": "Budi menulis", "b": "2"}))
    stage.others(lambda device: device.set(record, {"m/m_1/x": "lain"}))
    stage.set(record, a="Asha menulis", b="2")
    stage.film.deed(lambda device: device.remove(record, "m/m_1"))
    assert stage.sync().is_quiet
    assert stage.film.device.dossier(record).conflicts.keys() >= {"a"}
    stage.others(lambda device: device.set(record, {"b": "5"}))
    assert stage.sync().is_quiet
    return stage.end()


def held(office: Office, folder: Path) -> list[dict[str, Any]]:
    """Work elsewhere is held, and so is what builds on it; then some is accepted, some refused."""
    stage = enrolled(office, folder)
    away, other = stage.new(FAR, a="jauh"), stage.new(FAR, a="lebih jauh")
    moved = stage.new(a="pindah")
    change = stage.set(moved, **{VILLAGE: FAR})
    report = stage.sync()
    assert report.verdicts["held"] == 3
    waiting = [one.id for one in stage.film.device.store.outbox.refused()]
    stage.set(away, b="2")
    assert stage.sync().is_quiet
    stage.decide(waiting[0], "ok")
    stage.decide(waiting[1], "void")
    stage.decide(change.operations[0], "void")
    assert stage.sync().is_quiet
    stage.set(other, b="3")
    assert stage.sync().is_quiet
    return stage.end()


def left(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A record moves away, then a whole village is taken from the account, and one is given."""
    stage = enrolled(office, folder, HOME, NEIGHBOUR)
    stays, goes = stage.new(a="tinggal"), stage.new(NEIGHBOUR, a="pergi")
    moves = stage.new(a="pindah")
    assert stage.sync().is_quiet
    wide = office.device("wide", "officer", REGENCY)
    state = stage.film.device.store.records.stored(moves)
    assert state is not None
    seen = [one.id for one in state.at(VILLAGE)]
    assert "verdicts" not in wide.sync(wide.operation([(VILLAGE, FAR, seen)], record=moves))
    assert stage.sync().left == 1
    office.move("asha", HOME)
    stage.set(goes, b="9")
    stage.sync()
    office.move("asha", HOME, FAR)
    assert stage.sync().is_quiet
    stage.set(stays, b="1")
    assert stage.sync().is_quiet
    return stage.end()


def restored(office: Office, folder: Path) -> list[dict[str, Any]]:
    """The server comes back from a backup of before some of the work; a village's feed is unknown to it."""
    stage = enrolled(office, folder)
    before = stage.new(a="sebelum")
    assert stage.sync().is_quiet
    backup = take_snapshot(office.store.engine)
    after = stage.new(a="sesudah")
    stage.set(before, b="2")
    away = stage.new(FAR, a="jauh")
    assert stage.sync().is_quiet
    gone = stage.others(lambda device: device.new(FORM, HOME, {"a": "hilang"})).record
    assert stage.sync().received == 1
    (waiting,) = [one.id for one in stage.film.device.store.outbox.refused()]
    stage.decide(waiting, "ok")
    assert stage.sync().is_quiet
    restore_snapshot(office.store.engine, backup)
    assert stage.sync().sent_again == 3
    assert stage.film.device.store.records.stored(after)
    assert stage.film.device.store.records.shown(away)
    stage.others(lambda device: device.set(gone, {"b": "1"}))
    assert stage.sync().is_quiet
    return stage.end()


def forked(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A copy of the store goes on elsewhere under the same replica id."""
    stage = enrolled(office, folder)
    stage.new(a="Ani")
    assert stage.sync().is_quiet
    stage.film.device.store.database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = folder / "copy"
    copy.mkdir()
    for file in (folder / "asha").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    with Device.open(copy, KEY, connect=lambda _url: LocalLine(office.client), patience=impatient()) as other:
        other.new(FORM, HOME, {"a": "dari salinan"})
        other.sync()
    stage.new(a="dari aslinya")
    assert stage.sync().forked
    stage.new(a="lagi")
    assert stage.sync().is_quiet
    return stage.end()


def erased(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A case is erased whose form, draft and unsent correction are on the device."""
    stage = enrolled(office, folder)
    values = {"label": "Kenari", "nama": "Kenari"}
    case = stage.film.deed(lambda device: device.begin_case("anak", HOME, values)).record

    def visit(device: Device) -> str:
        record = device.workspace.new_record()
        said = {VILLAGE: HOME, "a": "Kenari", CASE: case}
        pieces = [Piece(record, SUBMISSION, Change(path, value, ())) for path, value in said.items()]
        with device.store.transaction():
            device.writer.save(pieces, f"{FORM}@2026010101", {})
        return str(record)

    record = stage.film.deed(visit)
    stays = stage.new(a="lain")
    assert stage.sync().is_quiet
    stage.film.deed(lambda device: device.drafts.start_correction(record))
    stage.set(record, b="7")
    erase(office, folder, case, stage.clock.now)
    stage.sync()
    assert stage.film.device.store.records.shown(record) is None
    stage.set(stays, b="1")
    assert stage.sync().is_quiet
    return stage.end()


def locked(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A month without the server: work is handed in, nothing is told; then the office unlocks the device."""
    stage = enrolled(office, folder)
    mine = stage.new(a="Ani")
    assert stage.sync().is_quiet
    stage.later(31 * DAY_MS)
    cici = office.device("cici", "officer", HOME)
    assert "verdicts" not in cici.sync(cici.operation([("b", "2", [])], record=mine))
    stage.new(a="Bayu")
    assert stage.sync().locked
    stage.sync()
    admin = office.person("root", "admin")
    with office.store.write() as connection:
        leases.unlock_device(connection, admin.name, stage.device_of_asha(), stage.clock.now)
    assert not stage.sync().locked
    assert stage.sync().is_quiet
    return stage.end()


def urgent(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A child in danger goes before what was saved earlier, alone, with what it needs."""
    office.publish(PHOTO_FORM)
    stage = enrolled(office, folder)
    for name in ("satu", "dua", "tiga"):
        record = stage.new(form="foto", nama=name)
    stage.set(record, **{"lindung/bahaya_segera": "1"})
    stage.new(form="foto", nama="empat")
    report = stage.sync()
    assert report.is_quiet
    first = stage.film.steps[-1]["calls"][0]["call"]["body"]["ops"]
    assert len(first) == 2
    return stage.end()


def revoked(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A revoked device hands in its work and reads nothing more; then it is enrolled for somebody else."""
    stage = enrolled(office, folder)
    mine = stage.new(a="Ani")
    assert stage.sync().is_quiet
    office.revoke("asha")
    stage.set(mine, b="2")
    assert stage.sync().revoked
    stage.later()
    office.person("cici", "officer", HOME)
    stage.film.enroll(stage.code("cici"))
    stage.sync()
    stage.new(a="oleh Cici")
    assert stage.sync().is_quiet
    return stage.end()


def bad_line(office: Office, folder: Path) -> list[dict[str, Any]]:
    """Requests and answers get lost, nothing moves, the server is busy, too much is sent, one is refused."""
    stage = enrolled(office, folder)
    for number in range(6):
        stage.new(a=f"nomor {number}")
    assert stage.sync("lost unreachable", "unreachable", "timed-out") is None
    stage.new(a="sesudahnya")
    assert stage.sync("timed-out", BUSY).is_quiet
    stage.new(a="satu"), stage.new(a="dua"), stage.new(a="tiga")
    assert stage.sync(TOO_LARGE, TOO_LARGE, "unreachable").is_quiet
    stage.new(a="tidak diterima")
    refused = Answer(400, {"error": {"code": "malformed", "message": "what is this"}})
    report = stage.sync(refused)
    assert [one.code for one in report.refused] == ["refused"]
    assert stage.sync().is_quiet
    return stage.end()


def long_queue(office: Office, folder: Path) -> list[dict[str, Any]]:
    """The next batch is begun before the answer to the first one is stored, and gets lost."""
    stage = enrolled(office, folder)
    stage.film.deed(lambda device: [device.new(FORM, HOME, {"a": f"nomor {n}"}) for n in range(104)])
    assert stage.sync(TOO_LARGE, "", "unreachable").is_quiet
    return stage.end()


def files(office: Office, folder: Path) -> list[dict[str, Any]]:
    """Files after the text: small ones first, pieces, cuts, what is known already, what waits for Wi-Fi."""
    office.publish(PHOTO_FORM)
    stage = enrolled(office, folder)
    small, large = folder / "kecil.txt", folder / "besar.txt"
    small.write_text("surat " * 100)
    large.write_text("surat yang panjang, " * 5_500)
    record = stage.new(form="foto", nama="Ani")
    stage.film.deed(lambda device: device.attach(record, "surat", large))
    other = stage.new(form="foto", nama="Bayu")
    stage.film.deed(lambda device: device.attach(other, "surat", small))
    stage.film.deed(wait_for_wifi)
    report = stage.sync()
    assert (report.files.sent, report.files.for_wifi) == (1, 1)
    with_cuts = ["", "", "unreachable", "", "unreachable", ""]
    report = stage.sync(*with_cuts, is_wifi=True)
    assert report.files.is_done, report.files
    third = stage.new(form="foto", nama="Citra")
    stage.film.deed(lambda device: device.attach(third, "surat", small))
    report = stage.sync()
    assert (report.files.sent, report.files.known) == (0, 1)
    return stage.end()


SCENES: Final[dict[str, Scene]] = {
    scene.__name__: scene
    for scene in (
        first_day,
        confirmed,
        conflict,
        held,
        left,
        restored,
        forked,
        erased,
        locked,
        urgent,
        revoked,
        bad_line,
        long_queue,
        files,
    )
}


def recorded(name: str, folder: Path) -> list[dict[str, Any]]:
    """The steps of a scene, played on a server of its own."""
    office = Office(f"sqlite:///{folder}/office.sqlite", folder)
    try:
        return SCENES[name](office, folder)
    finally:
        office.close()


def main(names: list[str]) -> None:
    """Records scenes, all unless some are named, each on a server of its own; writes what came of them."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or SCENES:
        with tempfile.TemporaryDirectory() as folder:
            steps = recorded(name, Path(folder))
        (FOLDER / f"{name}.json").write_text(spelt(steps), "utf-8")
        sys.stdout.write(f"{name}: {len(steps)} steps\n")


if __name__ == "__main__":
    main(sys.argv[1:])
