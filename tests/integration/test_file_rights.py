"""
A file is read by whoever may read a record in which somebody who has it has named it; its hash gives nothing.

Broken on purpose, each time with a failing test here: any accepted operation that names the hash vouched for
it; held operations vouched; an author vouched who was only claimed; nobody became a holder by naming what he
may read; nor once a file arrived after it was named, nor when held work was taken in; what an account had
sent for somebody else was not handed over with the work; a closed account gained files.
"""

import copy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from client_sync.device import Device
from server.clock import now_ms
from server.models_files import FileHolder
from server.services import push
from server.services.device_sender import Sender
from server.services.enrol import make_code
from server.services.restricting import restrict
from server.store import accounts
from server.working_files import look_after_files
from tests.support.builders import new_id, op_id, with_restricted_part
from tests.support.filings import FAR, KECAMATAN, MARKER, NEIGHBOUR, REGENCY, VILLAGE, edit, submit
from tests.support.local_line import URL, LocalLine, enrolled
from tests.support.office import DEFINITION, NOW, ApiClient, Office
from tests.support.raw_device import RawDevice
from tests.support.stored_files import arrives_whole, blobs_of, file, has, reads

PHOTO, OTHER = file("foto"), file("lain")


@pytest.fixture
def rani(office: Office) -> RawDevice:
    """An officer far away."""
    return office.device("rani", "officer", FAR)


def photographed(office: Office, device: RawDevice, **facts: Any) -> str:
    """A record with a photo that has arrived."""
    record = submit(device, {"a": PHOTO.value}, **facts)
    arrives_whole(office, device.author, PHOTO)
    return record


def is_held(device: RawDevice, sent: Any) -> str:
    """An operation that is sent and held; gives its id."""
    assert device.sync(sent)["verdicts"]["0"]["status"] == "held"
    return op_id(sent)


def accept(client: ApiClient, one: str) -> None:
    status, told = client.post(f"held/{one}", {"decision": "ok", "reason": "benar"})
    assert status == 200, told


# --- who reads -----------------------------------------------------------------------------------


def test_a_file_is_read_by_those_who_read_its_record_and_nobody_else(
    office: Office, asha: RawDevice, rani: RawDevice, budi: RawDevice, supervisor: ApiClient
) -> None:
    record = photographed(office, asha)
    office.person("mitra", "partner")
    office.person("adi", "admin")
    told = {name: reads(office.store, name, record, PHOTO) for name in ("asha", "budi", "siti", "rani")}
    assert told == {"asha": True, "budi": True, "siti": True, "rani": False}
    assert not any(reads(office.store, name, record, PHOTO) for name in ("mitra", "adi"))
    assert not reads(office.store, "asha", record, OTHER)
    assert not reads(office.store, "asha", new_id(), PHOTO)


def test_a_restricted_photo_is_for_those_who_read_the_part(
    office: Office, asha: RawDevice, budi: RawDevice, supervisor: ApiClient
) -> None:
    """The submission itself shows it to nobody."""
    record, part = new_id(), new_id()
    sent = with_restricted_part(
        asha.submission(record, {"a": "1", "r": MARKER}), record, {"r": PHOTO.value}, part=part
    )
    assert "verdicts" not in asha.sync(sent)
    arrives_whole(office, "asha", PHOTO)
    office.person("pia", "peksos", KECAMATAN)
    told = {name: reads(office.store, name, part, PHOTO) for name in ("asha", "pia", "budi", "siti")}
    assert told == {"asha": True, "pia": True, "budi": False, "siti": False}
    assert not any(reads(office.store, name, record, PHOTO) for name in told)
    assert has(office.store, "budi", PHOTO) == set()


