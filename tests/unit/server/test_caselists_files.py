"""
Files that an office sends as its list: as programs write them, broken, or made to hurt.

Broken on purpose, each time with a failing test here: the size that a sheet says it has was believed; a
formula without a result counted as an empty cell, and one with an empty text as its result counted as none.
"""

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from server.caselists import tables, workbooks
from server.caselists.tables import Table, open_table
from server.faults import ListError
from tests.support.lists import csv_file, read_list, sheet_file

NIK = "6402180101150001"
SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path, sheet: str | None = None) -> str:
    """The one code that a file is refused with, soon."""
    began = time.process_time()
    with pytest.raises(ListError) as caught:
        open_table(path, sheet)
    assert time.process_time() - began < 20
    (fault,) = caught.value.faults
    assert fault.message("id")
    assert caught.value.code == "list-invalid"
    return fault.code


def filled(table: Table) -> list[tuple[int, tuple[object, ...]]]:
    return list(table.rows())


def changed(path: Path, part: str, replace: bytes, by: bytes) -> Path:
    """The workbook with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == part:
                assert replace in content
                content = content.replace(replace, by)
            target.writestr(entry, content)
    path.write_bytes(buffer.getvalue())
    return path


# --- CSV -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_is_read_with_any_usual_sign_between_cells(
    tmp_path: Path, sign: str, mark: bytes, end: str
) -> None:
    path = tmp_path / "daftar.csv"
    text = end.join([sign.join(("NIK", "nama")), "", sign.join((NIK, f'"Asha{sign} Putri"')), ""])
    path.write_bytes(mark + text.encode())
    table = open_table(path)
    assert (table.headings, table.count, table.sheet) == (("NIK", "nama"), 1, None)
    assert filled(table) == [(3, (NIK, f"Asha{sign} Putri"))]


def test_a_place_in_a_csv_file_is_told_by_row_and_column(tmp_path: Path) -> None:
    read = read_list(csv_file(tmp_path, f"NIK,nama\n{NIK}1,Asha"))
    assert read.faults[0].message("id").startswith("Baris 2, kolom NIK: ")
    assert read.faults[0].message("en").startswith("Row 2, column NIK: ")


def test_a_row_with_more_cells_than_headings_is_told(tmp_path: Path) -> None:
    """As where a name holds the sign between cells: all values behind it would stand in the wrong column."""
    read = read_list(csv_file(tmp_path, f"NIK,nama\n{NIK},Asha, S.Pd\n{NIK},Budi,,"))
    assert read.told == [("list-row-long", 2, None)]
    assert read.said[0]["nama"] == "Budi"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list-no-headings"),
        (b"\n\n ,\n", "list-no-headings"),
        (b"NIK\n\x00", "file-encoding"),
        ("NIK\nNuraéni".encode("latin-1"), "file-encoding"),
        ("NIK\nAsha".encode("utf-16"), "file-encoding"),
        (b'NIK\n"Asha', "file-encoding"),
        (b"NIK\n" + b"a" * 200_000, "file-encoding"),
        (b"a," * 400 + b"a\n1", "list-columns"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_refused_whole(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "daftar.csv"
    path.write_bytes(content)
    assert refusal(path) == code


def test_a_list_that_is_too_long_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(tmp_path, "NIK,nama\n1,a\n2,b\n3,c")
    assert refusal(tmp_path / "tidak-ada.csv") == refusal(tmp_path) == "file-unreadable"
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    assert refusal(path) == "list-rows"
    monkeypatch.setattr(tables, "MAX_FILE", 10)
    assert refusal(path) == "file-large"


def test_a_csv_file_has_no_sheets(tmp_path: Path) -> None:
    assert refusal(csv_file(tmp_path, "NIK\n1"), "Data") == "list-csv-sheet"


# --- workbooks -----------------------------------------------------------------------------------


def test_the_first_sheet_that_is_shown_is_read_or_the_one_that_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, state in (("Lama", "hidden"), ("Baru", "visible"), ("Lain", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        sheet.append([title])
        sheet.append(["1"])
    del book["Sheet"]
    path = tmp_path / "daftar.xlsx"
    book.save(path)
    assert open_table(path).headings == ("Baru",)
    assert open_table(path, "Lama").headings == ("Lama",)
    assert refusal(path, "Tidak ada") == "list-no-sheet"


def test_a_sheet_that_says_it_is_smaller_is_read_to_its_end(tmp_path: Path) -> None:
    path = sheet_file(tmp_path, [("NIK", "nama"), (NIK, "Asha"), ("2", "Budi")])
    changed(path, SHEET, b'<dimension ref="A1:B3"', b'<dimension ref="A1:A1"')
    assert [cells for _, cells in filled(open_table(path))] == [(NIK, "Asha"), ("2", "Budi")]


def test_empty_rows_before_between_and_behind_are_no_rows(tmp_path: Path) -> None:
    rows = [(), ("NIK", "nama"), (), (NIK, "Asha"), (None, " "), ("2", "Budi"), *[(None,)] * 50]
    table = open_table(sheet_file(tmp_path, rows))
    assert (table.count, [number for number, _ in filled(table)]) == (2, [4, 6])


def with_formulas(folder: Path) -> Path:
    """A1:B4 with formulas below B1: one without a result, one with an empty text, one with a text."""
    path = sheet_file(folder, [("NIK", "nama"), ("1", "=A1"), ("2", "=A2"), ("3", "=A3")])
    with zipfile.ZipFile(path) as book:
        before = sheet = book.read(SHEET)
    for row, result in ((3, b' t="str"><f>A2</f><v></v>'), (4, b' t="str"><f>A3</f><v>Citra</v>')):
        begin = sheet.index(b'<c r="B%d"' % row)
        end = sheet.index(b"</c>", begin)
        sheet = sheet[:begin] + b'<c r="B%d"' % row + result + sheet[end:]
    return changed(path, SHEET, before, sheet)


def test_a_formula_says_its_result_and_without_one_its_row_is_left_out(tmp_path: Path) -> None:
    read = read_list(with_formulas(tmp_path), "anak", key="NIK")
    assert ("list-not-calculated", 2, "nama") in read.told
    assert not [told for told in read.told if told[2] == "nama" and told[1] != 2]


def test_an_error_in_a_cell_leaves_its_row_out(tmp_path: Path) -> None:
    read = read_list(sheet_file(tmp_path, [("NIK", "nama"), (NIK, "#REF!")]))
    assert read.told == [("list-error-value", 2, "nama")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK", "workbook-not"),
        (b"PK\x03\x04" + b"\0" * 100, "workbook-not"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100, "workbook-old"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "daftar.xlsx"
    path.write_bytes(content)
    assert refusal(path) == code


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    path = sheet_file(tmp_path, [("NIK",), (NIK,)])
    padding = b"<!--" + b" " * (1024 * 1024 - 8) + b"-->"  # the sign lies across two pieces
    bomb = padding + b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet '
    assert refusal(changed(path, SHEET, b"<worksheet ", bomb)) == "workbook-doctype"


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sheet_file(tmp_path, [("NIK",), (NIK,)])
    monkeypatch.setattr(workbooks, "MAX_INFLATED", 1000)
    assert refusal(path) == "workbook-unpacked"


def test_a_sheet_of_empty_styled_rows_is_refused_without_much_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MAX_EMPTY", 10_000)
    path = sheet_file(tmp_path, [("NIK", "nama"), (NIK, "Asha")])
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 100_000))
    changed(path, SHEET, b"</sheetData>", rows + b"</sheetData>")
    tracemalloc.start()
    assert refusal(path) == "list-empty-rows"
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    tracemalloc.stop()


def test_a_row_far_below_is_not_reached_through_a_million_rows_that_are_not_there(
    tmp_path: Path,
) -> None:
    path = sheet_file(tmp_path, [("NIK",), (NIK,)])
    far = b'<row r="999999999"><c r="A999999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    assert refusal(changed(path, SHEET, b"</sheetData>", far)) == "list-empty-rows"


TEXT = b't="inlineStr"><is><t>x</t></is>'


@pytest.mark.parametrize(
    ("replace", "by"),
    [
        (b"</sheetData>", b""),
        (b'r="A2"', b'r="ZZZZZZ99"'),
        (TEXT, b't="s"><v>99</v>'),
        (TEXT, b't="n"><v>zwei</v>'),
    ],
)
def test_a_damaged_sheet_is_refused_in_a_sentence_before_anything_is_imported(
    tmp_path: Path, replace: bytes, by: bytes
) -> None:
    path = sheet_file(tmp_path, [("NIK",), ("x",)])
    assert refusal(changed(path, SHEET, replace, by)) == "list-unreadable"
