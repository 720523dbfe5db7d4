"""Lists that the office holds and forms may ask for by a file's name, when none came with the workbook."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from server.store import areas
from server.store.areas import StoredVillage
from server.xlsform.files import Read

VILLAGES: Final = "desa.csv"
DISTRICTS: Final = "kecamatan.csv"


def office_lists(connection: Connection) -> Read:
    """
    `desa.csv` and `kecamatan.csv` as the loaded villages have them, in the columns of `forms/desa.csv`.

    Read when this is called, so that the lists do not change while a form is compiled. Nothing where no
    village is loaded: an empty list would publish a form that nobody can fill in.
    """
    villages = sorted(areas.all_villages(connection).values(), key=lambda one: one.code)
    held = {VILLAGES: _villages(villages), DISTRICTS: _districts(villages)} if villages else {}
    return held.get


def _villages(villages: Iterable[StoredVillage]) -> bytes:
    rows = [(one.code, one.name, one.kecamatan_code, one.kind) for one in villages]
    return _table(("name", "label", "kecamatan", "jenis"), rows)


def _districts(villages: Iterable[StoredVillage]) -> bytes:
    return _table(("name", "label"), sorted({(one.kecamatan_code, one.kecamatan) for one in villages}))


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([headings, *rows])
    return text.getvalue().encode()
