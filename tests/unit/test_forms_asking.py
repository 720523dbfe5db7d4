"""
What the four forms ask for, and when: conditions, limits, and what is read-only.

Broken on purpose to see each fail: what is due read-only by the case alone; who received it asked of a
delivery that did not happen; the recipient before the result; a level of school asked of a blank answer; a
next visit asked by the restricted conclusion; a name without a limit.
"""

import re

import pytest

from domain.forms.program import Program
from forms.build import FORM_IDS
from tests.support.forms import compiled, context, definition
from tests.unit.test_forms_build import questions, survey

every_form = pytest.mark.parametrize("form_id", FORM_IDS)
BECAUSE_BLANK = {"lokasi_alasan", "umur_perkiraan", "kategori_ppks", "kebutuhan", "rekomendasi", "kelayakan"}
"""Asked in place of an answer that is not there, or as soon as the form may go on."""


@every_form
def test_every_text_has_a_longest(form_id):
    """A text of ten thousand characters made a whole form too large to be checked."""
    asked = [one for one in questions(form_id) if one.type == "text"]
    assert asked
    assert [one.path for one in asked if not one.logic.constraint] == []


def test_a_childs_name_has_the_same_limit_wherever_it_is_entered():
    """What a family's form took broke the limit of the child's, where it was filled in from the case."""
    child, family = definition("verifikasi_anak"), definition("verifikasi_keluarga")
    named = [child.field_at("g_anak/nama_anak"), *family.with_role("nama")]
    assert len(named) == 3
    assert len({(one.logic.constraint, *one.logic.constraint_message.items()) for one in named if one}) == 1


@every_form
def test_no_limit_depends_on_the_clock(form_id):
    """A phone whose clock stands in 1970 must not block its officer; `today()` may only warn."""
    assert [
        row["name"] for row in survey(form_id) if re.search(r"today\(\)|now\(\)", row["constraint"])
    ] == []


@every_form
def test_nothing_writes_into_an_answer_that_a_skip_hides(form_id):
    """Sixty answers hang on `status_keberadaan`; set back, they must come back as they were."""
    rows = survey(form_id)
    assert "trigger" not in rows[0]
    assert [row["name"] for row in rows if row["calculation"] and row["type"] != "calculate"] == []
    assert all("/meta/entity/@id" in one for one in re.findall("<setvalue[^>]*>", compiled(form_id).xform))


def test_what_is_due_is_read_only_by_what_the_case_said_of_it():
    """By the case alone, a case without a programme made a form that nobody could finish."""
    form = definition("penyaluran_bantuan")
    copies = {one.path.rpartition("/")[2]: one for one in form.with_role("isi_kasus")}
    due = [one for one in form.fields if one.logic.read_only_if]
    assert len(due) == len(copies) == 5
    for found in due:
        copy = copies[f"kasus_{found.path.rpartition('/')[2]}"]
        assert found.prefill, found.path
        assert f"/{copy.path}" in (found.logic.read_only_if or ""), found.path
        assert (copy.type, copy.pdp) == ("hidden", found.pdp)


def test_who_hands_nothing_over_states_nothing_of_a_handover():
    """Whoever found that the recipient had died had to say that her identity matched and she received it."""
    form = Program.of(definition("penyaluran_bantuan"))
    found = form.evaluate({"g_status/status_salur": "3", "g_status/alasan_gagal": "1"}, context())
    asked = {one.path for one in found.problems if one.code == "required"}
    place = {f"g_wilayah/{name}" for name in ("kecamatan", "desa", "rt", "alamat", "lokasi_alasan")}
    assert asked - place == {
        "g_salur/program",
        "g_salur/sumber_dana",
        "g_salur/periode",
        "g_salur/tgl_salur",
        "g_penerima/nama_penerima",
    }


def test_the_result_of_a_delivery_comes_before_what_depends_on_it():
    """Else what was passed already would ask for more once the result is entered."""
    form = definition("penyaluran_bantuan")
    result = form.order("g_status/status_salur")
    assert result is not None
    depending = [one.path for one in form.fields if "/status_salur" in (one.logic.relevant or "")]
    depending += [path for path, one in form.containers.items() if "/status_salur" in (one.relevant or "")]
    assert "g_penerima/penerima_hadir" in depending
    assert [path for path in depending if (form.order(path) or 0) < result] == []


@every_form
def test_a_date_is_still_warned_of_when_it_lies_in_the_future(form_id):
    asked = [row["name"] for row in survey(form_id) if row["type"] == "date"]
    warned = "".join(row["relevant"] for row in survey(form_id) if row["type"] == "note")
    assert asked
    assert [name for name in asked if f"decimal-date-time(${{{name}}})" not in warned] == []


@every_form
def test_a_condition_that_denies_an_answer_asks_first_that_there_is_one(form_id):
    """`'' != '1'` holds: a form without answers asked who the proxy was and why the aid was not delivered."""
    for row in survey(form_id):
        condition = row["relevant"]
        denied = re.findall(r"\$\{(\w+)\} != '[^']", condition)
        denied += re.findall(r"not\(selected\(\$\{(\w+)\}", condition)
        assert [name for name in denied if f"${{{name}}} != ''" not in condition] == [], row["name"]


@every_form
def test_a_form_without_answers_asks_only_what_does_not_depend_on_one(form_id):
    """Even where the form may go on, as in the middle of filling it in."""
    going_on = {
        "g_tugas/status_keberadaan": "1",
        "g_setuju/pemberi_setuju": "9",
        "g_setuju/dasar_tanpa_setuju": "1",
    }
    asked = Program.of(definition(form_id)).evaluate(going_on, context()).problems
    at_once = {one.path for one in asked} - going_on.keys()
    conditional = {one.path.rpartition("/")[2] for one in questions(form_id) if one.logic.relevant}
    assert {path.rpartition("/")[2] for path in at_once} & conditional <= BECAUSE_BLANK


@every_form
def test_no_open_question_depends_on_a_restricted_answer(form_id):
    """
    That a question is asked tells of the answer it depends on. A next visit was asked for unless the
    restricted conclusion ended the case: without its date, whoever may not read the conclusion knew it.
    """
    restricted = {f.path.rpartition("/")[2] for f in questions(form_id) if f.is_restricted}
    telling = {
        row["name"]
        for row in survey(form_id)
        for column in ("relevant", "required", "constraint", "read_only", "choice_filter", "default")
        if row["name"] not in restricted and restricted & set(re.findall(r"\$\{(\w+)\}", row[column]))
    }
    assert telling == set()
