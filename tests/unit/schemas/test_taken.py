"""
When and where a photo was taken is read where its camera noted it clearly, and else is not there.

Broken on purpose, each seen here: north where no hemisphere is noted; a fraction with nothing below it as 0;
no limit of degrees; 0 0 as a place; a time by pattern alone; an offset of any kind.
"""

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from domain.forms.values import is_geopoint
from schemas.pictures import read_picture
from schemas.taken import Taken, read_taken
from tests.support.photos import PLACE, TIME, drawn, encoded, fraction, notes


def taken(place: dict[int, object] | None = None, **more: object) -> Taken:
    data = encoded(drawn(16, 16), exif=notes(place, **more))  # type: ignore[arg-type]
    return read_taken(Image.open(io.BytesIO(data)))


def placed(**changed: object) -> str:
    tags = {"south": 1, "latitude": 2, "east": 3, "longitude": 4, "below": 5, "altitude": 6}
    place: dict[int, object] = {**PLACE, **{tags[name]: value for name, value in changed.items()}}
    return taken({tag: value for tag, value in place.items() if value is not None}).position


def test_what_a_camera_noted_is_read() -> None:
    assert taken() == Taken("2026-03-01T10:22:33+08:00", "-0.502500 117.145000 12.0")
    assert is_geopoint(taken().position)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_read_from_every_format_that_has_it(kind: str) -> None:
    data = encoded(drawn(16, 16), kind, exif=notes())
    assert read_picture(data, 8).taken == Taken("2026-03-01T10:22:33+08:00", "-0.502500 117.145000 12.0")


def test_hemispheres_and_altitudes_are_as_noted() -> None:
    assert placed(south="N", east="W") == "0.502500 -117.145000 12.0"
    assert placed(south="s\x00") == "-0.502500 117.145000 12.0"
    assert placed(below=b"\x01") == "-0.502500 117.145000 -12.0"
    assert placed(altitude=None) == "-0.502500 117.145000"
    assert placed(latitude=(0.0, 0.0, 0.0)) == "0.000000 117.145000 12.0"
    assert placed(latitude=(fraction(1, 1), fraction(3015, 100), fraction(0, 1))).startswith("-1.502500 ")


@pytest.mark.parametrize(
    "odd",
    [
        {"south": None},
        {"east": None},
        {"south": "X"},
        {"south": ""},
        {"latitude": None},
        {"longitude": None},
        {"latitude": (1.0,)},
        {"latitude": (1.0, 2.0)},
        {"latitude": 1.5},
        {"latitude": (fraction(0, 0), 30.0, 9.0)},
        {"latitude": (0.0, 30.0, fraction(9, 0))},
        {"latitude": (0.0, 60.0, 0.0)},
        {"latitude": (0.0, 0.0, 61.0)},
        {"latitude": (90.0, 0.0, 1.0)},
        {"longitude": (180.0, 0.0, 1.0)},
        {"latitude": (0.0, 0.0, 0.0), "longitude": (0.0, 0.0, 0.0)},
    ],
    ids=str,
)
def test_a_place_that_is_not_clear_is_none(odd: dict[str, object]) -> None:
    assert placed(**odd) == ""


@pytest.mark.parametrize("odd", [fraction(1, 0), fraction(0, 0), 9_001.0], ids=str)
def test_an_altitude_that_is_not_clear_leaves_the_place(odd: object) -> None:
    assert placed(altitude=odd) == "-0.502500 117.145000"


@pytest.mark.parametrize(
    "odd",
    [
        "0000:00:00 00:00:00",
        "2026:02:31 10:00:00",
        "2026-03-01",
        "",
        "  ",
        "2026:03:01 25:00:00",
        "\x00" * 19,
    ],
)
def test_a_time_that_is_none_is_not_there(odd: str) -> None:
    assert taken(time=odd).time == ""


@pytest.mark.parametrize("odd", ["", "Z", "+8", "+15:00", "+08:60", "WITA", "+08:00:00"])
def test_an_offset_that_is_none_leaves_the_time_of_the_place(odd: str) -> None:
    assert taken(offset=odd).time == "2026-03-01T10:22:33"


def test_text_where_a_number_belongs_is_none() -> None:
    """Written by hand: no camera's library writes such notes."""
    whole = encoded(drawn(16, 16), exif=notes())
    latitude = b"\x00\x02\x00\x05\x00\x00\x00\x03"
    assert read_picture(whole).taken.position
    for kind in (b"\x00\x02", b"\x00\x07", b"\x00\x01", b"\x00\xff"):
        odd = whole.replace(latitude, latitude[:2] + kind + latitude[4:])
        assert odd != whole
        assert read_picture(odd).taken.position == ""


def test_damaged_notes_are_none_and_the_picture_is_shown() -> None:
    whole = encoded(drawn(16, 16), exif=notes())
    at = whole.index(b"Exif\x00\x00") + 6
    for length in (0, 4, 8, 12, 40, 100):
        damaged = whole[: at + length] + b"\xff" * 60 + whole[at + length + 60 :]
        picture = read_picture(damaged)
        assert picture.image.size == (16, 16)
        assert picture.taken.position in ("", "-0.502500 117.145000 12.0", "-0.502500 117.145000")


def test_notes_that_no_reader_understands_are_none() -> None:
    """Pillow takes EXIF in PNG also as text, and trips over what is none."""
    text = PngInfo()
    text.add_text("Raw profile type exif", "\nexif\n 8\nbukan angka")
    picture = read_picture(encoded(drawn(16, 16), "PNG", pnginfo=text))
    assert picture.taken == Taken()
    assert picture.image.size == (16, 16)


def test_notes_of_another_kind_are_none() -> None:
    exif = Image.Exif()
    exif[0x9003] = TIME  # not where it belongs
    assert read_taken(Image.open(io.BytesIO(encoded(drawn(16, 16), exif=exif)))) == Taken()
    assert read_taken(Image.open(io.BytesIO(encoded(drawn(16, 16), "GIF")))) == Taken()
