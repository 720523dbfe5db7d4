"""
What is typed wrongly is told in the reader's language, and help stands under headings in both.

Broken on purpose: click's own words on Indonesian devices; its English headings; a text that is none, and a
member that is named twice, with the program's own English words for it.
"""

import os

import pytest

from tests.support.devices import VILLAGE, Fleet
from tests.support.terminal import Verilap

WRONG = [
    (["lost"], {"id": "Tidak ada perintah lost.", "en": "There is no command lost."}),
    (["show"], {"id": "'RECORD' belum diisi.", "en": "Missing: 'RECORD'."}),
    (["set", "--nope"], {"id": "Tidak ada pilihan --nope.", "en": "There is no option --nope."}),
    (["sync", "--retries"], {"id": "Pilihan --retries tidak", "en": "The option --retries takes"}),
    (["sync", "--retries", "0"], {"id": "yang dapat dipakai: 1–1000.", "en": "possible: 1–1000."}),
    (["--lang", "xx", "list"], {"id": "yang dapat dipakai: id | en.", "en": "possible: id | en."}),
    (["list", "a"], {"id": "kurang atau lebih.", "en": "too few or too many"}),
]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_what_is_typed_wrongly_is_told_in_the_readers_language(
    fleet: Fleet, verilap: Verilap, arguments: list[str], words: dict[str, str], language: str
) -> None:
    told = verilap(fleet.open(fleet.folder / "phone"), *arguments, language=language)
    assert (told.status, told.out) == (2, "")
    assert words[language] in told.err
    assert "[usage]" in told.err
    assert "Usage:" not in told.err


@pytest.mark.parametrize("arguments", [["--help"], ["set", "--help"], ["resolve", "-h"]])
def test_help_stands_under_headings_in_both_languages(
    fleet: Fleet, verilap: Verilap, arguments: list[str]
) -> None:
    told = verilap(fleet.open(fleet.folder / "phone"), *arguments)
    assert told.status == 0
    assert told.out.startswith("Pemakaian / usage: ")
    assert "Pilihan / options:" in told.out
    assert "Tampilkan petunjuk ini / show this message." in told.out
    assert "Options:" not in told.out
    assert "Show this message" not in told.out


@pytest.mark.parametrize(("language", "words"), [("id", "bukan teks UTF-8"), ("en", "no text in UTF-8")])
def test_an_answer_that_is_no_text_is_refused_in_words(
    fleet: Fleet, verilap: Verilap, language: str, words: str
) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    odd = os.fsdecode(b"q\xff")
    for told in (
        verilap(asha, "set", record, f"nama={odd}", language=language),
        verilap(asha, "new", "anak", "--village", VILLAGE, answers='{"nama": "q\\ud800"}', language=language),
    ):
        assert (told.status, told.out) == (2, "")
        assert told.err.endswith(f"{words}. [answer-text]\n")
    assert verilap(asha, "set", record, f"{odd}=a", language=language).status == 2
    assert len(asha.operations()) == 1


@pytest.mark.parametrize("option", ["--remove", "--restore"])
def test_a_member_that_is_named_twice_is_told_as_such(fleet: Fleet, verilap: Verilap, option: str) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"anggota/m_1/nama": "a"}).record
    if option == "--restore":
        asha.remove(record, "anggota/m_1")
    told = verilap(asha, "set", record, option, "anggota/m_1", option, "anggota/m_1")
    assert (told.status, told.err) == (2, "Jalur anggota/m_1 muncul dua kali. [path-twice]\n")
