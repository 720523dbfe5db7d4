"""
What every storage of files promises, on a folder and on a server that speaks S3.

Broken on purpose: objects written in their place instead of beside it; a stream that failed stored as far as
it came; names joined unchecked; the draft left behind; listing in the order of the disk; what others put
there listed; a bucket that is gone read as one without objects; pieces of an answer read without a limit.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Protocol

import pytest

from domain.canonical import to_text
from server.blobs import BlobMissingError, Blobs
from server.blobs.folder import FolderBlobs
from server.clock import now_ms
from tests.support.s3_server import BUCKET, S3Server

SEGMENT = 64 * 1024
SIZES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT + 7]
BAD_NAMES = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "A" * 21,
    "A" * 23,
    "A" * 20 + "/A",
    "A" * 22 + "\n",
]
BAD_NAMES += ["A" * 21 + "B", "con", "a\x00" + "A" * 20, "Ä" * 22]


class Peek(Protocol):
    """Looks into a storage beside it."""

    def put(self, place: str, data: bytes) -> None: ...

    def places(self) -> list[str]: ...


class FolderPeek:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, place: str, data: bytes) -> None:
        file = self.folder / place
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(data)

    def places(self) -> list[str]:
        return sorted(str(one.relative_to(self.folder)) for one in self.folder.rglob("*") if one.is_file())


class BucketPeek:
    def __init__(self, server: S3Server, prefix: str) -> None:
        self.client, self.prefix = server.client(), prefix

    def put(self, place: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{place}", Body=data)

    def places(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix + "/")
        return [one["Key"] for one in listed.get("Contents", [])]


@pytest.fixture(params=["folder", "s3"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Blobs, Peek]:
    """An empty storage, and a look into it."""
    if request.param == "folder":
        return FolderBlobs(tmp_path / "files"), FolderPeek(tmp_path / "files")
    from server.blobs.s3 import S3Blobs

    server: S3Server = request.getfixturevalue("s3_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    prefix = server.new_prefix()
    return S3Blobs(BUCKET, prefix), BucketPeek(server, prefix)


@pytest.fixture
def blobs(storage: tuple[Blobs, Peek]) -> Blobs:
    return storage[0]


@pytest.fixture
def peek(storage: tuple[Blobs, Peek]) -> Peek:
    return storage[1]


def name_of(number: int) -> str:
    return to_text(number.to_bytes(16, "big"))


def read(blobs: Blobs, name: str) -> bytes:
    return b"".join(blobs.get(name))


def chunks(data: bytes, size: int = 50_000) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


# --- what is stored ------------------------------------------------------------------------------


def test_a_storage_that_is_made_ready_is_empty_and_answers(blobs: Blobs) -> None:
    blobs.prepare(is_new=True)
    blobs.prepare(is_new=True)
    blobs.look()
    assert list(blobs.names()) == []


def test_every_size_comes_back_as_it_went_and_is_listed_with_its_time(blobs: Blobs) -> None:
    before = now_ms() // 1000 * 1000
    contents = {name_of(number): os.urandom(size) for number, size in enumerate(SIZES)}
    for name, data in contents.items():
        blobs.put(name, chunks(data))
    assert {name: read(blobs, name) for name in contents} == contents
    listed = list(blobs.names())
    assert {one.name: one.size for one in listed} == {name: len(data) for name, data in contents.items()}
    assert all(before <= one.written <= now_ms() + 1000 for one in listed)
    assert all(blobs.has(name) for name in contents)


def test_an_object_is_read_from_anywhere_in_it_also_when_it_is_gone_by_then(blobs: Blobs) -> None:
    """Broken on purpose: what was laid aside given at its end."""
    data = os.urandom(200_000)
    blobs.put(name_of(1), [data])
    with blobs.open(name_of(1)) as file:
        blobs.delete(name_of(1))
        assert file.read(10) == data[:10]
        for place in (150_000, 3, 0):
            file.seek(place)
            assert file.read(70_000) == data[place : place + 70_000]
    with pytest.raises(BlobMissingError):
        blobs.open(name_of(1))


def test_twenty_megabytes_pass_in_pieces(blobs: Blobs) -> None:
    pieces = [os.urandom(SEGMENT) for _ in range(8)]
    blobs.put(name_of(1), (pieces[i % 8] for i in range(320)))
    longest, at = 0, 0
    whole = b"".join(pieces)
    for piece in blobs.get(name_of(1)):
        longest = max(longest, len(piece))
        expected = (whole + whole)[at % len(whole) :][: len(piece)]
        assert piece == expected
        at += len(piece)
    assert (at, longest <= SEGMENT) == (320 * SEGMENT, True)


def test_what_is_stored_again_takes_the_place_of_what_was_there(blobs: Blobs) -> None:
    blobs.put(name_of(1), [b"long" * 50_000])
    blobs.put(name_of(1), [b"short"])
    assert read(blobs, name_of(1)) == b"short"
    assert [one.size for one in blobs.names()] == [5]


def test_deleting_twice_is_deleting_once_and_deletes_nothing_else(blobs: Blobs) -> None:
    for number in (1, 2):
        blobs.put(name_of(number), [b"x"])
    for _ in range(2):
        blobs.delete(name_of(1))
    assert [one.name for one in blobs.names()] == [name_of(2)]
    assert not blobs.has(name_of(1))


def test_what_is_not_there_is_missing_at_once(blobs: Blobs) -> None:
    assert not blobs.has(name_of(7))
    with pytest.raises(BlobMissingError) as missing:
        blobs.get(name_of(7))
    assert (missing.value.code, missing.value.facts) == ("file-missing", {"object": name_of(7)})


def test_objects_are_listed_in_the_order_of_their_names_whatever_their_number(blobs: Blobs) -> None:
    names = [name_of(number * 0x0101_0203_0507_0B0D_1113_1719_1D1F_2329 % 2**128) for number in range(40)]
    for name in names:
        blobs.put(name, [b"x"])
    assert [one.name for one in blobs.names()] == sorted(names)


def test_what_others_put_there_is_left_alone(blobs: Blobs, peek: Peek) -> None:
    blobs.put(name_of(1), [b"x"])
    for place in ("README", "AA/notes.txt", "lost+found/" + name_of(3), "ZZ/" + name_of(3)[:-1]):
        peek.put(place, b"y")
    assert [one.name for one in blobs.names()] == [name_of(1)]
    assert blobs.clear_drafts(now_ms() + 10_000) == 0
    assert len(peek.places()) == 5


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_could_lead_elsewhere_is_refused_by_every_call(
    blobs: Blobs, peek: Peek, name: str
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: blobs.put(name, [b"x"]),
        lambda: blobs.get(name),
        lambda: blobs.open(name),
        lambda: blobs.has(name),
        lambda: blobs.delete(name),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="not the name of an object"):
            call()
    assert peek.places() == []


# --- what fails ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [KeyError("cut"), OSError("the line"), GeneratorExit(), KeyboardInterrupt()]
)
@pytest.mark.parametrize("was_there", [False, True])
def test_a_stream_that_breaks_off_leaves_what_was(
    blobs: Blobs, peek: Peek, was_there: bool, fault: BaseException
) -> None:
    if was_there:
        blobs.put(name_of(1), [b"before"])
    places = peek.places()

    def broken() -> Iterator[bytes]:
        yield b"x" * 3 * SEGMENT
        raise fault

    with pytest.raises(type(fault)) as raised:
        blobs.put(name_of(1), broken())
    assert raised.value is fault
    assert peek.places() == places
    assert blobs.has(name_of(1)) is was_there
    if was_there:
        assert read(blobs, name_of(1)) == b"before"


def test_two_writers_at_once_leave_one_of_both_whole(blobs: Blobs, peek: Peek) -> None:
    for attempt in range(4):
        name, contents = name_of(attempt), [letter * 200_000 for letter in (b"a", b"b")]
        with together(2) as start:
            for data in contents:
                start(partial(blobs.put, name, chunks(data)))
        assert read(blobs, name) in contents
    assert len(peek.places()) == 4


@contextmanager
def together(number: int) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Begins what it is given at one moment, and waits for all of it."""
    barrier, threads, faults = Barrier(number), list[Thread](), list[Exception]()

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait()
            work()
        except Exception as fault:  # noqa: BLE001 (told below, in the test's own thread)
            faults.append(fault)

    def start(work: Callable[[], object]) -> None:
        threads.append(Thread(target=run, args=[work]))
        threads[-1].start()

    yield start
    for one in threads:
        one.join()
    assert faults == []


def test_a_reader_never_gets_a_mixture(blobs: Blobs) -> None:
    old, new = b"o" * 10 * SEGMENT, b"n" * 10 * SEGMENT
    blobs.put(name_of(1), [old])
    reader = blobs.get(name_of(1))
    first = next(reader)
    blobs.put(name_of(1), [new])
    assert first + b"".join(reader) == old
    assert read(blobs, name_of(1)) == new


def test_a_reader_that_goes_away_takes_nothing_with_it(blobs: Blobs) -> None:
    blobs.put(name_of(1), [b"x" * 10 * SEGMENT])
    for _ in range(15):  # more than there are connections
        reader = blobs.get(name_of(1))
        next(reader)
        reader.close()  # type: ignore[attr-defined]
    assert len(read(blobs, name_of(1))) == 10 * SEGMENT
