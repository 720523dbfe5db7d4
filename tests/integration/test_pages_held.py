"""The page of what was held back: what it tells, and how it is decided."""

import uuid
from typing import Any

import pytest

from domain.operations import read_operation
from tests.support.office import ApiClient, Office
from tests.support.pages import FAR, NIK, OTHER_NIK, REGENCY, VILLAGE, VISIT, Page, Person, at_work
from tests.support.raw_device import RawDevice
from tests.support.visits import RESTRICTED, WOUND, publish, visit

OK, VOID = ("decision", "ok"), ("decision", "void")


@pytest.fixture
def stranger(office: Office) -> RawDevice:
    """A device of an officer of other villages; the small form is published."""
    publish(office)
    return office.device("jauh", "officer", FAR)


def held(device: RawDevice, **answers: str) -> tuple[str, str]:
    """A visit in a village that is not the sender's; gives the ids of the record and of the operation."""
    record = str(uuid.uuid4())
    told = {"g/nama": "Asha", "g/rumah": "3", **answers}
    sent = device.submission(record, told, form=VISIT, village=VILLAGE)
    verdict = device.sync(sent)["verdicts"]["0"]
    assert (verdict["status"], verdict["code"]) == ("held", "outside-scope")
    return record, read_operation(sent).id


def decide(page: Page, operation: str, press: tuple[str, str], **fields: Any) -> Page:
    return page.submit(form=f"/held/{operation}", press=press, **fields)


def test_what_was_held_back_is_told_with_its_reason_sender_and_answers(
    stranger: RawDevice, siti: Person
) -> None:
    held(stranger, **{"g/nik": NIK})
    page = siti.get("/held")
    for words in (
        "Desanya tidak termasuk wilayah pengirim.",
        "Dikirim oleh jauh",
        "Muara Wis",
        "Kunjungan rumah",
        "Jenis rumah Rumah terapung",
        "6402********0001",
    ):
        assert words in page, words
    assert NIK not in page.html


def test_a_case_is_told_as_a_case_and_leads_there(
    office: Office, asha: RawDevice, stranger: RawDevice, siti: Person
) -> None:
    """Seen to fail when it had the title of the form by which it came, and no link."""
    case = str(uuid.uuid4())
    began: list[Any] = [("$village", VILLAGE, []), ("label", "Asha", [])]
    asha.sync(asha.operation(began, record=case, kind="case:anak", form=VISIT))
    stranger.sync(stranger.operation([("label", "Aisyah", [])], record=case, kind="case:anak", form=VISIT))
    begun: list[Any] = [("$village", VILLAGE, []), ("label", "Budi", [])]
    stranger.sync(stranger.operation(begun, record=str(uuid.uuid4()), kind="case:anak", form=VISIT))
    page = siti.get("/held")
    assert "Kasus (Anak)" in page
    assert page.links(f"/cases/{case}")
    assert "Kasus ini belum ada di sini" in page


def test_what_is_taken_in_stands_in_the_queue(stranger: RawDevice, siti: Person, api: ApiClient) -> None:
    record, operation = held(stranger)
    page = decide(siti.get("/held"), operation, OK)
    assert "Dimasukkan." in page
    assert "Tidak ada yang tertahan" in page
    assert api.get(f"records/{record}")["answers"]["g/nama"] == "Asha"
    assert "Asha" in siti.get("/records")


def test_what_is_left_out_needs_a_reason_and_stays_to_be_seen(
    stranger: RawDevice, siti: Person, api: ApiClient
) -> None:
    """Seen to fail without the question for a reason."""
    _, operation = held(stranger)
    asked = decide(siti.get("/held"), operation, VOID)
    assert asked.status == 400
    assert "tulis alasannya" in asked
    assert len(api.get("held")["held"]) == 1
    decide(asked, operation, VOID, reason="Salah desa, sudah dibicarakan.")
    assert "Tidak ada yang tertahan" in siti.get("/held")
    page = siti.get("/held?status=void")
    for words in ("Kantor memutuskan untuk tidak memasukkannya.", "Salah desa, sudah dibicarakan.", "siti"):
        assert words in page, words
    assert page.form().buttons.keys().isdisjoint({OK, VOID})


