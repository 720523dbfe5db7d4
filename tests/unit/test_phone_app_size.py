"""The officers' app comes once over a thin line: a build that outgrows what was agreed fails here.

Broken on purpose: 300 KB of chance in a file of the app.
"""

from pathlib import Path

import pytest

import server

BUILT = Path(server.__file__).parent / "static" / "officer"
MOST = 850_000
"""Bytes of everything that a phone fetches to work without a line, as Brotli packs it."""


def travels(file: Path) -> int:
    packed = file.with_name(f"{file.name}.br")
    return min(one.stat().st_size for one in (file, packed) if one.exists())


def test_the_whole_app_is_as_small_as_agreed() -> None:
    files = [one for one in BUILT.rglob("*") if one.is_file() and one.suffix not in (".br", ".gz")]
    if not files:
        pytest.fail("the app is not built: run `make app`")
    sizes = {str(one.relative_to(BUILT)): travels(one) for one in files}
    largest = sorted(sizes.items(), key=lambda one: -one[1])[:5]
    assert sum(sizes.values()) <= MOST, largest