def test_what_a_newer_form_keeps_for_restricted_parts_is_kept_from_others_with_its_photo(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """As in the history: asked is the answer, by the form that its record is read with now.

    Broken on purpose: whoever could read the record was given it.
    """
    record = photographed(office, asha)
    stricter: Any = copy.deepcopy(DEFINITION)
    stricter["version"] = "2099010101"
    stricter["fields"][0]["pdp"] = "terbatas"
    office.publish(stricter)
    office.person("pia", "peksos", KECAMATAN)
    assert reads(office.store, "budi", record, PHOTO)
    sent = asha.operation([("b", "dibetulkan", [])], record=record, form="verifikasi_anak@2099010101")
    assert "verdicts" not in asha.sync(sent)
    told = {name: reads(office.store, name, record, PHOTO) for name in ("asha", "pia", "budi")}
    assert told == {"asha": True, "pia": True, "budi": False}
    assert has(office.store, "budi", PHOTO) == set()


def test_a_photo_that_was_replaced_stays_with_the_history(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    record = new_id()
    asha.sync(sent := asha.submission(record, {"a": PHOTO.value}))
    arrives_whole(office, "asha", PHOTO, OTHER)
    edit(asha, record, "a", OTHER.value, op_id(sent))
    assert reads(office.store, "budi", record, PHOTO)
    assert reads(office.store, "budi", record, OTHER)


def test_both_photos_of_a_conflict_are_read(office: Office, asha: RawDevice, budi: RawDevice) -> None:
    record = photographed(office, asha)
    edit(budi, record, "a", OTHER.value)
    arrives_whole(office, "budi", OTHER)
    for name in ("asha", "budi"):
        assert reads(office.store, name, record, PHOTO)
        assert reads(office.store, name, record, OTHER)


def test_a_record_that_moves_takes_its_photo_along(
    office: Office, asha: RawDevice, rani: RawDevice, budi: RawDevice
) -> None:
    record = new_id()
    asha.sync(sent := asha.submission(record, {"a": PHOTO.value}))
    arrives_whole(office, "asha", PHOTO)
    office.move("asha", KECAMATAN, FAR)
    edit(asha, record, "$village", FAR, op_id(sent))
    office.move("asha", KECAMATAN)
    assert reads(office.store, "rani", record, PHOTO)
    assert not reads(office.store, "budi", record, PHOTO)
    assert not reads(office.store, "asha", record, PHOTO)
    assert has(office.store, "asha", PHOTO) == {PHOTO}


def test_what_is_set_aside_is_set_aside_with_its_photos(office: Office, asha: RawDevice) -> None:
    case = new_id()
    asha.sync(
        asha.operation([("$village", VILLAGE, []), ("a", PHOTO.value, [])], record=case, kind="case:anak")
    )
    arrives_whole(office, "asha", PHOTO)
    hana = office.person("hana", "head", REGENCY)
    assert reads(office.store, "asha", case, PHOTO)
    restrict(office.store, hana, case, "diminta oleh keluarganya", NOW)
    assert not reads(office.store, "asha", case, PHOTO)
    assert reads(office.store, "hana", case, PHOTO)


# --- nobody gets a file by its hash --------------------------------------------------------------


def test_a_hash_in_a_record_of_ones_own_gives_nothing(
    office: Office, asha: RawDevice, rani: RawDevice
) -> None:
    """Neither there nor to anybody else, whichever came first."""
    guessed = submit(rani, {"a": PHOTO.value}, village=FAR)
    record = photographed(office, asha)
    again = submit(rani, {"a": PHOTO.value}, village=FAR)
    tell = office.person("tono", "head", REGENCY)
    assert not any(
        reads(office.store, name, one, PHOTO) for one in (guessed, again) for name in ("rani", tell.name)
    )
    assert has(office.store, "rani", PHOTO) == set()
    assert reads(office.store, "tono", record, PHOTO)


def test_whoever_sends_the_whole_file_has_it(office: Office, asha: RawDevice, rani: RawDevice) -> None:
    photographed(office, asha)
    own = submit(rani, {"a": PHOTO.value}, village=FAR)
    arrives_whole(office, "rani", PHOTO)
    assert reads(office.store, "rani", own, PHOTO)
    assert has(office.store, "rani", PHOTO) == {PHOTO}


def test_in_the_office_a_hash_gives_nothing_either(office: Office, asha: RawDevice, rani: RawDevice) -> None:
    photographed(office, asha)
    sri = office.api("sri", "supervisor", "64.02.01")
    own = submit(rani, {"a": "1"}, village=FAR)
    assert sri.post(f"records/{own}/changes", {"changes": [["b", PHOTO.value, []]]})[0] == 200
    assert not reads(office.store, "sri", own, PHOTO)


def test_an_author_who_is_only_claimed_vouches_for_nothing(
    office: Office, asha: RawDevice, rani: RawDevice
) -> None:
    """She sends work in the name of him who has the photo, and her own office takes it in."""
    photographed(office, asha)
    own = submit(rani, {"a": "1"}, village=FAR)
    forged = rani.operation([("b", PHOTO.value, [])], record=own, author="asha")
    one = is_held(rani, forged)
    accept(office.api("sri", "supervisor", "64.02.01"), one)
    assert not reads(office.store, "rani", own, PHOTO)


def test_a_file_of_unsent_work_that_no_device_wrote_vouches_for_nothing(
    office: Office, asha: RawDevice, rani: RawDevice
) -> None:
    """Whoever knows the office's public key can seal one in anybody's name."""
    photographed(office, asha)
    own = submit(rani, {"a": "1"}, village=FAR)
    office.move("asha", KECAMATAN, FAR)
    made = RawDevice(asha.client, "", "a-store-of-nobody-at-all", "asha")
    forged = made.operation([("b", PHOTO.value, [])], record=own)
    with office.store.write() as connection:
        sender = Sender(accounts.actor_of(connection, "asha"), made.replica, is_uncertain=True)
        push.accept(connection, sender, push.receive([forged]), {}, NOW)
    accept(office.api("sri", "supervisor", "64.02.01"), op_id(forged))
    assert not reads(office.store, "rani", own, PHOTO)


# --- held work -----------------------------------------------------------------------------------


def test_held_work_shows_its_photo_once_it_is_taken_in(
    office: Office, asha: RawDevice, rani: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    one = is_held(rani, rani.operation([("b", PHOTO.value, [])], record=record))
    arrives_whole(office, "rani", PHOTO)
    assert not reads(office.store, "siti", record, PHOTO)
    accept(supervisor, one)
    assert reads(office.store, "siti", record, PHOTO)
    assert not reads(office.store, "rani", record, PHOTO)


def test_what_a_revoked_device_still_hands_in_shows_its_photo_once_it_is_taken_in(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    arrives_whole(office, "asha", PHOTO)
    office.revoke("asha")
    one = is_held(asha, asha.operation([("b", PHOTO.value, [])], record=record))
    accept(supervisor, one)
    assert reads(office.store, "siti", record, PHOTO)


# --- holding what one may read -------------------------------------------------------------------


def far_copy(office: Office, device: RawDevice, village: str = FAR) -> str:
    """A record elsewhere that names the photo."""
    return submit(device, {"a": PHOTO.value}, village=village)


def test_whoever_names_what_he_may_read_takes_it_along_for_good(
    office: Office, asha: RawDevice, rani: RawDevice
) -> None:
    """A form that begins with what a case says names the photo again; she loses the case's village later."""
    photographed(office, asha)
    office.move("rani", FAR, KECAMATAN)
    copy = far_copy(office, rani)
    office.move("rani", FAR)
    assert reads(office.store, "rani", copy, PHOTO)
    assert has(office.store, "rani", PHOTO) == {PHOTO}


def test_also_what_arrives_only_after_he_named_it(
    office: Office, asha: RawDevice, rani: RawDevice, budi: RawDevice
) -> None:
    """Text comes first. From copy to copy, in whatever order."""
    office.move("rani", FAR, KECAMATAN)
    office.move("budi", FAR, NEIGHBOUR)
    far = far_copy(office, rani)
    further = far_copy(office, budi, NEIGHBOUR)
    submit(asha, {"a": PHOTO.value})
    arrives_whole(office, "asha", PHOTO)
    office.move("rani", FAR)
    office.move("budi", NEIGHBOUR)
    assert reads(office.store, "rani", far, PHOTO)
    assert reads(office.store, "budi", further, PHOTO)


def test_also_what_he_may_read_once_held_work_is_taken_in(
    office: Office, asha: RawDevice, rani: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    budi = office.device("budi", "officer", FAR)
    one = is_held(budi, budi.operation([("b", PHOTO.value, [])], record=record))
    arrives_whole(office, "budi", PHOTO)
    office.move("rani", FAR, KECAMATAN)
    copy = far_copy(office, rani)
    assert not reads(office.store, "rani", copy, PHOTO)
    accept(supervisor, one)
    assert reads(office.store, "rani", copy, PHOTO)


def test_also_where_naming_and_arriving_did_not_see_each_other(
    office: Office, asha: RawDevice, rani: RawDevice
) -> None:
    """The worker that looks at the file comes after both."""
    office.move("rani", FAR, KECAMATAN)
    copy = far_copy(office, rani)
    photographed(office, asha)
    with office.store.write() as connection:
        connection.execute(delete(FileHolder).where(FileHolder.account == "rani"))
    assert not reads(office.store, "rani", copy, PHOTO)
    look_after_files(office.store, blobs_of(office), now_ms())
    assert reads(office.store, "rani", copy, PHOTO)


def test_a_closed_account_gains_nothing(office: Office, asha: RawDevice, rani: RawDevice) -> None:
    office.move("rani", FAR, KECAMATAN)
    copy = far_copy(office, rani)
    with office.store.write() as connection:
        accounts.set_disabled(connection, "rani", NOW)
    photographed(office, asha)
    office.person("sri", "supervisor", "64.02.01")
    assert not reads(office.store, "sri", copy, PHOTO)


# --- a phone that changes hands ------------------------------------------------------------------


def test_what_an_account_sent_for_somebody_else_is_his_once_he_hands_the_work_in(
    office: Office, tmp_path: Path
) -> None:
    """His phone was hers for a while: it sent his work, which was held, and his photo, neither again."""
    for name in ("asha", "budi"):
        office.person(name, "officer", VILLAGE)
    with enrolled(office, "budi", tmp_path / "home", LocalLine(office.client)) as phone:
        record = phone.new("verifikasi_anak", VILLAGE, {"a": PHOTO.value}).record
        _give(office, phone, "asha")
        assert phone.sync().verdicts["held"] == 1
        arrives_whole(office, "asha", PHOTO)
        _give(office, phone, "budi")
        phone.sync()
    assert reads(office.store, "budi", record, PHOTO)
    assert has(office.store, "budi", PHOTO) == {PHOTO}


def _give(office: Office, phone: Device, name: str) -> None:
    with office.store.write() as connection:
        code = make_code(connection, name, now_ms())
    phone.enroll(URL, code)
