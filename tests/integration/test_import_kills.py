"""
An import that is killed is run again, and two that run at once do not double anything.

Broken on purpose: ids of new cases by chance (a killed import left cases that the next one began anew); the
rows of a whole list in one transaction (nothing of a killed import was there); cases looked for once more
when they were written (what another import had begun meanwhile was said a second time).
"""

import subprocess
from pathlib import Path

import pytest

from tests.support.filings import VILLAGE
from tests.support.importing import HEAD_OF_FIELD, Importer
from tests.support.lists import csv_file
from tests.support.office import Office
from tests.support.server import environment_of, verilap_server

ROWS, EACH = 2_400, 300
"""One row in so many is wrong: the line that tells it says that the rows before are written."""


@pytest.fixture
def importer(durable_database_url: str, tmp_path: Path) -> Importer:
    return Importer(Office(durable_database_url, tmp_path), tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    rows = "\n".join(f"B-{n},Penerima {n},{'' if n % EACH == 0 else VILLAGE},{n}" for n in range(1, ROWS + 1))
    return csv_file(tmp_path, f"No,penerima,desa,uang_rencana\n{rows}")


def begin(importer: Importer, path: Path) -> "subprocess.Popen[str]":
    command = [verilap_server(), "import-cases", "penyaluran", str(path), "--by", HEAD_OF_FIELD]
    return subprocess.Popen(
        [*command, "--key", "No"], env=environment_of(importer.config), stdout=subprocess.PIPE, text=True
    )


def kill_after(process: "subprocess.Popen[str]", faults: int) -> None:
    """SIGKILL once so many faults were told; what comes next may be anywhere in its next rows."""
    assert process.stdout is not None
    for line in process.stdout:
        faults -= line.startswith("Row ")
        if not faults:
            break
    process.kill()
    process.wait(30)
    process.stdout.close()


def test_a_killed_import_is_finished_by_the_next_one(importer: Importer, path: Path) -> None:
    for faults in (1, 2, 4):
        kill_after(begin(importer, path), faults)
        there = len(importer.cases("penyaluran"))
        assert faults * EACH - 100 < there < ROWS
        importer.assert_sound()
    wrong = ROWS // EACH
    counts = importer.counts("penyaluran", path, "--key", "No")
    assert counts == {"new": ROWS - wrong - there, "unchanged": there, "left-out": wrong}
    assert len(importer.cases("penyaluran")) == ROWS - wrong
    importer.assert_sound()


def test_two_imports_at_once_do_not_double_anything(importer: Importer, path: Path) -> None:
    both = [begin(importer, path) for _ in range(2)]
    told = [process.communicate(timeout=120)[0].splitlines()[-1] for process in both]
    assert [process.returncode for process in both] == [1, 1], told
    assert len(importer.cases("penyaluran")) == ROWS - ROWS // EACH
    importer.assert_sound()
    with importer.office.store.read() as connection:
        log = connection.exec_driver_sql("SELECT count(*) FROM operation").scalar()
    assert log == ROWS - ROWS // EACH
