"""QR codes as paths of an SVG that stands in the page itself: nothing is fetched from anywhere."""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import segno

QUIET: Final = 4
"""Empty modules around a code, as the standard (ISO/IEC 18004) asks for."""


@dataclass(frozen=True)
class QrCode:
    """A square of `size` × `size` modules with its margin; `path` draws the dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The code of a text, of which a seventh may be unreadable (level M)."""
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    drawn = []
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                drawn.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return QrCode(len(matrix) + 2 * QUIET, "".join(drawn))