def test_what_somebody_else_decided_is_not_decided_again(
    office: Office, stranger: RawDevice, siti: Person, api: ApiClient
) -> None:
    record, operation = held(stranger)
    page = siti.get("/held")
    rahma = at_work(office, "rahma", "peksos", REGENCY)
    decide(rahma.get("/held"), operation, OK)
    refused = decide(page, operation, VOID, reason="Salah desa.")
    assert refused.status == 409
    assert "orang lain sudah memutuskannya" in refused
    assert api.get(f"records/{record}")["answers"]["g/nama"] == "Asha"


def test_nobody_sees_or_decides_what_concerns_other_villages(
    office: Office, stranger: RawDevice, siti: Person
) -> None:
    _, operation = held(stranger)
    other = at_work(office, "muara", "supervisor", "64.02.05")
    page = other.get("/held")
    assert "Tidak ada yang tertahan" in page
    token = page.form("/sign-out").fields["csrf_token"]
    assert other.post(f"/held/{operation}", {"csrf_token": token, "decision": "ok"}).status == 404


def test_a_village_unknown_here_is_told_by_its_code(office: Office, siti: Person) -> None:
    publish(office)
    asha = office.device("asha", "officer", VILLAGE)
    asha.sync(asha.submission(str(uuid.uuid4()), {"g/nama": "Susi"}, form=VISIT, village="65.01.01.2001"))
    page = siti.get("/held")
    assert "Desanya tidak dikenal di sini." in page
    assert "65.01.01.2001" in page
    assert "Susi" in page


def test_what_waits_for_its_record_cannot_be_taken_in_yet(office: Office, siti: Person) -> None:
    publish(office)
    asha = office.device("asha", "officer", VILLAGE)
    sent = asha.operation([("g/nama", "Susulan", [])], record=str(uuid.uuid4()), form=VISIT)
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "unknown-record"
    page = siti.get("/held")
    assert "Isian induknya belum tiba" in page
    buttons = page.form(f"/held/{read_operation(sent).id}").buttons
    assert OK not in buttons
    assert VOID in buttons


def test_what_nobody_can_read_is_shown_as_it_came_to_who_may_read_everything(
    office: Office, siti: Person
) -> None:
    """Who may not is told that there is something. Broken on purpose: shown to everybody."""
    asha = office.device("asha", "officer", VILLAGE)
    odd: Any = {"v": 1, "replica": asha.replica, "n": 7, "author": "<script>alert(1)</script>\x00" * 9}
    assert asha.sync(odd)["verdicts"]["0"]["status"] == "void"
    page = at_work(office, "dewi", "peksos").get("/held?status=void")
    assert "<script>alert(1)" in page.text
    assert "<script>alert(1)" not in page.html
    assert "Rusak dan tidak dapat dibaca." in page
    supervisors = siti.get("/held?status=void")
    assert "alert(1)" not in supervisors.text
    assert "Rusak dan tidak dapat dibaca." in supervisors
    assert "pekerja sosial atau kepala bidang dapat melihatnya" in supervisors


def test_a_false_author_is_named_beside_the_sender(stranger: RawDevice, siti: Person) -> None:
    record = str(uuid.uuid4())
    sent = stranger.submission(record, {"g/nama": "Asha"}, form=VISIT, village=VILLAGE, author="siti")
    assert stranger.sync(sent)["verdicts"]["0"]["code"] == "other-author"
    page = siti.get("/held")
    assert "Penulisnya bukan pemakai perangkat yang mengirim." in page
    assert "Dikirim oleh jauh · penulis: siti" in page


def test_restricted_answers_of_others_are_only_announced(
    office: Office, stranger: RawDevice, siti: Person
) -> None:
    record = str(uuid.uuid4())
    told = {"g/nama": "Asha", WOUND: RESTRICTED}
    sent: Any = stranger.submission(record, told, form=VISIT, village=VILLAGE)
    changes = [["$of", record, []], ["$village", VILLAGE, []], [WOUND, "luka bakar", []]]
    sent["parts"].append({"record": str(uuid.uuid4()), "kind": "restricted", "changes": changes})
    assert stranger.sync(sent)["verdicts"]["0"]["status"] == "held"
    page = siti.get("/held")
    assert "Tanda kekerasan tersimpan, terbatas" in page
    assert "luka bakar" not in page.html
    assert "luka bakar" in at_work(office, "rahma", "peksos", REGENCY).get("/held")


