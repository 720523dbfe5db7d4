"""
Rounds by the pages: opened, cases assigned in three ways, followed until they are visited; seen by devices.

Broken on purpose, each time with a failing test here: a second press opened a second round; going back to
the form of a round and typing another one mixed the two; assigning asked for no village; whoever had a case
lost it to who pressed later; a rejected form counted as a visit, and one of before the round; cases that are
set aside stood in the lists; the lists showed the villages of others.
"""

from itertools import count as count_from
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.access import Actor
from domain.handing_over import notes_of
from domain.planning import ASSIGNED, ASSIGNMENT, ROUND, assignment_record, read_assignment, round_record
from domain.rounds import Plan
from server.models import OperationRow
from server.models_office import AssignmentFact, RoundFact
from server.services import jobs, restricting
from server.services.assignments import Became, assign_all
from server.services.check_store import Checked, check_store
from server.services.erasing import subject_of, take_out
from server.services.job_assigning import ASSIGNING, params_of
from server.services.rounds import open_round
from server.services.running_jobs import run_one
from server.services.settling import Choice, settle
from server.store.audit import rows_naming
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, REGENCY, VILLAGE, arrives, review
from tests.support.local_line import enrolled
from tests.support.office import NOW, ApiClient, Office
from tests.support.pages import Page, Person, at_work
from tests.support.planning import state_of
from tests.support.raw_device import RawDevice
from tests.support.rounds import FORM_ID, PLAN, VISITING, begun_round, cases, visit

NAMED = {"form": FORM_ID, "title": "Semester 2"}
DAYS = {"begins": PLAN.begins, "due": PLAN.due}


@pytest.fixture(autouse=True)
def _published(office: Office) -> None:
    office.publish(VISITING)
    clock = count_from(NOW)
    office.app.config["VERILAP_CLOCK"] = lambda: next(clock)


def open_by_page(person: Person, **typed: str) -> Page:
    return person.get("/rounds/new").submit("/rounds", fields={**NAMED, **DAYS, **typed})


def round_of(page: Page) -> str:
    return page.path.rpartition("/")[2]


def count(office: Office, table: Any) -> int:
    with office.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def assigned_to(office: Office) -> dict[str, str]:
    with office.store.read() as connection:
        rows = connection.execute(select(AssignmentFact.case_id, AssignmentFact.officer))
        return {row[0]: row[1] for row in rows}


