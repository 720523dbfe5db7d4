"""
A second person: what one alone must not do waits for somebody else, and is then done once.

Broken on purpose, each time with a failing test here: who asked may confirm it himself; a confirmer of other
villages; a confirmation that is used twice, after seven days, or after its asker's role was narrowed; two who
decide at once and both succeed; a decision that is not put on record; a page that does not ask for the
password before it confirms.
"""

from typing import Any

import pytest
from sqlalchemy import select

from domain.access import Action, Role
from domain.errors import InvalidRequest, NotAllowed, NotFound, Outdated, VerilapError
from server.models_evidence import AuditRow
from server.services import second_person
from server.services.password_again import GOOD_FOR_MS as PASSWORD_GOOD_FOR_MS
from server.services.second_person import GOOD_FOR_MS
from tests.support.clocks import Clock
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, VILLAGE, submit
from tests.support.office import NOW, Office
from tests.support.pages import PASSWORD, Page, Person, at_work
from tests.support.raw_device import RawDevice
from tests.support.sealed import detail_of
from tests.support.steps import COMMIT, Player
from tests.support.visits import publish, visit

REASON = "diminta untuk rapat kasus"
ASKED = Action.EXPORT_RESTRICTED


@pytest.fixture
def record(asha: RawDevice) -> str:
    return submit(asha)


@pytest.fixture(autouse=True)
def clock(office: Office) -> Clock:
    """A day in the office with a head and a social worker."""
    office.person("dewi", "head", KECAMATAN)
    office.person("rina", "peksos", KECAMATAN)
    return Clock(office)


def ask(office: Office, record: str, name: str = "dewi", reason: str = REASON) -> str:
    return office.store.transact(
        lambda c: second_person.ask(c, office.person_in(c, name), ASKED, record, reason, NOW)
    )


def confirm(office: Office, confirmation: str, name: str = "rina", now: int = NOW) -> None:
    office.store.transact(lambda c: second_person.confirm(c, office.person_in(c, name), confirmation, now))


def use(office: Office, confirmation: str, now: int = NOW) -> second_person.Confirmed:
    return office.store.transact(lambda c: second_person.use(c, confirmation, now))


def code(error: pytest.ExceptionInfo[VerilapError]) -> str:
    return error.value.code


def told(office: Office) -> list[tuple[str, str, dict[str, Any]]]:
    with office.store.read() as connection:
        query = select(AuditRow.id, AuditRow.action, AuditRow.account, AuditRow.detail).order_by(
            AuditRow.time, AuditRow.id
        )
        rows = connection.execute(query.where(AuditRow.action.startswith("confirmation-"))).all()
    return [(row.action, row.account, detail_of(office.store, row)) for row in rows]


# --- the rules -----------------------------------------------------------------------------------


def test_what_a_second_person_confirmed_is_done_once(office: Office, record: str) -> None:
    made = ask(office, record)
    with pytest.raises(NotAllowed) as early:
        use(office, made)
    assert code(early) == "not-confirmed"
    confirm(office, made)
    given = use(office, made)
    assert (given.actor.name, given.action, given.record) == ("dewi", ASKED, record)
    with pytest.raises(Outdated) as again:
        use(office, made)
    assert code(again) == "confirmation-used"
    assert sorted((action, account) for action, account, _ in told(office)) == [
        ("confirmation-asked", "dewi"),
        ("confirmation-given", "rina"),
        ("confirmation-used", "dewi"),
    ]
    assert all(detail["confirmation"] == made for _, _, detail in told(office))


def test_who_asked_never_confirms_it(office: Office, record: str) -> None:
    made = ask(office, record)
    with pytest.raises(NotAllowed) as refused:
        confirm(office, made, "dewi")
    assert code(refused) == "own-request"


