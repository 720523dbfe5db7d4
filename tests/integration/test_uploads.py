"""
A file comes in pieces and counts once it is whole and verified.

Broken on purpose, each found here: the offset not compared; a checksum not looked at; a hash not verified; a
file given to whoever names its hash; an upload begun anew where its answer was lost; pieces left where they
were; an upload that is complete before its file is kept.
"""

import random
import threading
from typing import Any

import pytest
from sqlalchemy import func, select, update

from domain.errors import NotFound, Outdated
from domain.files import FileAnswer
from domain.uploading import LARGEST_CHUNK, LIFETIME_MS
from server.api import uploads as api
from server.blobs import BlobsAwayError, BlobsFullError
from server.blobs.folder import FolderBlobs
from server.clock import now_ms
from server.context import context_of
from server.models_files import FileRow, UploadPiece, UploadRow
from server.services import uploads
from server.services.accounts import disable_account
from server.services.arrivals import settle_some
from server.store import files
from tests.support.filings import FAR, KECAMATAN, submit
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice
from tests.support.uploading import (
    CHUNK,
    PATH,
    Uploading,
    checksum_of,
    code_of,
    hash_of,
    holders,
    kept_bytes,
    nothing_changes,
)

CHANCE = random.Random(5)
PHOTO = CHANCE.randbytes(100_000)
HASH = hash_of(PHOTO)


@pytest.fixture
def by_asha(asha: RawDevice) -> Uploading:
    return Uploading(asha)


@pytest.fixture
def by_budi(budi: RawDevice) -> Uploading:
    return Uploading(budi)


def count(office: Office, table: Any) -> int:
    with office.store.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


# --- the usual way -------------------------------------------------------------------------------


def test_a_file_comes_in_pieces_and_is_kept(office: Office, by_asha: Uploading) -> None:
    """Invariant 12, with all of this module. Broken on purpose: see its beginning."""
    created = by_asha.create(PHOTO)
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "0")
    where = created.headers["Location"]
    assert created.headers["Upload-Expires"].endswith("GMT")
    for at in range(0, len(PHOTO), 30_000):
        told = by_asha.patch(where, at, PHOTO[at : at + 30_000])
        assert (told.status_code, told.data) == (204, b"")
        assert told.headers["Upload-Offset"] == str(min(at + 30_000, len(PHOTO)))
    assert kept_bytes(office, HASH) == PHOTO
    assert holders(office, HASH, "asha", "budi") == {"asha"}
    assert count(office, UploadPiece) == 0
    assert by_asha.offset(where) == len(PHOTO)


def test_head_tells_length_offset_and_hash_and_is_kept_by_no_cache(by_asha: Uploading) -> None:
    where = by_asha.begin(PHOTO)
    by_asha.patch(where, 0, PHOTO[:7])
    told = by_asha.head(where)
    wanted = {
        "Upload-Offset": "7",
        "Upload-Length": "100000",
        "Upload-Metadata": checksum_of(PHOTO),
        "Tus-Resumable": "1.0.0",
        "Cache-Control": "no-store",
    }
    assert {name: told.headers[name] for name in wanted} == wanted


def test_the_first_bytes_may_come_with_the_beginning(office: Office, by_asha: Uploading) -> None:
    created = by_asha.create(PHOTO, PHOTO[:1000], Upload_Checksum=checksum_of(PHOTO[:1000]))
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "1000")
    by_asha.send(created.headers["Location"], PHOTO, 50_000, 1000)
    assert kept_bytes(office, HASH) == PHOTO
    whole = by_asha.create(b"all at once", b"all at once")
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, "11")
    assert kept_bytes(office, hash_of(b"all at once")) == b"all at once"


def test_a_file_of_no_bytes_is_kept_when_it_is_begun(office: Office, by_asha: Uploading) -> None:
    where = by_asha.begin(b"")
    assert (by_asha.offset(where), kept_bytes(office, hash_of(b""))) == (0, b"")


def test_what_a_server_can_do_is_told_to_everybody(office: Office) -> None:
    told = office.client.options(PATH)
    assert (told.status_code, told.data) == (204, b"")
    assert told.headers["Tus-Version"] == "1.0.0"
    assert told.headers["Tus-Extension"] == "creation,creation-with-upload,expiration,checksum,termination"
    assert told.headers["Tus-Max-Size"] == "52428800"
    assert told.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_upload_that_is_ended_is_gone_and_a_file_stays(office: Office, by_asha: Uploading) -> None:
    where = by_asha.begin(PHOTO)
    by_asha.patch(where, 0, PHOTO[:7])
    assert by_asha.call("DELETE", where).status_code == 204
    assert by_asha.head(where).status_code == 404
    assert (count(office, UploadRow), count(office, UploadPiece)) == (0, 0)
    again = by_asha.begin(PHOTO)
    by_asha.send(again, PHOTO, len(PHOTO))
    assert by_asha.call("DELETE", again).status_code == 204
    assert kept_bytes(office, HASH) == PHOTO


