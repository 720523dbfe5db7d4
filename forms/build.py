"""
Build `forms/<form_id>.xlsx` from the reviewed sheets in `forms/sheets/`.

    python -m forms.build [FOLDER]

The sheets are the one source of truth: a workbook is what field teams and pyxform know, but nobody can review
a difference in one. The same sheets always give the same bytes, so a rebuilt workbook never looks like a new
form version. Without FOLDER the workbooks are written beside the choice files (`desa.csv`, `kecamatan.csv`),
where pyxform and the compiler expect them; to another folder the choice files are copied too.
"""

import csv
import io
import re
import shutil
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

FORMS = Path(__file__).resolve().parent
SHEETS = FORMS / "sheets"
FORM_IDS = ("verifikasi_anak", "verifikasi_keluarga", "penyaluran_bantuan", "kunjungan_pemantauan")
CHOICE_FILES = ("desa.csv", "kecamatan.csv")
SHEET_NAMES = ("survey", "choices", "settings", "entities")
MAY_BE_ABSENT = ("entities",)

# The oldest time that a zip entry can carry; openpyxl would stamp the present.
EPOCH = (1980, 1, 1, 0, 0, 0)
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
PINNED = rb"\g<1>1980-01-01T00:00:00Z\g<3>"


def build_all(folder: Path = FORMS) -> list[Path]:
    """Write the four workbooks, elsewhere than in `forms/` with the choice files, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.resolve() != FORMS:
        for name in CHOICE_FILES:
            shutil.copyfile(FORMS / name, folder / name)
    return [write_workbook(form_id, folder) for form_id in FORM_IDS]


def write_workbook(form_id: str, folder: Path) -> Path:
    """Write one workbook; a file that already holds these bytes is left alone."""
    target = folder / f"{form_id}.xlsx"
    content = workbook_bytes(form_id)
    if not target.exists() or target.read_bytes() != content:
        target.write_bytes(content)
    return target


def workbook_bytes(form_id: str, sheets: Path = SHEETS) -> bytes:
    """The workbook of a form from its sheets in a folder, the same bytes for the same sheets."""
    workbook = openpyxl.Workbook()
    del workbook[workbook.sheetnames[0]]
    for name in SHEET_NAMES:
        source = sheets / f"{form_id}.{name}.csv"
        if name not in MAY_BE_ABSENT or source.exists():
            _fill(workbook.create_sheet(name), _rows(source))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return _without_times(buffer.getvalue())


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _fill(sheet: Worksheet, rows: Iterable[list[str]]) -> None:
    for row_number, row in enumerate(rows, start=1):
        for column_number, text in enumerate(row, start=1):
            if text:
                cell = sheet.cell(row_number, column_number, text)
                cell.data_type = "s"  # "=…" is an answer's text here, never a formula
    sheet.freeze_panes = "C2"


def _without_times(content: bytes) -> bytes:
    """The same zip with every time pinned, so that two builds are equal."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, STAMP.sub(PINNED, source.read(name)))
    return buffer.getvalue()


def main(arguments: list[str]) -> int:
    """Command line: build the workbooks and print their paths."""
    folder = Path(arguments[0]) if arguments else FORMS
    for path in build_all(folder):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
