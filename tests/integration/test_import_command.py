"""``verilap-server import-cases`` as a person runs it: what it tells, in which language, and how it ends."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.support.filings import VILLAGE
from tests.support.importing import HEAD_OF_FIELD, Importer
from tests.support.lists import csv_file, sheet_file
from tests.support.office import Office
from tests.support.server import environment_of, verilap_server

NIK = "6402180101150001"
LIST = f"NIK,nama,desa,Keterangan\n{NIK},Asha,{VILLAGE},x\n{NIK[:-1]},Budi,{VILLAGE},y"


@pytest.fixture
def importer(office: Office, tmp_path: Path) -> Importer:
    return Importer(office, tmp_path)


def test_what_is_read_and_what_became_of_it_is_told_in_the_language_of_the_locale(
    importer: Importer, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, LIST)
    indonesian = importer.run("anak", path, "--dry-run", language="id_ID.UTF-8")
    assert indonesian.exit_code == 1
    assert indonesian.stdout.splitlines() == [
        "2 baris.",
        "  NIK → nik (NIK anak)",
        "  nama → nama (Nama lengkap anak)",
        "  desa → desa (desa)",
        "  Keterangan: dilewati",
        "Baris dibedakan menurut: NIK",
        "Baris 3, kolom NIK: “6402*******5000” bukan nomor tepat 16 angka yang tidak diawali 0. "
        "Cocokkan dengan kartunya.",
        "Tidak ada yang ditulis. 2 baris: 1 akan baru, 0 berubah, 0 berkonflik, 0 tidak berubah, "
        "1 tidak diimpor.",
    ]
    english = importer.run("anak", path)
    assert english.stdout.splitlines()[-1] == (
        "2 rows: 1 new, 0 changed, 0 in conflict, 0 unchanged, 1 left out."
    )
    assert english.stderr == ""


def test_a_list_without_a_fault_ends_well_and_a_sheet_is_named(importer: Importer, tmp_path: Path) -> None:
    done = importer.run("anak", sheet_file(tmp_path, [("NIK", "nama", "desa"), (NIK, "Asha", VILLAGE)]))
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "Sheet Data: 1 row.")


def test_json_tells_each_problem_in_both_languages(importer: Importer, tmp_path: Path) -> None:
    told = importer.told("anak", csv_file(tmp_path, LIST))
    (problem,) = told["problems"]
    assert (problem["row"], problem["column"], problem["cell"]) == (3, "NIK", "A3")
    assert problem["message"].keys() == {"id", "en"}
    assert told["ignored"] == ["Keterangan"]
    assert NIK[:-1] not in str(told)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--by", "siapa"), "unknown-account"),
        (("--by", "siti"), "not-allowed"),
        (("--by", "admin"), "not-allowed"),
        (("--map", "NIK"), "list-invalid"),
        (("--sheet", "Data"), "list-invalid"),
    ],
)
def test_what_cannot_be_is_one_sentence_with_a_code_and_writes_nothing(
    importer: Importer, office: Office, tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    office.person("siti", "supervisor", "64.02")
    office.person("admin", "admin")
    done = importer.run("anak", csv_file(tmp_path, LIST), *arguments)
    assert done.exit_code == 1
    assert done.stderr.rstrip().endswith(f"({code})")
    assert importer.cases("anak") == {}


def test_a_list_that_no_form_fills_is_refused_with_those_that_there_are(
    importer: Importer, tmp_path: Path
) -> None:
    done = importer.run("rumah", csv_file(tmp_path, LIST))
    assert done.exit_code == 1
    assert "anak, keluarga, penyaluran" in done.stderr
    assert "(unknown-case-list)" in done.stderr


def test_somebody_who_watches_sees_how_far_it_is(importer: Importer, tmp_path: Path) -> None:
    """Broken on purpose: the bar was hidden from everybody."""
    path = csv_file(tmp_path, LIST)
    watched, terminal = os.openpty()
    command = [verilap_server(), "import-cases", "anak", str(path), "--by", HEAD_OF_FIELD]
    process = subprocess.Popen(
        command, env=environment_of(importer.config), stdout=subprocess.PIPE, stderr=terminal, text=True
    )
    os.close(terminal)
    seen: list[bytes] = []
    reader = threading.Thread(target=read_all, args=[watched, seen])
    reader.start()
    out, _ = process.communicate(timeout=60)
    reader.join(60)
    os.close(watched)
    shown = b"".join(seen).decode()
    assert "Importing" in shown
    assert "2/2" in shown
    assert "Row 3" in out


def read_all(watched: int, seen: list[bytes]) -> None:
    """What a terminal shows until the command has ended, which is told as an error."""
    try:
        while piece := os.read(watched, 4096):
            seen.append(piece)
    except OSError:
        return
