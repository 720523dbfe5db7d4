"""
Long work at the pages: a list is tried out, its columns told otherwise, imported; a long one becomes a file.

Broken on purpose: a job's page for another supervisor; the file handed out a second time, or after villages
were taken away; a trial that wrote; a list that could be imported twice from one trial; an export that went
on after somebody in it was erased; what an administrator was told of somebody's list.
"""

import csv
import io
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from server.clock import now_ms
from server.models_evidence import AuditRow
from server.services import job_exports, jobs
from server.services.job_imports import LIST_IMPORT
from server.services.job_kinds import KINDS
from server.services.job_orders import order_anew, order_trial
from server.services.running_jobs import Runner
from server.store import jobs as stored
from server.store.jobs import GIVEN, StoredJob
from server.web import exporting
from tests.support.filings import REGENCY, VILLAGE
from tests.support.importing import HEAD_OF_FIELD, Importer
from tests.support.lists import csv_file
from tests.support.office import NOW, Office
from tests.support.pages import KECAMATAN, PASSWORD, Page, Person, at_work, hire
from tests.support.server import environment_of, verilap_server

LIST = f"Nomor,penerima,desa\nB-1,Asih,{VILLAGE}\nB-2,=Budi,{VILLAGE}\nB-3,Citra,Antah Berantah\n"
FILE = "daftar.csv"


@pytest.fixture
def importer(office: Office, tmp_path: Path) -> Importer:
    return Importer(office, tmp_path)


@pytest.fixture
def hana(importer: Importer) -> Person:
    person = hire(importer.office, HEAD_OF_FIELD, "head", REGENCY)
    person.sign_in()
    person.speak("en")
    return person


def send(person: Person, text: str, list_name: str = "penyaluran") -> Page:
    path = f"/cases/{list_name}/import"
    token = person.get(path).form(path).fields["csrf_token"]
    file = (io.BytesIO(text.encode()), FILE)
    return person.post(path, {"csrf_token": token, "list": file}, content_type="multipart/form-data")


def all_jobs(office: Office) -> list[StoredJob]:
    with office.store.read() as connection:
        return stored.latest(connection, None, 100)


def work(office: Office) -> None:
    runner = Runner(office.store, KINDS, now_ms)
    while runner.run_some():
        pass


def test_a_list_is_tried_out_told_otherwise_and_taken_in(importer: Importer, hana: Person) -> None:
    """The whole story, as who has no script and no worker beside the server."""
    assert "/cases/penyaluran/import" in str(hana.get("/cases?list=penyaluran").links())
    page = send(hana, LIST)
    assert page.status == 200
    assert "No column tells rows apart" in page or "tells" in page
    assert importer.cases("penyaluran") == {}
    page = page.submit(form="/import/", press=("do", "try"), key="Nomor")
    assert "Antah Berantah" in page
    assert "new cases 2" in page
    assert "rows left out 1" in page
    assert importer.cases("penyaluran") == {}
    trial = page
    page = trial.submit(form="/import/", press=("do", "import"))
    assert page.path.startswith("/jobs/")
    assert "Done" in page
    assert "new cases 2" in page
    assert set(importer.cases("penyaluran")) == {"Asih", "=Budi"}
    again = trial.submit(form="/import/", press=("do", "import"))
    assert (again.path, again.status) == ("/jobs", 200)
    assert "used already" in again
    page = send(hana, LIST)
    assert "cases that say so already 2" in page, "the columns were not remembered"
    assert "Unduh" not in page
    importer.assert_sound()
    other = at_work(importer.office, "joko", "head", REGENCY)
    admin = at_work(importer.office, "admin", "admin")
    for job in all_jobs(importer.office):
        assert other.get(f"/jobs/{job.id}").status == 404
        told = admin.get(f"/jobs/{job.id}")
        assert told.status == 200
        assert not any(word in told for word in ("Antah", "Asih", "Penyaluran"))
    assert other.get("/jobs").links("/jobs/") == []
    assert other.get(f"/cases/penyaluran/import?job={all_jobs(importer.office)[0].id}").status == 404


def test_what_is_no_list_ends_in_a_sentence(importer: Importer, hana: Person) -> None:
    assert "cannot be read" in send(hana, "\0\0")
    empty = send(hana, "")
    assert empty.status == 400
    assert "empty" in empty
    assert hana.get("/cases/tiada/import").status == 404
    assert send(hana, "x" * (13 * 1024 * 1024)).status == 413
    assert at_work(importer.office).get("/cases/penyaluran/import").status == 403


def rows_of(page: Page) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page.answer.data.decode("utf-8-sig"))))


