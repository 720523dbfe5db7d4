"""The file of villages: what is wrong with it is told by line and column, and nothing of it is loaded."""

from pathlib import Path

import pytest

from server.services.load_areas import AreasFileError, read_areas_file

KUKAR = Path(__file__).parents[3] / "forms" / "kukar_areas.csv"
HEADER = "kode,nama,jenis,kode_kecamatan,kecamatan\n"
ROW = "64.02.01.2001,Perian,desa,64.02.01,Muara Muntai\n"


def test_the_regency_has_237_villages_by_code() -> None:
    villages = read_areas_file(KUKAR.read_bytes())
    assert len({village.code for village in villages}) == 237
    assert len({village.name for village in villages}) < 237
    assert villages[0].kecamatan == "Muara Muntai"


def test_a_byte_order_mark_quotes_and_other_line_ends_do_not_matter() -> None:
    text = "\ufeff" + HEADER + '64.02.01.2001,"Perian, hulu",desa,64.02.01,Muara Muntai'
    assert read_areas_file(text.replace("\n", "\r\n").encode())[0].name == "Perian, hulu"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"", 1, "kode"),
        (b"kode,nama\n", 1, "jenis"),
        (HEADER.encode(), 2, ""),
        ((HEADER + ROW + "x,Perian,desa,64.02.01,Muntai\n").encode(), 3, "kode"),
        ((HEADER + ROW + ROW).encode(), 3, "kode"),
        ((HEADER + ROW.replace("64.02.01,", "64.02.02,")).encode(), 2, "kode_kecamatan"),
        ((HEADER + ROW.replace("desa", "kota")).encode(), 2, "jenis"),
        ((HEADER + ROW.replace("Perian", "")).encode(), 2, "nama"),
        ((HEADER + ROW.replace("Perian", "x" * 101)).encode(), 2, "nama"),
        ((HEADER + ROW.replace("Perian", "a\x00b")).encode(), 2, "nama"),
        ((HEADER + ROW.replace("Muara Muntai", "\u202e")).encode(), 2, "kecamatan"),
        ((HEADER + "64.02.01.2001\n").encode(), 2, "kode_kecamatan"),
        ((HEADER + ROW).encode() + b"\xff\xfe", 3, ""),
        ((HEADER + ROW + '"open').encode(), 3, ""),
        ((HEADER + "٦٤.02.01.2001" + ROW[13:]).encode(), 2, "kode"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(data: bytes, line: int, column: str) -> None:
    with pytest.raises(AreasFileError) as caught:
        read_areas_file(data)
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column)
