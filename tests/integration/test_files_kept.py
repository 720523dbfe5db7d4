"""A file is kept once, whole and encrypted, or not at all."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from domain.errors import InvalidRequest
from domain.files import file_hash
from server.blobs import BlobMissingError
from server.blobs.folder import FolderBlobs
from server.services.files import delete_doomed, keep, read_file
from server.store import files
from server.store.files import StoredFile
from tests.support.office import Office
from tests.support.raw_device import RawDevice

PHOTO = bytes(range(256)) * 1000
HASH = file_hash(sha256(PHOTO).digest())
NOW = 1_790_000_000_000


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "files")


def in_pieces() -> Iterator[bytes]:
    return (PHOTO[at : at + 10_000] for at in range(0, len(PHOTO), 10_000))


def kept(office: Office) -> StoredFile:
    with office.store.read() as connection:
        found = files.find(connection, HASH)
    assert found
    return found


def test_a_file_reads_as_it_was_sent_and_lies_nowhere_plain(
    office: Office, asha: RawDevice, blobs: FolderBlobs
) -> None:
    keep(office.store, blobs, HASH, in_pieces(), "asha", NOW)
    file = kept(office)
    with office.store.read() as connection:
        assert files.held_by(connection, "asha", [HASH]) == {HASH}
    assert file.size == len(PHOTO)
    assert b"".join(read_file(blobs, file)) == PHOTO
    assert [one.name for one in blobs.names()] == [file.object]
    (stored,) = [one.read_bytes() for one in blobs.folder.glob("*/*")]
    assert PHOTO[:256] not in stored


def test_the_same_file_of_two_people_is_stored_once(
    office: Office, asha: RawDevice, budi: RawDevice, blobs: FolderBlobs
) -> None:
    keep(office.store, blobs, HASH, in_pieces(), "asha", NOW)
    keep(office.store, blobs, HASH, in_pieces(), "budi", NOW)
    with office.store.read() as connection:
        assert files.held_by(connection, "budi", [HASH]) == {HASH}
    assert len(list(blobs.names())) == 1


@pytest.mark.parametrize("is_there", [False, True])
def test_other_bytes_than_the_hash_says_are_not_kept(
    office: Office, asha: RawDevice, budi: RawDevice, blobs: FolderBlobs, is_there: bool
) -> None:
    if is_there:
        keep(office.store, blobs, HASH, in_pieces(), "asha", NOW)
    with pytest.raises(InvalidRequest) as refused:
        keep(office.store, blobs, HASH, [PHOTO, b"more"], "budi", NOW)
    assert refused.value.code == "hash-differs"
    with office.store.read() as connection:
        assert files.held_by(connection, "budi", [HASH]) == set()
    assert len(list(blobs.names())) == is_there
    assert len(list(blobs.folder.glob("*/*"))) == is_there


def test_a_file_that_is_removed_opens_for_nobody_and_leaves_the_storage(
    office: Office, asha: RawDevice, blobs: FolderBlobs
) -> None:
    keep(office.store, blobs, HASH, in_pieces(), "asha", NOW)
    file = kept(office)
    with office.store.write() as connection:
        files.remove(connection, HASH, NOW)
    with office.store.read() as connection:
        assert files.find(connection, HASH) is None
    assert delete_doomed(office.store, blobs) == 1
    assert delete_doomed(office.store, blobs) == 0
    with pytest.raises(BlobMissingError):
        blobs.get(file.object)
