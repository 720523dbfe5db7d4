"""
The calls about files, each by itself: what is sent, and what is made of its answer.

Broken on purpose: an offset that the server told with a refusal not believed; any address taken for an
upload's; checksums left out of the second try; a time-out that said nothing of how much to send.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from client_sync.errors import BadAnswer, Refused, ServerFault, TimedOut, Unreachable
from client_sync.pace import FIRST, LEAST, Pace
from client_sync.transport import Answer, Call, Traffic
from client_sync.uploads import HalfAnswer, HashDiffers, Upload, UploadGone, Uploads
from tests.support.attached import answer_of, file_of, photo, photo_phone
from tests.support.devices import VILLAGE, Fleet

HASH = "A" * 43


@dataclass
class Told:
    """A line that answers as it is told, and keeps what was asked."""

    answer: Answer
    calls: list[Call] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)

    def exchange(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answer

    def close(self) -> None:
        """Nothing to hang up."""


def told(status: int, code: str = "", **headers: str) -> tuple[Told, Uploads]:
    document = {"error": {"code": code, "message": code}} if code else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line = Told(Answer(status, document, 0, named))  # type: ignore[arg-type]
    return line, Uploads(line, "token", lambda: 0.0, Pace())


def append(uploads: Uploads) -> Upload:
    return uploads.append("id", 10, b"abc", 100)


def test_where_the_server_is_elsewhere_its_offset_is_believed() -> None:
    _, uploads = told(409, "offset-differs", upload_offset="50")
    assert append(uploads) == Upload("id", 50)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "upload-unknown", UploadGone),
        (404, "", UploadGone),
        (410, "upload-expired", UploadGone),
        (409, "taken-over", Unreachable),
        (423, "", Unreachable),
        (460, "checksum-differs", Unreachable),
        (460, "hash-differs", HashDiffers),
        (413, "chunk-too-large", Refused),
        (401, "", Refused),
        (403, "", Refused),
        (403, "revoked-device", Refused),
        (503, "storage-away", ServerFault),
        (507, "storage-full", ServerFault),
        (429, "too-many-uploads", ServerFault),
        (302, "", Unreachable),
        (200, "", HalfAnswer),
    ],
)
@pytest.mark.parametrize("call", [append, lambda uploads: uploads.arrived("id", 100)], ids=["PATCH", "HEAD"])
def test_a_refusal_means_what_can_be_done_about_it(
    status: int, code: str, error: type[Exception], call: Callable[[Uploads], Upload]
) -> None:
    with pytest.raises(error) as caught:
        call(told(status, code)[1])
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "place", ["", "/", "/api/v1/files/", "/x/a b", "/x/é", "/x/" + "a" * 101, "/x/a%2fb"]
)
def test_what_is_no_address_of_an_upload_is_no_answer(place: str) -> None:
    _, uploads = told(201, location=place, upload_offset="0")
    with pytest.raises(BadAnswer):
        uploads.create(HASH, 100)


@pytest.mark.parametrize("place", ["/api/v1/files/u-1", "https://elsewhere.example/files/u-1", "u-1?x=/y"])
def test_of_an_address_the_id_alone_is_kept_so_that_the_token_goes_nowhere_else(place: str) -> None:
    line, uploads = told(201, location=place, upload_offset="0")
    assert uploads.create(HASH, 100) == Upload("u-1", 0)
    assert {call.path for call in line.calls} == {"/api/v1/files"}


def test_a_beginning_says_what_the_server_needs() -> None:
    line, uploads = told(201, location="/u", upload_offset="3")
    uploads.create(HASH, 100, b"abc")
    uploads.create(HASH, 100)
    first, again = (call.headers for call in line.calls)
    assert first["Upload-Metadata"] == "sha256 " + "A" * 43 + "="
    assert (first["Upload-Length"], first["Content-Type"]) == ("100", "application/offset+octet-stream")
    assert first == again
    assert [call.body for call in line.calls] == [b"abc", None]


def test_pieces_have_checksums_only_for_whom_care_is_taken() -> None:
    line, uploads = told(204, upload_offset="13")
    append(uploads)
    uploads.is_careful = True
    append(uploads)
    assert [call.headers.get("Upload-Checksum") for call in line.calls] == [
        None,
        "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    ]
    assert (uploads.length(10**6), uploads.length(5)) == (LEAST, 5)


def test_what_arrived_as_something_else_goes_again_with_checksums(fleet: Fleet) -> None:
    asha, files = photo_phone(fleet), fleet.server.files
    record = asha.new("foto", VILLAGE, {"nama": "x"}).record
    asha.attach(record, "foto", file_of(asha, photo(1, 800, 600)))
    large, seen, spoilt = answer_of(asha, record).hash, [], [True]

    def spoil(call: Call) -> None:
        seen.append("Upload-Checksum" in call.headers)
        for upload in files.uploads.values():
            if upload.hash == large and upload.data and spoilt:
                upload.data[0] ^= 1
                spoilt.clear()

    files.refuses = spoil
    assert asha.sync().files.is_done
    assert (seen[0], seen[-1], large in files.stored) == (False, True, True)


def test_after_a_time_out_less_is_sent_at_once(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace()
    monkeypatch.setattr("client_sync.file_sync.Pace", lambda: pace)
    asha, files = photo_phone(fleet), fleet.server.files
    record = asha.new("foto", VILLAGE, {"nama": "x"}).record
    asha.attach(record, "foto", file_of(asha, photo(1, 800, 600)))
    chunks: list[int] = []

    def time_out(call: Call) -> None:
        chunks.append(pace.chunk)
        if len(chunks) == 3:
            raise TimedOut("nothing moved")

    files.refuses = time_out
    assert asha.sync().files.is_done
    assert (chunks[2], chunks[3]) == (FIRST, FIRST // 2)