def test_who_can_only_post_says_what_he_means(office: Office, by_asha: Uploading) -> None:
    where = by_asha.begin(PHOTO)

    def post(method: str, data: bytes = b"", **headers: str) -> Any:
        return by_asha.call("POST", where, data, X_HTTP_Method_Override=method, **headers)

    assert post("PATCH", PHOTO[:9], Upload_Offset="0", Content_Type=CHUNK).status_code == 204
    assert post("HEAD").headers["Upload-Offset"] == "9"
    with nothing_changes(office):
        assert post("PUT").status_code == 405
        assert by_asha.call("POST", where).status_code == 405
        odd = by_asha.patch(where, 9, PHOTO[9:], X_HTTP_Method_Override="DELETE")
        assert (odd.status_code, code_of(odd)) == (400, "method-override")
    assert post("DELETE").status_code == 204
    assert count(office, UploadRow) == 0


# --- what need not be sent -----------------------------------------------------------------------


def test_a_file_is_needed_until_its_sender_has_sent_it(by_asha: Uploading) -> None:
    other = hash_of(b"another one")
    assert by_asha.needed(HASH, other, HASH) == [HASH, other]
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    assert by_asha.needed(HASH, other) == [other]
    assert by_asha.needed() == []


def test_a_storage_that_takes_its_time_is_asked_about_many_files_at_once(
    office: Office, by_asha: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed while it was asked of one after the other: 500 files took a bucket longer than devices wait."""
    sent = [bytes([number]) * 9 for number in range(8)]
    for data in sent:
        by_asha.begin(data, data)
    together = threading.Barrier(4, timeout=10)

    def has(_: FolderBlobs, name: str) -> bool:
        together.wait()
        return name != lost

    with office.store.read() as connection:
        lost = files.arrived(connection, [hash_of(sent[3])])[hash_of(sent[3])].object
    monkeypatch.setattr(FolderBlobs, "has", has)
    assert by_asha.needed(*map(hash_of, sent)) == [hash_of(sent[3])]


def test_a_file_that_its_sender_has_shown_to_have_is_not_sent_again(
    office: Office, by_asha: Uploading
) -> None:
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    created = by_asha.create(PHOTO)
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert by_asha.offset(created.headers["Location"]) == len(PHOTO)
    second = Uploading(RawDevice(office.client, office.device_token("asha"), "another-store-of-hers", "asha"))
    assert second.create(PHOTO, b"").headers["Upload-Offset"] == str(len(PHOTO))


def test_whoever_knows_a_hash_only_has_to_send_the_file(
    office: Office, by_asha: Uploading, by_budi: Uploading
) -> None:
    """And it is stored once."""
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    assert by_budi.needed(HASH) == [HASH]
    created = by_budi.create(PHOTO, b"")
    assert created.headers["Upload-Offset"] == "0"
    where = created.headers["Location"]
    wrong = by_budi.patch(where, 0, PHOTO[1:] + PHOTO[:1])
    assert (wrong.status_code, code_of(wrong)) == (460, "hash-differs")
    assert holders(office, HASH, "asha", "budi") == {"asha"}
    by_budi.send(by_budi.begin(PHOTO), PHOTO, 60_000)
    assert holders(office, HASH, "asha", "budi") == {"asha", "budi"}
    assert len(list(context_of(office.app).blobs.names())) == 1


def test_a_file_that_its_sender_may_read_is_not_sent_again(
    office: Office, by_asha: Uploading, by_budi: Uploading
) -> None:
    """As when a colleague's photo is answered once more; a device that reads nothing sends it."""
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    far = Uploading(office.device("jauh", "officer", FAR))
    assert by_budi.needed(HASH) == [HASH]
    submit(by_asha.device, {"a": FileAnswer(HASH, "rumah.jpg").to_text()})
    assert by_budi.needed(HASH) == []
    assert far.needed(HASH) == [HASH]
    where = by_budi.begin(PHOTO)
    assert by_budi.offset(where) == len(PHOTO)
    assert holders(office, HASH, "asha", "budi", "jauh") == {"asha", "budi"}
    citra = Uploading(office.device("citra", "officer", KECAMATAN))
    assert citra.needed(HASH) == []
    office.revoke("citra")
    assert citra.needed(HASH) == [HASH]
    assert citra.create(PHOTO).headers["Upload-Offset"] == "0"


def test_a_lost_answer_to_a_beginning_begins_nothing_twice(office: Office, by_asha: Uploading) -> None:
    """Who sends bytes with it is told how far it got; who does not expects to begin at 0."""
    where = by_asha.begin(PHOTO, PHOTO[:500])
    again = by_asha.create(PHOTO, PHOTO[:500])
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (where, "500")
    assert by_asha.create(PHOTO, b"").headers["Location"] == where
    anew = by_asha.create(PHOTO)
    assert anew.headers["Location"] != where
    assert anew.headers["Upload-Offset"] == "0"
    assert by_asha.head(where).status_code == 404
    assert by_asha.begin(PHOTO) == anew.headers["Location"]
    assert count(office, UploadRow) == 1


def test_a_file_that_was_dropped_since_is_sent_anew(office: Office, by_asha: Uploading) -> None:
    where = by_asha.begin(PHOTO)
    by_asha.send(where, PHOTO, len(PHOTO))
    with office.store.write() as connection:
        files.remove(connection, HASH, NOW)
    assert by_asha.needed(HASH) == [HASH]
    assert by_asha.head(where).status_code == 404
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    assert kept_bytes(office, HASH) == PHOTO
    with office.store.write() as connection:
        files.remove(connection, HASH, NOW)
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    assert kept_bytes(office, HASH) == PHOTO


def test_a_file_that_the_storage_has_lost_is_needed_and_stored_anew(
    office: Office, by_asha: Uploading, by_budi: Uploading
) -> None:
    """A folder restored from an older backup than the database; else devices would drop the last copies."""
    where = by_asha.begin(PHOTO)
    by_asha.send(where, PHOTO, len(PHOTO))
    blobs = context_of(office.app).blobs
    ((name, *_),) = blobs.names()
    blobs.delete(name)
    assert by_asha.needed(HASH) == [HASH]
    by_asha.send(by_asha.begin(PHOTO), PHOTO, len(PHOTO))
    assert kept_bytes(office, HASH) == PHOTO
    assert [one.name for one in blobs.names()] == [name]
    assert by_asha.needed(HASH) == []
    with office.store.write() as connection:
        connection.execute(update(FileRow).values(fault="file-damaged"))
    where = by_budi.begin(PHOTO)
    by_budi.patch(where, 0, PHOTO[:50_000])
    assert by_budi.patch(where, 50_000, PHOTO[50_001:] + b"?").status_code == 460
    assert by_asha.needed(HASH) == [HASH]
    by_budi.send(by_budi.begin(PHOTO), PHOTO, len(PHOTO))
    assert by_asha.needed(HASH) == []
    assert kept_bytes(office, HASH) == PHOTO


# --- what does not follow ------------------------------------------------------------------------


def test_bytes_that_do_not_begin_where_the_others_end_are_not_taken(
    office: Office, by_asha: Uploading
) -> None:
    where = by_asha.begin(PHOTO, PHOTO[:7])
    for by_asha.is_whole in (False, True):
        for offset in (0, 6, 8, 99_999, 100_000, 100_001, 10**14, 10**4000):
            with nothing_changes(office):
                told = by_asha.patch(where, offset, PHOTO[7:9])
            assert (told.status_code, code_of(told)) == (409, "offset-differs"), offset
            assert told.headers["Upload-Offset"] == "7"
            assert told.get_json()["error"]["offset"] == 7


def test_bytes_that_are_not_those_of_their_checksum_are_not_taken(office: Office, by_asha: Uploading) -> None:
    where = by_asha.begin(PHOTO)
    with nothing_changes(office):
        told = by_asha.patch(where, 0, PHOTO[:7], Upload_Checksum=checksum_of(PHOTO[:8]))
        assert (told.status_code, code_of(told)) == (460, "checksum-differs")
        first = by_asha.create(b"xy", b"x", Upload_Checksum=checksum_of(b"y"))
        assert (first.status_code, code_of(first)) == (460, "checksum-differs")
    right = by_asha.patch(where, 0, PHOTO[:7], Upload_Checksum=checksum_of(PHOTO[:7]))
    assert right.status_code == 204
    assert (
        by_asha.patch(where, 7, b"", Upload_Checksum="sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=").status_code == 204
    )


def test_other_bytes_than_the_hash_says_are_dropped_with_their_upload(
    office: Office, by_asha: Uploading
) -> None:
    where = by_asha.begin(PHOTO)
    by_asha.patch(where, 0, PHOTO[:50_000])
    told = by_asha.patch(where, 50_000, PHOTO[:50_000])
    assert (told.status_code, code_of(told)) == (460, "hash-differs")
    assert (count(office, UploadRow), count(office, UploadPiece)) == (0, 0)
    assert kept_bytes(office, HASH) is None
    assert by_asha.head(where).status_code == 404
    assert list(context_of(office.app).blobs.names()) == []


@pytest.mark.parametrize("is_whole", [False, True])
def test_bytes_beyond_the_length_or_too_many_at_once_are_not_taken(
    office: Office, by_asha: Uploading, is_whole: bool
) -> None:
    """Whether the server has the body before it asks, or streams it."""
    by_asha.is_whole = is_whole
    where = by_asha.begin(PHOTO, PHOTO[:7])
    large = CHANCE.randbytes(LARGEST_CHUNK + 1)
    huge = by_asha.begin(large)
    with nothing_changes(office):
        beyond = by_asha.patch(where, 7, PHOTO[7:] + b"?")
        assert (beyond.status_code, code_of(beyond)) == (400, "chunk-beyond-length")
        too_large = by_asha.patch(huge, 0, large)
        assert (too_large.status_code, code_of(too_large)) == (413, "chunk-too-large")
        assert code_of(by_asha.create(b"a", b"ab")) == "chunk-beyond-length"
        assert code_of(by_asha.create(large, large)) == "chunk-too-large"
    by_asha.send(huge, large, LARGEST_CHUNK)
    assert kept_bytes(office, hash_of(large)) == large


def test_a_request_that_began_before_a_newer_one_writes_nothing(office: Office, by_asha: Uploading) -> None:
    """What the newer one was told of the offset stays true."""
    store, blobs = office.store, context_of(office.app).blobs
    where = by_asha.begin(PHOTO)
    name = where.rpartition("/")[2]
    for ask in (lambda: by_asha.head(where), lambda: by_asha.create(PHOTO, b"")):
        slow = uploads.start(store, "asha", name, 0, now_ms())
        assert ask().headers["Upload-Offset"] == "0"
        with nothing_changes(office), pytest.raises(Outdated) as refused:
            uploads.add(store, blobs, slow, PHOTO[:50], now_ms())
        assert refused.value.code == "taken-over"
    slow = uploads.start(store, "asha", name, 0, now_ms())
    assert by_asha.patch(where, 0, PHOTO[:20]).status_code == 204
    with nothing_changes(office), pytest.raises(Outdated):
        uploads.add(store, blobs, slow, PHOTO[:50], now_ms())
    slow = uploads.start(store, "asha", name, 20, now_ms())
    assert by_asha.call("DELETE", where).status_code == 204
    with pytest.raises(NotFound):
        uploads.add(store, blobs, slow, PHOTO[20:50], now_ms())


# --- whose it is, and how long -------------------------------------------------------------------


def test_an_upload_of_somebody_else_is_as_if_it_were_not(
    office: Office, by_asha: Uploading, by_budi: Uploading
) -> None:
    where = by_asha.begin(PHOTO, PHOTO[:7])
    with nothing_changes(office):
        assert by_budi.head(where).status_code == 404
        for told in (by_budi.patch(where, 7, PHOTO[7:]), by_budi.call("DELETE", where)):
            assert (told.status_code, code_of(told)) == (404, "upload-unknown")
        assert by_budi.head(f"{PATH}/no-such-upload").status_code == 404
    assert by_budi.begin(PHOTO, b"") != where


def test_another_device_of_the_same_person_goes_on(office: Office, by_asha: Uploading) -> None:
    """As one that had to enrol anew, with its store."""
    where = by_asha.begin(PHOTO, PHOTO[:7])
    again = Uploading(RawDevice(office.client, office.device_token("asha"), by_asha.device.replica, "asha"))
    again.send(where, PHOTO, len(PHOTO), 7)
    assert kept_bytes(office, HASH) == PHOTO


def test_photos_are_taken_from_who_lost_his_village_or_his_device(office: Office, by_asha: Uploading) -> None:
    """His work is held, and so are its photos; a closed account hands nothing in."""
    office.move("asha")
    where = by_asha.begin(PHOTO, PHOTO[:7])
    office.revoke("asha")
    by_asha.send(where, PHOTO, len(PHOTO), 7)
    assert kept_bytes(office, HASH) == PHOTO
    assert by_asha.needed(HASH) == []
    with office.store.write() as connection:
        disable_account(connection, "asha", NOW)
    assert by_asha.create(b"more").status_code == 401


def test_people_without_a_device_upload_nothing(office: Office, by_asha: Uploading) -> None:
    head = office.api("hana", "head", "64.02")
    by_token = Uploading(RawDevice(office.client, head.token, "no-store", "hana"))
    assert by_token.create(PHOTO).status_code == 401
    assert by_token.device.post("files/needed", {"files": []}).status_code == 401


def test_an_upload_that_nobody_continued_is_expired_and_begun_anew(
    office: Office, by_asha: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = by_asha.begin(PHOTO, PHOTO[:7])
    day = LIFETIME_MS // 7
    monkeypatch.setattr(api, "now_ms", lambda: now_ms() + LIFETIME_MS - day)
    assert by_asha.patch(where, 7, PHOTO[7:9]).status_code == 204
    monkeypatch.setattr(api, "now_ms", lambda: now_ms() + 2 * LIFETIME_MS - 2 * day)
    assert by_asha.offset(where) == 9
    monkeypatch.setattr(api, "now_ms", lambda: now_ms() + 2 * LIFETIME_MS)
    with nothing_changes(office):
        assert by_asha.head(where).status_code == 410
        told = by_asha.patch(where, 9, PHOTO[9:])
        assert (told.status_code, code_of(told)) == (410, "upload-expired")
    created = by_asha.create(PHOTO, b"")
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "0")
    assert by_asha.head(where).status_code == 404


def test_an_account_has_so_many_uploads_at_once(
    office: Office, by_asha: Uploading, by_budi: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    first = by_asha.begin(b"1")
    by_asha.begin(b"2")
    told = by_asha.create(b"3")
    assert (told.status_code, code_of(told)) == (429, "too-many-uploads")
    assert by_asha.begin(b"1") == first
    by_budi.begin(b"3")
    by_asha.send(first, b"1", 1)
    by_asha.begin(b"3")


def test_an_account_has_so_many_bytes_that_no_operation_names(
    office: Office, by_asha: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_UNNAMED", 100)
    by_asha.send(by_asha.begin(b"a" * 60), b"a" * 60, 60)
    by_asha.begin(b"b" * 30)
    told = by_asha.create(b"c" * 11)
    assert (told.status_code, code_of(told)) == (403, "too-many-unnamed")
    by_asha.begin(b"c" * 10)


# --- the storage ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "status"), [(BlobsFullError, 507), (BlobsAwayError, 503)])
def test_a_storage_that_takes_nothing_keeps_the_pieces_for_another_try(
    office: Office, by_asha: Uploading, monkeypatch: pytest.MonkeyPatch, fault: Any, status: int
) -> None:
    """Nothing says meanwhile that the upload is complete."""

    def fail(*_: object) -> None:
        raise fault("as it is")

    where = by_asha.begin(PHOTO, PHOTO[:50_000])
    with monkeypatch.context() as patched:
        patched.setattr(FolderBlobs, "put", fail)
        told = by_asha.patch(where, 50_000, PHOTO[50_000:])
        assert (told.status_code, code_of(told)) == (status, fault.code)
        assert by_asha.head(where).status_code == status
        assert by_asha.create(PHOTO, b"").status_code == status
        assert by_asha.patch(where, len(PHOTO), b"").status_code == status
        assert by_asha.needed(HASH) == [HASH]
    assert by_asha.offset(where) == len(PHOTO)
    assert kept_bytes(office, HASH) == PHOTO
    assert count(office, UploadPiece) == 0


def test_a_worker_keeps_what_has_come_whole_and_was_not_kept(
    office: Office, by_asha: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = by_asha.begin(PHOTO, PHOTO[:50_000])
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "settle", lambda *given: given[2])  # as if the server had died there
        by_asha.patch(where, 50_000, PHOTO[50_000:])
    store, blobs = office.store, context_of(office.app).blobs
    assert settle_some(store, blobs, now_ms()) == 0
    assert kept_bytes(office, HASH) is None
    assert settle_some(store, blobs, now_ms() + 61_000) == 1
    assert kept_bytes(office, HASH) == PHOTO
    assert settle_some(store, blobs, now_ms() + 61_000) == 0
    assert count(office, UploadPiece) == 0
