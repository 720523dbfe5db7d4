"""
Cases that change hands while somebody is away: whose work waits or came late is told to who has the case now.

Broken on purpose, each time with a failing test here: a note left when its operation was decided; late told
of whoever has the case; a form filled for a round that is closed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client_sync.cli import main
from client_sync.device import Device
from client_sync.tasks import tasks_json
from domain.errors import InvalidRequest
from domain.handing_over import Notes, notes_of
from domain.planning import ROUND_ID
from server.services.check_store import Checked, check_store
from server.services.field_evidence import flags_of
from server.services.restricting import lift, restrict
from server.services.waiting import decide
from server.store import planned_cases
from server.store.log import OK, VOID
from server.store.planned_cases import late_among
from tests.support.builders import new_id
from tests.support.casework import ASHA as ANSWERS
from tests.support.casework import CHILD
from tests.support.devices import VILLAGE
from tests.support.erasing import erase
from tests.support.filings import FAR, KECAMATAN, REGENCY
from tests.support.forms import compiled
from tests.support.local_line import KEY, enrolled
from tests.support.office import NOW, Office
from tests.support.pages import at_work
from tests.support.planning import assign, hand_on, open_round, state_of
from tests.support.raw_device import RawDevice
from tests.support.snapshots import restore_snapshot, take_snapshot

Phones = Callable[..., Device]


@pytest.fixture
def phones(office: Office, tmp_path: Path) -> Any:
    office.publish(compiled(CHILD).definition)
    made: list[Device] = []

    def phone(name: str, *where: str) -> Device:
        office.person(name, "officer", *where)
        made.append(enrolled(office, name, tmp_path / name))
        made[-1].sync()
        return made[-1]

    yield phone
    for one in made:
        one.close()


@pytest.fixture
def verilap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """What the command prints on somebody's phone."""

    def run(name: str, *arguments: str) -> str:
        monkeypatch.setenv("VERILAP_HOME", str(tmp_path / name))
        monkeypatch.setenv("VERILAP_KEY", KEY)
        monkeypatch.setenv("VERILAP_LANG", "id")
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def siti(office: Office) -> RawDevice:
    return office.device("siti", "supervisor", KECAMATAN)


def child(phone: Device) -> str:
    """A case that the phone began and handed in."""
    saved = phone.begin_case("anak", VILLAGE, {"label": "Asha"})
    phone.sync()
    return saved.record


def told(phone: Device) -> list[tuple[object, ...]]:
    """Of each task the state, and whose work is told of."""
    return [
        (
            one["state"],
            [note["author"] for note in one["held"]],  # type: ignore[union-attr, call-overload, index]
            [note["author"] for note in one["late"]],  # type: ignore[union-attr, call-overload, index]
        )
        for one in tasks_json(phone.reader)
    ]


def round_on(phone: Device, record: str) -> object:
    return phone.dossier(record).shown.answers.get(ROUND_ID)


def test_a_case_that_changes_hands_brings_late_and_held_work_to_who_has_it_now(
    office: Office, siti: RawDevice, phones: Phones, verilap: Callable[..., str]
) -> None:
    asha, budi = phones("asha", KECAMATAN), phones("budi", KECAMATAN)
    case = child(asha)
    planned = open_round(siti, CHILD, VILLAGE)
    record = assign(siti, planned, case, VILLAGE, "asha")
    asha.sync()
    assert told(asha) == [("open", [], [])]
    assert "Asha  2026-03-31  verifikasi_anak  belum dikunjungi  LEWAT WAKTU" in verilap("asha", "tasks")
    made = asha.new(CHILD, None, ANSWERS, case=case)
    assert round_on(asha, made.record) == planned
    assert told(asha) == [("unsent", [], [])]

    hand_on(office, siti, record, "budi")
    report = asha.sync()
    assert (report.verdicts["ok"], report.verdicts["held"]) == (1, 0)
    assert told(asha) == []
    budi.sync()
    assert told(budi) == [("sent", [], ["asha"])]
    budi.new(CHILD, VILLAGE, ANSWERS)
    budi.sync()
    page = at_work(office, "sari").get("/records?flag=late")
    assert [link.partition("?")[0] for link in page.links("/records/")] == [f"/records/{made.record}"]
    with office.store.read() as connection:
        assert late_among(connection, [made.record, case]) == {made.record}
        assert (
            "late" in flags_of(connection, office.person_in(connection, "sari"), [made.record])[made.record]
        )

    more = asha.new(CHILD, None, ANSWERS, case=case)
    last = asha.new(CHILD, None, ANSWERS, case=case)
    office.move("asha", FAR)
    asha.sync()
    budi.sync()
    assert told(budi) == [("sent", ["asha", "asha"], ["asha"])]
    printed = verilap("budi", "tasks")
    assert printed.count("Kiriman asha tentang kasus ini tertahan") == 2
    assert f"Kiriman asha masuk setelah kasus ini dialihkan: {made.record}" in printed
    (line,) = json.loads(verilap("budi", "tasks", "--json"))
    assert (line["case"], line["round"], line["earlier"]) == (case, planned, ["asha"])
    person = office.person("siti", "supervisor", KECAMATAN)
    for saved, decision in ((more, OK), (last, VOID)):
        (operation,) = saved.operations
        office.store.transact(lambda c, o=operation, d=decision: decide(c, person, o, d, "karena", NOW))  # type: ignore[misc]
    budi.sync()
    assert told(budi) == [("sent", [], ["asha", "asha"])]
    assert notes_of(state_of(office, record)) == Notes({}, {made.record: "asha", more.record: "asha"})


