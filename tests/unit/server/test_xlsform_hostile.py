"""Files that are no workbook, or made to hurt: always one sentence, never a traceback, never much memory."""

import io
import struct
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FormError
from server.faults import WorkbookError
from server.xlsform import compile_workbook
from server.xlsform.workbook import MAX_INFLATED
from tests.support.forms import workbook
from tests.support.workbooks import told

SURVEY = (("type", "name", "label"), ("text", "q", "Q"))


def refusal(path: Path) -> str:
    started = time.monotonic()
    with pytest.raises(FormError) as caught:
        compile_workbook(path)
    assert time.monotonic() - started < 10
    return caught.value.message


def saved(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "berkas.xlsx"
    path.write_bytes(content)
    return path


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def changed(path: Path, name: str, replace: bytes, by: bytes) -> Path:
    """The workbook with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            content = source.read(entry)
            target.writestr(entry, content.replace(replace, by) if entry == name else content)
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x03\x04", b"\0" * 5000, b"type,name,label\ntext,q,Q\n", b"<html>"]
)
def test_a_file_that_is_no_zip_archive_is_refused(tmp_path, content):
    assert "not an Excel workbook" in refusal(saved(tmp_path, content))


def test_a_missing_file_is_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "tidak_ada.xlsx")


def test_a_folder_is_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    assert "not an Excel workbook" in refusal(saved(tmp_path, archive(readme_dot_txt=b"hello")))


def test_an_archive_with_an_empty_workbook_part_is_refused(tmp_path):
    refusal(saved(tmp_path, archive(xl__workbook_dot_xml=b"<workbook/>")))


def test_a_workbook_with_a_password_is_refused_with_the_way_out(tmp_path):
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2000
    assert "without a password" in refusal(saved(tmp_path, ole))


def test_a_workbook_whose_zip_entries_are_encrypted_is_refused(tmp_path):
    content = bytearray(workbook(tmp_path, survey=SURVEY).read_bytes())
    start = content.find(b"PK\x01\x02")
    while start >= 0:
        flags = struct.unpack_from("<H", content, start + 8)[0]
        struct.pack_into("<H", content, start + 8, flags | 1)
        start = content.find(b"PK\x01\x02", start + 4)
    assert "password" in refusal(saved(tmp_path, bytes(content)))


def test_a_workbook_without_a_survey_is_refused(tmp_path):
    assert "survey" in refusal(workbook(tmp_path, choices=(("list_name", "name", "label"), ("a", "1", "A"))))


def test_a_workbook_without_settings_is_refused(tmp_path):
    assert "settings" in refusal(
        workbook(tmp_path, settings=None, survey=SURVEY, choices=(("list_name", "name"),))
    )


def test_a_single_sheet_of_another_name_is_not_taken_for_the_survey(tmp_path):
    assert "survey" in refusal(workbook(tmp_path, settings=None, Sheet1=SURVEY))


@pytest.mark.parametrize(
    "survey", [(), (("type",),), (("a", "b"), ("c", "d")), (("type", "name"), ("nonsense", "q"))]
)
def test_a_survey_that_asks_nothing_is_refused(tmp_path, survey):
    refusal(workbook(tmp_path, survey=survey))


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    """Broken once by leaving the sum of sizes out: the whole part was then read into memory."""
    path = workbook(tmp_path, survey=SURVEY)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/bom.xml", b"\0" * (MAX_INFLATED + 1))
    assert path.stat().st_size < 100_000
    assert "unpacks to more than" in refusal(path)


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path):
    path = workbook(tmp_path, survey=SURVEY)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/bom.xml", b"\0" * 1_000_000)
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, entry + 24, 10)
    refusal(saved(tmp_path, bytes(content)))


def test_an_archive_of_very_many_parts_is_refused(tmp_path):
    path = workbook(tmp_path, survey=SURVEY)
    with zipfile.ZipFile(path, "a") as file:
        for number in range(1_001):
            file.writestr(f"xl/media/{number}", b"")
    assert "parts" in refusal(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_would_expand_without_end_are_refused(tmp_path, encoding):
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'.encode(encoding)
    path = workbook(tmp_path, survey=SURVEY)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("xl/sharedStrings2.xml", laughs)
    assert "document type" in refusal(path)


def test_a_broken_part_is_refused(tmp_path):
    path = changed(
        workbook(tmp_path, survey=SURVEY), "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData"
    )
    refusal(path)


def test_a_million_empty_styled_rows_do_no_harm(tmp_path):
    rows = b"".join(b'<row r="%d"/>' % number for number in range(100, 400_000))
    path = changed(
        workbook(tmp_path, survey=SURVEY), "xl/worksheets/sheet1.xml", b"</sheetData>", rows + b"</sheetData>"
    )
    assert len(compile_workbook(path).definition["fields"]) == 1


def test_a_million_styled_rows_are_refused_before_they_are_read(tmp_path):
    """A workbook that Excel itself makes when a whole sheet is formatted: 40 MB of nothing."""
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % number for number in range(100, 1_048_576))
    path = changed(
        workbook(tmp_path, survey=SURVEY), "xl/worksheets/sheet1.xml", b"</sheetData>", rows + b"</sheetData>"
    )
    assert "unpacks to more than" in refusal(path)


def test_empty_styled_cells_up_to_the_last_column_do_no_harm(tmp_path):
    """Broken once by reading rows as wide as the sheet says it is: 16,384 cells a row."""
    cells = b"".join(b'<row r="%d"><c r="XFD%d" s="0"/></row>' % (row, row) for row in range(100, 100_000))
    path = changed(
        workbook(tmp_path, survey=SURVEY),
        "xl/worksheets/sheet1.xml",
        b"</sheetData>",
        cells + b"</sheetData>",
    )
    path = changed(path, "xl/worksheets/sheet1.xml", b'ref="A1:C2"', b'ref="A1:XFD1048576"')
    started = time.monotonic()
    assert len(compile_workbook(path).definition["fields"]) == 1
    assert time.monotonic() - started < 3


def test_a_link_to_another_workbook_is_not_followed(tmp_path):
    target = (tmp_path / "rahasia.xlsx").as_uri()
    path = workbook(tmp_path, survey=SURVEY)
    with zipfile.ZipFile(path, "a") as file:
        link = '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
        rels = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="x" Target="{target}" TargetMode="External"/></Relationships>'
        )
        file.writestr("xl/externalLinks/externalLink1.xml", link)
        file.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", rels)
    assert len(compile_workbook(path).definition["fields"]) == 1


def test_a_formula_is_its_stored_value_and_never_computed(tmp_path):
    path = workbook(tmp_path, survey=(("type", "name", "label"), ("text", "q", "=WEBSERVICE(1)")))
    assert "formula" in refusal(path)  # none is stored: nobody has opened it in Excel


def test_a_formula_without_a_stored_value_is_refused_at_its_cell(tmp_path):
    """Was published once, the constraint gone with it."""
    rows = (("type", "name", "label", "hint"), ("text", "q", "Q", "=1"))
    path = workbook(tmp_path, survey=rows)
    with pytest.raises(WorkbookError) as caught:
        compile_workbook(path)
    assert told(caught.value.faults) == [("formula-unknown", "survey", 2, "hint")]
    cell = b'<c r="D2"><f>1</f><v /></c>'
    for stored, hint in ((b"Petunjuk", {"id": "Petunjuk"}), (b"", None)):
        # An empty text is a value too: what =IF(…, "") gives.
        with_value = b'<c r="D2" t="str"><f>1</f><v>%s</v></c>' % stored
        changed(path, "xl/worksheets/sheet1.xml", cell, with_value)
        assert compile_workbook(path).definition["fields"][0]["hint"] == hint
        cell = with_value


def test_an_archive_within_the_workbook_is_left_alone(tmp_path):
    path = workbook(tmp_path, survey=SURVEY)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("xl/embeddings/lagi.zip", archive(a_dot_xml=b"\0" * 1_000_000))
    assert len(compile_workbook(path).definition["fields"]) == 1


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "not(" * 3_000 + "1" + ")" * 3_000,
        "-" * 20_000 + "1",
        "1 + " * 8_000 + "1",
        "a[" * 5_000 + "1" + "]" * 5_000,
        "${" * 5_000,
        "${q" * 5_000 + "}",
        "'" * 9_999,
        "a" * 30_000,
    ],
)
def test_a_hostile_expression_ends_in_a_sentence_or_a_form(tmp_path, expression):
    head = ("type", "name", "label", "calculation")
    started = time.monotonic()
    with suppress(FormError):
        compile_workbook(workbook(tmp_path, survey=(head, ("calculate", "q", "Q", expression), *SURVEY[1:])))
    assert time.monotonic() - started < 10


def test_thousands_of_rows_are_looked_at_in_bounded_time(tmp_path):
    rows = [("text", f"q{number}", "Q", f"${{q{number + 1}}} = 1") for number in range(3_000)]
    path = workbook(tmp_path, survey=(("type", "name", "label", "relevant"), *rows, ("text", "q3000", "Q")))
    started = time.monotonic()
    assert len(compile_workbook(path).definition["fields"]) == 3_001
    assert time.monotonic() - started < 60


def test_too_many_rows_are_refused(tmp_path):
    assert "10000 rows" in refusal(workbook(tmp_path, survey=(*SURVEY, *[("text", "q", "Q")] * 10_001)))


def test_groups_nested_without_end_are_refused(tmp_path):
    deep = [("begin_group", f"g{number}", "G") for number in range(3_000)]
    refusal(workbook(tmp_path, survey=(("type", "name", "label"), *deep)))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound workbook, made once: it carries the time, so that a second one may have another length."""
    return workbook(tmp_path_factory.mktemp("sound"), survey=SURVEY).read_bytes()


@given(data=st.data())
def test_no_damage_to_a_workbook_ends_in_anything_but_a_form_or_a_sentence(tmp_path_factory, sound, data):
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(0, len(content)))
    with suppress(FormError):
        compile_workbook(saved(folder, bytes(content[:kept])))
