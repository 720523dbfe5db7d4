"""
`verilap-server files` finds what is not as it was stored, and tells and mends what can be.

Broken on purpose: a size or a digest that differs passed; what came or went while it was looked for told as
missing; a fault kept, or given up, without having read; what is to be deleted anyway counted as nobody's.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from domain.canonical import to_text
from domain.files import file_hash
from server.blobs.folder import FolderBlobs
from server.blobs.sealing import seal_segments
from server.cli import main
from server.config import Config
from server.context import context_of
from server.services import check_files as checking
from server.services.check_files import CheckedFiles, check_files
from server.services.files import keep, new_object
from server.services.keys import rotate_data
from server.store import files, orphans
from server.store.files import StoredFile, StoredView
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.server import environment_of

NOW = 1_790_000_000_000
PHOTOS = [bytes([number]) * (70_000 + number) for number in range(9)]


@pytest.fixture
def blobs(office: Office) -> FolderBlobs:
    found = context_of(office.app).blobs
    assert isinstance(found, FolderBlobs)
    return found


@pytest.fixture
def hashes(office: Office, asha: RawDevice, blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files, of which the first has something that is shown."""
    monkeypatch.setattr(orphans, "AT_ONCE", 4)
    made = [file_hash(sha256(one).digest()) for one in PHOTOS]
    for hash_, photo in zip(made, PHOTOS, strict=True):
        keep(office.store, blobs, hash_, [photo], "asha", NOW)
    name, key = "z" * 21 + "w", new_object()[1]  # behind all the others
    blobs.put(name, seal_segments(key, [b"shown"]))
    with office.store.write() as connection:
        view = StoredView(made[0], "shown", name, key, "image/jpeg", 5, 1, 1)
        files.add_view(connection, view)
        connection.execute(text("UPDATE file SET examined = 1"))
    return made


def file_of(office: Office, hash_: str) -> StoredFile:
    with office.store.read() as connection:
        found = files.find(connection, hash_)
    assert found is not None
    return found


def place(office: Office, blobs: FolderBlobs, hash_: str) -> Path:
    name = file_of(office, hash_).object
    return blobs.folder / name[:2] / name


def differences(
    office: Office, blobs: FolderBlobs, *, is_reading: bool = False
) -> list[tuple[str, str, str]]:
    found = check_files(office.store, blobs, CheckedFiles(), NOW, is_reading=is_reading)
    return [(one.key, str(one.facts["file"]), str(one.facts["kind"])) for one in found]


