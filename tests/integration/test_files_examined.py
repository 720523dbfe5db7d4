"""
Of every file that arrives a worker says what it is, and makes of a picture what people are shown, once.

Broken on purpose, each seen here: the lease not looked at; an attempt not counted, or counted where the
storage was away; views of a file that was erased meanwhile left in the storage; a file that is examined noted
again.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from server import working
from server.blobs import BlobsAwayError
from server.blobs.folder import FolderBlobs
from server.config import Config
from server.context import context_of
from server.services import examine_files, looking
from server.services.examine import Examined
from server.services.looking import LookingFailedError
from server.store import files
from server.store.transactions import Store
from server.views import Looked
from tests.conftest import Length
from tests.support.builders import new_id
from tests.support.examining_files import Files
from tests.support.filings import KECAMATAN, arrives
from tests.support.office import Office
from tests.support.photos import CAMERA, bomb, photo
from tests.support.raw_device import RawDevice
from tests.support.server import environment_of

HOUR_MS = 3_600_000
STEPS = 5
"""Taking, looking, two views, noting."""


@pytest.fixture
def desk(office: Office, asha: RawDevice) -> Files:
    return Files(office)


def test_a_photo_is_shown_small_and_large_and_without_what_its_camera_noted(desk: Files) -> None:
    data = photo(2000, 1500, turn=6)
    assert CAMERA.encode() in data
    named = desk.arrive(data)
    assert desk.stored(named).examined is None
    assert desk.work() == 1
    file, views = desk.stored(named), desk.views(named)
    assert (file.type, file.fault, file.attempts) == ("image/jpeg", None, 1)
    assert file.examined
    assert views.keys() == {"thumbnail", "shown"}
    assert len(views["thumbnail"]) <= 10 * 1024
    for view in views.values():
        assert b"Exif" not in view
        assert b"ahasia" not in view
    assert desk.work() == 0
    assert desk.objects() == 3


@pytest.mark.parametrize(
    ("data", "type_", "fault", "shown"),
    [
        (b"%PDF-1.7 " + bytes(100), "application/pdf", None, False),
        (b"<html><script>alert(1)</script>", "application/octet-stream", None, False),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "image/heic", "picture-unsupported", False),
        (bomb(20_000, 20_000), "image/png", "picture-too-large", False),
        (photo(400, 300)[:5_000], "image/jpeg", "picture-damaged", True),
        (photo(400, 300)[:200], "image/jpeg", "picture-damaged", False),
        (b"", "application/octet-stream", None, False),
    ],
    ids=["pdf", "html", "heic", "bomb", "cut", "head", "empty"],
)
def test_every_file_is_told_what_it_is_and_why_it_is_not_shown(
    desk: Files, data: bytes, type_: str, fault: str | None, shown: bool
) -> None:
    named = desk.arrive(data)
    assert desk.work() == 1
    file = desk.stored(named)
    assert (file.type, file.fault) == (type_, fault)
    assert bool(desk.views(named)) is shown
    assert desk.work() == 0


def _dying(monkeypatch: pytest.MonkeyPatch, marked: bytes = b"") -> list[bytes]:
    """Looking ends early at what has `marked` in it; gives what was looked at."""
    seen: list[bytes] = []
    plain = looking.look

    def look(pieces: Iterator[bytes]) -> Looked:
        data = b"".join(pieces)
        seen.append(data)
        if marked in data:
            raise LookingFailedError("it died")
        return plain([data])

    monkeypatch.setattr(looking, "look", look)
    return seen


def test_a_picture_that_kills_its_process_is_left_after_two_attempts_and_stops_nothing(
    desk: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _dying(monkeypatch, b"mati")
    bad, good = desk.arrive(photo(64, 48) + b"mati"), desk.arrive(photo(80, 60))
    assert desk.work() == 2
    assert desk.views(good)
    assert desk.stored(bad).examined is None
    assert desk.work() == 0  # not at once: it may have been the machine
    desk.clock.ahead += 61_000
    assert desk.work() == 1
    file = desk.stored(bad)
    assert (file.type, file.fault, file.attempts) == ("image/jpeg", "picture-failed", 2)
    desk.clock.ahead += HOUR_MS
    assert desk.work() == 0
    assert len(seen) == 3


def test_a_picture_with_which_workers_themselves_end_is_left_too(
    desk: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _dying(monkeypatch)
    named = desk.arrive(photo(64, 48))
    for _ in range(6):
        with desk.office.store.write() as connection:
            assert files.take_unexamined(connection, desk.clock(), desk.clock() + 60_000)
            assert files.take_unexamined(connection, desk.clock(), 0) is None
        desk.clock.ahead += 60_001
    assert desk.work() == 1
    assert desk.stored(named).fault == "picture-failed"
    assert not seen


def test_one_worker_that_died_costs_a_minute_and_no_attempt_of_the_two(desk: Files) -> None:
    named = desk.arrive(photo(64, 48))
    with desk.office.store.write() as connection:
        assert files.take_unexamined(connection, desk.clock(), desk.clock() + 60_000)
    assert desk.work() == 0
    desk.clock.ahead += 60_001
    assert desk.work() == 1
    assert desk.views(named)


def test_a_worker_whose_clock_was_wrong_holds_nothing(desk: Files) -> None:
    named = desk.arrive(photo(64, 48))
    with desk.office.store.write() as connection:
        assert files.take_unexamined(connection, desk.clock(), desk.clock() + 10**12)
    assert desk.work() == 1
    assert desk.views(named)


def test_a_storage_that_is_away_is_waited_for_and_counts_as_nothing(
    desk: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = desk.arrive(photo(64, 48))
    for broken in ("get", "put"):
        with monkeypatch.context() as patched:
            patched.setattr(FolderBlobs, broken, _away)
            desk.work()
        assert desk.stored(named).attempts == 0
        assert desk.work() == 0
        desk.clock.ahead += 60_001
    assert "storage-away" in capsys.readouterr().err
    assert desk.work() == 1
    assert desk.views(named)
    assert desk.stored(named).fault is None


def _away(*_: Any) -> Any:
    raise BlobsAwayError("away")


@pytest.mark.parametrize("how", ["gone", "altered"])
def test_what_the_storage_lost_is_told_and_looked_at_again_later(desk: Files, how: str) -> None:
    named = desk.arrive(photo(64, 48))
    folder = context_of(desk.office.app).config.files_folder
    (object_,) = folder.glob("??/*")
    kept = object_.read_bytes()
    object_.unlink() if how == "gone" else object_.write_bytes(bytes(len(kept)))
    desk.work()
    file = desk.stored(named)
    assert (file.examined, file.fault) == (None, "file-missing" if how == "gone" else "file-damaged")
    assert desk.work() == 0
    object_.write_bytes(kept)
    desk.clock.ahead += HOUR_MS + 1
    assert desk.work() == 1
    assert desk.stored(named).fault is None
    assert desk.views(named)


def test_a_file_that_is_erased_meanwhile_leaves_nothing(desk: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    named = desk.arrive(photo(64, 48))
    plain = looking.look

    def look(pieces: Iterator[bytes]) -> Looked:
        with desk.office.store.write() as connection:
            files.remove(connection, named, desk.clock())
        return plain(pieces)

    monkeypatch.setattr(looking, "look", look)
    desk.work()
    desk.work()
    assert desk.objects() == 0


def test_of_two_workers_at_one_file_one_is_heard(desk: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the first was slower than its lease."""
    named = desk.arrive(photo(64, 48))
    plain, others = looking.look, [True]

    def look(pieces: Iterator[bytes]) -> Looked:
        if others.pop():
            others.append(False)
            desk.clock.ahead += 60_001
            assert desk.work() == 1
        else:
            others.append(False)
        return plain(pieces)

    monkeypatch.setattr(looking, "look", look)
    desk.work()
    assert desk.views(named)
    assert desk.objects() == 3


