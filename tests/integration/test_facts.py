"""What lists and counts ask of records is kept with every change, and worked out anew after an upgrade."""

from typing import Any

from sqlalchemy import delete, select

from domain.planning import ASSIGNMENT, ROUND, assignment_record, round_record
from server.models_office import AssignmentFact, RoundFact, SubmissionFact
from server.services.indexing import index_everything
from server.store.facts import TABLES
from tests.support.filings import KECAMATAN, VILLAGE, arrives, submit
from tests.support.office import Office
from tests.support.raw_device import RawDevice

ONE = "11111111-1111-4111-8111-111111111111"
CASE = "22222222-2222-4222-8222-222222222222"


def kept(office: Office) -> list[tuple[object, ...]]:
    with office.store.read() as connection:
        return [
            tuple(row)
            for one in TABLES
            for row in connection.execute(select(one.__table__).order_by("record"))
        ]


def test_facts_follow_each_change_and_are_the_same_when_worked_out_anew(
    office: Office, asha: RawDevice
) -> None:
    """Broken on purpose: facts of known records not removed; `received` taken from the latest change."""
    office.person("siti", "supervisor", KECAMATAN)
    siti = office.device("siti", "supervisor", KECAMATAN)
    record = submit(asha, {"a": "x", "$round": ONE, "$case": CASE})
    days: list[Any] = [("begins", "2026-01-05", []), ("due", "2026-03-31", [])]
    about: list[Any] = [("$village", VILLAGE, []), ("$round", ONE, [])]
    plan = [*about, ("form", "verifikasi_anak", []), ("title", "S1", []), *days]
    arrives(siti, siti.operation(plan, record=round_record(ONE, VILLAGE), kind=ROUND))
    task = [*about, ("$case", CASE, []), ("$assigned", "asha", [])]
    arrives(siti, siti.operation(task, record=assignment_record(ONE, CASE), kind=ASSIGNMENT))
    with office.store.read() as connection:
        (row,) = connection.execute(select(SubmissionFact.__table__)).all()
        (planned,) = connection.execute(select(RoundFact.__table__)).all()
        (assigned,) = connection.execute(select(AssignmentFact.__table__)).all()
    assert (row.record, row.village, row.place, row.form) == (record, VILLAGE, 0, "verifikasi_anak")
    assert (row.state, row.officer, row.round, row.case_id) == ("pending", "asha", ONE, CASE)
    assert (planned.round, planned.title, planned.due) == (ONE, "S1", "2026-03-31")
    assert (assigned.case_id, assigned.officer, assigned.is_disputed) == (CASE, "asha", False)
    arrives(asha, asha.operation([("k/status_keberadaan", "4", [])], record=record))
    with office.store.read() as connection:
        (later,) = connection.execute(select(SubmissionFact.__table__)).all()
    assert later.is_not_found
    assert later.received == row.received
    before = kept(office)
    with office.store.write() as connection:
        for one in TABLES:
            connection.execute(delete(one))
    index_everything(office.store)
    assert kept(office) == before


def test_an_officer_plans_nothing(office: Office, asha: RawDevice) -> None:
    """Broken on purpose: the rule taken out of those that judge."""
    plan: list[Any] = [
        ("$village", VILLAGE, []),
        ("$round", ONE, []),
        ("$case", CASE, []),
        ("$assigned", "asha", []),
    ]
    reply = asha.sync(asha.operation(plan, record=assignment_record(ONE, CASE), kind=ASSIGNMENT))
    (verdict,) = reply["verdicts"].values()
    assert (verdict["status"], verdict["code"]) == ("held", "not-a-planner")
