"""The four forms as they are published: built from the sheets, mended, complete."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from domain.forms.fields import Field
from forms.build import CHOICE_FILES, EPOCH, FORM_IDS, FORMS, SHEETS, build_all, workbook_bytes
from server.xlsform import compile_workbook
from tests.support.forms import compiled, definition

every_form = pytest.mark.parametrize("form_id", FORM_IDS)
LETTERS = dict(zip("ABCD", FORM_IDS, strict=True))
CLASSES = ("umum", "spesifik", "terbatas")
PERSONAL_ROLES = {"nik", "nik_akhir", "kk", "nama", "nama_lain", "nama_ibu", "nama_kasus", "tgl_lahir", "hp"}


def survey(form_id: str) -> list[dict[str, str]]:
    return table(SHEETS / f"{form_id}.survey.csv")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def questions(form_id: str) -> list[Field]:
    return list(definition(form_id).fields)


@every_form
def test_two_builds_of_a_form_are_the_same_bytes(form_id):
    """Broken once by writing openpyxl's archive as it is: its entries then carried the time of the build."""
    content = workbook_bytes(form_id)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {EPOCH}
        times = re.findall(rb"<dcterms:[^>]*>([^<]*)<", archive.read("docProps/core.xml"))
    assert set(times) == {b"1980-01-01T00:00:00Z"}
    assert workbook_bytes(form_id) == content


