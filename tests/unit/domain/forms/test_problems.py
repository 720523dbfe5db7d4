"""What is plainly wrong with an answer, in words that give nothing away."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forms import problems as rules
from domain.forms.problems import MESSAGES
from domain.operations import RESTRICTED
from tests.support.forms import context, definition
from tests.support.instances import FILE
from tests.support.small_forms import form, question

# By type alone: no rule of these forms stands in the way.
CHILD = replace(definition("verifikasi_anak"), format=1)
FAMILY = replace(definition("verifikasi_keluarga"), format=1)
CODES = {
    "g_anak/tgl_lahir": "not-a-date",
    "g_anak/umur_perkiraan": "not-an-integer",
    "g_sehat/berat_kg": "not-a-number",
    "g_wilayah/lokasi": "not-a-geopoint",
    "g_anak/jenis_kelamin": "choice-unknown",
    "g_sehat/hambatan": "choice-unknown",
}
RIGHT = [
    ("g_anak/tgl_lahir", "2016-02-29"),
    ("g_anak/tgl_lahir", "2099-12-31"),
    ("g_anak/umur_perkiraan", "-12"),
    ("g_sehat/berat_kg", "12.5"),
    ("g_sehat/berat_kg", "1e-7"),
    ("g_wilayah/lokasi", "-0.43 116.98"),
    ("g_wilayah/lokasi", "-0.43 116.98 12.0 0"),
    ("g_anak/jenis_kelamin", "1"),
    ("g_sehat/hambatan", "1 3"),
    ("g_wilayah/desa", "64.02.01.2001"),
    ("g_anak/nama_anak", "<img onerror=alert(1)>"),
    ("anggota/m_1/a_nama", "x"),
]
WRONG = [
    ("g_anak/tgl_lahir", "2026-02-31"),
    ("g_anak/tgl_lahir", "10000-01-01"),
    ("g_anak/tgl_lahir", "0000-01-01"),
    ("g_anak/tgl_lahir", "20260131"),
    ("g_anak/tgl_lahir", "2026-W01-1"),
    ("g_anak/tgl_lahir", "２０２６-01-01"),
    ("g_anak/umur_perkiraan", "1.5"),
    ("g_anak/umur_perkiraan", "9" * 400),
    ("g_anak/umur_perkiraan", "١٢"),
    ("g_anak/umur_perkiraan", " "),
    ("g_sehat/berat_kg", "NaN"),
    ("g_sehat/berat_kg", "inf"),
    ("g_sehat/berat_kg", "12,5"),
    ("g_wilayah/lokasi", "91 116 0 5"),
    ("g_wilayah/lokasi", "-0.4 181 0 5"),
    ("g_wilayah/lokasi", "-0.4 116 0 -1"),
    ("g_wilayah/lokasi", "-0.4"),
    ("g_wilayah/lokasi", "1 2 3 4 5"),
    ("g_anak/jenis_kelamin", "3"),
    ("g_anak/jenis_kelamin", "1 2"),
    ("g_sehat/hambatan", "1 77"),
]


def find_problems(form, answers):
    return rules.find_problems(form, answers, context())


def codes(form, **answers):
    return [problem.code for problem in find_problems(form, answers)]


@pytest.mark.parametrize(("path", "value"), RIGHT)
def test_an_ordinary_answer_has_no_problem(path, value):
    form = FAMILY if path.startswith("anggota") else CHILD
    assert find_problems(form, {path: value}) == []


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_an_answer_of_another_type_is_told(path, value):
    (problem,) = find_problems(CHILD, {path: value})
    assert (problem.code, problem.path) == (CODES[path], path)


def test_a_question_that_the_form_does_not_have_is_told():
    assert codes(CHILD, lama="1") == ["unknown-question"]
    assert [p.code for p in find_problems(FAMILY, {"anggota/m_1/lama": "1"})] == ["unknown-question"]


def test_cleared_answers_registers_and_markers_are_no_problems():
    quiet = {"g_anak/tgl_lahir": "", "$village": "x", "g_lindung/bahaya_segera": RESTRICTED}
    assert find_problems(CHILD, quiet) == []


def test_each_unknown_choice_is_told_once():
    problems = find_problems(CHILD, {"g_sehat/hambatan": "77 1 88 77"})
    assert [problem.params["value"] for problem in problems] == ["77", "88"]


def test_a_message_is_there_in_both_languages_and_quotes_the_answer():
    (problem,) = find_problems(CHILD, {"g_anak/tgl_lahir": "{7*7}"})
    assert problem.message() == "“{7*7}” bukan tanggal yang ada (tahun-bulan-hari)."
    assert problem.message("en").startswith("“{7*7}” is not a date")
    assert all(set(text) == {"id", "en"} for text in MESSAGES.values())


def test_a_message_gives_no_restricted_answer_away():
    """Broken once by quoting every value: the message told what the marker hides."""
    (problem,) = find_problems(CHILD, {"g_lindung/bahaya_segera": "rahasia"})
    assert "rahasia" not in problem.message() + repr(problem)


def test_a_long_answer_is_quoted_in_part_and_judged_quickly():
    started = time.monotonic()
    (problem,) = find_problems(CHILD, {"g_sehat/berat_kg": "1" * 1_000_000})
    assert len(problem.message()) < 200
    assert time.monotonic() - started < 1


@given(st.dictionaries(st.sampled_from([field.path for field in CHILD.fields]) | st.text(), st.text()))
def test_no_answer_breaks_the_search_and_every_problem_has_a_sentence(answers):
    problems = find_problems(CHILD, answers)
    assert problems == find_problems(CHILD, dict(reversed(answers.items())))
    assert all(problem.message("en") for problem in problems)


OF_TYPES = {
    "time": (
        ["07:30:00", "07:30:00.000+08:00", "23:59:59Z"],
        ["25:99", "25:00:00", "07:30", "noon", " "],
        "not-a-time",
    ),
    "datetime": (
        ["2026-02-28T07:30:00.000+08:00"],
        ["zz", "2026-02-31T07:30:00", "2026-02-28"],
        "not-a-datetime",
    ),
    "geotrace": (["0.1 117 0 0; 0.2 117 0 0"], ["x", "0.1 117 0 0", "91 0; 92 0"], "not-a-geotrace"),
    "geoshape": (
        ["0.1 117; 0.2 117; 0.2 118; 0.1 117"],
        ["x", "0.1 117; 0.2 117; 0.2 118", "0.1 117"],
        "not-a-geoshape",
    ),
    "acknowledge": (["OK", "ok"], ["maybe", "1"], "not-acknowledged"),
    "image": ([FILE], ["foto.jpg", "{}", "[1]", '{"hash": 1, "name": "x"}', "[" * 9_000], "not-a-file"),
    "audio": ([FILE], ["suara.mp3"], "not-a-file"),
    "video": ([FILE], ["film.mp4"], "not-a-file"),
    "file": ([FILE], ["null"], "not-a-file"),
}


@pytest.mark.parametrize("kind", OF_TYPES)
@pytest.mark.parametrize("since", [1, 2])
def test_answers_of_every_type_are_judged_by_it(kind: str, since: int) -> None:
    """Each was seen to fail without its line in `CHECKS`."""
    right, wrong, code = OF_TYPES[kind]
    asked = form(
        question("q", type=kind, bind_type=kind), question("m", type=kind, pdp="terbatas"), format=since
    )
    for value in right:
        assert find_problems(asked, {"q": value}) == []
    for value in wrong:
        (problem,) = find_problems(asked, {"q": value})
        assert (problem.code, problem.path) == (code, "q")
        (restricted,) = find_problems(asked, {"m": value})
        assert value not in restricted.params.values()
