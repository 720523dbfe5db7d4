"""
Files that were made to do harm, sent by an officer and asked for by a supervisor: none does any.

Each arrives as the answer of a record, is looked at, and is asked for in every kind. Whatever it is, no
answer is a fault, nothing that leaves is opened by a browser as a page, and of a picture nothing leaves but
pixels."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from schemas.filetypes import UNKNOWN
from tests.support.builders import new_id
from tests.support.examining_files import Files
from tests.support.file_answers import answer
from tests.support.filings import arrives
from tests.support.office import ApiClient, Office
from tests.support.photos import CAMERA, bomb, drawn, encoded, notes, photo
from tests.support.raw_device import RawDevice

SCRIPT = b"<script>alert(document.domain)</script>"
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
KINDS = ("thumbnail", "shown", "whole")


@dataclass(frozen=True)
class Bad:
    """
    A file, what it is called, and what is to come of it: its kind of type, its fault, whether it is shown.
    """

    make: Callable[[], bytes]
    name: str = "rumah.jpg"
    type: str = UNKNOWN
    fault: str | None = None
    is_shown: bool = False


def with_thumbnail() -> bytes:
    """A photo with its place, and with a small picture inside in which a comment stands."""
    whole = encoded(drawn(400, 300), exif=notes())
    small = b"Exif\x00\x00gambar kecil " + encoded(drawn(32, 24), comment=b"gambar kecil")
    return whole[:2] + b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small + whole[2:]


def large_head(kind: str) -> bytes:
    """A small picture that calls itself one of 400 (WebP: 256) megapixels."""
    data = bytearray(encoded(drawn(64, 48), kind))
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = (20_000).to_bytes(2, "big") * 2
    elif kind == "WEBP":
        at = data.index(b"\x9d\x01\x2a") + 3
        data[at : at + 4] = (16_000).to_bytes(2, "little") * 2
    else:
        data[6:10] = (20_000).to_bytes(2, "little") * 2
    return bytes(data)


def many_frames() -> bytes:
    """A GIF of a million frames."""
    one = encoded(Image.new("P", (1, 1)), "GIF")
    at = one.index(b"\x2c")
    return one[:at] + one[at:-1] * 1_000_000 + b";"


def zip_bomb() -> bytes:
    """An archive of 300 KB that unpacks to 300 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w") as member:
        for _ in range(300):
            member.write(bytes(1_000_000))
    return out.getvalue()


JPEG, GIF, PNG = "image/jpeg", "image/gif", "image/png"
FILES: dict[str, Bad] = {
    "scripts inside SVG": Bad(
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "a.svg"
    ),
    "HTML named .jpg": Bad(lambda: HTML),
    "HTML of another coding": Bad(lambda: HTML.decode().encode("utf-16")),
    "XML that asks for a file": Bad(
        lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    ),
    "a program": Bad(lambda: b"MZ\x90\x00" + bytes(500), "foto.jpg.exe"),
    "nothing": Bad(lambda: b""),
    "JPEG and HTML": Bad(lambda: encoded(drawn(64, 48), comment=HTML) + HTML, "a.html", JPEG, None, True),
    "GIF and a script": Bad(
        lambda: encoded(drawn(64, 48), "GIF") + b"/*" + SCRIPT + b"*/=1;alert(1)", "a.js", GIF, None, True
    ),
    "PDF and JPEG": Bad(lambda: b"%PDF-1.7\n" + photo(64, 48), "a.jpg", "application/pdf"),
    "JPEG and an archive": Bad(lambda: photo(64, 48) + zip_bomb(), "a.zip", JPEG, None, True),
    "400 megapixels of PNG": Bad(lambda: bomb(20_000, 20_000), type=PNG, fault="picture-too-large"),
    "400 megapixels of JPEG": Bad(lambda: large_head("JPEG"), type=JPEG, fault="picture-too-large"),
    "256 megapixels of WebP": Bad(lambda: large_head("WEBP"), type="image/webp", fault="picture-too-large"),
    "400 megapixels of GIF": Bad(lambda: large_head("GIF"), type=GIF, fault="picture-too-large"),
    "truncated JPEG": Bad(lambda: photo(400, 300)[:8_000], type=JPEG, fault="picture-damaged", is_shown=True),
    "a JPEG's first bytes": Bad(lambda: b"\xff\xd8\xff", type=JPEG, fault="picture-damaged"),
    "place and small picture inside": Bad(with_thumbnail, type=JPEG, is_shown=True),
    "a million frames": Bad(many_frames, type=GIF, is_shown=True),
    "an archive that grows": Bad(zip_bomb, "a.zip", "application/zip"),
}
NAMES = (
    "../../../etc/passwd",
    "/etc/cron.d/a",
    "C:\\Windows\\a.jpg",
    "CON.jpg",
    "nul",
    "x" * 5_000,
    "foto\u202egpj.exe",
    'a";\r\nSet-Cookie: b=c; x="',
    "..",
)


