"""
What a file is, is told by its first bytes.

Broken on purpose, each seen here: an office document by its ending only; a sound frame without the look at
its rates; the brand compared in its first letter.
"""

import io
import zipfile

import pytest

from schemas.filetypes import DOCX, ENDINGS, HEAD_BYTES, PICTURES, UNKNOWN, XLSX, media_type
from tests.support.photos import drawn, encoded


def archive(*members: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name in members:
            file.writestr(name, "isi " * 50)
    return out.getvalue()


def box(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + bytes(12)


TABLE = {
    "jpeg": (encoded(drawn(16, 16)), "image/jpeg"),
    "png": (encoded(drawn(16, 16), "PNG"), "image/png"),
    "webp": (encoded(drawn(16, 16), "WEBP"), "image/webp"),
    "gif": (encoded(drawn(16, 16), "GIF"), "image/gif"),
    "heic": (box(b"heic"), "image/heic"),
    "heif": (box(b"mif1"), "image/heic"),
    "pdf": (b"%PDF-1.7\n", "application/pdf"),
    "mp4": (box(b"isom"), "video/mp4"),
    "mp42": (box(b"mp42"), "video/mp4"),
    "m4a": (box(b"M4A "), "audio/mp4"),
    "3gp": (box(b"3gp4"), "video/3gpp"),
    "mov": (box(b"qt  "), "video/quicktime"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
    "ogg": (b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead", "audio/ogg"),
    "ogv": (b"OggS\x00\x02" + bytes(22) + b"\x2a\x80theora", "video/ogg"),
    "mp3 with tags": (b"ID3\x04", "audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64", "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80", "audio/aac"),
    "wav": (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
    "amr": (b"#!AMR\n\x3c", "audio/amr"),
    "amr-wb": (b"#!AMR-WB\n\x3c", "audio/amr-wb"),
    "zip": (archive("rumah.txt"), "application/zip"),
    "empty zip": (archive(), "application/zip"),
    "docx": (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), DOCX),
    "docx of another program": (archive("_rels/.rels", "word/document.xml", "[Content_Types].xml"), DOCX),
    "xlsx": (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
}
NOTHING = {
    "empty": b"",
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "xml": b"<?xml version='1.0'?><a/>",
    "text": b"rumah",
    "script": b"#!/bin/sh\n",
    "program": b"\x7fELF",
    "windows program": b"MZ\x90\x00",
    "matroska": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska",
    "riff": b"RIFF\x24\x00\x00\x00AVI ",
    "another brand": box(b"junk"),
    "utf-16": "\ufeffrumah".encode("utf-16-le"),
    "bits": b"\xff\xff\xff\xff",
    "a frame of no rate": b"\xff\xfb\xf0\x00",
    "half a beginning": b"\x89PN",
    "html after spaces": b"   <html>",
}


@pytest.mark.parametrize("name", TABLE)
def test_a_type_is_told_by_content(name: str) -> None:
    data, wanted = TABLE[name]
    assert media_type(data[:HEAD_BYTES]) == wanted
    assert wanted in ENDINGS


@pytest.mark.parametrize("name", NOTHING)
def test_everything_else_is_bytes(name: str) -> None:
    assert media_type(NOTHING[name]) == UNKNOWN


@pytest.mark.parametrize("name", TABLE)
def test_any_beginning_of_a_file_has_a_type(name: str) -> None:
    data, wanted = TABLE[name]
    told = {media_type(data[:length]) for length in range(min(len(data), 200))}
    assert told <= {UNKNOWN, wanted, "application/zip", "audio/ogg"}


def test_a_plain_archive_with_such_a_folder_is_an_archive() -> None:
    assert media_type(archive("word/document.xml")) == "application/zip"
    assert (
        media_type(archive("[Content_Types].xml", "keyword/a.txt", method=zipfile.ZIP_STORED))
        == "application/zip"
    )


def test_every_picture_has_an_ending() -> None:
    assert ENDINGS.keys() >= PICTURES
    assert UNKNOWN not in ENDINGS