def test_the_command_line_builds_every_workbook_with_its_choice_files(tmp_path):
    build = FORMS / "build.py"
    done = subprocess.run(
        [sys.executable, build, tmp_path], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    expected = {f"{form_id}.xlsx" for form_id in FORM_IDS} | set(CHOICE_FILES)
    assert {path.name for path in tmp_path.iterdir()} == expected
    assert len(done.stdout.splitlines()) == len(FORM_IDS)


def test_an_unchanged_workbook_is_not_written_again(tmp_path):
    first = [path.stat().st_mtime_ns for path in build_all(tmp_path)]
    assert [path.stat().st_mtime_ns for path in build_all(tmp_path)] == first


@every_form
def test_a_form_compiles_with_the_files_it_names_and_no_warning(form_id):
    form = compiled(form_id)
    assert (form.form_id, form.warnings) == (form_id, ())
    assert set(form.media) == set(CHOICE_FILES)
    assert form.definition["languages"] == ["id", "en"]
    assert set(form.title) == {"id", "en"}


@every_form
def test_compiling_twice_gives_the_same_definition(form_id, tmp_path):
    again = {path.stem: compile_workbook(path) for path in build_all(tmp_path)}
    assert again[form_id].definition_bytes == compiled(form_id).definition_bytes


@every_form
def test_every_question_says_its_class_or_is_calculated(form_id):
    unsaid = [
        row["name"]
        for row in survey(form_id)
        if row["name"] and not row["x_pdp"] and not row["type"].startswith(("begin", "calculate"))
    ]
    assert unsaid == []
    assert {field.pdp for field in questions(form_id)} <= set(CLASSES)


@every_form
def test_every_label_and_choice_is_there_in_both_languages(form_id):
    form = definition(form_id)
    labels = {field.path: field.label for field in form.fields} | {**form.groups, **form.repeats}
    for name, choices in form.choices.items():
        labels |= {f"{name}:{choice.name}": choice.label for choice in choices.values()}
    hints = {field.path: field.hint for field in form.fields if field.hint}
    incomplete = [
        path for path, text in [*labels.items(), *hints.items()] if not (text.get("id") and text.get("en"))
    ]
    assert incomplete == []


@every_form
def test_every_message_is_there_in_both_languages(form_id):
    both = ("constraint_message::Bahasa Indonesia (id)", "constraint_message::English (en)")
    for row in survey(form_id):
        assert bool(row["constraint"]) == bool(row[both[0]]) == bool(row[both[1]]), row["name"]


@every_form
def test_every_repeat_has_an_id_that_is_set_once_and_no_count(form_id):
    """A count destroyed members after a merge, and forbade removing a single one."""
    form = definition(form_id)
    for repeat in form.repeats:
        ids = [
            field
            for field in form.fields
            if field.path.startswith(f"{repeat}/*/") and field.role == "id_anggota"
        ]
        assert [field.type for field in ids] == ["calculate"], repeat
    assert 'jr:count="' not in compiled(form_id).xform
    assert compiled(form_id).xform.count("once(concat('m_', uuid()))") == len(form.repeats)


def own_with_role(form, role):
    """The questions of a role outside of repeats."""
    return [one for one in form.with_role(role) if "*" not in one.path]


@every_form
def test_every_form_knows_case_name_and_village_and_asks_where_somebody_moved(form_id):
    form = definition(form_id)
    for role in ("id_kasus", "nama_kasus", "desa_kasus"):
        assert [field.type for field in own_with_role(form, role)] == ["hidden"], role
    assert form.village_question is not None
    assert [field.choices for field in form.with_role("desa_baru")] == ["desa"]
    assert form.field_at("g_pindah/pindah_tujuan") is not None


@every_form
def test_no_restricted_answer_goes_to_a_case_and_each_case_is_filled_on_opening(form_id):
    form = definition(form_id)
    (own,) = [one for one in form.entities if not one["path"]]
    for path in own["save_to"]:
        found = form.field_at(path)
        assert found, path
        assert not found.is_restricted, path
    assert own["update_if"], "a form that is opened from a case updates it"
    for role in ("id_kasus", "nama_kasus", "desa_kasus"):
        assert [one.type for one in own_with_role(form, role)] == ["hidden"]


def test_a_member_of_a_family_can_be_a_case_that_is_there_already():
    form = definition("verifikasi_keluarga")
    (child,) = [one for one in form.entities if one["path"]]
    assert child["update_if"], "a second visit updates the child's case"
    assert child["save_to"]["anggota/*/a_keluarga"] == "keluarga", "by which its children are found"
    for role in ("id_kasus", "nama_kasus"):
        (found,) = [one for one in form.with_role(role) if one.path.startswith("anggota/*/")]
        assert (found.type, found.path in child["save_to"]) == ("hidden", False)


@every_form
def test_who_somebody_is_never_counts_as_general_data(form_id):
    assert [f.path for f in questions(form_id) if f.role in PERSONAL_ROLES and f.pdp == "umum"] == []


@every_form
def test_a_calculation_is_as_protected_as_its_strictest_input(form_id):
    form = definition(form_id)
    by_name = {field.path.rpartition("/")[2]: field for field in form.fields}
    for row in survey(form_id):
        inputs = [by_name[name] for name in re.findall(r"\$\{(\w+)\}", row["calculation"]) if name in by_name]
        strictness = [CLASSES.index(field.pdp) for field in inputs]
        assert CLASSES.index(by_name[row["name"]].pdp if row["name"] in by_name else CLASSES[-1]) >= max(
            strictness, default=0
        )


def test_what_would_tell_of_the_protection_answers_is_restricted():
    child, visit = definition("verifikasi_anak"), definition("kunjungan_pemantauan")
    assert all(child.is_restricted(f"g_nilai/{name}") for name in ("kategori_ppks", "rekomendasi"))
    assert visit.is_restricted("g_simpul/tindak_lanjut")


@every_form
def test_nothing_restricted_no_evidence_and_no_place_is_prefilled(form_id):
    prefilled = [field for field in questions(form_id) if field.prefill]
    assert not [
        f.path for f in prefilled if f.is_restricted or f.type in {"image", "geopoint", "calculate", "note"}
    ]
    assert not [f.path for f in prefilled if f.path.startswith(("g_setuju/", "g_bukti/"))]


@pytest.mark.parametrize("name", ["makan_pokok", "sakit_sebulan", "hari_absen", "bantuan_diterima"])
def test_an_answer_about_a_recall_period_is_asked_anew(name):
    assert [f.prefill for f in questions("verifikasi_anak") if f.path.endswith(f"/{name}")] == [False]


def test_a_family_that_was_not_found_scores_nothing():
    """Its empty answers differ from every choice: `${berobat} != '1'` gave it 1 and 2 points."""
    rows = {row["name"]: row["calculation"] for row in survey("verifikasi_keluarga")}
    for score in ("skor_146", "skor_262"):
        assert rows[score].startswith("if(${boleh_lanjut} = 1,")
        assert rows[score].endswith(", '')")
    negated = [name for name, text in rows.items() if re.fullmatch(r"if\(\$\{\w+\} != '\d+', 1, 0\)", text)]
    assert negated == []


def test_the_choice_files_hold_the_villages_of_the_areas():
    areas = table(FORMS / "kukar_areas.csv")
    villages = {(row["kode"], row["nama"]) for row in areas}
    kecamatan = {(row["kode_kecamatan"], row["kecamatan"]) for row in areas}
    assert (len(areas), len(kecamatan)) == (237, 20)
    assert {(row["name"], row["label"]) for row in table(FORMS / "desa.csv")} == villages
    assert {(row["name"], row["label"]) for row in table(FORMS / "kecamatan.csv")} == kecamatan


def test_every_rule_names_a_programme_that_can_be_recorded():
    programmes = {rule["program"] for rule in table(FORMS / "rules.csv")}
    assert len(table(FORMS / "rules.csv")) == 35
    for form_id in ("penyaluran_bantuan", "kunjungan_pemantauan"):
        assert programmes - set(definition(form_id).choices["program"]) == set()


@pytest.mark.parametrize("rule", table(FORMS / "rules.csv"), ids=lambda rule: rule["rule_id"])
def test_a_rule_names_questions_that_its_form_has(rule):
    named = re.findall(r"\b([ABCD])(?:_lalu)?\.(\w+)", rule["expression"])
    assert named
    for letter, name in named:
        form = definition(LETTERS[letter])
        assert name in form.repeats or [f for f in form.fields if f.path.rpartition("/")[2] == name], name
    assert not re.search(r" in \(|\*\(|\bada\b", rule["expression"]), "pseudo-code"


@pytest.mark.parametrize("rule", table(FORMS / "rules.csv"), ids=lambda rule: rule["rule_id"])
def test_a_rule_that_negates_an_answer_asks_that_there_is_one(rule):
    """`not(selected('', '0'))` and `'' != '2'` are true: such a rule fired on every unfinished form."""
    expression = rule["expression"]
    negated = re.findall(r"not\(selected\((?:[ABCD]\.)?(\w+)", expression)
    negated += re.findall(r"(?:[ABCD]\.)(\w+) != '[^']", expression)
    for name in negated:
        assert re.search(rf"\b{name} != ''", expression), name