def test_a_long_list_is_made_by_a_worker_and_taken_once(
    importer: Importer, hana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(hana, LIST).submit(form="/import/", press=("do", "try"), key="Nomor").submit(
        form="/import/", press=("do", "import")
    )
    monkeypatch.setattr(exporting, "LARGE", 2)
    monkeypatch.setattr(job_exports, "AT_ONCE", 1)

    def order() -> Page:
        asked = hana.get("/cases/penyaluran/export")
        if "password_again" in asked.html:
            asked = asked.submit(form="/password", password_again=PASSWORD)
        return asked.submit(form="/export", reason="untuk rapat kasus")

    page = order()
    assert page.path.startswith("/jobs/")
    assert "Waiting for its turn" in page
    assert page.form("/cancel").action
    runner = Runner(importer.office.store, KINDS, now_ms)
    assert runner.run_some(seconds=0)
    half = hana.get(page.path)
    assert "1 of 2" in half
    with importer.office.store.write() as connection:
        stored.forget(connection, now_ms())  # somebody was erased: it begins again
    assert "0 of 2" in hana.get(page.path)
    work(importer.office)
    over = hana.get(page.path)
    taken = over.submit(form="/file")
    rows = rows_of(taken)
    assert [row[1] for row in rows[1:]] in (["Asih", "'=Budi"], ["'=Budi", "Asih"])
    assert rows[0][:3] == ["name", "label", "desa"]
    assert over.submit(form="/file").status == 404
    assert "was taken" in hana.get(page.path)
    with importer.office.store.read() as connection:
        acts = connection.execute(
            select(AuditRow.record_count).where(AuditRow.action == "export", AuditRow.account == hana.name)
        ).scalars()
        assert sorted(acts) == [0, 1, 1, 1]
    page = order()
    work(importer.office)
    importer.office.move(HEAD_OF_FIELD, KECAMATAN)
    refused = hana.get(page.path).submit(form="/file")
    assert refused.status == 403
    importer.office.move(HEAD_OF_FIELD, REGENCY)
    page = order()
    cancelled = page.submit(form="/cancel")
    assert "Cancelled" in cancelled
    assert page.submit(form="/cancel").status == 409


def test_a_rehearsal_of_all_records_is_a_job(office: Office) -> None:
    admin = at_work(office, "admin", "admin")
    path = "/forms/verifikasi_anak/2026010101/rehearsal"
    token = admin.get("/forms").form("/forms").fields["csrf_token"]
    page = admin.post(path, {"csrf_token": token})
    assert page.path.startswith("/jobs/")
    work(office)
    (link,) = admin.get(page.path).links("/rehearsal")
    assert admin.get(link).status == 200
    assert admin.get(f"{path}?job=none").status == 404


# --- killed ------------------------------------------------------------------------------------------


ROWS, EACH = 2_400, 300


def test_workers_that_are_killed_in_the_middle_lose_and_double_nothing(
    durable_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real processes, SIGKILL. The last one is this test's own, and finds the list where they left it."""
    importer = Importer(Office(durable_database_url, tmp_path), tmp_path)
    store = importer.office.store
    rows = "\n".join(f"B-{n},Penerima {n},{'' if n % EACH == 0 else VILLAGE}" for n in range(1, ROWS + 1))
    text = csv_file(tmp_path, f"No,penerima,desa\n{rows}\nB-7,Sekali lagi,{VILLAGE}").read_bytes()
    with store.write() as connection:
        hana = importer.office.person_in(connection, HEAD_OF_FIELD)
        trial = order_trial(connection, hana, "penyaluran", text, NOW)
        found = stored.find(connection, trial)
        assert found
        wishes = ["penerima=penerima", "desa=desa", "No="]
        job = order_anew(connection, hana, found, LIST_IMPORT, wishes, "No", NOW)
        jobs.cancel(connection, hana, trial, NOW)
    monkeypatch.setattr(stored, "LEASE_MS", 0)  # what was killed is taken over at once, here

    def stands() -> StoredJob:
        with store.read() as connection:
            one = stored.find(connection, job)
        assert one
        return one

    for before in (200, 1_000):
        with store.write() as connection:
            stored.give_back(connection, job, stands().token or "", NOW, is_fault=False)
        worker = subprocess.Popen(
            [verilap_server(), "work"], env=environment_of(importer.config), stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while stands().done < before:
            assert time.monotonic() < deadline, "the worker does nothing"
            time.sleep(0.01)
        worker.kill()
        worker.wait(30)
        assert stands().is_open
        assert len(importer.cases("penyaluran")) == stands().done - stands().done // EACH
    runner = Runner(store, KINDS, now_ms)
    while stands().is_open:
        runner.run_some()
    over = stands()
    assert (over.state, over.done) == ("done", ROWS + 1)
    wrong = ROWS // EACH
    assert over.result["counts"]["new"] == ROWS - wrong
    assert over.result["counts"]["left-out"] == wrong + 1, "a case that two rows mean, over a kill"
    assert len(importer.cases("penyaluran")) == ROWS - wrong
    with store.read() as connection:
        assert not stored.has_file(connection, job, GIVEN)
    importer.assert_sound()
