"""
Everything that a person reads in the four forms is there in Indonesian and in English.

Broken on purpose to see these fail: a message without English, a name in Indonesian in the English column,
*Yes* in the Indonesian one.
"""

import re
from collections.abc import Iterator

import pytest

from domain.forms.problems import MESSAGES
from forms.build import FORM_IDS, SHEETS
from tests.support.forms import compiled, definition
from tests.unit.test_forms_build import table

every_form = pytest.mark.parametrize("form_id", FORM_IDS)
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|was|not|no|yes|with|without|or|child|children|family|name|number|date|others?|none|unknown"
    r"|house|aid|school|health|mother|father|from|for|than|must|enter|choose|why|how|which|who|where|found|moved"
    r"|refused|deceased|good|poor|full|part)\b",
    re.IGNORECASE,
)
INDONESIAN = re.compile(
    r"\b(yang|dan|atau|tidak|anak|keluarga|nama|nomor|tanggal|dengan|dari|untuk|lainnya|apakah|siapa|berapa|mengapa"
    r"|ibu|ayah|sekolah|rumah|harus|isi|pilih|ada|belum|sudah|bantuan|jenis|keadaan)\b",
    re.IGNORECASE,
)
PROPER = {"Sekolah Rakyat boarding school"}
"""Names of programmes, which English keeps."""
SAME = re.compile(r"[A-Z][A-Z/-]*\d*|Sembako/BPNT|Diabetes|Stroke|kg|.*\d.*")


def texts(form_id) -> Iterator[tuple[str, str, str]]:
    """What the form shows, by place: Indonesian and English. What is empty in both is no text."""
    form = definition(form_id)
    found = [(f"{one.path} label", one.label) for one in form.fields if one.type != "calculate"]
    found += [(f"{one.path} hint", one.hint) for one in form.fields]
    found += [(f"{one.path} limit", one.logic.constraint_message) for one in form.fields]
    found += [(f"{one.path} required", one.logic.required_message) for one in form.fields]
    found += [(path, label) for path, label in (*form.groups.items(), *form.repeats.items())]
    for name, listed in form.choices.items():
        if name not in ("desa", "kecamatan"):
            found += [(f"{name}:{one.name}", one.label) for one in listed.values()]
    found.append(("title", form.title))
    for place, text in found:
        if text:
            yield place, text.get("id", ""), text.get("en", "")


def spoken(text):
    """The words alone: names of questions within are none."""
    return re.sub(r"\$\{\w+\}", "", text)


@every_form
def test_every_text_is_there_in_both_languages_and_none_is_blank(form_id):
    assert [place for place, *both in texts(form_id) if not all(one.strip() for one in both)] == []


@every_form
def test_every_limit_says_in_both_languages_what_is_expected(form_id):
    limited = [one for one in definition(form_id).fields if one.logic.constraint]
    assert [one.path for one in limited if set(one.logic.constraint_message) != {"id", "en"}] == []


@every_form
def test_no_english_is_left_in_the_indonesian_texts(form_id):
    assert [(place, text) for place, text, _ in texts(form_id) if ENGLISH.search(spoken(text))] == []


@every_form
def test_no_indonesian_is_left_in_the_english_texts(form_id):
    left = [(place, text) for place, _, text in texts(form_id) if INDONESIAN.search(spoken(text))]
    assert [one for one in left if one[1] not in PROPER] == []


@every_form
def test_only_names_and_units_read_the_same_in_both_languages(form_id):
    assert [text for _, text, english in texts(form_id) if text == english and not SAME.fullmatch(text)] == []


@every_form
def test_every_column_of_words_in_the_sheets_has_both_languages(form_id):
    """Also of rows that nobody sees: reviewers read them."""
    for name in ("survey", "choices"):
        for row in table(SHEETS / f"{form_id}.{name}.csv"):
            for column in (one for one in row if one.endswith("::English (en)")):
                ours = row[column.replace("::English (en)", "::Bahasa Indonesia (id)")]
                assert bool(ours) == bool(row[column]), (row["name"], column)


@every_form
def test_a_title_is_there_in_both_languages(form_id):
    assert set(compiled(form_id).title) == {"id", "en"}


@pytest.mark.parametrize("code", MESSAGES)
def test_what_the_forms_do_not_say_themselves_is_said_in_both_languages(code):
    assert all(MESSAGES[code].get(language) for language in ("id", "en"))