def test_a_round_is_opened_followed_and_closed(
    office: Office, siti: Person, api: ApiClient, asha: RawDevice, budi: RawDevice
) -> None:
    hana = office.person("hana", "head", REGENCY)
    office.move("budi", NEIGHBOUR)
    ani, beni, cici, far = cases(
        office, hana, (VILLAGE, "Ani"), (VILLAGE, "Beni"), (NEIGHBOUR, "Cici 6402181203120001"), (FAR, "Jauh")
    )

    # Opened twice by two presses of one form: one round, in the villages of who opened it.
    form = siti.get("/rounds/new")
    first = form.submit("/rounds", fields={**NAMED, **DAYS})
    again = form.submit("/rounds", fields={**NAMED, **DAYS})
    assert first.path == again.path
    assert "sudah dibuka sebelumnya" in again
    one, villages = round_of(first), count(office, RoundFact)
    assert f"Dibuka di {villages} desa." in first
    # Who goes back to it and types something else mixes no two rounds: with one more press it is another one.
    other = form.submit("/rounds", fields={**NAMED, **DAYS, "title": "Semester 3"})
    assert (other.status, other.form("/rounds").fields["title"]) == (400, "Semester 3")
    assert count(office, RoundFact) == villages
    assert round_of(first) != other.form("/rounds").fields["round_id"]
    assert "0 Semester 2" not in siti.get("/rounds")
    assert "Kasus 3 Ditugaskan 0 Dikunjungi 0 Disetujui 0 Lewat waktu 0" in siti.get("/rounds")

    # One by one: the list names the cases, with numbers masked, and who was shown them is on record.
    listed = siti.get(f"/rounds/{one}?tab=unassigned")
    assert "Cici 6402********0001" in listed
    assert "Jauh" not in listed
    ticked = listed.submit("/assign", fields={"case": ani, "to": "asha", "due": "2026-09-10"})
    assert "1 kasus ditugaskan." in ticked
    assert "Ani" not in ticked
    with office.store.read() as connection:
        assert "plan" in {row.action for row, _ in rows_naming(connection, [assignment_record(one, ani)])}
        assert "list" in {row.action for row, _ in rows_naming(connection, [cici])}
    # Pressed once more, and for somebody else: she keeps it. Nobody gets a case of a village that he has not.
    again = listed.submit("/assign", fields={"case": ani, "to": "asha"})
    assert "1 kasus memang sudah ditugaskan kepadanya." in again
    office.person("wawan", "supervisor", KECAMATAN)
    with office.store.read() as connection:
        actor = office.person_in(connection, "siti")
    for wanted, became in {
        (ani, "budi"): Became.NOT_HIS,
        (beni, "wawan"): Became.NOT_HIS,
        (cici, "nobody"): Became.NOT_HIS,
        (far, "asha"): Became.GONE,
        ("no id", "asha"): Became.GONE,
    }.items():
        assert assign_all(office.store, actor, one, dict([wanted]), "", NOW) == {became: 1}
    office.move("budi", KECAMATAN)
    assert assign_all(office.store, actor, one, {ani: "budi"}, "", NOW) == {Became.TAKEN: 1}
    office.move("budi", NEIGHBOUR)

    # By village, then the rest evenly, which is shown first.
    page = siti.get(f"/rounds/{one}/assign")
    assert "2 kasus belum ditugaskan" in page
    (row,) = [f for f in page.forms if f.fields.get("village") == NEIGHBOUR]
    after = siti.post(row.action, {**row.fields, "to": "budi"})
    assert "1 kasus ditugaskan." in after
    sent = {"csrf_token": row.fields["csrf_token"], "how": "evenly", "officers": "asha"}
    shown = siti.post(f"/rounds/{one}/assign", sent)
    assert "asha 1 1 2" in shown
    assert beni not in assigned_to(office)
    assert "1 kasus ditugaskan." in shown.submit(press=("sure", "yes"))
    assert assigned_to(office) == {ani: "asha", beni: "asha", cici: "budi"}

    # The officers' devices have the round and the assignments, and change neither.
    told, _ = asha.pull()
    assert {round_record(one, VILLAGE), assignment_record(one, ani)} <= told.keys()
    mine: list[Any] = [("$assigned", "budi", [])]
    reply = asha.sync(asha.operation(mine, record=assignment_record(one, ani), kind=ASSIGNMENT, form=None))
    assert next(iter(reply["verdicts"].values()))["code"] == "not-a-planner"
    close: list[Any] = [("closed", "1", [])]
    reply = asha.sync(asha.operation(close, record=round_record(one, VILLAGE), kind=ROUND, form=None))
    assert next(iter(reply["verdicts"].values()))["code"] == "not-a-planner"

    # Visits: with the round, without it from its first day on; a rejected one is none; the last one tells.
    assert "Lewat waktu 1" in siti.get(f"/rounds/{one}")  # Ani's own day is over
    gone = visit(asha, ani, VILLAGE, one, **{"k/status_keberadaan": "4"})
    visit(asha, beni, VILLAGE, "11111111-1111-4111-8111-111111111111")
    wrong = visit(budi, cici, NEIGHBOUR)
    page = siti.get(f"/rounds/{one}?tab=not-found")
    assert "Kasus 3 Ditugaskan 3 Dikunjungi 2 Disetujui 0 Lewat waktu 0 Tidak ditemukan 1" in page
    assert "Ani" in page
    assert review(api, wrong, "reject", comment="bukan anak ini")[0] == 200
    assert review(api, gone, "approve")[0] == 200
    page = siti.get(f"/rounds/{one}?tab=unvisited")
    assert "Dikunjungi 1 Disetujui 1" in page
    assert all(name in page for name in ("Beni", "Cici"))
    assert "Ani " not in page.text.partition("Saring")[2]
    visit(asha, ani, VILLAGE, one)
    assert "Tidak ditemukan 0" in siti.get(f"/rounds/{one}")
    sheet = siti.get(f"/rounds/{one}/sheet?officer=asha")
    assert [name in sheet for name in ("Ani", "Beni", "Cici")] == [True, True, False]
    assert "asha 2 1 1 0 0" in siti.get(f"/rounds/{one}?tab=officers")

    # Closed, nothing is overdue or assigned any more; open again, all is as before.
    operations = count(office, OperationRow)
    closed = siti.get(f"/rounds/{one}/edit").submit(press=("what", "close"))
    assert "Ditutup." in closed
    assert count(office, OperationRow) == operations + villages
    assert "Tidak ada periode yang terbuka" in siti.get("/rounds")
    assert assign_all(office.store, actor, one, {beni: "asha"}, "", NOW) == {Became.CLOSED: 1}
    assert "Dibuka kembali." in siti.get(f"/rounds/{one}/edit").submit(press=("what", "reopen"))
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


