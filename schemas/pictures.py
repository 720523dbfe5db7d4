"""
Photos and scans: opened within limits, turned upright, made smaller, written anew without anything but the
picture.

Both sides use it: a device before it hashes and sends a photo, the server (in a process of its own) for what
it shows. Nothing of the old file gets into the new one but its pixels: no EXIF, position, small picture
inside, XMP, comment or colour profile. Colours are taken as sRGB: a profile is not applied, since no reading
of one is worth another parser.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageFile

from domain.errors import InvalidRequest
from schemas.filetypes import HEAD_BYTES, PICTURES, media_type
from schemas.taken import Taken, read_taken

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS: Final = 50_000_000
QUALITY: Final = 80
THUMBNAIL_SIDE: Final = 240
THUMBNAIL_BYTES: Final = 10 * 1024

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LOWER_QUALITIES: Final = (75, 60, 45, 30)
_SMALLER: Final = 0.75
_NO_SCAN_COSTS_MORE: Final = 8
"""Pixels on a side that no limit of bytes asks to go below."""

# Pillow refuses twice so many, by the header of a file, before it takes memory for a single pixel.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2


class PictureRefused(InvalidRequest):
    """
    A file is no picture that can be shown.

    Codes: ``not-a-picture`` (none of `FORMATS`), ``picture-too-large`` (more than `MOST_PIXELS`, or than
    there is memory for), ``picture-damaged`` (it begins as a picture and cannot be read).
    """


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A picture that was read: upright, in colours, without transparent places, with nothing else in it.

    `width` and `height` are those of the file (pixels, as it lies there, not turned), `taken` what its camera
    noted. `is_whole` is false where the file ends early or is damaged inside, and shows only what could be
    read.
    """

    image: Image.Image
    format: str
    width: int
    height: int
    taken: Taken
    is_whole: bool = True


def read_picture(data: bytes, most_side: int | None = None, *, is_part_enough: bool = False) -> Picture:
    """
    Reads a whole file; its longer side has at most `most_side` pixels then.

    Of an animation the first frame is read. `is_part_enough` takes a file that breaks off, with grey where
    something is missing: whoever can no longer have the whole one sees that at least. It may only be asked
    for where no other thread reads pictures. Raises `PictureRefused`.
    """
    try:
        return _read(data, most_side, is_whole=True)
    except PictureRefused as fault:
        if not is_part_enough or fault.code != "picture-damaged":
            raise
    with _taking_parts():
        return _read(data, most_side, is_whole=False)


def scaled(image: Image.Image, most_side: int) -> Image.Image:
    """The same picture with at most so many pixels on its longer side, and never larger than it is."""
    longer = max(image.size)
    if longer <= most_side:
        return image
    width, height = (max(1, round(side * most_side / longer)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def encode(image: Image.Image, quality: int = QUALITY) -> bytes:
    """As JPEG, with nothing in it but the picture. `image` is one of `read_picture` or `scaled`."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, comment=b"")  # else that of the file stays
    return out.getvalue()


def encode_within(
    image: Image.Image, most_bytes: int = THUMBNAIL_BYTES, most_side: int = THUMBNAIL_SIDE
) -> bytes:
    """
    As JPEG of at most so many bytes: as good as fits, and smaller where nothing fits.

    Raises `ValueError` where no picture has so few bytes (below about 700).
    """
    side = min(most_side, max(image.size))
    while side >= _NO_SCAN_COSTS_MORE or side == max(image.size):
        smaller = scaled(image, side)
        for quality in _LOWER_QUALITIES:
            if len(encoded := encode(smaller, quality)) <= most_bytes:
                return encoded
        side = int(side * _SMALLER)
    raise ValueError(f"no picture has only {most_bytes} bytes")


# --- reading -------------------------------------------------------------------------------------


def _read(data: bytes, most_side: int | None, *, is_whole: bool) -> Picture:
    if media_type(data[:HEAD_BYTES]) not in PICTURES:
        raise PictureRefused("this is no picture", code="not-a-picture")
    with _refusing(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in a file; what matters is refused
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = opened.size
        taken = read_taken(opened)
        if most_side:
            opened.draft(None, (most_side, most_side))  # a JPEG is decoded at an eighth, a quarter, a half
        image = _in_colours(opened)
        image = scaled(image, most_side) if most_side else image
        if taken.turn in _TURNS:
            image = image.transpose(_TURNS[taken.turn])
        return Picture(image, opened.format or "", width, height, taken, is_whole)


def _in_colours(opened: ImageFile.ImageFile) -> Image.Image:
    """As RGB, white where it was transparent."""
    opened.load()
    image: Image.Image = opened
    if image.mode.startswith("I"):  # grey of 16 bits
        image = image.point(lambda grey: grey * (1 / 257)).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    if image.mode not in ("RGBA", "LA"):
        image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


@contextmanager
def _refusing() -> Iterator[None]:
    """Pillow raises whatever its parsers trip over; here that is one of two refusals."""
    try:
        yield
    except (Image.DecompressionBombError, MemoryError):
        message = f"the picture has more than {MOST_PIXELS} pixels"
        raise PictureRefused(message, code="picture-too-large", most=MOST_PIXELS) from None
    except Exception as fault:
        raise PictureRefused("the picture is damaged", code="picture-damaged") from fault


@contextmanager
def _taking_parts() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
