"""
Whatever bytes come as a picture: it is shown, or refused by one of three codes, and a small picture stays
small.

Broken on purpose, each seen here: an error of Pillow let through; an error in the notes of a camera let
through.
"""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from schemas.filetypes import PICTURES, media_type
from schemas.pictures import THUMBNAIL_BYTES, PictureRefused, encode_within, read_picture
from tests.support.photos import drawn, encoded, notes

CODES = {"not-a-picture", "picture-damaged", "picture-too-large"}
FEW_PIXELS = 200 * 200
"""Altered heads may speak of millions of pixels: what is tested here needs none of them."""


@cache
def samples() -> list[bytes]:
    image = drawn(48, 36)
    frames = [drawn(24, 24, seed) for seed in (1, 2, 3)]
    moving = [
        encoded(frames[0], kind, save_all=True, append_images=frames[1:]) for kind in ("GIF", "PNG", "WEBP")
    ]
    still = [
        encoded(image, exif=notes(turn=6), comment=b"catatan"),
        encoded(image, progressive=True, subsampling=0),
        encoded(image.convert("CMYK")),
        encoded(image, "MPO", save_all=True, append_images=[drawn(24, 24)]),
        encoded(image, "PNG", exif=notes()),
        encoded(image.convert("P"), "PNG", transparency=3),
        encoded(image.convert("LA"), "PNG"),
        encoded(image, "WEBP", exif=notes()),
        encoded(image.convert("RGBA"), "WEBP", lossless=True),
        encoded(image.convert("P"), "GIF", transparency=1),
    ]
    return [*still, *moving]


changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 3), st.binary(min_size=1, max_size=4)),
    min_size=1,
    max_size=6,
)


def altered(data: bytes, how: list[tuple[float, int, bytes]]) -> bytes:
    """Bytes put over others, put in, taken out, or the end cut off, most of it near the beginning."""
    out = bytearray(data)
    for place, what, said in how:
        at = int(place**2 * len(out))
        if what == 0:
            out[at : at + len(said)] = said
        elif what == 1:
            out[at:at] = said
        elif what == 2:
            del out[at : at + len(said)]
        elif place > 0.7:
            del out[at:]
    return bytes(out)


@given(data=st.data())
def test_altered_pictures_are_shown_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(samples()))
    told = _told(altered(whole, data.draw(changes)))
    assert told in CODES or told.startswith("shown")


@given(
    data=st.one_of(
        st.binary(max_size=400),
        st.builds(
            bytes.__add__,
            st.sampled_from(
                [b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF\x20\x00\x00\x00WEBPVP8 ", b"\x89PNG\r\n\x1a\n"]
            ),
            st.binary(max_size=200),
        ),
    )
)
def test_any_bytes_are_shown_or_refused(data: bytes) -> None:
    told = _told(data)
    assert told in CODES or told.startswith("shown")
    if told.startswith("shown"):
        assert media_type(data) in PICTURES


def _told(data: bytes) -> str:
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, FEW_PIXELS
    try:
        picture = read_picture(data, 30, is_part_enough=True)
    except PictureRefused as fault:
        return fault.code
    finally:
        Image.MAX_IMAGE_PIXELS = most
    assert max(picture.image.size) <= 30
    assert len(encode_within(picture.image)) <= THUMBNAIL_BYTES
    return f"shown {picture.format}"