def test_a_form_of_before_the_round_is_no_visit(office: Office, siti: Person, asha: RawDevice) -> None:
    hana = office.person("hana", "head", REGENCY)
    (ani,) = cases(office, hana, (VILLAGE, "Ani"))
    visit(asha, ani, VILLAGE)
    one = begun_round(office, hana, [VILLAGE], Plan("Nanti", "2026-09-22", "2026-09-30"))
    assert "Dikunjungi 0" in siti.get(f"/rounds/{one}")
    other = begun_round(office, hana, [VILLAGE], Plan("Kini", "2026-09-21", "2026-09-30"))
    assert "Dikunjungi 1" in siti.get(f"/rounds/{other}")
    visit(asha, ani, VILLAGE, one)
    assert "Dikunjungi 1" in siti.get(f"/rounds/{one}")


def test_each_plans_in_his_own_villages_and_a_change_meanwhile_is_told(office: Office, siti: Person) -> None:
    hana = office.person("hana", "head", REGENCY)
    one = begun_round(office, hana, [VILLAGE, NEIGHBOUR, FAR])
    cases(office, hana, (VILLAGE, "Dekat"), (FAR, "Jauh"))
    page = siti.get(f"/rounds/{one}?tab=all&area=64.02")
    assert "2 desa" in page
    assert ("Kasus 1" in page, "Dekat" in page, "Jauh" in page) == (True, True, False)
    assert "Jauh" not in siti.get(f"/rounds/{one}/sheet")
    edit = siti.get(f"/rounds/{one}/edit")
    assert "Disimpan" not in edit.submit(
        "/edit", press=("what", "change"), title="Milik kami", due="2026-10-15"
    )
    with office.store.read() as connection:
        rows = connection.execute(select(RoundFact.village, RoundFact.title, RoundFact.due)).all()
    assert {row[0]: (row[1], row[2]) for row in rows} == {
        VILLAGE: ("Milik kami", "2026-10-15"),
        NEIGHBOUR: ("Milik kami", "2026-10-15"),
        FAR: ("Semester 2", "2026-09-30"),
    }
    late = edit.submit("/edit", press=("what", "change"), title="Dari halaman lama")
    assert late.status == 409
    assert "Milik kami" in late
    assert late.form("/edit").fields["title"] == "Dari halaman lama"
    assert "tidak sama di semua desa" in at_work(office, "hani", "head", REGENCY).get(f"/rounds/{one}")
    wrong = siti.get(f"/rounds/{one}/edit").submit("/edit", press=("what", "change"), due="2026-01-01")
    assert (wrong.status, wrong.form("/edit").fields["due"]) == (400, "2026-01-01")

    # Further villages; one that is not hers is refused, and whoever has none of them sees no round.
    ticks = {"where": "some", "village": FAR, "what": "villages"}
    refused = siti.post(f"/rounds/{one}/edit", {**siti.get(f"/rounds/{one}/edit").forms[-1].fields, **ticks})
    assert refused.status == 400
    assert "3 desa" in siti.post(
        f"/rounds/{one}/edit",
        {**siti.get(f"/rounds/{one}/edit").forms[-1].fields, **ticks, "village": "64.02.18.2002"},
    )
    far = at_work(office, "jauh", "supervisor", "64.02.02")
    assert far.get(f"/rounds/{one}").status == 404
    assert far.get(f"/rounds/{one}/assign").status == 404
    assert "Semester 2" not in far.get("/rounds")
    for address in (one.upper(), "no-id", "11111111-1111-4111-8111-111111111111"):
        assert siti.get(f"/rounds/{address}").status == 404
    peksos = at_work(office, "dewi", "peksos", REGENCY)
    assert "Ubah periode" not in peksos.get(f"/rounds/{one}")
    assert peksos.get(f"/rounds/{one}/edit").status == 403


