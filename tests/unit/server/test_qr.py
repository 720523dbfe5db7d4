"""A QR code is drawn as the standard's own picture of it: every dark module, no other."""

import re

import segno

from server.web.qr import qr_code

QUIET = 4
"""As the standard has it."""


def test_the_path_draws_each_dark_module_once_and_leaves_a_margin() -> None:
    """Broken on purpose: the margin left out; runs drawn one module too long."""
    text = "https://verilap.example.go.id/#K7QM2-RTX9H"
    drawn = qr_code(text)
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    dark = {(x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, one in enumerate(row) if one}
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawn.path)
    modules = [(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))]
    assert (set(modules), len(modules)) == (dark, len(dark))
    assert drawn.size == len(matrix) + 2 * QUIET
