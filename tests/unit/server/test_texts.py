"""The command's catalogues say the same things in both languages."""

import re
import string
from pathlib import Path

import pytest

from server.texts import LANGUAGES, catalogue, language_of, sentence, sentence_of_error

ROOT = Path(__file__).parents[3]


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_every_sentence_with_the_same_facts() -> None:
    english, indonesian = catalogue("en"), catalogue("id")
    assert english.keys() == indonesian.keys()
    for key, template in english.items():
        assert names_in(template) == names_in(indonesian[key]), key
        assert template.strip(), key


def test_every_sentence_is_used_and_every_used_one_is_there() -> None:
    folders = (ROOT / "server", ROOT / "schemas", ROOT / "domain")
    sources = [path.read_text() for folder in folders for path in folder.rglob("*.py")]
    said = {key for text in sources for key in re.findall(r'(?:say|warn|sentence)\(\s*"([a-z-]+)"', text)}
    checked = {key for text in sources for key in re.findall(r'"(check-[a-z-]+)"', text)}
    known = catalogue("en").keys()
    assert said <= known
    assert checked <= known
    of_the_file = set(re.findall(r'"(areas-[a-z-]+)"', (ROOT / "server/services/load_areas.py").read_text()))
    assert {f"error-{code}" for code in of_the_file} <= known
    spoken_of = "\n".join([*sources, *(path.read_text() for path in (ROOT / "server").rglob("*.html"))])
    unused = {key for key in known if f'"{key.removeprefix("error-")}"' not in spoken_of}
    assert unused == set()


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "id"),
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "C.UTF-8"}, "id"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "id_ID", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_ALL": "", "LC_MESSAGES": "id"}, "id"),
    ],
)
def test_the_language_follows_the_locale(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language
    assert language in LANGUAGES


def test_an_error_without_a_sentence_of_its_own_says_its_message_and_code() -> None:
    assert sentence_of_error("odd", "something {odd}", {}) == "something {odd} (odd)"


@pytest.mark.parametrize(
    ("records", "count", "expected"),
    [
        (1, 1, "Checked 1 record and 2 operations: 1 difference."),
        (0, 2, "Checked 0 records and 2 operations: 2 differences."),
    ],
)
def test_english_nouns_go_with_their_numbers(
    records: int, count: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: `1 records`, as it was."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert sentence("check-different", records=records, operations=2, count=count) == expected
