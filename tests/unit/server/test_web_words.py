"""Words of the pages that need no request."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.filetypes import ENDINGS, UNKNOWN
from server.web.answers import anchor_of
from server.web.file_words import file_type_words, metres_words, size_words
from server.web.wording import MALFORMED, SHOWN_AT_ONCE, VERDICTS, day_in_words, tame
from tests.support.documents import documented_verdicts


@given(st.text(max_size=3 * SHOWN_AT_ONCE))
def test_a_tamed_text_fits_a_page_and_loses_no_character(text: str):
    told = tame(text)
    whole = told.start + told.rest
    assert len(whole) == len(text)
    assert all(character >= " " or character in "\n\t" for character in whole)
    whole.encode()


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        ("2015-02-28", "id", "28 Februari 2015"),
        ("2015-02-28", "en", "28 February 2015"),
        ("2015-02-31", "id", "2015-02-31"),
        ("10000-01-01", "id", "10000-01-01"),
        ("kemarin", "id", "kemarin"),
        ("", "id", ""),
    ],
)
def test_a_day_is_told_in_words_and_what_is_none_as_it_came(day: str, language: str, words: str):
    assert day_in_words(day, language) == words


@pytest.mark.parametrize(
    ("size", "words"), [(None, ""), (0, "0 KB"), (1, "1 KB"), (217_000, "212 KB"), (1_500_000, "1,4 MB")]
)
def test_a_size_is_told_in_short(size: int | None, words: str):
    assert size_words(size, "id") == words


def test_a_distance_is_told_in_short():
    assert [metres_words(one, "id") for one in (0, 999, 1000, 1234)] == ["0 m", "999 m", "1 km", "1,2 km"]
    assert metres_words(1234, "en") == "1.2 km"


@given(st.text(max_size=60))
def test_the_address_of_a_question_has_only_plain_characters(path: str):
    assert anchor_of(path).isascii()
    assert not set(anchor_of(path)) & set(" \"'<>&#%/")


def test_the_offices_time_zone_is_known_on_a_machine_without_any() -> None:
    """Slim systems have no tzdata of their own. Seen to fail without the package `tzdata`."""
    code = "from server.web.wording import ZONE; print(ZONE)"
    environ = {**os.environ, "PYTHONTZPATH": ""}
    told = subprocess.check_output([sys.executable, "-c", code], env=environ, text=True)
    assert told.strip() == "Asia/Makassar"


@pytest.mark.parametrize("code", sorted({code for _, code in documented_verdicts()}))
def test_the_office_is_told_every_verdict_in_words(code: str) -> None:
    """Missing once: `restricted-in-open`, which stood on the page as it is here."""
    assert code in VERDICTS or (code.startswith("malformed") and MALFORMED)


@pytest.mark.parametrize("media_type", sorted({*ENDINGS, UNKNOWN}))
def test_what_kind_of_file_it_is_is_told_in_words(media_type: str):
    """Broken on purpose: `application/octet-stream` on a supervisor's page."""
    assert "/" not in file_type_words(media_type)
