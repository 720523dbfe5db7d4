"""A form with every type of question and every look of them that the phone app has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from server.xlsform import CompiledForm, compile_workbook
from tests.support.forms import Rows, workbook

# fmt: off
_HEAD: Final = (
    "type", "name", "label::Bahasa Indonesia (id)", "label::English (en)", "hint::Bahasa Indonesia (id)",
    "appearance",
    "parameters", "required", "relevant", "constraint", "constraint_message::Bahasa Indonesia (id)",
    "calculation",
    "default", "repeat_count", "read_only", "body::accuracyThreshold", "trigger",
)

_ROWS: Final = (
    ("text", "awal", "Pertanyaan pertama", "First question"),
    ("begin_group", "teks", "Teks dan angka", "Text and numbers"),
    ("text", "nama", "Nama", "Name", "Seperti di **KTP**", {"required": "yes"}),
    ("text", "cerita", "Cerita", "Story", "", {"appearance": "multiline"}),
    ("text", "nik", "NIK", "NIK", "", {"appearance": "numbers masked"}),
    (
        "integer", "umur", "Umur", "Age", "",
        {"constraint": ". >= 0 and . <= 110", "constraint_message::Bahasa Indonesia (id)": "Umur 0–110."},
    ),
    ("decimal", "rupiah", "Penghasilan", "Income", "", {"appearance": "thousands-sep"}),
    ("barcode", "kartu", "Kartu", "Card"),
    ("calculate", "panjang", "", "", "", {"calculation": "string-length(${nama})"}),
    ("note", "catatan", "Nama ini ${panjang} huruf.", "This name has ${panjang} letters."),
    ("text", "tetap", "Tetap", "Fixed", "", {"default": "tidak berubah", "read_only": "yes"}),
    ("end_group", ""),
    ("begin_group", "waktu", "Waktu", "Time", "", {"appearance": "field-list"}),
    ("date", "lahir", "Tanggal lahir", "Born on"),
    ("date", "bulan", "Bulan", "Month", "", {"appearance": "month-year"}),
    ("date", "tahun", "Tahun", "Year", "", {"appearance": "year"}),
    ("time", "jam", "Jam", "Time of day"),
    ("datetime", "saat", "Saat", "Moment"),
    ("end_group", ""),
    ("begin_group", "pilihan", "Pilihan", "Choices"),
    ("select_one ya", "satu", "Satu", "One", "", {"required": "yes"}),
    ("select_multiple warna", "banyak", "Banyak", "Several"),
    ("select_one warna", "dua_kolom", "Dua kolom", "Two columns", "", {"appearance": "columns-2"}),
    ("select_one warna", "setuju", "Seberapa setuju", "How much", "", {"appearance": "likert"}),
    ("select_one ya", "cepat", "Cepat", "Quick", "", {"appearance": "quick"}),
    ("select_one_from_file desa.csv", "desa", "Desa", "Village", "", {"appearance": "minimal autocomplete"}),
    ("select_multiple warna", "cari", "Cari banyak", "Seek several", "", {"appearance": "minimal"}),
    ("rank warna", "urutan", "Urutan", "Order"),
    ("range", "skala", "Skala", "Scale", "", {"parameters": "start=1 end=10 step=1"}),
    (
        "range", "bintang", "Bintang", "Stars", "",
        {"parameters": "start=1 end=5 step=1", "appearance": "rating"},
    ),
    (
        "range", "ambil", "Ambil angka", "Pick a number", "",
        {"parameters": "start=0 end=2 step=0.5", "appearance": "picker"},
    ),
    ("acknowledge", "paham", "Sudah dijelaskan", "Explained"),
    ("end_group", ""),
    ("begin_group", "tempat", "Tempat", "Places"),
    ("geopoint", "titik", "Lokasi rumah", "Place of the house", "", {"body::accuracyThreshold": "10"}),
    (
        "text", "alasan", "Mengapa tanpa lokasi?", "Why no place?", "",
        {"relevant": "${titik} = ''", "required": "yes"},
    ),
    ("geotrace", "jalan", "Jalan", "Road"),
    ("geoshape", "kebun", "Kebun", "Garden"),
    ("end_group", ""),
    ("begin_group", "berkas", "Berkas", "Files"),
    ("image", "foto", "Foto rumah", "Photo", "", {"appearance": "new"}),
    ("image", "tanda", "Foto bertanda", "Marked photo", "", {"appearance": "annotate"}),
    ("image", "ttd", "Tanda tangan", "Signature", "", {"appearance": "signature"}),
    ("image", "denah", "Denah", "Sketch", "", {"appearance": "draw"}),
    ("audio", "suara", "Suara", "Sound"),
    ("video", "video", "Video", "Video"),
    ("file", "surat", "Surat", "Letter"),
    ("end_group", ""),
    ("begin_repeat", "orang", "Anggota keluarga", "Members of the family"),
    ("text", "o_nama", "Nama anggota", "Name of the member", "", {"required": "yes"}),
    ("integer", "o_umur", "Umur anggota", "Age of the member"),
    ("text", "o_jenis", "Jenis", "Kind", "", {"default": "biasa", "relevant": "${o_umur} > 5"}),
    ("begin_repeat", "barang", "Barang", "Things"),
    ("text", "b_nama", "Nama barang", "Name of the thing"),
    ("end_repeat", ""),
    ("end_repeat", ""),
    ("integer", "jumlah", "Berapa ruangan?", "How many rooms?"),
    ("begin_repeat", "kamar", "Ruangan", "Rooms", "", {"repeat_count": "${jumlah}"}),
    ("text", "k_nama", "Nama ruangan", "Name of the room"),
    ("end_repeat", ""),
    ("begin_group", "lindung", "Perlindungan", "Protection"),
    ("select_one ya", "bahaya_segera", "Anak dalam bahaya sekarang?", "Is the child in danger now?"),
    ("text", "tersembunyi", "Hanya bila ya", "Only if so", "", {"relevant": "${bahaya_segera} = '1'"}),
    (
        "text", "dipicu", "Dari nama", "From the name", "",
        {"calculation": "concat(${nama}, '!')", "trigger": "${nama}"},
    ),
    ("end_group", ""),
)

# fmt: on

_CHOICES: Final = (
    ("list_name", "name", "label::Bahasa Indonesia (id)", "label::English (en)"),
    ("ya", "1", "Ya", "Yes"),
    ("ya", "2", "Tidak", "No"),
    ("warna", "m", "Merah", "Red"),
    ("warna", "k", "Kuning", "Yellow"),
    ("warna", "h", "Hijau", "Green"),
    ("warna", "b", "Biru", "Blue"),
)
_SETTINGS: Final = (("form_title", "form_id", "version"), ("Semua jenis", "semua_jenis", "1"))


def compiled(folder: Path) -> CompiledForm:
    """The form, its workbook written to `folder`."""
    (folder / "desa.csv").write_text(
        "name,label\n"
        + "".join(f"64.02.18.{2000 + number},Desa Nomor {number}\n" for number in range(1, 41)),
        encoding="utf-8",
    )
    rows: Rows = [_HEAD, *(_row(*row) for row in _ROWS)]
    return compile_workbook(workbook(folder, settings=_SETTINGS, survey=rows, choices=_CHOICES))


def _row(kind: str, name: str, *words: str | dict[str, str]) -> tuple[str, ...]:
    texts = [one for one in words if isinstance(one, str)]
    more = next((one for one in words if isinstance(one, dict)), {})
    given = {"type": kind, "name": name, **dict(zip(_HEAD[2:], texts, strict=False)), **more}
    return tuple(given.get(column, "") for column in _HEAD)
