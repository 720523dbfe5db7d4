"""
Invented evidence, drawn by code: houses, rooms, goods, signatures. Nobody lives there and nobody signed.

A camera's notes (when and where) are put into a photo as a phone does it, so that a device has something to
read and to leave out.
"""

import io
from datetime import datetime
from random import Random
from typing import Final

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 900
QUALITY: Final = 82
SKY, WATER, WOOD, DARK = "#a9cfe6", "#7d8f6a", "#8a6a45", "#3b2f25"
EXIF_TIME: Final = "%Y:%m:%d %H:%M:%S"
IFD_EXIF, IFD_GPS = 0x8769, 0x8825
TAKEN, OFFSET = 0x9003, 0x9011
MINUTE, SECOND = 60, 3600
WITA: Final = "+08:00"


def house(walls: str, roof: str, *, has_steps: bool = True) -> Image.Image:
    """A house on piles at the water, from the front."""
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 640, WIDTH, HEIGHT), fill=WATER)
    for x in range(300, 940, 120):
        draw.rectangle((x, 600, x + 22, 780), fill=DARK)
    draw.rectangle((260, 330, 940, 620), fill=walls)
    for y in range(350, 620, 34):
        draw.line((260, y, 940, y), fill=DARK, width=2)
    draw.polygon(((210, 340), (600, 130), (990, 340)), fill=roof)
    draw.rectangle((540, 420, 660, 620), fill=DARK)
    for x in (340, 740):
        draw.rectangle((x, 420, x + 120, 520), fill="#dfe8ea", outline=DARK, width=8)
    if has_steps:
        for step in range(5):
            draw.rectangle((550, 620 + step * 30, 650, 634 + step * 30), fill=WOOD)
    return image


def room(walls: str) -> Image.Image:
    """A room with a mat and a lamp."""
    image = Image.new("RGB", (WIDTH, HEIGHT), walls)
    draw = ImageDraw.Draw(image)
    draw.polygon(((0, HEIGHT), (260, 560), (940, 560), (WIDTH, HEIGHT)), fill=WOOD)
    draw.polygon(((330, 800), (430, 640), (800, 640), (900, 800)), fill="#b0503c")
    draw.rectangle((500, 230, 720, 400), fill="#dfe8ea", outline=DARK, width=10)
    draw.line((600, 0, 600, 110), fill=DARK, width=6)
    draw.ellipse((570, 100, 630, 160), fill="#f6e7a0")
    return image


def goods(colour: str) -> Image.Image:
    """What was handed over, on a table: boxes and a sack, no face."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#d8d2c4")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 620, WIDTH, HEIGHT), fill=WOOD)
    draw.rectangle((240, 380, 520, 660), fill=colour, outline=DARK, width=8)
    draw.rectangle((560, 450, 800, 660), fill="#c79a5b", outline=DARK, width=8)
    draw.ellipse((820, 360, 1040, 680), fill="#efe9dd", outline=DARK, width=8)
    return image


def signature(seed: int) -> Image.Image:
    """A scrawl on white."""
    chance = Random(seed)
    image = Image.new("RGB", (600, 240), "white")
    points = [(40 + step * 22, 120 + chance.randint(-70, 70)) for step in range(24)]
    ImageDraw.Draw(image).line(points, fill="#1b2a6b", width=6, joint="curve")
    return image


def photo(
    image: Image.Image, taken: datetime | None = None, place: tuple[float, float] | None = None
) -> bytes:
    """The JPEG file of a picture, with moment and place (latitude, longitude) as a camera notes them."""
    exif = Image.Exif()
    if taken:
        exif.get_ifd(IFD_EXIF).update({TAKEN: taken.strftime(EXIF_TIME), OFFSET: WITA})
    if place:
        latitude, longitude = place
        exif.get_ifd(IFD_GPS).update(
            {
                1: "S" if latitude < 0 else "N",
                2: _degrees(latitude),
                3: "W" if longitude < 0 else "E",
                4: _degrees(longitude),
            }
        )
    written = io.BytesIO()
    image.save(written, "JPEG", quality=QUALITY, exif=exif)
    return written.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds."""
    seconds = abs(value) * SECOND
    return float(int(seconds // SECOND)), float(int(seconds % SECOND // MINUTE)), round(seconds % MINUTE, 4)