@pytest.mark.parametrize(
    ("role", "area", "may"),
    [
        ("peksos", VILLAGE, True),
        ("head", KECAMATAN, True),
        ("head", NEIGHBOUR, False),
        ("peksos", FAR, False),
        ("supervisor", KECAMATAN, False),
        ("officer", VILLAGE, False),
        ("admin", "", True),
        ("partner", "", False),
    ],
)
def test_only_whose_role_and_villages_cover_it_confirms(
    office: Office, record: str, role: str, area: str, may: bool
) -> None:
    made = ask(office, record)
    office.person("somebody", role, *([area] if area else []))
    if may:
        confirm(office, made, "somebody")
    else:
        with pytest.raises(NotFound):
            confirm(office, made, "somebody")
        with pytest.raises(NotAllowed):
            use(office, made)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.HEAD, Role.PEKSOS)])
def test_nobody_asks_for_what_his_role_may_not_do(office: Office, record: str, role: Role) -> None:
    office.person("somebody", role.value, KECAMATAN)
    with pytest.raises((NotAllowed, NotFound)):
        ask(office, record, "somebody")


def test_nobody_asks_outside_of_his_villages(office: Office, record: str) -> None:
    office.person("far", "head", FAR)
    with pytest.raises(NotFound):
        ask(office, record, "far")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("", "reason-short"),
        ("  pendek   ", "reason-short"),
        ("x" * 501, "reason-long"),
        ("alasan\x00dengan nol", "reason-text"),
        ("NIK 6402181203120001", "reason-number"),
        ("nomornya 6402 1812 0312 0001", "reason-number"),
    ],
)
def test_a_reason_says_something_and_nobodys_number(
    office: Office, record: str, reason: str, expected: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(office, record, reason=reason)
    assert code(refused) == expected


def test_asking_twice_for_the_same_waits_once(office: Office, record: str) -> None:
    made = ask(office, record)
    assert ask(office, record) == made
    confirm(office, made)
    assert ask(office, record) == made
    use(office, made)
    assert ask(office, record) != made


def test_seven_days_after_asking_it_is_over(office: Office, record: str) -> None:
    made = ask(office, record)
    with pytest.raises(Outdated) as late:
        confirm(office, made, now=NOW + GOOD_FOR_MS)
    assert code(late) == "confirmation-expired"
    confirm(office, made, now=NOW + GOOD_FOR_MS - 1)
    with pytest.raises(Outdated) as later:
        use(office, made, NOW + GOOD_FOR_MS)
    assert code(later) == "confirmation-expired"


def test_a_role_or_area_that_was_narrowed_meanwhile_counts(office: Office, record: str) -> None:
    made = ask(office, record)
    confirm(office, made)
    office.move("dewi", KECAMATAN, role="supervisor")
    with pytest.raises(NotAllowed):
        use(office, made)
    office.move("dewi", FAR, role="head")
    with pytest.raises(NotFound):
        use(office, made)
    office.move("dewi", VILLAGE)
    assert use(office, made).record == record


def test_of_two_who_decide_at_once_one_wins(office: Office, record: str) -> None:
    office.person("wati", "peksos", VILLAGE)
    made = ask(office, record)
    with office.store.read() as connection:
        rina, wati = (office.person_in(connection, name) for name in ("rina", "wati"))
    confirms = Player(
        office.url, lambda store: store.transact(lambda c: second_person.confirm(c, rina, made, NOW))
    )
    why = "tidak perlu lagi"
    refuses = Player(
        office.url, lambda store: store.transact(lambda c: second_person.refuse(c, wati, made, why, NOW))
    )
    confirms.start_and_stop(COMMIT)
    refuses.start()
    if not office.store.is_sqlite:
        refuses.until_waiting_for(confirms)
    confirms.finish()
    with pytest.raises(Outdated) as late:
        refuses.finish()
    assert code(late) == "already-decided"
    assert {action for action, _, _ in told(office)} == {"confirmation-asked", "confirmation-given"}


# --- the pages -----------------------------------------------------------------------------------


def waiting(person: Person) -> Page:
    return person.get("/confirmations")


def test_a_second_person_sees_the_whole_context_and_confirms(office: Office, record: str) -> None:
    made = ask(office, record)
    rina = at_work(office, "rina", "peksos", KECAMATAN)
    page = waiting(rina)
    for words in ("Ekspor dengan jawaban perlindungan", REASON, "dewi", "kepala bidang", "Muara Enggelam"):
        assert words in page
    assert page.links(f"/records/{record}")
    asked = page.submit(form=made, press=("decision", "confirm"))
    assert "Kata sandi Anda sekali lagi" in asked
    assert "Menunggu Anda" in waiting(rina)
    done = asked.submit(form=made, password_again=PASSWORD)
    assert done.path == "/confirmations"
    assert "Disetujui." in done
    assert use(office, made).record == record


def test_a_refusal_needs_a_reason_which_who_asked_reads(office: Office, record: str) -> None:
    made = ask(office, record)
    rina, dewi = at_work(office, "rina", "peksos", KECAMATAN), at_work(office, "dewi", "head", KECAMATAN)
    asked = waiting(rina).submit(form=made, press=("decision", "refuse"), reason="tidak")
    short = asked.submit(form=made, password_again=PASSWORD)
    assert short.status == 400
    assert "paling sedikit 10 huruf" in short
    assert short.form(made).fields["reason"] == "tidak"
    short.submit(form=made, press=("decision", "refuse"), reason="tidak perlu untuk rapat")
    own = waiting(dewi)
    assert "tidak perlu untuk rapat" in own
    assert "tidak disetujui" in own


def test_an_administrator_confirms_and_learns_nothing_of_the_answers(office: Office, asha: RawDevice) -> None:
    """Seen to fail when the name on the record's own page was told to him too."""
    publish(office)
    record = visit(asha, {"g/nama": "Nama Rahasia"}).record
    made = ask(office, record)
    assert "Nama Rahasia" in waiting(at_work(office, "rina", "peksos", KECAMATAN))
    page = waiting(at_work(office, "agus", "admin"))
    assert page.form(made)
    assert record in page
    assert "Nama Rahasia" not in page
    assert not page.links(f"/records/{record}")


def test_what_waits_is_shown_to_nobody_else_and_decided_by_nobody_else(office: Office, record: str) -> None:
    made = ask(office, record)
    for name, role, area in (("dewi", "head", KECAMATAN), ("far", "peksos", FAR)):
        page = waiting(at_work(office, name, role, area))
        assert "Tidak ada yang menunggu Anda." in page
        token = page.form("/sign-out").fields["csrf_token"]
        data = {"csrf_token": token, "decision": "confirm", "password_again": PASSWORD}
        assert page.person.post(f"/confirmations/{made}", data).status == (403 if name == "dewi" else 404)
    siti = at_work(office, "siti", "supervisor", KECAMATAN)
    assert waiting(siti).status == 403


def test_what_somebody_else_decided_meanwhile_is_told(office: Office, record: str) -> None:
    made = ask(office, record)
    rina = at_work(office, "rina", "peksos", KECAMATAN)
    page = waiting(rina)
    office.person("wati", "peksos", VILLAGE)
    confirm(office, made, "wati")
    asked = page.submit(form=made, press=("decision", "refuse"), reason="tidak perlu untuk rapat")
    late = asked.submit(form=made, password_again=PASSWORD)
    assert late.status == 409
    assert "Orang lain sudah memutuskan" in late or "tidak ada yang diubah" in late


def test_the_password_is_asked_once_in_five_minutes(office: Office, asha: RawDevice, clock: Clock) -> None:
    made = [ask(office, submit(asha)) for _ in range(3)]
    rina = at_work(office, "rina", "peksos", KECAMATAN)
    asked = waiting(rina).submit(form=made[0], press=("decision", "confirm"))
    asked.submit(form=made[0], password_again=PASSWORD)
    clock.now += PASSWORD_GOOD_FOR_MS - 1
    assert "Disetujui." in waiting(rina).submit(form=made[1], press=("decision", "confirm"))
    clock.now += 1
    assert "Kata sandi Anda sekali lagi" in waiting(rina).submit(form=made[2], press=("decision", "confirm"))