def lose(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[1000] ^= 1
    file.write_bytes(bytes(data))


@pytest.mark.parametrize("is_reading", [False, True])
def test_files_that_are_as_they_were_stored_are_no_difference(
    office: Office, blobs: FolderBlobs, hashes: list[str], is_reading: bool
) -> None:
    checked = CheckedFiles()
    assert list(check_files(office.store, blobs, checked, NOW, is_reading=is_reading)) == []
    assert checked == CheckedFiles(9, sum(map(len, PHOTOS)), 10, 0)


FAULTS: list[tuple[Callable[[Path], None], bool, str]] = [
    (lose, False, "missing"),
    (cut, False, "damaged"),
    (flip, True, "damaged"),
    (lose, True, "missing"),
]


@pytest.mark.parametrize(("damage", "is_reading", "fault"), FAULTS)
def test_what_is_lost_is_named_and_noted_so_that_devices_are_asked_for_it(
    office: Office,
    blobs: FolderBlobs,
    hashes: list[str],
    damage: Callable[[Path], None],
    is_reading: bool,
    fault: str,
) -> None:
    file = place(office, blobs, hashes[4])
    before = file.read_bytes()
    damage(file)
    assert differences(office, blobs, is_reading=is_reading) == [(f"check-file-{fault}", hashes[4], "whole")]
    assert file_of(office, hashes[4]).fault == f"file-{fault}"
    file.write_bytes(before)  # such as when its disk is back
    assert differences(office, blobs, is_reading=True) == []
    assert file_of(office, hashes[4]).fault is None


def test_a_bit_that_changed_is_found_by_reading_only(
    office: Office, blobs: FolderBlobs, hashes: list[str]
) -> None:
    flip(place(office, blobs, hashes[2]))
    assert differences(office, blobs) == []
    assert len(differences(office, blobs, is_reading=True)) == 1
    assert differences(office, blobs) == []
    assert file_of(office, hashes[2]).fault == "file-damaged"  # its size says nothing against that


def test_what_is_shown_of_a_file_and_was_lost_is_made_anew(
    office: Office, blobs: FolderBlobs, hashes: list[str]
) -> None:
    with office.store.read() as connection:
        (view,) = files.views_of(connection, hashes[:1]).values()
    blobs.delete(view.object)
    assert differences(office, blobs) == [("check-file-missing", hashes[0], "shown")]
    assert file_of(office, hashes[0]).examined is None
    with office.store.read() as connection:
        assert files.views_of(connection, hashes[:1]) == {}
    assert differences(office, blobs) == []


def test_a_file_that_was_lost_with_what_is_shown_of_it_stays_noted_as_lost(
    office: Office, blobs: FolderBlobs, hashes: list[str]
) -> None:
    with office.store.read() as connection:
        (view,) = files.views_of(connection, hashes[:1]).values()
    blobs.delete(view.object)
    flip(place(office, blobs, hashes[0]))
    assert len(differences(office, blobs, is_reading=True)) == 2
    assert file_of(office, hashes[0]).fault == "file-damaged"


def test_a_key_that_was_changed_in_the_database_is_a_damaged_file(
    office: Office, blobs: FolderBlobs, hashes: list[str]
) -> None:
    with office.store.write() as connection:
        connection.execute(
            text("UPDATE file SET key = (SELECT key FROM file WHERE hash = :other) WHERE hash = :one"),
            {"other": hashes[1], "one": hashes[3]},
        )
    assert differences(office, blobs, is_reading=True) == [("check-file-damaged", hashes[3], "whole")]


def test_other_bytes_that_open_by_the_same_key_are_a_damaged_file(
    office: Office, blobs: FolderBlobs, hashes: list[str]
) -> None:
    file = file_of(office, hashes[3])
    blobs.put(file.object, seal_segments(file.key, [b"y" * file.size]))
    assert differences(office, blobs, is_reading=True) == [("check-file-damaged", hashes[3], "whole")]


def test_what_comes_and_goes_meanwhile_is_no_difference(
    office: Office, blobs: FolderBlobs, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file came after the storage was listed; after the rows were read, one is removed, and a view."""
    unseen = {file_of(office, hashes[5]).object, file_of(office, hashes[6]).object, "z" * 21 + "w"}
    listed = [one for one in blobs.names() if one.name not in unseen]
    gone = file_of(office, hashes[6])
    kept = checking._kept

    def rows_and_a_removal(store: object) -> object:
        rows = list(kept(store))  # type: ignore[arg-type]
        with office.store.write() as connection:
            files.remove(connection, hashes[6], NOW)
            files.mark_unexamined(connection, hashes[0], NOW)
        for name in (gone.object, "z" * 21 + "w"):
            blobs.delete(name)
        return iter(rows)

    monkeypatch.setattr(checking, "_kept", rows_and_a_removal)
    monkeypatch.setattr(blobs, "names", lambda: iter(listed))
    assert differences(office, blobs) == []


def test_objects_that_no_file_has_are_counted(office: Office, blobs: FolderBlobs, hashes: list[str]) -> None:
    for number in range(3):
        blobs.put(to_text(bytes([number * 90]) * 16), [b"x"])
    blobs.put("Q" * 22, [b"to be deleted"])
    with office.store.write() as connection:
        files.doom(connection, ["Q" * 22], NOW)
    checked = CheckedFiles()
    assert list(check_files(office.store, blobs, checked, NOW, is_reading=True)) == []
    assert (checked.objects, checked.strays) == (10, 3)


def test_files_are_read_after_the_keys_were_rotated_and_their_own_keys_are_sealed_anew(
    office: Office, blobs: FolderBlobs, hashes: list[str]
) -> None:
    """Also that no photo is written anew for it."""
    sealed_by = "SELECT DISTINCT substr(key, 1, 6) FROM file UNION SELECT substr(key, 1, 6) FROM file_view"
    stored = {one: place(office, blobs, one).read_bytes() for one in hashes}
    with office.store.read() as connection:
        before = set(connection.execute(text(sealed_by)).scalars())
    for _ in range(2):
        rotate_data(office.store, NOW)
    with office.store.read() as connection:
        after = set(connection.execute(text(sealed_by)).scalars())
        keys = connection.execute(text("SELECT count(*) FROM data_key WHERE purpose = 'data'")).scalar()
    assert (len(before), len(after), before & after, keys) == (1, 1, set(), 1)
    assert differences(office, blobs, is_reading=True) == []
    assert {one: place(office, blobs, one).read_bytes() for one in hashes} == stored


# --- the commands --------------------------------------------------------------------------------


@pytest.fixture
def run(office: Office, hashes: list[str], tmp_path: Path) -> Callable[..., Result]:
    config: Config = context_of(office.app).config
    with office.store.write() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        from server.migrations import HEAD

        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})

    def run_it(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), env={**environment_of(config), "LC_ALL": "en_GB"})

    return run_it


def test_the_commands_tell_of_it(
    office: Office, blobs: FolderBlobs, hashes: list[str], run: Callable[..., Result]
) -> None:
    fine = run("files", "check", "--read")
    assert (fine.exit_code, fine.output) == (0, "Checked 9 files (0.6 MB) in 10 objects: no difference.\n")
    assert run("check").exit_code == 0
    place(office, blobs, hashes[4]).unlink()
    blobs.put("A" * 22, [b"x"])
    told = run("files", "check")
    assert told.exit_code == 1
    assert f"File {hashes[4]} (whole): it is not in the storage.\n" in told.output
    assert "1 object in the storage that no file has" in told.output
    assert "10 objects: 1 difference." in told.output
    whole = run("check")
    assert (whole.exit_code, "Files: 1 object of 10 not in the storage." in whole.output) == (1, True)
    due = run("files", "collect", "--dry-run")
    assert (due.exit_code, "Due: 0 uploads, 9 files, 0 objects" in due.output) == (0, True)
    collected = run("files", "collect")
    assert "Taken away: 0 uploads, 9 files, 10 objects of the storage, 0 drafts." in collected.output
    assert "1 object that no file has" in collected.output
    assert [one.name for one in blobs.names()] == ["A" * 22]


def test_a_storage_that_is_away_is_told_and_is_no_lost_file(
    office: Office, blobs: FolderBlobs, hashes: list[str], run: Callable[..., Result], tmp_path: Path
) -> None:
    variables = {"VERILAP_FILES": str(tmp_path / "not-mounted")}
    env = {**environment_of(context_of(office.app).config), "LC_ALL": "en_GB", **variables}
    told = CliRunner().invoke(main, ["check"], env=env)
    assert (told.exit_code, "The files were not looked at" in told.stderr) == (0, True)
    for command in (["check"], ["collect"], ["collect", "--dry-run"]):
        refused = CliRunner().invoke(main, ["files", *command], env=env)
        assert (refused.exit_code, "(storage-folder)" in refused.stderr) == (1, True)
    assert all(file_of(office, one).fault is None for one in hashes)