def test_what_was_never_anybody_elses_is_not_late(office: Office, siti: RawDevice, phones: Phones) -> None:
    """Nor is what the one hands in who got the case back."""
    asha = phones("asha", KECAMATAN)
    case = child(asha)
    record = assign(siti, open_round(siti, CHILD, VILLAGE), case, VILLAGE, "asha")
    asha.sync()
    asha.new(CHILD, None, ANSWERS, case=case)
    hand_on(office, siti, record, "budi")
    hand_on(office, siti, record, "asha")
    asha.sync()
    assert told(asha) == [("sent", [], [])]
    stranger = office.device("carla", "officer", VILLAGE)
    stranger.sync(stranger.submission(new_id(), {"a": "1", "$case": case}, village=VILLAGE))
    assert notes_of(state_of(office, record)) == Notes()


def test_a_form_is_filled_for_the_open_round_that_asks_for_it(siti: RawDevice, phones: Phones) -> None:
    asha = phones("asha", KECAMATAN)
    case = child(asha)
    open_round(siti, CHILD, VILLAGE, closed="1", due="2026-01-01")
    asha.sync()
    assert round_on(asha, asha.new(CHILD, VILLAGE, ANSWERS).record) is None
    first = open_round(siti, CHILD, VILLAGE, due="2026-02-01")
    with_case = open_round(siti, CHILD, VILLAGE, due="2026-09-01")
    assign(siti, with_case, case, VILLAGE, "budi")
    asha.sync()
    assert round_on(asha, asha.new(CHILD, VILLAGE, ANSWERS).record) == first
    draft = asha.drafts.start_draft(CHILD, case=case)
    for path, value in ANSWERS.items():
        asha.drafts.type_answer(draft.id, path, value)
    made = asha.drafts.finish_draft(draft.id).record
    assert round_on(asha, made) == with_case
    asha.set(made, {"g_anak/nama_anak": "Aisyah"})
    assert round_on(asha, made) == with_case


def test_a_phone_changes_nothing_that_is_planned(siti: RawDevice, phones: Phones) -> None:
    asha = phones("asha", KECAMATAN)
    case = child(asha)
    record = assign(siti, open_round(siti, CHILD, VILLAGE), case, VILLAGE, "asha")
    asha.sync()
    for change in (
        lambda: asha.set(record, {"due": "2026-12-31"}),
        lambda: asha.drafts.start_correction(record),
    ):
        with pytest.raises(InvalidRequest) as caught:
            change()
        assert caught.value.code == "planned-in-office"


def away(office: Office, siti: RawDevice, asha: Device, budi: Device) -> tuple[str, str]:
    """A case of budi's on which asha, who lost its village, has unsent work; and its assignment."""
    case = child(asha)
    record = assign(siti, open_round(siti, CHILD, VILLAGE), case, VILLAGE, "budi")
    budi.sync()
    asha.sync()
    asha.new(CHILD, None, ANSWERS, case=case)
    office.move("asha", FAR)
    return case, record


def test_a_server_that_came_back_from_a_backup_notes_again_what_comes_again(
    office: Office, siti: RawDevice, phones: Phones
) -> None:
    asha, budi = phones("asha", KECAMATAN), phones("budi", KECAMATAN)
    _, record = away(office, siti, asha, budi)
    backup = take_snapshot(office.store.engine)
    asha.sync()
    noted = notes_of(state_of(office, record))
    assert len(noted.held) == 1
    restore_snapshot(office.store.engine, backup)
    budi.sync()
    assert told(budi) == [("open", [], [])]
    asha.sync()
    assert notes_of(state_of(office, record)) == noted
    budi.sync()
    assert told(budi) == [("open", ["asha"], [])]


def test_nothing_is_told_of_a_case_that_is_erased_or_set_aside(
    office: Office, siti: RawDevice, phones: Phones, tmp_path: Path
) -> None:
    """Broken on purpose: notes were written on what is set aside (two rules forbid it, and both were out)."""
    asha, budi = phones("asha", KECAMATAN), phones("budi", KECAMATAN)
    case, record = away(office, siti, asha, budi)
    head = office.person("hana", "head", REGENCY)
    restrict(office.store, head, case, "menunggu keputusan", NOW)
    asha.sync()
    budi.sync()
    assert told(budi) == []
    assert notes_of(state_of(office, record)) == Notes()
    lift(office.store, head, case, "sudah diputuskan", NOW)
    budi.sync()
    assert told(budi) == [("open", [], [])]
    erase(office, tmp_path, case)
    for phone in (asha, budi):
        phone.sync()
        assert phone.store.records.shown(record) is None
    assert told(budi) == []
    with office.store.read() as connection:
        assert planned_cases.of_cases(connection, [case]) == []
        assert list(check_store(connection, Checked())) == []


def test_a_name_that_no_account_has_keeps_no_device_from_syncing(office: Office) -> None:
    """Broken on purpose: notes read as they came, of which PostgreSQL took neither the length nor a NUL."""
    siti = office.device("siti", "supervisor", KECAMATAN)
    record = assign(siti, open_round(siti, CHILD, VILLAGE), new_id(), VILLAGE, "asha")
    long, odd = new_id(), new_id()
    said: list[Any] = [(f"late/{long}", "x" * 5000, []), (f"late/{odd}", "a\0b", [])]
    siti.sync(siti.operation(said, record=record, kind="assignment"))
    assert notes_of(state_of(office, record)).late == {long: "x" * 100, odd: "ab"}
    with office.store.read() as connection:
        assert late_among(connection, [long, odd]) == {long, odd}
