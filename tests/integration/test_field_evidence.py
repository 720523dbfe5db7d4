"""What speaks against approving a form unseen: told to lists, and line by line on the form's page."""

from typing import Any, Final

import pytest
from sqlalchemy import insert

from domain.access import Actor
from server.models_office import AlarmRow
from server.services.field_evidence import flags_of
from server.services.restricting import restrict
from server.working import work_once
from tests.support.builders import new_id, with_restricted_part
from tests.support.office import NOW, Office
from tests.support.pages import REGENCY, VILLAGE
from tests.support.photo_pages import PHOTO, PLACE, Photo, new_case, photo_visit, publish_photos
from tests.support.raw_device import RawDevice
from tests.support.visits import Visit

MINUTE: Final = 60_000
HOUSES: Final = [f"-0.43{number}21 116.98{number}65 12 5" for number in range(6)]
ELSEWHERE: Final = "-0.90000 117.50000 3 80"


def filled(device: RawDevice, place: str, minutes: int = 20, offset: int = 0, **facts: Any) -> Visit:
    """A visit that took so many minutes, at a place."""
    meta = {"form": "foto@1", "started": NOW - minutes * MINUTE, "ended": NOW, "offset_ms": offset}
    answers = {PLACE: place, **facts.pop("answers", {})}
    return photo_visit(device, answers, meta=meta, **facts)


def approve(office: Office, made: Visit) -> None:
    head = office.api("hana", "head", REGENCY)
    etag = head.get(f"records/{made.record}")["etag"]
    told = {"decision": "approve", "etag": etag, "comment": ""}
    assert head.post(f"records/{made.record}/review", told)[0] == 200


def flags(office: Office, actor: Actor, *made: Visit) -> list[tuple[str, ...]]:
    with office.store.read() as connection:
        told = flags_of(connection, actor, [one.record for one in made])
    return [told[one.record] for one in made]


@pytest.fixture
def settled(office: Office) -> RawDevice:
    """An officer's device in a village where six forms were accepted."""
    publish_photos(office)
    asha = office.device("asha", "officer", VILLAGE)
    for house in HOUSES:
        approve(office, filled(asha, house))
    return asha


def test_what_speaks_against_approving_unseen_is_told_and_nothing_that_only_others_may_know(
    office: Office, settled: RawDevice
) -> None:
    """
    Broken on purpose: danger was told to the supervisor, or to nobody while an alarm was open; a form
    that nobody had examined had no mark; two officers who cannot read each other's part agreed.
    """
    siti = office.person("siti", "supervisor", VILLAGE)
    nora = office.person("nora", "peksos", REGENCY)
    plain, far = filled(settled, HOUSES[0]), filled(settled, ELSEWHERE)
    short, late_clock = filled(settled, HOUSES[1], minutes=1), filled(settled, HOUSES[2], offset=6 * MINUTE)
    of_1970 = filled(settled, HOUSES[2], time=0)
    awaited = filled(settled, HOUSES[3], answers={PHOTO: Photo().value})
    gone = filled(settled, HOUSES[3], answers={"g/status_keberadaan": "4"})
    every = (plain, far, short, late_clock, of_1970, awaited, gone)
    assert flags(office, siti, plain) == [("unexamined",)]
    work_once(office.store)
    assert flags(office, siti, *every) == [
        (),
        ("far",),
        ("short",),
        ("clock",),
        ("clock",),
        ("file-awaited",),
        ("problems", "not-found"),  # the form has no such question
    ]
    with office.store.write() as connection:  # what raised it was taken back since
        alarm = {"id": "a" * 22, "operation": "b" * 22, "officer": "asha", "raised": NOW}
        connection.execute(insert(AlarmRow), [{**alarm, "submission": far.record}])
    assert (flags(office, siti, far), flags(office, nora, far)) == ([("far",)], [("danger", "far")])
    record = new_id()
    answers = {PLACE: HOUSES[0], "lindung/bahaya_segera": {"$": "restricted"}}
    sent = settled.submission(record, answers, form="foto@1", village=VILLAGE)
    assert "verdicts" not in settled.sync(
        with_restricted_part(sent, record, {"lindung/bahaya_segera": "1"}, village=VILLAGE)
    )
    danger = Visit(record, "")
    work_once(office.store)
    assert "danger" not in flags(office, siti, danger)[0]
    assert flags(office, nora, danger)[0][0] == "danger"
    budi = office.device("budi", "officer", VILLAGE)
    told: list[Any] = [("lindung/bahaya_segera", {"$": "restricted"}, [])]
    second = budi.operation(told, record=record, form="foto@1")
    budi.sync(with_restricted_part(second, record, {"lindung/bahaya_segera": "0"}, village=VILLAGE))
    assert "conflict" not in flags(office, siti, danger)[0]
    assert flags(office, nora, danger)[0][:2] == ("danger", "conflict")
    plain.change(settled, {PLACE: HOUSES[4]}, form="foto@1")
    plain.change(budi, {PLACE: ELSEWHERE}, form="foto@1")
    assert flags(office, siti, plain) == [("conflict", "unexamined")]


def test_where_too_little_was_accepted_or_is_set_aside_nothing_is_called_usual(office: Office) -> None:
    """Broken on purpose: whose processing is restricted still said where others live."""
    publish_photos(office)
    asha = office.device("asha", "officer", VILLAGE)
    siti = office.person("siti", "supervisor", VILLAGE)
    case = new_case(asha)
    made = [*(filled(asha, house) for house in HOUSES[:4]), filled(asha, HOUSES[4], case=case)]
    far = filled(asha, ELSEWHERE, minutes=1)
    for one in made[:4]:
        approve(office, one)
    work_once(office.store)
    assert flags(office, siti, far) == [()]
    approve(office, made[4])
    assert flags(office, siti, far) == [("far", "short")]
    with office.store.read() as connection:
        hana = office.person_in(connection, "hana")
    restrict(office.store, hana, case, "diminta oleh keluarga", NOW)
    assert flags(office, siti, far) == [()]
