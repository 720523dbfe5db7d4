"""
A record says which files it has and how far they have come, to whoever reads it, by the API as to the pages.

Broken on purpose, each time with a failing test here: what another record's file has come to was told where
nobody vouches for it; a replaced photo counted as missing; files of a part were told to who may not read it.
"""

from typing import Any

import pytest
from sqlalchemy import event

from server.services.record_files import FileState, RecordFile, files_of, waiting_files
from tests.support.builders import new_id, op_id, with_restricted_part
from tests.support.filings import FAR, KECAMATAN, MARKER, edit, submit
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice
from tests.support.stored_files import arrives_whole, file, is_examined

PHOTO, OTHER = file("foto", small="kecil"), file("lain")


def told(office: Office, record: str) -> list[RecordFile]:
    with office.store.read() as connection:
        return files_of(connection, [record]).get(record, [])


def state(office: Office, record: str) -> FileState:
    (one,) = told(office, record)
    return one.state


def waiting(office: Office, *records: str) -> set[str]:
    with office.store.read() as connection:
        return waiting_files(connection, records)


def test_a_file_is_waited_for_then_prepared_then_shown(office: Office, asha: RawDevice) -> None:
    record, plain = submit(asha, {"a": PHOTO.value}), submit(asha)
    assert state(office, record) is FileState.WAITING
    assert waiting(office, record, plain) == {record}
    arrives_whole(office, "asha", PHOTO)
    assert state(office, record) is FileState.PREPARING
    assert waiting(office, record, plain) == set()
    is_examined(office, PHOTO)
    assert state(office, record) is FileState.READY
    assert told(office, plain) == []


def test_what_cannot_be_shown_says_why(office: Office, asha: RawDevice) -> None:
    record = submit(asha, {"a": PHOTO.value})
    arrives_whole(office, "asha", PHOTO)
    is_examined(office, PHOTO, fault="picture-damaged")
    (one,) = told(office, record)
    assert (one.state, one.fault, one.preview) == (FileState.NOT_SHOWN, "picture-damaged", None)


def test_the_small_picture_of_the_device_stands_in_until_the_file_has_come(
    office: Office, asha: RawDevice
) -> None:
    assert PHOTO.small
    record = submit(asha, {"a": PHOTO.value})
    arrives_whole(office, "asha", PHOTO.small)
    assert told(office, record)[0].preview is None
    is_examined(office, PHOTO.small)
    assert told(office, record)[0].preview == PHOTO.small.hash
    assert waiting(office, record) == {record}
    arrives_whole(office, "asha", PHOTO)
    is_examined(office, PHOTO)
    assert told(office, record)[0].preview == PHOTO.hash


def test_a_hash_from_elsewhere_does_not_tell_whether_the_file_is_here(
    office: Office, asha: RawDevice
) -> None:
    assert PHOTO.small
    submit(asha, {"a": PHOTO.value})
    arrives_whole(office, "asha", PHOTO, PHOTO.small)
    is_examined(office, PHOTO)
    guessed = submit(office.device("rani", "officer", FAR), {"a": PHOTO.value}, village=FAR)
    (one,) = told(office, guessed)
    assert (one.state, one.preview, one.type) == (FileState.WAITING, None, None)
    assert waiting(office, guessed) == {guessed}


def test_what_was_replaced_or_removed_is_not_waited_for(office: Office, asha: RawDevice) -> None:
    record = new_id()
    asha.sync(sent := asha.submission(record, {"a": PHOTO.value, "m/m_1/x": PHOTO.value}))
    arrives_whole(office, "asha", OTHER)
    edit(asha, record, "a", OTHER.value, op_id(sent))
    assert waiting(office, record) == {record}
    edit(asha, record, "m/m_1", {"$": "dead"}, op_id(sent))
    assert [(one.path, one.answer.hash) for one in told(office, record)] == [("a", OTHER.hash)]
    assert waiting(office, record) == set()


def test_both_photos_of_a_conflict_are_told(office: Office, asha: RawDevice, budi: RawDevice) -> None:
    record = submit(asha, {"a": PHOTO.value})
    edit(budi, record, "a", OTHER.value)
    arrives_whole(office, "budi", OTHER)
    found = {(one.path, one.answer.hash): one.state for one in told(office, record)}
    assert found == {("a", PHOTO.hash): FileState.WAITING, ("a", OTHER.hash): FileState.PREPARING}


def test_held_work_adds_no_file_to_its_record(office: Office, asha: RawDevice) -> None:
    record = submit(asha)
    rani = office.device("rani", "officer", FAR)
    assert rani.sync(rani.operation([("b", PHOTO.value, [])], record=record))["verdicts"]
    assert told(office, record) == []
    assert waiting(office, record) == set()


def test_an_answer_of_before_that_names_no_digest_is_not_waited_for(office: Office, asha: RawDevice) -> None:
    record = submit(asha, {"a": '{"hash":"abc","name":"lama.jpg"}', "b": '{"hash":'})
    assert told(office, record) == []
    assert waiting(office, record) == set()


# --- told ----------------------------------------------------------------------------------------


def by_path(client: ApiClient, record: str) -> dict[str, Any]:
    return {one["path"]: one for one in client.get(f"records/{record}").get("files", [])}


def test_the_api_tells_files_to_whoever_reads_them(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record, part = new_id(), new_id()
    sent = asha.submission(record, {"a": PHOTO.value, "r": MARKER})
    asha.sync(with_restricted_part(sent, record, {"r": OTHER.value}, part=part))
    assert PHOTO.small
    assert by_path(supervisor, record) == {
        "a": {
            "record": record,
            "path": "a",
            "state": "waiting",
            "hash": PHOTO.hash,
            "name": "foto.jpg",
            "size": len(PHOTO.data),
            "type": "image/jpeg",
            "thumbnail": PHOTO.small.hash,
        }
    }
    arrives_whole(office, "asha", OTHER)
    pia = office.api("pia", "peksos", KECAMATAN)
    assert by_path(pia, record)["r"] == {
        "record": part,
        "path": "r",
        "state": "preparing",
        "hash": OTHER.hash,
        "name": "lain.jpg",
        "size": len(OTHER.data),
        "type": "image/jpeg",
    }
    assert "files" not in supervisor.get(f"records/{submit(asha)}")


def test_the_list_marks_records_of_which_a_file_is_on_its_way(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: nothing was marked."""
    record, _ = submit(asha, {"a": PHOTO.value}), submit(asha)
    told = {one["record"]: one for one in supervisor.get("records")["records"]}
    assert {one for one, found in told.items() if "files_waiting" in found} == {record}
    arrives_whole(office, "asha", PHOTO)
    assert not any("files_waiting" in one for one in supervisor.get("records")["records"])


@pytest.mark.parametrize("count", [1, 50])
def test_a_page_of_a_list_asks_as_often_for_many_records_as_for_one(
    office: Office, asha: RawDevice, count: int
) -> None:
    """Also where the files of all of them have come."""
    photos = [file(f"foto {number}") for number in range(count)]
    records = [submit(asha, {"a": one.value}) for one in photos]
    arrives_whole(office, "asha", *photos)
    asked: list[str] = []
    with office.store.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert waiting_files(connection, records) == set()
        assert len(asked) == 3
        assert len(files_of(connection, records)) == count
        assert len(asked) == 8
