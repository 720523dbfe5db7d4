"""Invented photos and other files, drawn anew by each test that needs one."""

import io
import random
import struct
import zlib
from typing import Final

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

EXIF_IFD: Final = 0x8769
GPS_IFD: Final = 0x8825
TIME: Final = "2026:03:01 10:22:33"
PLACE: Final = {1: "S", 2: (0.0, 30.0, 9.0), 3: "E", 4: (117.0, 8.0, 42.0), 5: b"\x00", 6: 12.0}
"""Half a degree south of the equator, on a river."""
CAMERA: Final = "Kamera Rahasia 9"
"""Stands in the EXIF of `photo`, so that a test can look for it."""


def drawn(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """A picture with edges, slopes and grain, so that it is about as large as a photo when it is encoded."""
    chance = random.Random(seed)
    grain = Image.frombytes("RGB", (64, 48), chance.randbytes(64 * 48 * 3)).resize((width, height))
    slope = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image = Image.blend(slope, grain, 0.25)
    pen = ImageDraw.Draw(image)
    for _ in range(20):
        left, top = chance.randrange(width), chance.randrange(height)
        colour = tuple(chance.randbytes(3))
        pen.rectangle((left, top, left + width // 8, top + height // 8), fill=colour)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The bytes of a picture in a format of Pillow."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def notes(
    place: dict[int, object] | None = None, time: object = TIME, offset: object = "+08:00", turn: int = 1
) -> Image.Exif:
    """What a camera notes in a photo."""
    exif = Image.Exif()
    exif[0x0110] = CAMERA
    exif[0x0112] = turn
    exif.get_ifd(EXIF_IFD).update({0x9003: time, 0x9011: offset})
    exif.get_ifd(GPS_IFD).update(PLACE if place is None else place)
    return exif


def photo(width: int = 640, height: int = 480, turn: int = 1, quality: int = 85, seed: int = 1) -> bytes:
    """A JPEG as a phone makes one: with notes of its camera, and a comment."""
    image = drawn(width, height, seed)
    return encoded(image, quality=quality, exif=notes(turn=turn), comment=b"catatan rahasia")


def fraction(above: int, below: int) -> IFDRational:
    """As EXIF has numbers; `below` may be 0."""
    return IFDRational(above, below)


def bomb(width: int, height: int) -> bytes:
    """
    A PNG that says how large it is, and is so: all its pixels are black, in a thousandth of their bytes.
    """
    row = b"\x00" * (1 + (width + 7) // 8)
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG before its picture begins: what is in it besides the picture shows here."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found
