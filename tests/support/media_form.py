"""A form with pictures, a sound and a film at questions and choices, and the smallest files that are some."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from pathlib import Path

from server.xlsform import CompiledForm, compile_workbook
from tests.support.workbooks import book

SURVEY = """
type | name | label::id | label::en | image::id | image::en | audio | video | big-image
select_one rumah | rumah | Rumah mana? | Which house? | rumah.png | house.png | kata.wav | | besar.png
text | film | Film | Film | | | | film.mp4 |
text | skrip | Gambar lain | Another picture | jahat.svg | jahat.svg | | |
"""
CHOICES = """
list_name | name | label::id | label::en | media::image
rumah | a | Kayu | Wood | kayu.png
rumah | b | Bata | Brick | bata.png
"""
SETTINGS = "form_title | form_id | version\nMedia | media | 1"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def media_form(folder: Path) -> CompiledForm:
    """The form, compiled as for publishing; its files are written to `folder`."""
    for number, name in enumerate(("rumah", "house", "besar", "kayu", "bata")):
        (folder / f"{name}.png").write_bytes(picture(40 * number))
    (folder / "kata.wav").write_bytes(sound())
    (folder / "film.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(64))
    (folder / "jahat.svg").write_bytes(SVG)
    return compile_workbook(book(folder, survey=SURVEY, choices=CHOICES, settings=SETTINGS))


def picture(shade: int, width: int = 480, height: int = 320) -> bytes:
    """A PNG of one grey."""
    row = b"\x00" + bytes([shade]) * width
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sound() -> bytes:
    """A tenth of a second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 800)
    return buffer.getvalue()