def test_workers_share_the_work(desk: Files) -> None:
    named = [desk.arrive(photo(64, 48, seed=seed)) for seed in range(6)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: sum(iter(desk.work, 0)), range(2)))
    assert sum(done) == 6
    assert [desk.stored(one).attempts for one in named] == [1] * 6
    assert desk.objects() == 18


def test_what_is_logged_names_no_file_and_nobody(desk: Files, capsys: pytest.CaptureFixture[str]) -> None:
    named = desk.arrive(photo(64, 48))
    desk.work()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "file-examined" in line]
    assert [one.keys() for one in lines] == [
        {"type", "size", "fault", "ms", "event", "level", "timestamp"},
    ]
    assert named not in str(lines)


class Killed(BaseException):
    """Stands for the end of a process."""


def _stops_before(monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """Nothing is done any more from the `last`th step on; the steps are those of `killing_looks`."""
    steps = 0

    def counted(plain: Any) -> Any:
        def call(*given: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps >= last:
                raise Killed
            return plain(*given)

        return call

    monkeypatch.setattr(Store, "transact", counted(Store.transact))
    monkeypatch.setattr(FolderBlobs, "put", counted(FolderBlobs.put))
    monkeypatch.setattr(looking, "look", counted(looking.look))


def test_a_worker_that_ends_anywhere_leaves_the_file_to_the_next(
    desk: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(1, STEPS + 1):
        named = desk.arrive(photo(64, 48, seed=step))
        with monkeypatch.context() as patched:
            _stops_before(patched, step)
            with pytest.raises(Killed):
                examine_files.examine_files(desk.office.store, desk.blobs, desk.clock())
        assert desk.stored(named).examined is None
        desk.clock.ahead += 60_001
        assert desk.work() == 1
        assert desk.views(named).keys() == {"thumbnail", "shown"}


def test_a_worker_that_is_killed_leaves_the_file_to_the_next(config: Config, length: Length) -> None:
    """At its last step, where most is half done; `--length long` at every one."""
    office = Office(config.database_url, config.data)
    office.device("asha", "officer", KECAMATAN)
    desk = Files(office)
    for step in range(length.of(STEPS, 1), STEPS + 1):
        named = desk.arrive(photo(64, 48, seed=step))
        command = [sys.executable, "-m", "tests.support.killing_looks", str(step)]
        environment = {**environment_of(config), "PYTHONPATH": os.getcwd()}
        killed = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        assert desk.stored(named).examined is None
        desk.clock.ahead += 60_001
        assert desk.work() == 1
        assert desk.views(named).keys() == {"thumbnail", "shown"}
    office.close()


# --- beside all else -----------------------------------------------------------------------------


def test_a_storage_that_hangs_keeps_no_record_and_no_audit_waiting(
    desk: Files, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed while one thread did both: nothing was examined or sealed until the storage answered."""
    hangs, goes_on, examined, stop = Event(), Event(), Event(), Event()
    step = working._step

    def get(*_: object) -> Iterator[bytes]:
        hangs.set()
        assert goes_on.wait(60)
        raise BlobsAwayError("it did not answer")

    def noted(*given: Any) -> Examined:
        done = step(*given)
        if done.records:
            examined.set()
        return done

    monkeypatch.setattr(FolderBlobs, "get", get)
    monkeypatch.setattr(working, "_step", noted)
    desk.arrive(photo(20, 10))
    with ThreadPoolExecutor(1) as beside:
        worker = beside.submit(working.work, desk.office.store, stop, blobs=desk.blobs)
        try:
            assert hangs.wait(20)
            arrives(asha, asha.submission(new_id(), {"a": "1"}))
            assert examined.wait(20)
        finally:
            goes_on.set()
            stop.set()
        worker.result(20)


def test_a_fault_of_ours_in_looking_after_files_ends_the_worker(
    desk: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever started it starts it again. Broken on purpose: the fault kept by the thread for files."""

    def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(working, "look_after_files", fail)
    with pytest.raises(ZeroDivisionError):
        working.work(desk.office.store, Event(), blobs=desk.blobs)