def test_what_makes_no_round_is_refused_and_what_was_typed_stays(office: Office, siti: Person) -> None:
    page = open_by_page(siti, due="2020-01-01")
    assert (page.status, page.form("/rounds").fields["title"]) == (400, "Semester 2")
    assert "Hari terakhir mendahului hari pertama." in page
    assert open_by_page(siti, where="some").status == 400
    form = siti.get("/rounds/new").form("/rounds").fields
    sent = {**form, **DAYS, "title": "x", "form": FORM_ID}
    assert siti.post("/rounds", {**sent, "form": "no_form"}).status == 400
    assert siti.post("/rounds", {**sent, "round_id": "x"}).status == 400
    assert count(office, RoundFact) == 0
    kecamatan = siti.post("/rounds", {**sent, "where": "some", "area": KECAMATAN})
    assert kecamatan.status == 200
    usual = siti.post("/rounds", {**sent, "form": "verifikasi_anak", "round_id": str(FORM_UUID)})
    assert "tidak diisi untuk kasus" in usual
    assert (
        siti.post(f"/rounds/{FORM_UUID}/assign", {**form, "how": "evenly", "officers": "asha"}).status == 400
    )


FORM_UUID = "99999999-9999-4999-8999-999999999999"


def test_who_is_erased_or_set_aside_leaves_the_round(office: Office, tmp_path: Path) -> None:
    """The assignment goes with the case, here and on devices; what is set aside is told in a number."""
    head = at_work(office, "hana", "head", REGENCY)
    hana = office.person("hana", "head", REGENCY)
    ani, beni = cases(office, hana, (VILLAGE, "Ani"), (VILLAGE, "Beni"))
    one = begun_round(office, hana, [VILLAGE])
    office.person("asha", "officer", KECAMATAN)
    assert assign_all(office.store, hana, one, {ani: "asha"}, "", NOW) == {Became.ASSIGNED: 1}
    mine = assignment_record(one, ani)
    with enrolled(office, "asha", tmp_path / "asha") as asha:
        asha.sync()
        assert asha.store.records.shown(mine)
        _leave_the_round(office, hana, one, ani, beni, head)
        asha.sync()
        assert asha.store.records.shown(mine) is None
        assert asha.store.records.shown(round_record(one, VILLAGE))
    assert assign_all(office.store, hana, one, {ani: "asha"}, "", NOW) == {Became.GONE: 1}


def _leave_the_round(office: Office, hana: Actor, one: str, ani: str, beni: str, head: Person) -> None:
    """One is set aside for good, the other for a while, and then erased."""
    restricting.restrict(office.store, hana, beni, "sengketa di pengadilan", NOW)
    assert assign_all(office.store, hana, one, {beni: "asha"}, "", NOW) == {Became.SET_ASIDE: 1}
    page = head.get(f"/rounds/{one}?tab=all")
    assert "Beni" not in page
    assert "1 kasus tidak disertakan" in page
    siti = at_work(office)
    assert "tidak disertakan" not in siti.get(f"/rounds/{one}")
    restricting.restrict(office.store, hana, ani, "sengketa di pengadilan", NOW)
    assert "Ani" not in siti.get(f"/rounds/{one}?tab=all")
    restricting.lift(office.store, hana, ani, "sengketa selesai", NOW)
    assert assigned_to(office) == {ani: "asha"}
    office.store.transact(lambda c: take_out(c, subject_of(c, ani), NOW))
    assert count(office, AssignmentFact) == 0


def test_opening_stops_at_nothing_that_was_opened_before(office: Office) -> None:
    """As where a server was killed between two batches, and the form is sent once more."""
    hana = office.person("hana", "head", REGENCY)
    one = begun_round(office, hana, [VILLAGE])
    assert open_round(office.store, hana, one, FORM_ID, PLAN, [VILLAGE, NEIGHBOUR, FAR], NOW) == 2
    assert open_round(office.store, hana, one, FORM_ID, PLAN, [VILLAGE, NEIGHBOUR, FAR], NOW) == 0
    assert count(office, RoundFact) == 3