def test_a_form_tells_that_work_on_it_is_held_back(office: Office, stranger: RawDevice, siti: Person) -> None:
    asha = office.device("asha", "officer", VILLAGE)
    made = visit(asha)
    sent = stranger.operation([("g/umur", "9", [made.first])], record=made.record, form=VISIT)
    assert stranger.sync(sent)["verdicts"]["0"]["status"] == "held"
    assert "1 kiriman lain untuk isian ini tertahan" in siti.get(made.path)
    assert "tertahan" in siti.get(f"{made.path}/history")


def test_a_list_that_is_long_is_read_page_by_page(
    stranger: RawDevice, siti: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.web.held.PAGE", 2)
    wanted = {held(stranger)[1] for _ in range(5)}
    page, seen = siti.get("/held"), []
    while True:
        seen += [form.action.removeprefix("/held/") for form in page.forms if "/held/" in form.action]
        further = page.links("after=")
        if not further:
            break
        page = siti.get(further[0].replace("&amp;", "&"))
    assert sorted(seen) == sorted(wanted)


# --- the whole context ---------------------------------------------------------------------------


def test_who_decides_sees_what_stands_there_now_and_what_would_be_in_conflict(
    office: Office, siti: Person, api: ApiClient
) -> None:
    """Broken on purpose: without the record as it is; with every answer told as a conflict."""
    publish(office)
    asha, budi = office.device("asha", "officer", VILLAGE), office.device("budi", "officer", VILLAGE)
    made = visit(asha, {"g/nama": "Asha", "g/umur": "7", "g/rumah": "1"})
    budi_saw = made.change(budi, {"g/umur": "8"})
    office.revoke("asha")
    late = asha.operation(
        [("g/umur", "9", [made.first]), ("g/rumah", "2", [made.first])], record=made.record, form=VISIT
    )
    assert asha.sync(late)["verdicts"]["0"]["code"] == "revoked-device"
    page = siti.get("/held")
    for words in ("Umur 9 sekarang: 8 konflik", "Rumah bata sekarang: Rumah kayu", "menimbulkan 1 konflik"):
        assert words in page, words
    assert "Rumah kayu konflik" not in page
    for words in ("Pengirim sekarang petugas lapangan", "Muara Enggelam", "a test's device (dicabut"):
        assert words in page, words
    decide(page, read_operation(late).id, OK)
    told = api.get(f"records/{made.record}")
    assert list(told["conflicts"]) == ["g/umur"]
    assert told["answers"]["g/rumah"] == "2"
    assert budi_saw in told["survivors"]["g/umur"]


def test_an_approval_that_would_become_stale_is_told_before_it_does(office: Office, siti: Person) -> None:
    publish(office)
    asha = office.device("asha", "officer", VILLAGE)
    made = visit(asha, {"g/nama": "Asha", "g/umur": "7"})
    siti.get(made.path).submit(form=f"{made.path}/review", press=("decision", "approve"))
    office.move("asha", FAR)
    asha.sync(asha.operation([("g/umur", "9", [made.first])], record=made.record, form=VISIT))
    assert "Isian ini sekarang “Disetujui” dan akan menjadi “Berubah sejak disetujui”." in siti.get("/held")


def test_of_a_record_elsewhere_that_would_come_here_only_the_operation_is_told(
    office: Office, siti: Person
) -> None:
    """An officer tries to pull a record to himself. Broken on purpose: asked for the operation's villages."""
    publish(office)
    far = office.device("jauh", "officer", FAR)
    made = visit(far, {"g/nama": "Rahasia Jauh"}, village=FAR)
    asha = office.device("asha", "officer", VILLAGE)
    pull = asha.operation(
        [("$village", VILLAGE, [made.first]), ("g/nama", "Milikku", [made.first])],
        record=made.record,
        form=VISIT,
    )
    assert asha.sync(pull)["verdicts"]["0"]["code"] == "outside-scope"
    page = siti.get("/held")
    assert "Milikku" in page
    assert "Rahasia Jauh" not in page.html


def test_two_numbers_are_told_apart_and_stay_masked(office: Office, siti: Person) -> None:
    publish(office)
    asha = office.device("asha", "officer", VILLAGE)
    made = visit(asha, {"g/nama": "Asha", "g/nik": NIK})
    office.move("asha", FAR)
    asha.sync(asha.operation([("g/nik", OTHER_NIK, [])], record=made.record, form=VISIT))
    page = siti.get("/held")
    assert page.text.count("sekarang: 6402") == 1
    assert NIK not in page.html
    assert OTHER_NIK not in page.html
