"""The style sheet: readable for weak eyes on bad screens."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[3] / "server/static/office.css").read_text(encoding="utf-8")
LIGHT, DARK = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)[:2]
TEXT = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""
SHAPE = 3.0
"""The least contrast of borders of controls and of the focus (1.4.11)."""
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "muted", "accent") for ground in ("paper", "surface", "raised")),
    *(
        (state, f"{state}-soft", TEXT)
        for state in ("pending", "approved", "returned", "rejected", "stale", "danger")
    ),
    *((state, "surface", TEXT) for state in ("pending", "returned", "stale", "danger")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("accent-strong", "accent-soft", TEXT),
    ("ink", "line", TEXT),
    ("strong-line", "surface", SHAPE),
    *(("focus", ground, SHAPE) for ground in ("paper", "surface", "accent-soft")),
]


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """The relative luminance of WCAG."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("block", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("one", "other", "least"), PAIRS)
def test_colours_that_meet_can_be_told_apart(block: str, one: str, other: str, least: float):
    """Seen to fail with `--muted: #8a9893`."""
    palette = colours(block)
    brighter, darker = sorted((luminance(palette[one]), luminance(palette[other])), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= least


def test_both_palettes_have_the_same_colours():
    assert colours(LIGHT).keys() == colours(DARK).keys()
