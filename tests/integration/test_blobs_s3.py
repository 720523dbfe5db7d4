"""
A bucket that refuses, is not there, is full, or does not answer.

Broken on purpose: a bucket that is not there read as objects that are missing; a refusal told as a storage
that is away; every thread waiting for a storage that hangs; no limit to what an attempt may take.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.canonical import to_text
from server.blobs import BlobsAwayError, BlobsFullError, s3
from server.blobs.s3 import Patience, S3Blobs
from tests.support.s3_server import BUCKET, S3Server

NAME = "AAAAAAAAAAAAAAAAAAAAAA"
SHORT = Patience(connect=0.5, answer=0.5, object=5, attempts=2)
LONGEST = 4.0
"""Seconds that a call may take with that patience: two attempts, and a pause of at most one second."""


@pytest.fixture
def server(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, and an environment that names it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture
def blobs(server: S3Server) -> S3Blobs:
    return S3Blobs(BUCKET, server.new_prefix(), SHORT)


def calls_of(blobs: S3Blobs) -> dict[str, Callable[[], object]]:
    return {
        "prepare": lambda: blobs.prepare(is_new=True),
        "look": blobs.look,
        "put": lambda: blobs.put(NAME, [b"x"]),
        "get": lambda: blobs.get(NAME),
        "has": lambda: blobs.has(NAME),
        "delete": lambda: blobs.delete(NAME),
        "names": lambda: list(blobs.names()),
    }


def codes_of(blobs: S3Blobs, *left_out: str) -> set[str]:
    """What the calls are refused with."""
    codes = set()
    for name, call in calls_of(blobs).items():
        if name not in left_out:
            with pytest.raises(BlobsAwayError) as away:
                call()
            codes.add(away.value.code)
    return codes


def test_a_wrong_signature_is_refused(
    server: S3Server, blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also that the server of these tests looks at signatures at all."""
    blobs.put(NAME, [b"x"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    assert codes_of(S3Blobs(BUCKET, blobs.prefix, SHORT)) == {"storage-refused"}
    assert b"".join(blobs.get(NAME)) == b"x"


def test_an_unknown_account_and_none_at_all_are_refused(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    assert codes_of(S3Blobs(BUCKET, "", SHORT)) == {"storage-refused"}
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert codes_of(S3Blobs(BUCKET, "", SHORT)) == {"storage-refused"}


def test_bytes_that_were_altered_on_their_way_are_refused(blobs: S3Blobs) -> None:
    """What the request signs is what arrives, or nothing is stored."""

    def alter(request: Any, **_: Any) -> None:
        request.headers["X-Amz-Content-SHA256"] = "0" * 64

    blobs._client.meta.events.register("before-send.s3.PutObject", alter)
    with pytest.raises(BlobsAwayError):
        blobs.put(NAME, [b"x"])
    assert not blobs.has(NAME)


def test_a_bucket_that_is_not_there_is_told_and_never_as_missing_objects(server: S3Server) -> None:
    """The server lets whoever deletes there believe it."""
    assert codes_of(S3Blobs("no-such-bucket", "", SHORT), "delete") == {"storage-bucket"}


def test_a_list_of_several_pages_is_whole(blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAGE", 3)
    names = [to_text(bytes([number]) * 16) for number in range(8)]
    for name in names:
        blobs.put(name, [b"x"])
    assert [one.name for one in blobs.names()] == sorted(names)


def test_an_address_where_nobody_answers_is_told(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("http://127.0.0.1:1", "nonsense"):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        assert codes_of(S3Blobs(BUCKET, "", SHORT)) == {"storage-away"}


@contextmanager
def hanging(server: S3Server) -> Iterator[None]:
    """The server takes connections, and says nothing any more."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def test_a_storage_that_hangs_costs_one_caller_its_patience_and_the_others_nothing(
    server: S3Server, blobs: S3Blobs
) -> None:
    blobs.put(NAME, [b"x"])
    waited: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        with pytest.raises(BlobsAwayError):
            blobs.get(NAME)
        waited.append(time.monotonic() - began)

    with hanging(server):
        ask()
        assert SHORT.answer < waited[0] < LONGEST
        with pytest.raises(BlobsAwayError):
            blobs.look()  # although it had answered a moment before
        threads = [Thread(target=ask) for _ in range(16)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert (
        sum(one > SHORT.answer for one in waited[1:]) < 5
    )  # one after another, while the others came and went
    assert sorted(waited[1:])[8] < 0.1
    assert b"".join(blobs.get(NAME)) == b"x"  # by itself, once it is back
    assert blobs.has(NAME)


def test_a_storage_that_stops_within_an_object_is_told(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = S3Blobs(BUCKET, server.new_prefix(), SHORT)
    blobs.put(NAME, (os.urandom(1_000_000) for _ in range(30)))
    reader = blobs.get(NAME)
    next(reader)
    with hanging(server), pytest.raises(BlobsAwayError):
        for _ in reader:
            pass


def test_an_object_that_drips_is_given_up(server: S3Server) -> None:
    blobs = S3Blobs(BUCKET, server.new_prefix(), Patience(object=-1))
    blobs.put(NAME, [b"x" * 100_000])
    with pytest.raises(BlobsAwayError):
        b"".join(blobs.get(NAME))


@pytest.mark.parametrize("said", ["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"])
def test_a_bucket_that_takes_no_more_is_told_as_full(
    blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """The server of these tests has no quota."""

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": said}}, "PutObject")

    monkeypatch.setattr(blobs._client, "put_object", refuse)
    with pytest.raises(BlobsFullError):
        blobs.put(NAME, [b"x"])


def test_a_full_disk_for_temporary_files_is_told_as_full(blobs: S3Blobs) -> None:
    code = (
        "import resource, sys\n"
        "from server.blobs import BlobsFullError\n"
        "from server.blobs.s3 import S3Blobs\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))\n"
        "try:\n"
        "    S3Blobs(sys.argv[1]).put('A' * 22, [bytes(1_000_000)] * 3)\n"
        "except BlobsFullError as error:\n"
        "    print(error.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, BUCKET], check=True, capture_output=True, text=True)
    assert done.stdout == "storage-full\n"


def test_a_server_with_a_folder_needs_no_boto3() -> None:
    code = "import sys, server.app, server.blobs.opening; print('boto3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