def test_many_are_assigned_by_a_worker_who_takes_nothing_from_anybody(office: Office) -> None:
    """More than a page waits for; what somebody got meanwhile is left to him, and that is counted.

    Broken on purpose: steps that began anew from the first pair, and counts of the last step alone; other
    shares assigned than those that were shown.
    """
    hana = office.person("hana", "head", REGENCY)
    office.person("asha", "officer", KECAMATAN)
    office.person("budi", "officer", VILLAGE)
    listed = cases(office, hana, *((VILLAGE, f"Anak {number}") for number in range(201)))
    one = begun_round(office, hana, [VILLAGE])
    siti = at_work(office, "siti")
    form = siti.get(f"/rounds/{one}/assign").forms[-1].fields
    sent = {"csrf_token": form["csrf_token"], "how": "evenly", "officers": ["asha", "budi"]}
    assert "asha 0 101 101 budi 0 100 100" in siti.post(f"/rounds/{one}/assign", sent)
    assert assign_all(office.store, hana, one, {listed[0]: "budi", listed[1]: "budi"}, "", NOW).total() == 2
    with office.store.read() as connection:
        actor = office.person_in(connection, "siti")
    params: Any = params_of(one, dict.fromkeys(listed, "asha"), "2026-09-25")
    job = office.store.transact(lambda c: jobs.order(c, actor, ASSIGNING, params, NOW))
    run_one(office.store, job, ASSIGNING, 60, office.app.config["VERILAP_CLOCK"])
    told = siti.get(f"/jobs/{job}")
    assert "kasus ditugaskan 199" in told
    assert "kasus yang kini dipegang orang lain 2" in told
    assert sorted(assigned_to(office).values()) == ["asha"] * 199 + ["budi"] * 2
    assert told.links(f"/rounds/{one}")
    other = begun_round(office, hana, [VILLAGE])
    shown = siti.post(f"/rounds/{other}/assign", sent)
    assign_all(office.store, hana, other, {cases(office, hana, (VILLAGE, "Dia"))[0]: "asha"}, "", NOW)
    both: Any = {"officers": ["asha", "budi"]}
    anew = shown.submit(press=("sure", "yes"), fields=both)
    assert (anew.status, "Belum ditugaskan" in anew) == (409, True)
    assert "asha 1 100 101 budi 0 101 101" in anew
    assert anew.submit(press=("sure", "yes"), fields=both).path.startswith("/jobs/")
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


def test_who_was_assigned_twice_leads_to_the_inbox_of_conflicts(office: Office, siti: Person) -> None:
    """
    Two supervisors with devices, each offline; assigning here takes it from neither.

    Broken on purpose: where it was settled whose the case is, the other one's work was not told as late.
    """
    hana = office.person("hana", "head", REGENCY)
    (ani,) = cases(office, hana, (VILLAGE, "Ani"))
    one = begun_round(office, hana, [VILLAGE])
    for name, officer in (("wati", "asha"), ("wina", "budi")):
        office.person(officer, "officer", KECAMATAN)
        device = office.device(name, "supervisor", KECAMATAN)
        about: list[Any] = [("$village", VILLAGE, []), ("$round", one, []), ("$case", ani, [])]
        said: list[Any] = [*about, ("$assigned", officer, [])]
        arrives(
            device, device.operation(said, record=assignment_record(one, ani), kind=ASSIGNMENT, form=None)
        )
    page = siti.get(f"/rounds/{one}?tab=all")
    assert "ditugaskan ganda" in page
    inbox = siti.get(page.links("/conflicts?what=")[0])
    assert inbox.links(f"/cases/{ani}")
    assert assign_all(office.store, hana, one, {ani: "asha"}, "", NOW) == {Became.TAKEN: 1}
    task = assignment_record(one, ani)
    (chosen,) = [it.id for it in state_of(office, task).at(ASSIGNED) if it.value == "asha"]
    seen = frozenset(it.id for it in state_of(office, task).at(ASSIGNED))
    wina = office.person("wina", "supervisor", KECAMATAN)
    office.store.transact(lambda c: settle(c, wina, task, [Choice(ASSIGNED, seen, chosen)], NOW))
    settled = read_assignment(state_of(office, task))
    assert settled is not None
    assert (settled.officer, settled.earlier, settled.is_disputed) == ("asha", frozenset({"budi"}), False)
    record = visit(office.device("budi", "officer", KECAMATAN), ani, VILLAGE, one)
    assert notes_of(state_of(office, task)).late == {record: "budi"}