@pytest.fixture
def desk(office: Office) -> Files:
    return Files(office)


def ask(who: ApiClient, record: str, named: str, kind: str) -> Any:
    headers = {"Authorization": f"Bearer {who.token}"}
    return who.client.get(f"/api/v1/records/{record}/files/{named}/{kind}", headers=headers)


def test_no_file_does_any_harm(desk: Files, asha: RawDevice, supervisor: ApiClient) -> None:
    sent = {what: (bad.make(), new_id()) for what, bad in FILES.items()}
    hashes = {what: desk.arrive(data) for what, (data, _) in sent.items()}
    for what, (_, record) in sent.items():
        arrives(asha, asha.submission(record, {"a": answer(hashes[what], FILES[what].name)}))
    began = time.monotonic()
    while desk.work():
        pass
    assert time.monotonic() - began < 300  # of a machine that is busy with other tests
    for what, bad in FILES.items():
        file = desk.stored(hashes[what])
        assert (file.type, file.fault) == (bad.type, bad.fault), what
        data, record = sent[what]
        for kind in KINDS:
            answered = ask(supervisor, record, hashes[what], kind)
            is_given = bad.is_shown if kind != "whole" else not bad.type.startswith("image/")
            assert answered.status_code == (200 if is_given else 404), (what, kind)
            if is_given:
                _is_harmless(answered, kind, data, bad.type)


def _is_harmless(answered: Any, kind: str, sent: bytes, type_: str) -> None:
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert answered.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert answered.headers["Content-Disposition"].startswith("attachment; filename=")
    if kind == "whole":
        assert (answered.data, answered.mimetype) == (sent, type_)
        return
    assert answered.mimetype == "image/jpeg"
    assert max(Image.open(io.BytesIO(answered.data), formats=["JPEG"]).size) <= 1600
    for part in (b"Exif", b"script", b"alert", b"kecil", b"rahasia", CAMERA.encode(), b"PK\x03\x04"):
        assert part not in answered.data, part
    assert answered.data.count(b"\xff\xd8\xff") == 1


def test_no_name_leads_anywhere(desk: Files, asha: RawDevice, supervisor: ApiClient) -> None:
    """Nothing is stored under a name, so nothing is overwritten by one; what is told is harmless."""
    before = {data: desk.arrive(data) for data in (b"%PDF-1.7 satu", b"%PDF-1.7 dua")}
    records: dict[str, tuple[str, bytes]] = {}
    for name in NAMES:
        for data, named in before.items():
            record = new_id()
            arrives(asha, asha.submission(record, {"a": answer(named, name)}))
            records[record] = named, data
    desk.work()
    assert desk.objects() == 2
    for record, (named, data) in records.items():
        answered = ask(supervisor, record, named, "whole")
        assert answered.data == data
        told = answered.headers["Content-Disposition"]
        assert len(told) < 400
        assert not set(told) & set("/\\\r\n")
        assert "Set-Cookie" not in answered.headers


def test_the_same_file_twice_is_one(
    desk: Files, asha: RawDevice, budi: RawDevice, supervisor: ApiClient
) -> None:
    data = photo(64, 48)
    first, second = desk.arrive(data, "asha"), desk.arrive(data, "budi")
    assert first == second
    assert desk.work() == 1
    assert desk.objects() == 3
    for device in (asha, budi):
        record = new_id()
        arrives(device, device.submission(record, {"a": answer(first)}))
        assert ask(supervisor, record, first, "shown").status_code == 200
