"""How a text is kept under its XForm type: as the phone's engine reads it."""

import pytest

from domain.forms.binding import KEPT


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("int", "5.9", "5"),
        ("int", "-5.9", "-5"),
        ("int", "2147483648", ""),
        ("int", "x", ""),
        ("decimal", "5", "5.0"),
        ("decimal", "1e-7", "0.0000001"),
        ("decimal", "1e999", ""),
        ("date", "2026-02-28", "2026-02-28"),
        ("date", "2026-02-28T10:00", "2026-02-28"),
        ("date", "2026-02-28T10:00:00Z", ""),
        ("date", "2026-02-30", ""),
        ("time", "10:00:00.000+08:00", "10:00:00.000+08:00"),
        ("time", "10:00", ""),
        ("time", "25:00:00", ""),
        ("dateTime", "2026-02-28T10:00:00.000+08:00", "2026-02-28T10:00:00.000+08:00"),
        ("dateTime", "2026-02-28", ""),
        ("geopoint", "-0.4 117 0 5", "-0.4 117.0 0.0 5.0"),
        ("geopoint", "-0.4", ""),
        ("geopoint", "0 0 0 0", ""),
        ("geopoint", "91 0", ""),
        ("geotrace", "1 1; 1 2;", "1.0 1.0;1.0 2.0"),
        ("geotrace", "1 1; 1 1", ""),
        ("geoshape", "1 1;1 2;2 2;1 1", "1.0 1.0;1.0 2.0;2.0 2.0;1.0 1.0"),
        ("geoshape", "1 1;1 2;2 2", ""),
    ],
)
def test_a_text_is_kept_as_a_value_of_its_type(kind, text, kept):
    assert KEPT[kind](text) == kept


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("text", ["", " ", "x", "1" * 100_000, ";", ";;", "1 1;;1 2", "NaN", "\0"])
def test_no_text_breaks_a_type_and_what_is_kept_stays(kind, text):
    kept = KEPT[kind](text)
    assert KEPT[kind](kept) == kept
