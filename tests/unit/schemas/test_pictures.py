"""
Pictures are opened within limits, turned upright, made smaller, and written with nothing else in them.

Broken on purpose, each seen here: the comment of the file written again; no turning; a picture with
transparent places converted without a ground; grey of 16 bits converted as it is; no limit of pixels; a
picture that breaks off taken as whole; qualities that go up.
"""

import io
import zlib

import pytest
from PIL import Image

from schemas.pictures import (
    MOST_PIXELS,
    THUMBNAIL_BYTES,
    PictureRefused,
    encode,
    encode_within,
    read_picture,
    scaled,
)
from tests.support.photos import CAMERA, bomb, chunk, drawn, encoded, photo, segments

PICTURE_ONLY = {0xE0, 0xDB, 0xC0, 0xC4}
"""JFIF's own eighteen bytes, and what a picture is decoded by."""


def refused(data: bytes) -> str:
    with pytest.raises(PictureRefused) as caught:
        read_picture(data)
    return caught.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_of_each_format_is_read(kind: str) -> None:
    picture = read_picture(encoded(drawn(64, 48), kind))
    assert (picture.format, picture.width, picture.height, picture.image.size) == (kind, 64, 48, (64, 48))
    assert picture.image.mode == "RGB"
    assert picture.is_whole


def test_nothing_but_the_picture_is_written() -> None:
    data = photo(320, 240)
    assert CAMERA.encode() in data
    assert b"rahasia" in data
    picture = read_picture(data)
    for made in (encode(picture.image), encode(scaled(picture.image, 100)), encode_within(picture.image)):
        assert set(segments(made)) <= PICTURE_ONLY
        assert b"ahasia" not in made
        assert not Image.open(io.BytesIO(made)).getexif()


def test_a_comment_is_not_written_whoever_opened_the_picture() -> None:
    opened = Image.open(io.BytesIO(photo(64, 48)))
    opened.load()
    assert b"rahasia" in opened.info["comment"]
    assert set(segments(encode(opened))) <= PICTURE_ONLY


def test_a_profile_xmp_and_a_comment_of_any_format_go() -> None:
    profile, xmp = b"profil rahasia" * 20, b"<x:xmpmeta rahasia='1'/>"
    image = drawn(64, 48)
    for data in (
        encoded(image, icc_profile=profile, xmp=xmp, comment=b"rahasia"),
        encoded(image, "WEBP", icc_profile=profile, xmp=xmp),
        encoded(image, "GIF", comment=b"rahasia"),
        encoded(image, "PNG", icc_profile=profile),
    ):
        made = encode(read_picture(data).image)
        assert set(segments(made)) <= PICTURE_ONLY
        assert b"rahasia" not in made


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stands_upright_however_the_camera_was_held(turn: int) -> None:
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste("red", (0, 0, 30, 20))  # at the left above
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turn]
    lying = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[0x0112] = turn
    for most in (None, 30):
        image = read_picture(encoded(lying, quality=95, exif=exif), most).image
        width, height = image.size
        assert width > height
        assert image.getpixel((width // 4, height // 4))[1] < 60  # type: ignore[index]
        assert image.getpixel((3 * width // 4, height // 4))[1] > 200  # type: ignore[index]


def test_odd_orientations_turn_nothing() -> None:
    for odd in (0, 9, 65535):
        exif = Image.Exif()
        exif[0x0112] = odd
        assert read_picture(encoded(drawn(64, 48), exif=exif)).image.size == (64, 48)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "RGBA", "I;16"])
def test_every_way_to_keep_colours_becomes_the_same(mode: str) -> None:
    kind = {"CMYK": "JPEG"}.get(mode, "PNG")
    grey = Image.new("L", (16, 16), 255)
    image = Image.new("I;16", (16, 16), 65535) if mode == "I;16" else grey.convert("RGB").convert(mode)
    read = read_picture(encoded(image, kind)).image
    assert read.mode == "RGB"
    assert min(read.getpixel((8, 8))) > 250  # type: ignore[arg-type]


def test_half_grey_of_16_bits_is_half_grey() -> None:
    image = Image.new("I;16", (4, 4), 32768)
    assert read_picture(encoded(image, "PNG")).image.getpixel((0, 0)) == (127, 127, 127)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_transparent_places_are_white(kind: str) -> None:
    image = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 8, 16))
    read = read_picture(encoded(image, kind, **({"lossless": True} if kind == "WEBP" else {}))).image
    assert read.getpixel((12, 8)) == (255, 255, 255)
    assert read.getpixel((4, 8)) == (200, 0, 0)


def test_an_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue", "lime")]
    for kind in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        red, green, blue = read_picture(data).image.getpixel((8, 8))  # type: ignore[misc]
        assert red > 240, kind
        assert max(green, blue) < 15, kind


