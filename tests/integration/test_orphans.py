"""
What nobody needs is collected, and nothing that somebody may still be about to need.

Broken on purpose: no look at what was named meanwhile, or without the lock of its table on PostgreSQL; an
object deleted when it was seen first; a file that was just sent again collected; the bytes of an upload that
had come whole dropped; the turn taken by every worker.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import insert, select, text

from domain.canonical import to_text
from domain.files import file_hash
from domain.uploading import LIFETIME_MS
from server.blobs import BlobsAwayError
from server.blobs.folder import FolderBlobs
from server.models_files import FileUse, StrayObject
from server.services import orphans
from server.services.files import delete_doomed, keep
from server.services.orphans import DAY_MS, GRACE_MS, STRAY_MS, Collected, collect, collect_some, what_is_due
from server.store import files, uploads
from server.store import orphans as stored_orphans
from server.store.uploads import StoredUpload
from tests.support.builders import new_id, op_id
from tests.support.office import Office
from tests.support.raw_device import RawDevice

START = 1_790_000_000_000
LATER = START + GRACE_MS + 1
NAME = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "files")


@pytest.fixture
def photo(office: Office, asha: RawDevice, blobs: FolderBlobs) -> str:
    """A file that was sent at `START`, and that no operation names."""
    return kept(office, blobs, b"photo")


def kept(office: Office, blobs: FolderBlobs, data: bytes, now: int = START) -> str:
    hash_ = file_hash(sha256(data).digest())
    keep(office.store, blobs, hash_, [data], "asha", now)
    return hash_


def operation(device: RawDevice, *, is_held: bool = False) -> str:
    """The id of an operation in the log; a held one where its device had no right to what it does."""
    sent = device.submission(new_id(), {"a": "1"})
    if is_held:
        sent = device.operation([("a", "2", [])], record=new_id())
    device.sync(sent)
    return op_id(sent)


def name_it(office: Office, hash_: str, named_by: str) -> None:
    with office.store.write() as connection:
        connection.execute(insert(FileUse).values(record="r", file=hash_, operation=named_by))


def arrived(office: Office) -> set[str]:
    with office.store.read() as connection:
        return set(connection.execute(text("SELECT hash FROM file")).scalars())


def take_away(office: Office, blobs: FolderBlobs, now: int) -> Collected:
    done = collect(office.store, blobs, now)
    while delete_doomed(office.store, blobs):
        pass
    return done


# --- files ---------------------------------------------------------------------------------------


def test_a_file_that_nobody_names_goes_after_its_grace_and_its_object_with_it(
    office: Office, blobs: FolderBlobs, photo: str
) -> None:
    assert take_away(office, blobs, START + GRACE_MS).total == 0
    assert take_away(office, blobs, LATER).files == 1
    assert (arrived(office), list(blobs.names())) == (set(), [])


@pytest.mark.parametrize("is_held", [False, True])
def test_a_file_that_an_operation_names_stays_whatever_its_verdict(
    office: Office, blobs: FolderBlobs, photo: str, asha: RawDevice, is_held: bool
) -> None:
    name_it(office, photo, operation(asha, is_held=is_held))
    assert take_away(office, blobs, LATER).total == 0
    assert arrived(office) == {photo}


def test_a_file_that_somebody_sends_again_has_its_grace_again(
    office: Office, blobs: FolderBlobs, photo: str, budi: RawDevice
) -> None:
    keep(office.store, blobs, photo, [b"photo"], "budi", LATER - DAY_MS)
    assert take_away(office, blobs, LATER).total == 0
    assert arrived(office) == {photo}


def test_what_is_named_between_the_look_and_the_removal_stays(
    office: Office, blobs: FolderBlobs, photo: str, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, named_by = stored_orphans.unnamed_files, operation(asha)

    def look_and_let_it_be_named(*arguments: object, **named: object) -> list[str]:
        found = look(*arguments, **named)  # type: ignore[arg-type]
        if found:
            name_it(office, photo, named_by)
        return found

    monkeypatch.setattr(stored_orphans, "unnamed_files", look_and_let_it_be_named)
    assert collect(office.store, blobs, LATER).files == 0
    assert arrived(office) == {photo}


def test_whoever_is_just_naming_it_is_waited_for(
    office: Office, blobs: FolderBlobs, photo: str, asha: RawDevice
) -> None:
    """His transaction has written, and is not committed yet."""
    named_by, done, counted = operation(asha), Event(), list[int]()

    def look() -> None:
        counted.append(collect(office.store, blobs, LATER).files)
        done.set()

    with office.store.write() as connection:
        connection.execute(insert(FileUse).values(record="r", file=photo, operation=named_by))
        looking = Thread(target=look)
        looking.start()
        assert not done.wait(0.5)
    looking.join()
    assert (counted, arrived(office)) == ([0], {photo})


def test_many_files_are_gone_through(office: Office, asha: RawDevice, blobs: FolderBlobs) -> None:
    for number in range(7):
        kept(office, blobs, bytes([number]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_orphans, "AT_ONCE", 3)
        assert what_is_due(office.store, blobs, LATER).files == 7
        assert take_away(office, blobs, LATER).files == 7


# --- objects -------------------------------------------------------------------------------------


def test_what_a_kill_left_between_the_storage_and_the_database_goes_a_week_after_it_was_seen(
    office: Office, asha: RawDevice, blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "add", killed)
        with pytest.raises(KeyboardInterrupt):
            kept(office, blobs, b"photo")
    assert len(list(blobs.names())) == 1
    much_later = START + 400 * DAY_MS
    assert collect(office.store, blobs, much_later) == Collected(noted=1)
    assert collect(office.store, blobs, much_later + STRAY_MS) == Collected()
    assert collect(office.store, blobs, much_later + STRAY_MS + 1) == Collected(objects=1)
    assert list(blobs.names()) == []
    assert strays(office) == []


def strays(office: Office) -> list[str]:
    with office.store.read() as connection:
        return list(connection.scalars(select(StrayObject.name)))


def test_an_object_that_a_file_has_after_all_stays(
    office: Office, asha: RawDevice, blobs: FolderBlobs
) -> None:
    """Such as one that was seen between being stored and being on record."""
    named_by = operation(asha)
    photo = kept(office, blobs, b"photo")
    name_it(office, photo, named_by)
    with office.store.write() as connection:
        found = files.find(connection, photo)
        assert found is not None
        connection.execute(insert(StrayObject).values(name=found.object, since=START))
    assert collect(office.store, blobs, LATER) == Collected()
    assert (blobs.has(found.object), strays(office)) == (True, [])


def test_views_and_objects_that_are_to_be_deleted_anyway_are_no_strays(
    office: Office, asha: RawDevice, blobs: FolderBlobs
) -> None:
    photo = kept(office, blobs, b"photo", LATER)
    shown, doomed = (to_text(bytes([number]) * 16) for number in (1, 2))
    blobs.put(shown, [b"x"])
    blobs.put(doomed, [b"x"])
    with office.store.write() as connection:
        files.add_view(connection, files.StoredView(photo, "shown", shown, bytes(32), "image/jpeg", 1, 1, 1))
        files.doom(connection, [doomed], LATER)
    assert collect(office.store, blobs, LATER).noted == 0


def test_a_storage_that_goes_away_amid_it_is_gone_on_with(
    office: Office, asha: RawDevice, blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        blobs.put(to_text(bytes([number]) * 16), [b"x"])
    assert collect(office.store, blobs, START).noted == 3
    delete, left = blobs.delete, iter([True, False])

    def fail_once(name: str) -> None:
        if not next(left, True):
            raise BlobsAwayError("away")
        delete(name)

    monkeypatch.setattr(blobs, "delete", fail_once)
    with pytest.raises(BlobsAwayError):
        collect(office.store, blobs, START + STRAY_MS + 1)
    assert len(list(blobs.names())) == 2
    assert collect(office.store, blobs, START + STRAY_MS + 1).objects == 2
    assert list(blobs.names()) == []


def test_what_a_killed_writer_left_goes_too(office: Office, blobs: FolderBlobs) -> None:
    blobs.put(NAME, [b"x"])
    (blobs.folder / "AA" / f"{NAME}.12345678.draft").write_bytes(b"half")
    assert collect(office.store, blobs, START + 10**12).drafts == 1


# --- uploads -------------------------------------------------------------------------------------


@pytest.fixture
def upload(office: Office, asha: RawDevice) -> Callable[..., str]:
    def begin(offset: int, *, pieces: bool = True) -> str:
        made = StoredUpload(new_id()[:22], "asha", "d", "h" * 43, 10, offset, 0, START, START)
        with office.store.write() as connection:
            uploads.add(connection, made)
            if pieces:
                uploads.add_piece(connection, made.id, 0, b"x" * offset)
        return made.id

    return begin


def left(office: Office) -> tuple[int, int]:
    with office.store.read() as connection:
        counts = [connection.execute(text(f"SELECT count(*) FROM {one}")).scalar() for one in TABLES]
    return counts[0] or 0, counts[1] or 0


TABLES = ("upload", "upload_piece")


def test_an_upload_that_nobody_goes_on_with_goes_with_its_bytes(
    office: Office, blobs: FolderBlobs, upload: Callable[..., str]
) -> None:
    upload(5)
    upload(10, pieces=False)  # one that has become a file
    assert collect(office.store, blobs, START + LIFETIME_MS).uploads == 0
    assert what_is_due(office.store, blobs, START + LIFETIME_MS + 1).uploads == 2
    assert collect(office.store, blobs, START + LIFETIME_MS + 1).uploads == 2
    assert left(office) == (0, 0)


def test_the_bytes_of_an_upload_that_has_come_whole_wait_for_the_storage(
    office: Office, blobs: FolderBlobs, upload: Callable[..., str]
) -> None:
    upload(10)
    assert collect(office.store, blobs, START + 10 * LIFETIME_MS).uploads == 0
    assert left(office) == (1, 1)


def test_an_upload_that_grows_meanwhile_stays(
    office: Office, blobs: FolderBlobs, upload: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, look = upload(5), stored_orphans.left_uploads
    late = START + LIFETIME_MS + 1

    def look_and_let_it_grow(*arguments: object, **named: object) -> list[str]:
        found = look(*arguments, **named)  # type: ignore[arg-type]
        if found:
            with office.store.write() as connection:
                before = uploads.find(connection, begun)
                assert before is not None
                uploads.grow(connection, before, b"y", late)
        return found

    monkeypatch.setattr(stored_orphans, "left_uploads", look_and_let_it_grow)
    assert collect(office.store, blobs, late).uploads == 0
    assert left(office) == (1, 2)


# --- when ----------------------------------------------------------------------------------------


def test_workers_look_once_a_day_one_of_them(
    office: Office, blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look(_store: object, _blobs: object, now: int) -> Collected:
        seen.append(now)
        return Collected(files=1)

    monkeypatch.setattr(orphans, "collect", look)
    times = [START, START, START + DAY_MS - 1, START + DAY_MS, START + DAY_MS, START + 3 * DAY_MS]
    assert [collect_some(office.store, blobs, one) for one in times] == [1, 0, 0, 1, 0, 1]
    assert seen == [START, START + DAY_MS, START + 3 * DAY_MS]
    monkeypatch.setattr(orphans, "_is_due", lambda *_: True)  # two that saw it at one moment
    assert collect_some(office.store, blobs, START + 3 * DAY_MS) == 0


def test_a_clock_that_was_ahead_once_puts_it_off_for_no_longer_than_that(
    office: Office, blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "collect", lambda *_: Collected(files=1))
    assert [collect_some(office.store, blobs, one) for one in (START * 3, START)] == [1, 1]


def test_a_dry_run_tells_the_same_and_does_nothing(
    office: Office, blobs: FolderBlobs, photo: str, upload: Callable[..., str]
) -> None:
    upload(5)
    blobs.put(NAME, [b"x"])
    told = what_is_due(office.store, blobs, LATER)
    assert told == Collected(uploads=1, files=1, noted=1)
    assert (arrived(office), left(office), strays(office)) == ({photo}, (1, 1), [])
    assert collect(office.store, blobs, LATER) == told
