"""A form that sets by itself whatever a form can set, for devices and pages."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from server.xlsform import CompiledForm, compile_workbook
from tests.support.workbooks import book

SURVEY = """
type | name | label | relevant | calculation | default | trigger | save_to | x_peran | x_pdp
hidden | id_kasus | K | | | | | | id_kasus | umum
start | mulai | M | | | | | | | umum
end | selesai | S | | | | | | | umum
today | hari | H | | | | | | | umum
username | siapa | W | | | | | | | umum
deviceid | alat | D | | | | | | | umum
text | nama | Nama | | | | | nama | nama | umum
text | kota | Kota | | | Tenggarong | | kota | | umum
text | asal | Asal | | | concat('dari ', ${kota}) | | | | umum
text | rincian | Rincian | ${kota} = 'Samarinda' | | menunggu | | | | umum
text | picu | Pemicu | | | | | | | umum
text | isi | Isi | | concat(${picu}, '!') | | ${picu} | isi | | umum
text | lanjut | Lanjut | | concat(${isi}, '?') | | ${isi} | | | umum
text | aduan | Aduan | | | | | | | terbatas
text | tanda | Tanda | | concat(${aduan}, ${picu}) | | ${picu} | | | terbatas
calculate | sekali | Sekali | | once(concat(${kota}, ' ', today())) | | | | | umum
begin repeat | anggota | Anggota | | | | | | |
text | a_nama | Nama anggota | | | | | | | umum
text | a_status | Status | | | hidup | | | | umum
text | a_ke | Nomor | | | concat(${nama}, position(..)) | | | | umum
text | a_isi | Isi anggota | | concat(${a_nama}, '#') | | ${a_nama} | | | umum
end repeat | | | | | | | | |
"""
ENTITIES = """
list_name | label | entity_id | create_if | update_if
anak | ${nama} | ${id_kasus} | ${id_kasus} = '' | ${id_kasus} != ''
"""
FORM_ID = "bertindak"


@cache
def acting_form() -> CompiledForm:
    """The form, compiled as for publishing."""
    settings = f"form_title | form_id | version\nBertindak | {FORM_ID} | 1"
    with tempfile.TemporaryDirectory() as folder:
        return compile_workbook(book(Path(folder), survey=SURVEY, entities=ENTITIES, settings=settings))
