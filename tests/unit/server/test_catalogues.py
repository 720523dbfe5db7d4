"""What people read: complete in both languages, and never a message's key."""

import re
from pathlib import Path

import pytest

from server import catalogues
from server.catalogues import LANGUAGES, catalogue_file, find_faults, read_catalogue
from server.texts import catalogue


def test_every_message_has_both_languages_and_none_is_doubtful_or_left_over():
    """Seen to fail with a new message in a template, and with a `#, fuzzy` line in a catalogue."""
    assert find_faults() == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('msgid "Queue"\nmsgstr "Antrean"', 'msgid "Queue"\nmsgstr ""', "id: not translated: Queue"),
        ('msgid "Queue"\n', '#, fuzzy\nmsgid "Queue"\n', "id: not translated: Queue"),
        ('msgid "Queue"\n', 'msgid "Row"\n', "id: missing: Queue"),
        ('msgid "Queue"\n', 'msgid "Row"\n', "id: not used any more: Row"),
        ('"kemarin %(time)s"', '"kemarin %(tme)s"', "id: other placeholders: yesterday %(time)s"),
    ],
)
def test_a_fault_in_a_catalogue_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, fault: str
):
    for language in LANGUAGES:
        text = catalogue_file(language).read_text(encoding="utf-8")
        file = tmp_path / language / "LC_MESSAGES" / "messages.po"
        file.parent.mkdir(parents=True)
        assert language != "id" or before in text
        file.write_text(text.replace(before, after) if language == "id" else text, encoding="utf-8")
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    assert fault in find_faults()


def test_no_compiled_file_is_needed_that_somebody_could_forget():
    assert not list(catalogues.FOLDER.rglob("*.mo"))
    assert read_catalogue("id").get("Queue").string == "Antrean"


WORDS = {
    "catatan": "remark",
    "kembalikan": "return",
    "tolak": "reject",
    "pulihkan": "brought back",
    "konflik": "conflict",
    "masukkan": "left out|leave it out|left it out|taken in|take it in|taking it in|take a list in",
    "perbedaan": "difference",
}
"""An Indonesian word for one thing only, and the English ones that it stands for."""


@pytest.mark.parametrize("word", WORDS)
def test_one_word_stands_for_one_thing(word: str) -> None:
    """Broken on purpose: a member that was taken back was *dikembalikan*, like a returned form."""
    english = {str(one.id): one.id for one in read_catalogue("en") if one.id}
    for message in read_catalogue("id"):
        told = message.string if isinstance(message.string, str) else " ".join(message.string or ())
        meant = english.get(str(message.id), "")
        meant = meant if isinstance(meant, str) else " ".join(meant)
        if word in told.lower():
            assert re.search(WORDS[word], meant.lower()), (told, meant)
    if word == "catatan":
        assert word not in " ".join(catalogue("id").values()).lower()
