"""Photos to measure with: invented, the same for the same number everywhere, of about 300 KB on a device."""

import io
from random import Random
from typing import Final

from PIL import Image

SIZE: Final = (1600, 1200)
"""Pixels: what a device keeps of a photo, so that it is not scaled."""
COARSE, FINE = (40, 30), (800, 600)
GRAIN: Final = 0.13
"""How much of the picture is noise: of it a JPEG's size depends."""


def photo(number: int) -> bytes:
    """A JPEG of some 550 KB, which a device writes anew in 295 to 305 KB."""
    chance = Random(number)
    layers = [
        Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3)) for size in (COARSE, FINE)
    ]
    coarse, fine = (one.resize(SIZE, Image.Resampling.BICUBIC) for one in layers)
    written = io.BytesIO()
    Image.blend(coarse, fine, GRAIN).save(written, "JPEG", quality=92)
    return written.getvalue()
