"""Approving many from the list: what stood on the page, unless something speaks against it, one by one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from server.models_evidence import AuditRecord, AuditRow
from server.store import examinations
from tests.support.examining import DEFINITION, Desk
from tests.support.filings import FAR, REGENCY, VILLAGE, arrives, review
from tests.support.office import NOW, ApiClient, Office
from tests.support.pages import Page, Person, at_work
from tests.support.raw_device import RawDevice


@pytest.fixture
def desk(office: Office) -> Desk:
    office.publish(DEFINITION)
    return Desk(office)


@pytest.fixture
def everywhere(office: Office) -> RawDevice:
    """Asha's device in the whole regency."""
    return office.device("asha", "officer", REGENCY)


def tokens(page: Page) -> dict[str, str]:
    """What ticking each row sends, by its record."""
    found = re.findall(r'name="pick" value="([^"]+)"', page.html)
    return {one.partition(":")[0]: one for one in found}


def approve(person: Person, page: Page, *picked: str) -> Page:
    """Ticks rows and presses the button."""
    csrf = page.form("/records/approve").fields["csrf_token"]
    return person.post("/records/approve?tab=open", {"csrf_token": csrf, "pick": list(picked)})


def state_of(api: ApiClient, record: str) -> str:
    return str(api.get(f"records/{record}")["review"]["state"])


def test_what_is_ticked_is_approved_and_the_rest_is_told_why(
    office: Office, desk: Desk, everywhere: RawDevice
) -> None:
    """
    Rows that something speaks against carry no tick; what changed between list and click is left as it is.

    Broken on purpose: the version not compared; reviews not compared; problems not asked for under the lock;
    a refusal that ends the batch; the second click refused.
    """
    office.app.config["VERILAP_CLOCK"] = lambda: NOW
    good, changed, decided, wrong_by_now, moved = (desk.file(everywhere, a=str(n)) for n in range(5))
    wrong = desk.file(everywhere, a="many")
    disputed = desk.file(everywhere, a="8")
    desk.edit(office.device("budi", "officer", VILLAGE), disputed, "a", "9")
    unfound = desk.file(everywhere, a="1", **{"g/status_keberadaan": "4"})
    desk.work()
    fresh = desk.file(everywhere, a="7")
    siti, kabid = at_work(office), office.api("kabid", "head", REGENCY)
    page = siti.get("/records?tab=open")
    ticked = tokens(page)
    assert ticked.keys() == {good, changed, decided, wrong_by_now, moved}
    for words in ("masalah", "konflik", "sedang diperiksa", "tidak ditemukan"):
        assert words in page
    assert fresh not in ticked
    assert wrong not in ticked
    assert unfound not in ticked

    desk.edit(everywhere, changed, "b", "1")
    review(kabid, decided, "return", comment="Lengkapi.")
    with office.store.write() as connection:
        examinations.forget(connection, [wrong_by_now])
    _move(kabid, everywhere, moved)
    answer = approve(siti, page, *ticked.values())
    assert answer.status == 409
    assert "1 isian disetujui" in answer
    assert "4 isian tidak disetujui" in answer
    for words in (
        "berubah sejak daftar ditampilkan",
        "sementara itu orang lain sudah memutuskan",
        "sedang diperiksa",
        "tidak lagi di desa Anda",
    ):
        assert words in answer, words
    told = {one: state_of(kabid, one) for one in ticked}
    assert told == {
        good: "approved",
        changed: "pending",
        decided: "returned",
        wrong_by_now: "pending",
        moved: "pending",
    }
    assert reviews_on_record(office, "siti") == [good]

    again = approve(siti, page, ticked[good])
    assert "1 isian disetujui" in again
    assert again.status == 200
    assert reviews_on_record(office, "siti") == [good]  # once is enough
    review(kabid, good, "return", comment="Masih kurang.")
    assert approve(siti, page, ticked[good]).status == 409
    assert state_of(kabid, good) == "returned"


def test_only_what_stood_on_a_page_of_ones_own_is_approved(
    office: Office, desk: Desk, everywhere: RawDevice
) -> None:
    """Broken on purpose: the number not limited; the signature not asked for, or not by whom it was made."""
    office.app.config["VERILAP_CLOCK"] = lambda: NOW
    record = desk.file(everywhere, a="1")
    desk.work()
    siti, rina = at_work(office), at_work(office, "rina", "peksos", REGENCY)
    page, hers = siti.get("/records"), rina.get("/records")
    mine, other = tokens(page)[record], tokens(hers)[record]
    etag = mine.split(":")[1]
    for bad in (record, f"{record}:{etag}", mine[:-1], other, "", "\x00", f"{record}:.x", "ж" * 40):
        assert approve(siti, page, bad).status == 400, bad
        assert approve(siti, page, mine, bad).status == 400, bad
    assert approve(siti, page, *[mine] * 51).status == 400
    nothing = approve(siti, page)
    assert nothing.status == 400
    assert "centang dulu" in nothing
    assert state_of(office.api("kabid", "head", REGENCY), record) == "pending"
    assert approve(siti, page, mine, mine).status == 200
    assert state_of(office.api("kabid", "head", REGENCY), record) == "approved"


def reviews_on_record(office: Office, account: str) -> list[str]:
    """The records on which somebody is on record to have decided, in order."""
    with office.store.read() as connection:
        query = select(AuditRecord.record).join(AuditRow, AuditRow.id == AuditRecord.audit)
        query = query.where(AuditRow.account == account, AuditRow.action == "review").order_by(AuditRow.time)
        return list(connection.execute(query).scalars())


def _move(api: ApiClient, device: RawDevice, record: str) -> None:
    """Takes a submission to a village in another kecamatan."""
    seen = api.get(f"records/{record}")["survivors"]["$village"]
    arrives(device, device.operation([("$village", FAR, list(seen))], record=record, form="periksa@1"))
