"""
A photo becomes the same answer on the phone as on the laptop: place and time read, the picture upright, small
and without its notes; what is none is refused by the same code. `client_sync/photos.py` is asked beside it.

Broken on purpose: the hemisphere of a latitude ignored; the pixels that a file says not looked at; the limit
of a side.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image

from client_sync.photos import name_of, read_attachment
from domain.errors import InvalidRequest
from domain.files import file_hash
from domain.forms.fields import Field, Logic
from schemas.filetypes import HEAD_BYTES, media_type
from tests.support.photos import bomb, drawn, encoded, notes, photo

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

IMAGE: Final = Field("foto", "image", {}, {}, None, "umum", None, False, False, (), None)
FILE: Final = replace(IMAGE, path="surat", type="file")
NOW: Final = 1_772_000_000_000
_READ: Final = """async ([bytes, name, field, now]) => {
  const data = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
  const text = (part) => btoa(Array.from(part, (one) => String.fromCharCode(one)).join(""));
  try {
    const { answer, files } = await window.readAttachment(new Blob([data]), name, field, now);
    return { answer: answer.toText(), files: files.map(([file, part]) => [file, text(part)]) };
  } catch (fault) { return { code: fault.code ?? String(fault) }; }
}"""


def on_phone(page: Page, phone_pages: str, data: bytes, field: Field = IMAGE, name: str = "a.jpg") -> Any:
    page.goto(f"{phone_pages}/photos/index.html")
    told = {"path": field.path, "type": field.type, "logic": {"parameters": dict(field.logic.parameters)}}
    return page.evaluate(_READ, [base64.b64encode(data).decode(), name, told, NOW])


def on_laptop(folder: Path, data: bytes, field: Field = IMAGE, name: str = "a.jpg") -> Any:
    file = folder / name
    file.write_bytes(data)
    try:
        return read_attachment(file, field, NOW).answer
    except InvalidRequest as fault:
        return fault.code


def opened(told: list[Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(told[1])))


def test_a_photo_is_small_and_upright_and_says_nothing_of_its_camera(page: Page, phone_pages: str) -> None:
    # Lies on its side, as a camera writes it: red above when it is turned.
    lying = Image.new("RGB", (3000, 2000), "blue")
    lying.paste("red", (0, 0, 300, 2000))
    said = on_phone(page, phone_pages, encoded(lying, exif=notes(turn=6), comment=b"catatan rahasia"))
    small, whole = map(opened, said["files"])
    assert whole.size == (1067, 1600)
    red, _, blue = whole.convert("RGB").getpixel((500, 20))  # type: ignore[misc]
    assert red > 200 > blue
    for one, told in zip((small, whole), said["files"], strict=True):
        assert not one.getexif()
        data = base64.b64decode(told[1])
        assert b"Exif" not in data
        assert b"rahasia" not in data
        assert told[0]["size"] == len(data)
        assert told[0]["type"] == "image/jpeg"
    assert said["files"][0][0]["size"] <= 10 * 1024
    answer = json.loads(said["answer"])
    assert [answer["thumbnail"], answer["hash"]] == [file["hash"] for file, _ in said["files"]]


@pytest.mark.parametrize(
    "exif",
    [
        notes(),
        notes(place={}, offset="+25:00"),
        notes(place={1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}),
        notes(place={1: "S", 2: (0.0, 30.0, 9.0), 3: "E", 4: (117.0, 8.0, 42.0), 5: b"\x01", 6: 3.5}),
        notes(place={2: (0.0, 30.0, 9.0), 3: "E", 4: (117.0, 8.0, 42.0)}),
        notes(place={1: "S", 2: (91.0, 0.0, 0.0), 3: "E", 4: (117.0, 8.0, 42.0)}),
        notes(time="2026:02:31 10:22:33"),
        notes(time="0000:00:00 00:00:00"),
        notes(time="2026:03:01 24:00:00", offset="-03:30"),
    ],
)
def test_time_and_place_are_read_as_on_a_laptop(
    page: Page, phone_pages: str, tmp_path: Path, exif: Image.Exif
) -> None:
    data = encoded(drawn(), exif=exif)
    laptop = json.loads(on_laptop(tmp_path, data).to_text())
    phone = json.loads(on_phone(page, phone_pages, data)["answer"])
    asked = ("time", "position", "name", "type")
    assert [phone.get(one) for one in asked] == [laptop.get(one) for one in asked]


PHOTO: Final = photo()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", IMAGE),
        (b"bukan foto", IMAGE),
        (PHOTO[: len(PHOTO) // 2], IMAGE),
        (PHOTO[:200], IMAGE),
        (encoded(drawn(), "PNG")[:-2000], IMAGE),
        (encoded(drawn(), "WEBP")[:-100], IMAGE),
        (bomb(8000, 7000), IMAGE),
        (b"\x00\x00\x00\x18ftypheic" + bytes(200), IMAGE),
        (PHOTO, replace(IMAGE, type="text")),
    ],
    ids=["empty", "text", "half", "header", "png", "webp", "bomb", "heic", "question"],
)
def test_what_is_no_picture_is_refused_by_the_same_code(
    page: Page, phone_pages: str, tmp_path: Path, data: bytes, field: Field
) -> None:
    code = on_laptop(tmp_path, data, field)
    assert isinstance(code, str)
    assert on_phone(page, phone_pages, data, field) == {"code": code}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_pictures_become_jpeg_with_white_where_nothing_was(
    page: Page, phone_pages: str, kind: str
) -> None:
    clear = Image.new("RGBA", (300, 200), (255, 0, 0, 0))
    said = on_phone(page, phone_pages, encoded(clear, kind), name="gambar.baru.png")
    whole = opened(said["files"][-1])
    assert (whole.format, whole.size) == ("JPEG", (300, 200))
    assert min(whole.convert("RGB").getpixel((5, 5))) > 250  # type: ignore[arg-type]
    assert json.loads(said["answer"])["name"] == "gambar.baru.jpg"


def test_a_form_says_how_large_a_photo_is(page: Page, phone_pages: str) -> None:
    asked = replace(IMAGE, logic=Logic(parameters={"max-pixels": "320"}))
    assert opened(on_phone(page, phone_pages, PHOTO, asked)["files"][-1]).size == (320, 240)


def test_a_file_that_is_no_picture_stays_as_it_is(page: Page, phone_pages: str, tmp_path: Path) -> None:
    for data in (b"%PDF-1.7 surat", PHOTO[: len(PHOTO) // 2]):
        said = on_phone(page, phone_pages, data, FILE, "surat.pdf")
        assert base64.b64decode(said["files"][0][1]) == data
        assert said["answer"] == on_laptop(tmp_path, data, FILE, "surat.pdf").to_text()


def test_a_scan_that_answers_a_question_for_a_file_stays_large(page: Page, phone_pages: str) -> None:
    said = on_phone(page, phone_pages, photo(2400, 1800), FILE)
    assert opened(said["files"][-1]).size == (2400, 1800)


def test_long_and_odd_names_are_kept_as_on_a_laptop(page: Page, phone_pages: str) -> None:
    for name in (f"{'a' * 300}.pdf", "b" * 200, "surat\u0308.pdf"):
        said = on_phone(page, phone_pages, b"%PDF-", FILE, name)
        assert json.loads(said["answer"])["name"] == name_of(Path(name))


def test_what_a_file_is_is_told_by_its_bytes_as_everywhere(page: Page, phone_pages: str) -> None:
    office = b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + b"PK\x03\x04" + bytes(26) + b"xl/a"
    heads = (
        b"\x1a\x45\xdf\xa3" + b"\x42\x82\x84webm",
        b"OggS" + bytes(20) + b"\x80theora",
        b"OggS" + bytes(60),
        b"RIFF1234WAVEfmt ",
        b"\x00\x00\x00\x18ftyp3gp5",
        b"\x00\x00\x00\x18ftypM4A ",
        b"\xff\xfb\x90\x00" + bytes(20),
        b"\xff\xf1\x50\x80" + bytes(20),
        b"PK\x03\x04" + bytes(40),
        office,
        b"#!AMR\nabc",
        b"<html>",
    )
    for head in heads:
        said = on_phone(page, phone_pages, head, FILE, "berkas")
        kept = said["files"][0][0]
        assert kept["type"] == media_type(head[:HEAD_BYTES]), head
        assert len(kept["hash"]) == len(file_hash(bytes(32)))
