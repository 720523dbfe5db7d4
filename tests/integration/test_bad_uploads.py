"""
Whatever a header of an upload says: a clear refusal with a stable code, nothing written, and never a fault.

Broken on purpose, each found here: a number read by `int` alone; base64 read without `validate`; a key that
comes twice counting by its last value; a name that is looked at; `Upload-Defer-Length` not looked at.
"""

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.uploading import (
    CHUNK,
    PATH,
    Uploading,
    code_of,
    hash_of,
    metadata_of,
    nothing_changes,
)

FILE = b"a photo, say"
RIGHT = metadata_of(FILE)
NAMES = {
    "a path": "../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "another system's": "C:\\windows\\con.jpg",
    "NUL": "rumah\0.jpg",
    "right to left": "rumah\u202egpj.exe",
    "long": "r" * 10_000,
    "empty": "",
    "markup": "<img src=x onerror=alert(1)>.svg",
    "newlines": "a\r\nSet-Cookie: b=c",
}


@pytest.fixture
def by_asha(asha: RawDevice) -> Uploading:
    return Uploading(asha)


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


BEGINNINGS: dict[str, tuple[dict[str, str | None], int, str]] = {
    "no version": ({"Tus_Resumable": None}, 412, "tus-version"),
    "an older version": ({"Tus_Resumable": "0.2.2"}, 412, "tus-version"),
    "the version twice": ({"Tus_Resumable": "1.0.0, 1.0.0"}, 412, "tus-version"),
    "no length": ({"Upload_Length": None}, 400, "header-missing"),
    "a length later": ({"Upload_Length": None, "Upload_Defer_Length": "1"}, 400, "length-deferred"),
    "a length now and later": ({"Upload_Defer_Length": "1"}, 400, "length-deferred"),
    "a negative length": ({"Upload_Length": "-1"}, 400, "header-malformed"),
    "a length with a sign": ({"Upload_Length": "+12"}, 400, "header-malformed"),
    "a broken length": ({"Upload_Length": "12.0"}, 400, "header-malformed"),
    "a length in words": ({"Upload_Length": "many"}, 400, "header-malformed"),
    "an empty length": ({"Upload_Length": ""}, 400, "header-malformed"),
    "a length twice": ({"Upload_Length": "12, 12"}, 400, "header-malformed"),
    "a length with an underscore": ({"Upload_Length": "1_2"}, 400, "header-malformed"),
    "a length in another script": ({"Upload_Length": "\xb9\xb2"}, 400, "header-malformed"),
    "a length of 51 MiB": ({"Upload_Length": "52428801"}, 413, "file-too-large"),
    "a length of 5,000 digits": ({"Upload_Length": "9" * 5000}, 413, "file-too-large"),
    "parts": ({"Upload_Concat": "partial"}, 400, "concatenation"),
    "parts put together": ({"Upload_Concat": "final;/api/v1/files/a /api/v1/files/b"}, 400, "concatenation"),
    "no metadata": ({"Upload_Metadata": None}, 400, "hash-missing"),
    "empty metadata": ({"Upload_Metadata": ""}, 400, "hash-missing"),
    "no hash": ({"Upload_Metadata": f"filename {base64('a.jpg')}"}, 400, "hash-missing"),
    "a hash without a value": ({"Upload_Metadata": "sha256"}, 400, "hash-malformed"),
    "a short hash": ({"Upload_Metadata": f"sha256 {base64('short')}"}, 400, "hash-malformed"),
    "a hash in digits": ({"Upload_Metadata": f"sha256 {sha256(FILE).hexdigest()}"}, 400, "hash-malformed"),
    "a hash that is no base64": ({"Upload_Metadata": "sha256 ???"}, 400, "metadata-malformed"),
    "a hash in base64url": ({"Upload_Metadata": f"sha256 {'-_' * 21}-="}, 400, "metadata-malformed"),
    "a hash with a space": ({"Upload_Metadata": f"{RIGHT[:30]} {RIGHT[30:]}"}, 400, "metadata-malformed"),
    "a hash twice": ({"Upload_Metadata": f"{RIGHT},{RIGHT}"}, 400, "metadata-malformed"),
    "a name that is no base64": ({"Upload_Metadata": f"{RIGHT},filename a.jpg!"}, 400, "metadata-malformed"),
    "a key of nothing": ({"Upload_Metadata": f"{RIGHT},=x eA== z"}, 400, "metadata-malformed"),
    "a key with a tab": ({"Upload_Metadata": f"{RIGHT},a\tb"}, 400, "metadata-malformed"),
    "a checksum of another kind": (
        {"Content_Type": CHUNK, "Upload_Checksum": "md5 1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "checksum-algorithm"
    ),
    "a checksum of nothing": ({"Content_Type": CHUNK, "Upload_Checksum": ""}, 400, "checksum-algorithm"),
    "a checksum of no value": ({"Content_Type": CHUNK, "Upload_Checksum": "sha1"}, 400, "checksum-malformed"),
    "a checksum of another length": (
        {"Content_Type": CHUNK, "Upload_Checksum": f"sha1 {RIGHT[7:]}"}, 400, "checksum-malformed"
    ),
    "a checksum that is no base64": (
        {"Content_Type": CHUNK, "Upload_Checksum": "sha256 \xff"}, 400, "checksum-malformed"
    ),
    "a packed body": ({"Content_Type": CHUNK, "Content_Encoding": "gzip"}, 415, "content-encoding"),
    "a method instead": ({"X_HTTP_Method_Override": "PATCH"}, 405, "method-not-allowed"),
}  # fmt: skip


def test_a_beginning_that_makes_no_sense_is_refused(office: Office, by_asha: Uploading) -> None:
    with nothing_changes(office):
        for name, (headers, status, code) in BEGINNINGS.items():
            told = by_asha.create(FILE, None, **headers)
            assert (name, told.status_code, code_of(told)) == (name, status, code)
            assert told.headers["Tus-Resumable"] == "1.0.0"
            assert told.headers["Cache-Control"] == "no-store"
            assert told.headers.get("Tus-Version") == ("1.0.0" if status == 412 else None)


CONTINUATIONS: dict[str, tuple[dict[str, str | None], int, str]] = {
    "no version": ({"Tus_Resumable": None}, 412, "tus-version"),
    "no offset": ({"Upload_Offset": None}, 400, "header-missing"),
    "a negative offset": ({"Upload_Offset": "-3"}, 400, "header-malformed"),
    "an offset twice": ({"Upload_Offset": "3,3"}, 400, "header-malformed"),
    "an offset in hexadecimal digits": ({"Upload_Offset": "0x3"}, 400, "header-malformed"),
    "an offset of 5,000 digits": ({"Upload_Offset": "3" * 5000}, 409, "offset-differs"),
    "no type": ({"Content_Type": None}, 415, "content-type"),
    "another type": ({"Content_Type": "application/octet-stream"}, 415, "content-type"),
    "the type twice": ({"Content_Type": f"{CHUNK}, {CHUNK}"}, 415, "content-type"),
    "a form": ({"Content_Type": "multipart/form-data; boundary=x"}, 415, "content-type"),
    "a packed body": ({"Content_Encoding": "zstd"}, 415, "content-encoding"),
    "a checksum of another kind": ({"Upload_Checksum": "crc32 AAAAAA=="}, 400, "checksum-algorithm"),
    "a checksum that does not fit": ({"Upload_Checksum": RIGHT}, 460, "checksum-differs"),
}


def test_a_continuation_that_makes_no_sense_writes_nothing(office: Office, by_asha: Uploading) -> None:
    where = by_asha.begin(FILE, FILE[:3])
    with nothing_changes(office):
        for name, (headers, status, code) in CONTINUATIONS.items():
            told = by_asha.patch(where, 3, FILE[3:5], **headers)
            assert (name, told.status_code, code_of(told)) == (name, status, code)
    assert by_asha.patch(where, 3, FILE[3:]).status_code == 204


def test_a_name_is_read_over_and_never_a_path(by_asha: Uploading) -> None:
    for name in NAMES.values():
        told = by_asha.create(FILE, Upload_Metadata=f"filename {base64(name)},{RIGHT},filetype")
        assert told.status_code == 201, name
        assert by_asha.head(told.headers["Location"]).headers["Upload-Metadata"] == RIGHT
    by_asha.send(told.headers["Location"], FILE, 5)
    assert by_asha.needed(hash_of(FILE)) == []


ADDRESSES = ("x" * 22, "x" * 5000, "..", "%2e%2e%2fneeded", "%00", "a%0d%0ab", "\u202e", "' OR 1=1 --")


def test_an_address_that_is_none_is_not_found(office: Office, by_asha: Uploading) -> None:
    with nothing_changes(office):
        for where in (f"{PATH}/{one}" for one in ADDRESSES):
            told = (by_asha.head(where), by_asha.patch(where, 0, b"x"), by_asha.call("DELETE", where))
            assert {one.status_code for one in told} <= {404, 405, 308}, where


NO_HASHES = (
    *(None, "A" * 43, [None], ["A" * 42], ["A" * 42 + "B"], ["A" * 42 + "\0"], [["A" * 43]]),
    ["A" * 43] * 501,
)


def test_hashes_that_are_none_are_refused(by_asha: Uploading) -> None:
    for files in NO_HASHES:
        told = by_asha.device.post("files/needed", {"files": files})
        assert (told.status_code, code_of(told)) == (400, "invalid-request"), files


HEADERS = (
    "Upload-Offset",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Checksum",
    "Content-Type",
    "Tus-Resumable",
)
ODD = st.text(
    st.characters(min_codepoint=9, max_codepoint=255, exclude_characters="\r\n\x0b\x0c"), max_size=40
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(HEADERS), value=ODD, method=st.sampled_from(["PATCH", "POST"]))
@example("Upload-Offset", "\u00b2", "PATCH")
@example("Upload-Length", "\x1c12", "POST")
def test_no_header_makes_a_fault(by_asha: Uploading, name: str, value: str, method: str) -> None:
    """Of any text in any header; `\u00b2` is a digit to Python and no number to `int`."""
    where = by_asha.begin(FILE, b"")
    if method == "PATCH":
        told = by_asha.patch(where, by_asha.offset(where), b"x", **{name: value})
    else:
        told = by_asha.create(FILE, b"x", **{name: value})
    assert told.status_code < 500
    if told.status_code >= 400:
        assert code_of(told)
