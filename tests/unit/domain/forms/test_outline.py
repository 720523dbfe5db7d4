"""A record laid out as its form is."""

from hypothesis import given
from hypothesis import strategies as st

from domain.forms.outline import Row, Section
from domain.operations import DEAD, RESTRICTED
from tests.support.forms import definition

FAMILY = definition("verifikasi_keluarga")
AID = definition("penyaluran_bantuan")
PATHS = [field.path.replace("*", member) for field in FAMILY.fields for member in ("m_a", "m_b")]


def sections(outline: Section) -> list[tuple[str, str]]:
    """Kind and path of every section, in order."""
    found = []
    for item in outline.items:
        if isinstance(item, Section):
            found += [(item.kind, item.path), *sections(item)]
    return found


def test_answers_stand_in_the_forms_order_under_their_groups():
    answers = {
        "g_rumah/lantai": "8",
        "g_tugas/status_keberadaan": "1",
        "g_kk/nama_kk": "Umar",
        "boleh_lanjut": "1",
    }
    outline = FAMILY.outline(answers)
    assert [row.path for row in outline.rows()] == [
        "g_tugas/status_keberadaan",
        "boleh_lanjut",
        "g_kk/nama_kk",
        "g_rumah/lantai",
    ]
    assert sections(outline) == [("group", "g_tugas"), ("group", "g_kk"), ("group", "g_rumah")]
    assert outline.items[0].label["en"] == "Assignment"


def test_a_question_outside_all_groups_is_a_row_of_the_form_itself():
    assert AID.outline({"catatan": "x"}).items == (Row("catatan", AID.field_at("catatan"), "x"),)


def test_members_are_numbered_by_id_and_called_by_their_name():
    answers = {
        "anggota/m_z/a_nama": "Asha",
        "anggota/m_a/a_hubungan": "3",
        "anggota/m_a/a_nama": "Budi",
        "anggota/m_k/a_hubungan": "2",
    }
    (repeat,) = FAMILY.outline(answers).items
    assert isinstance(repeat, Section)
    assert repeat.kind == "repeat"
    members = [item for item in repeat.items if isinstance(item, Section)]
    assert [(one.path, one.number, one.name) for one in members] == [
        ("anggota/m_a", 1, "Budi"),
        ("anggota/m_k", 2, ""),
        ("anggota/m_z", 3, "Asha"),
    ]
    assert [row.path for row in members[0].rows()] == ["anggota/m_a/a_nama", "anggota/m_a/a_hubungan"]


def test_what_the_form_does_not_know_stands_at_the_end_and_is_not_lost():
    outline = FAMILY.outline({"lama/soal": "x", "anggota/m_1/hilang": "y", "g_kk/nama_kk": "Umar"})
    assert isinstance(outline.items[-1], Section)
    assert outline.items[-1].kind == "other"
    assert [row.path for row in outline.items[-1].rows()] == ["anggota/m_1/hilang", "lama/soal"]


def test_registers_and_removals_are_no_answers():
    assert FAMILY.outline({"$village": "64.02.01.2001", "anggota/m_1": DEAD}).items == ()


def test_the_marker_of_a_restricted_answer_keeps_its_place():
    assert [row.value for row in AID.outline({"g_status/ada_potongan": RESTRICTED}).rows()] == [RESTRICTED]


@given(
    st.dictionaries(st.sampled_from([*PATHS, "x", "anggota/m_c/x", "$review"]), st.text(max_size=3)),
    st.randoms(),
)
def test_every_answer_appears_once_and_the_order_of_arrival_does_not_matter(answers, random):
    """Broken once by leaving unknown paths out, once by sorting members by arrival."""
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    outline = FAMILY.outline(answers)
    assert FAMILY.outline(dict(shuffled)) == outline
    assert sorted(row.path for row in outline.rows()) == sorted(path for path in answers if path != "$review")
