"""
Cases that change hands while somebody is away: whose work waits or came late is told to who has the case now.

Broken on purpose, each time with a failing test here: notes written before the verdicts were final; a note
left when its operation was decided; late told of whoever has the case; the round of a closed village taken.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from client_sync.tasks import tasks_json
from domain.errors import InvalidRequest
from domain.handing_over import Notes, notes_of
from domain.planning import ROUND_ID
from server.services.waiting import decide
from server.store.log import OK, VOID
from server.store.planned_cases import late_among
from tests.support.builders import new_id
from tests.support.casework import ASHA as ANSWERS
from tests.support.casework import CHILD
from tests.support.devices import VILLAGE
from tests.support.filings import FAR, KECAMATAN
from tests.support.forms import compiled
from tests.support.local_line import enrolled
from tests.support.office import NOW, Office
from tests.support.planning import assign, hand_on, open_round, state_of
from tests.support.raw_device import RawDevice

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
        for one in tasks_json(phone)
    ]


def round_on(phone: Device, record: str) -> object:
    return phone.dossier(record).shown.answers.get(ROUND_ID)


def test_a_case_that_changes_hands_brings_late_and_held_work_to_who_has_it_now(
    office: Office, siti: RawDevice, phones: Phones
) -> None:
    asha, budi = phones("asha", KECAMATAN), phones("budi", KECAMATAN)
    case = child(asha)
    planned = open_round(siti, CHILD, VILLAGE)
    record = assign(siti, planned, case, VILLAGE, "asha")
    asha.sync()
    assert told(asha) == [("open", [], [])]
    made = asha.new(CHILD, None, ANSWERS, case=case)
    assert round_on(asha, made.record) == planned
    assert told(asha) == [("unsent", [], [])]

    hand_on(office, siti, record, "budi")
    report = asha.sync()
    assert (report.verdicts["ok"], report.verdicts["held"]) == (1, 0)
    assert told(asha) == []
    budi.sync()
    assert told(budi) == [("sent", [], ["asha"])]
    with office.store.read() as connection:
        assert late_among(connection, [made.record, case]) == {made.record}

    more = asha.new(CHILD, None, ANSWERS, case=case)
    last = asha.new(CHILD, None, ANSWERS, case=case)
    office.move("asha", FAR)
    asha.sync()
    budi.sync()
    assert told(budi) == [("sent", ["asha", "asha"], ["asha"])]
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
    draft = asha.start_draft(CHILD, case=case)
    for path, value in ANSWERS.items():
        asha.type_answer(draft.id, path, value)
    made = asha.finish_draft(draft.id).record
    assert round_on(asha, made) == with_case
    asha.set(made, {"g_anak/nama_anak": "Aisyah"})
    assert round_on(asha, made) == with_case


def test_a_phone_changes_nothing_that_is_planned(siti: RawDevice, phones: Phones) -> None:
    asha = phones("asha", KECAMATAN)
    case = child(asha)
    record = assign(siti, open_round(siti, CHILD, VILLAGE), case, VILLAGE, "asha")
    asha.sync()
    for change in (lambda: asha.set(record, {"due": "2026-12-31"}), lambda: asha.start_correction(record)):
        with pytest.raises(InvalidRequest) as caught:
            change()
        assert caught.value.code == "planned-in-office"
