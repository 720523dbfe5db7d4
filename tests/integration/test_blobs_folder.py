"""
A folder of files when processes are killed, the disk is full, or is not there.

Broken on purpose: the draft renamed before it was forced to the disk; the folder not forced after that; a
write that the disk took half of not repeated; a full disk told as one that is away; the mark not asked for.
"""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.blobs import BlobMissingError, BlobsAwayError, BlobsFullError
from server.blobs.folder import MARK, FolderBlobs
from server.clock import now_ms
from tests.support.killing_put import NAME, NEW, OLD

DATA = b"".join(NEW)


def read(blobs: FolderBlobs) -> bytes | None:
    try:
        return b"".join(blobs.get(NAME))
    except BlobMissingError:
        return None


def files_in(folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file()]


@pytest.mark.parametrize("before", [None, OLD])
def test_a_writer_that_is_killed_before_any_step_leaves_the_old_or_the_new_and_no_half(
    tmp_path: Path, before: bytes | None
) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.support.killing_put",
        str(tmp_path),
        *(["--old"] if before else []),
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    steps = [line.removeprefix("killed ") for line in told[:-1]]
    assert told[-1] == "done"
    assert [one for one in steps if one not in ("mkdir", "open")] == [
        *["write"] * len(NEW),
        "fsync",
        "replace",
        "fsync",
        "fsync",
    ]
    renamed = steps.index("replace") + 1
    for attempt in range(1, len(told) + 1):
        blobs = FolderBlobs(tmp_path / str(attempt))
        now = read(blobs)
        assert now == (DATA if attempt > renamed else before), steps[attempt - 1]
        assert [one.name for one in blobs.names()] == ([] if now is None else [NAME])
        drafts = len(files_in(blobs.folder)) - (now is not None)
        assert blobs.clear_drafts(now_ms() - 60_000) == 0  # it may still be written
        assert blobs.clear_drafts(now_ms() + 60_000) == drafts
        assert files_in(blobs.folder) == ([] if now is None else [NAME])


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves what the machine still has in memory; a power cut does not."""
    done: list[str] = []

    def noting(name: str, call: Any) -> Any:
        def noted(first: Any, *others: Any, **named: Any) -> Any:
            result = call(first, *others, **named)
            target = os.readlink(f"/proc/self/fd/{first}") if isinstance(first, int) else str(first)
            done.append(f"{name} {'draft' if '.draft' in target else Path(target).name}")
            return result

        return noted

    blobs = FolderBlobs(tmp_path / "files")
    blobs.put(NAME, [OLD])
    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, noting(name, getattr(os, name)))
    blobs.put(NAME, NEW)
    assert done == ["fsync draft", "replace draft", "fsync AA", "fsync files"]


LIMITED = """
import resource, sys
from pathlib import Path
from server.blobs import BlobsFullError
from server.blobs.folder import FolderBlobs
from tests.support.killing_put import NAME, NEW
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    FolderBlobs(Path(sys.argv[1])).put(NAME, NEW)
except BlobsFullError as error:
    print(error.code)
"""


def test_a_file_that_the_system_cuts_off_is_told_as_full_and_leaves_what_was(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(NAME, [OLD])
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "storage-full\n"
    assert (read(blobs), files_in(tmp_path)) == (OLD, [NAME])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_disk_that_is_full_at_any_step_leaves_what_was_and_takes_more_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(NAME, [OLD])

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(BlobsFullError):
            blobs.put(NAME, NEW)
    assert (read(blobs), files_in(tmp_path)) == (OLD, [NAME])
    blobs.put(NAME, NEW)
    assert read(blobs) == DATA


def test_a_write_that_the_disk_takes_half_of_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: max(1, len(data) // 2)]))
    blobs = FolderBlobs(tmp_path)
    blobs.put(NAME, NEW)
    assert read(blobs) == DATA


def test_a_disk_with_a_fault_is_told_and_none_of_it_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put(NAME, [OLD])

    def broken(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    reader = blobs.get(NAME)
    monkeypatch.setattr(os, "stat", broken)
    monkeypatch.setattr(os, "write", broken)
    for call in (lambda: blobs.has(NAME), lambda: blobs.put(NAME, NEW), lambda: list(blobs.names())):
        with pytest.raises(BlobsAwayError) as away:
            call()
        assert away.value.code == "storage-folder"
    reader.close()  # type: ignore[attr-defined]


def test_a_disk_that_is_not_there_is_not_an_empty_storage(tmp_path: Path) -> None:
    """An empty mount point: files would seem to be lost, and new ones would land on another disk."""
    folder = tmp_path / "mount"
    blobs = FolderBlobs(folder, is_marked=True)
    blobs.prepare(is_new=True)
    blobs.put(NAME, [OLD])
    mounted = folder.rename(tmp_path / "elsewhere")
    for there in (False, True):
        if there:
            folder.mkdir()
        calls = (blobs.look, lambda: blobs.put(NAME, NEW), lambda: blobs.get(NAME), lambda: blobs.has(NAME))
        for call in (*calls, lambda: list(blobs.names()), lambda: blobs.clear_drafts(0)):
            with pytest.raises(BlobsAwayError) as away:
                call()
            assert away.value.code == "storage-folder"
    folder.rmdir()
    mounted.rename(folder)
    assert read(blobs) == OLD


def test_a_folder_with_other_things_in_it_is_not_taken_for_the_storage(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("somebody's")
    with pytest.raises(BlobsAwayError) as refused:
        FolderBlobs(tmp_path, is_marked=True).prepare(is_new=True)
    assert refused.value.code == "storage-folder"
    assert not (tmp_path / MARK).exists()


def test_a_disk_of_its_own_and_files_from_before_are_taken_for_the_storage(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    FolderBlobs(tmp_path).put(NAME, NEW)
    blobs = FolderBlobs(tmp_path, is_marked=True)
    blobs.prepare(is_new=False)
    assert read(blobs) == DATA


def test_folder_and_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "files", is_marked=True)
    blobs.prepare(is_new=True)
    blobs.put(NAME, NEW)
    assert all(one.stat().st_mode & 0o077 == 0 for one in [blobs.folder, *blobs.folder.rglob("*")])