def test_a_photo_with_a_second_picture_in_it_is_read() -> None:
    data = encoded(drawn(64, 48), "MPO", save_all=True, append_images=[drawn(32, 24)])
    assert read_picture(data).image.size == (64, 48)


def test_what_is_larger_is_scaled_and_what_is_not_is_left() -> None:
    data = encoded(drawn(300, 200))
    assert read_picture(data, 150).image.size == (150, 100)
    assert read_picture(data, 1000).image.size == (300, 200)
    assert read_picture(encoded(Image.new("L", (2000, 1)), "PNG"), 100).image.size == (100, 1)


def test_a_small_picture_fits_whatever_it_shows() -> None:
    noise = Image.frombytes("RGB", (240, 240), Image.effect_noise((720, 240), 120).tobytes())
    for image in (noise, drawn(1280, 960), Image.new("RGB", (1, 1)), Image.new("RGB", (4000, 3), "red")):
        made = encode_within(image)
        assert len(made) <= THUMBNAIL_BYTES
        assert max(Image.open(io.BytesIO(made)).size) <= 240
    assert len(encode_within(noise, 900)) <= 900
    with pytest.raises(ValueError, match="100 bytes"):
        encode_within(noise, 100)


def test_a_small_picture_is_as_good_as_fits() -> None:
    image = Image.new("RGB", (240, 180), "red")
    assert encode_within(image) == encode(image, 75)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"%PDF-1.7",
        b"BM" + bytes(60),
    ],
    ids=["empty", "nul", "svg", "pdf", "bmp"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data) == "not-a-picture"


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO", "JPEG2000", "AVIF", "TGA", "PCX"])
def test_other_formats_are_no_pictures(kind: str) -> None:
    assert refused(encoded(drawn(32, 32), kind)) == "not-a-picture"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_that_breaks_off_is_damaged(kind: str) -> None:
    data = encoded(drawn(200, 150), kind)
    assert refused(data[: len(data) * 2 // 3]) == "picture-damaged"


def test_whatever_a_reader_trips_over_is_damage() -> None:
    """Pillow reads these with errors of three kinds."""
    whole = encoded(drawn(64, 48), "PNG")
    text_bomb = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(80_000_000)))
    assert refused(whole[:33] + text_bomb + whole[33:]) == "picture-damaged"
    assert refused(whole[:37] + b"\x00\x00\x00\x00" + whole[41:]) == "picture-damaged"
    assert refused(whole[:8] + whole[33:]) == "picture-damaged"


def test_a_photo_that_breaks_off_shows_what_is_there_to_whoever_asks() -> None:
    image = Image.new("RGB", (200, 150), "red")
    image.paste(drawn(200, 75), (0, 75))
    data = encoded(image, quality=95)
    picture = read_picture(data[: len(data) * 2 // 3], 100, is_part_enough=True)
    assert not picture.is_whole
    assert picture.image.getpixel((50, 5))[0] > 200  # type: ignore[index]
    assert read_picture(data, is_part_enough=True).is_whole
    assert refused(data[: len(data) * 2 // 3]) == "picture-damaged"  # and the next one is asked for whole


def test_a_picture_whose_head_breaks_off_is_refused_by_everybody() -> None:
    for length in (3, 10, 30):
        with pytest.raises(PictureRefused):
            read_picture(photo(64, 48)[:length], is_part_enough=True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_too_many_pixels_are_refused_by_the_head_of_the_file(kind: str) -> None:
    """None of these files has the pixels that it speaks of: a reader that decodes first finds it damaged."""
    data = bytearray(encoded(Image.new("RGB", (16, 16)), kind))
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = (20_000).to_bytes(2, "big") * 2
    elif kind == "PNG":
        data[:] = bomb(20_000, 20_000)[:60]
    elif kind == "WEBP":
        at = data.index(b"\x9d\x01\x2a") + 3
        data[at : at + 4] = (16_000).to_bytes(2, "little") * 2
    else:
        data[6:10] = (20_000).to_bytes(2, "little") * 2
    assert refused(bytes(data)) == "picture-too-large"


def test_a_bomb_takes_neither_time_nor_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bomb(20_000, 20_000)
    assert len(data) < 100_000
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load_prepare", lambda self: pytest.fail("memory is taken"))
    assert refused(data) == "picture-too-large"


def test_a_picture_for_which_there_is_no_memory_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(self: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load_prepare", no_memory)
    assert refused(photo(64, 48)) == "picture-too-large"


def test_the_limit_is_where_it_is_said_to_be() -> None:
    assert refused(bomb(MOST_PIXELS // 5_000, 5_001)) == "picture-too-large"
    assert read_picture(bomb(MOST_PIXELS // 5_000, 5_000), 100).image.size == (100, 50)
