"""
The forms that the phone's engine and the evaluation in Python are compared on.

Four are those of the office. The others (`tests/engine/sheets`) were written for the comparison: together
every question type and every function that may be used in a form occurs in them at least twice.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from forms.build import CHOICE_FILES, FORM_IDS, FORMS, workbook_bytes
from server.xlsform import CompiledForm, compile_workbook
from tests.support.engine import Engine
from tests.support.node import FOLDER

SHEETS: Final = FOLDER / "sheets"
WRITTEN: Final = (
    "uji_teks", "uji_angka", "uji_waktu", "uji_pilihan", "uji_ulang", "uji_lokasi", "uji_jenis", "uji_bawaan",
)  # fmt: skip
NO_CASES: Final = "name,label\n,\n"
"""A list without cases has one blank row: the engine does not open a form whose list has none."""
ALL: Final = (*FORM_IDS, *WRITTEN)


def compiled(form_id: str, folder: Path) -> CompiledForm:
    """The form, its workbook and files written to `folder` and compiled as for publishing."""
    is_written = form_id in WRITTEN
    (folder / f"{form_id}.xlsx").write_bytes(workbook_bytes(form_id, *((SHEETS,) if is_written else ())))
    for file in _files(is_written):
        shutil.copyfile(file, folder / file.name)
    return compile_workbook(folder / f"{form_id}.xlsx")


def load(engine: Engine, form: CompiledForm) -> None:
    """Make the form known to the engine by its id; the case lists that it is given are empty."""
    files = {name: content.decode() for name, content in form.media.items()}
    attached = {f"{name}.csv": NO_CASES for name in form.definition.get("attached", ())}
    engine.load(form.form_id, form.xform, {**attached, **files})


def _files(is_written: bool) -> list[Path]:
    if not is_written:
        return [FORMS / name for name in CHOICE_FILES]
    return [path for path in SHEETS.iterdir() if path.suffixes in ([".csv"], [".xml"])]
