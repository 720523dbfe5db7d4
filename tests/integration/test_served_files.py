"""
A file of a record goes to whoever may read the record, made harmless, and on record before a byte leaves.

Broken on purpose, each seen here: the upload given for a picture; the record not asked; who holds the file
not asked; nothing put on record; a header left out.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from sqlalchemy import select
from werkzeug.test import TestResponse

import server.serving
from domain.access import Action, Role
from domain.protection import DataClass
from server.blobs import BlobsAwayError
from server.blobs.folder import FolderBlobs
from server.models_evidence import AuditRow
from server.store import files as stored_files
from tests.support.access_world import Thing, is_allowed
from tests.support.builders import new_id, op_id
from tests.support.examining_files import Files
from tests.support.file_answers import answer, file_restricted, file_with
from tests.support.filings import FAR, KECAMATAN, VILLAGE, arrives, edit
from tests.support.office import ApiClient, Office
from tests.support.pages import Person, at_work
from tests.support.photos import CAMERA, photo
from tests.support.raw_device import RawDevice
from tests.support.sealed import detail_of
from tests.support.server import serving

NEVER = "A" * 43
PDF = b"%PDF-1.7 " + bytes(range(256)) * 2_000


@pytest.fixture
def desk(office: Office) -> Files:
    return Files(office)


def fetch(
    who: ApiClient | Person, record: str, file: str, kind: str = "shown", **options: Any
) -> TestResponse:
    """The answer to somebody who asks for a file, by API or page."""
    path = f"/records/{record}/files/{file}/{kind}"
    if isinstance(who, ApiClient):
        headers = {"Authorization": f"Bearer {who.token}", **options.pop("headers", {})}
        return who.client.open(f"/api/v1{path}", headers=headers, **options)
    return who.client.open(path, base_url=who.base, **options)


def code(answered: TestResponse) -> tuple[int, str]:
    told: Any = answered.json
    return answered.status_code, told["error"]["code"]


def seen_by(office: Office, account: str) -> list[tuple[str, dict[str, Any]]]:
    """(action, detail) of what is on record of somebody who got files."""
    with office.store.read() as connection:
        query = select(AuditRow).where(AuditRow.account == account, AuditRow.action == "read-file")
        found = connection.execute(query).all()
    return [(row.action, detail_of(office.store, row)) for row in found]


# --- what is given -------------------------------------------------------------------------------


def test_a_photo_is_given_as_the_server_made_it(
    desk: Files, asha: RawDevice, supervisor: ApiClient, siti: Person
) -> None:
    data = photo(2000, 1500)
    record, named = file_with(asha, desk, data, "rumah Bu Ani.png")
    views = desk.views(named)
    for who in (supervisor, siti):
        for kind in ("thumbnail", "shown"):
            answered = fetch(who, record, named, kind)
            assert (answered.status_code, answered.data) == (200, views[kind])
            assert CAMERA.encode() not in answered.data
            assert answered.headers["Content-Disposition"] == 'attachment; filename="rumah Bu Ani.jpg"'
            assert_shut(answered, "image/jpeg")
        assert fetch(who, record, named, "whole").status_code == 404
    told = [(one, detail["kind"]) for one, detail in seen_by(desk.office, "siti")]
    assert told == [("read-file", "thumbnail"), ("read-file", "shown")] * 2


def assert_shut(answered: TestResponse, type_: str) -> None:
    """No browser opens it as anything but what it is, shows it in a page of others, or keeps it."""
    headers = answered.headers
    assert headers["Content-Type"] == type_
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Disposition"].startswith("attachment")
    assert int(headers["Content-Length"]) == len(answered.data)
    assert "Set-Cookie" not in headers or "verilap" in headers["Set-Cookie"]


def test_what_is_no_picture_is_given_as_it_is_and_called_what_it_is(
    desk: Files, asha: RawDevice, supervisor: ApiClient
) -> None:
    for data, type_, name in (
        (PDF, "application/pdf", "surat.pdf"),
        (b"<html><script>alert(1)</script>", "application/octet-stream", "surat.bin"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/octet-stream", "surat.bin"),
    ):
        record, named = file_with(asha, desk, data, "surat.jpg")
        answered = fetch(supervisor, record, named, "whole")
        assert answered.data == data
        assert_shut(answered, type_)
        assert f"filename={name}" in answered.headers["Content-Disposition"].replace('"', "")
        for kind in ("thumbnail", "shown"):
            assert code(fetch(supervisor, record, named, kind)) == (404, "file-not-shown")


def test_a_name_of_other_letters_is_told_in_both_ways(
    desk: Files, asha: RawDevice, supervisor: ApiClient
) -> None:
    record, named = file_with(asha, desk, PDF, "surat – é\u202e.pdf")
    told = fetch(supervisor, record, named, "whole").headers["Content-Disposition"]
    assert "filename*=UTF-8''surat%20%E2%80%93%20%C3%A9.pdf" in told
    assert 'filename="surat _ _.pdf"' in told


def test_a_part_can_be_asked_for(desk: Files, asha: RawDevice, supervisor: ApiClient) -> None:
    record, named = file_with(asha, desk, PDF)

    def part(asked: str) -> TestResponse:
        return fetch(supervisor, record, named, "whole", headers={"Range": asked})

    assert (part("bytes=0-3").status_code, part("bytes=0-3").data) == (206, b"%PDF")
    assert part("bytes=-10").data == PDF[-10:]
    assert part("bytes=300000-300009").data == PDF[300_000:300_010]
    assert part("bytes=0-3").headers["Content-Range"] == f"bytes 0-3/{len(PDF)}"
    for beyond in (f"bytes={len(PDF)}-", "bytes=9-1,2-3", "bytes=0-1,5-6"):
        assert part(beyond).status_code == 416, beyond
    for odd in ("bytes=x-y", "metres=0-3", "bytes=", "bytes=-"):
        assert part(odd).status_code in (200, 416), odd
    head = fetch(supervisor, record, named, "whole", method="HEAD")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(PDF)))


def test_a_large_file_and_its_parts_leave_as_they_are(
    desk: Files, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: a part from its beginning, or to the end of the file."""
    data = b"%PDF-1.7 " + b"".join(number.to_bytes(4, "big") for number in range(400_000))
    record, named = file_with(asha, desk, data)
    path = f"/api/v1/records/{record}/files/{named}/whole"
    with serving(desk.office.app) as url:
        for asked in (None, (0, 3), (65_535, 65_536), (1_500_000, len(data) - 1), (131_072, 1_400_000)):
            told = {"Range": f"bytes={asked[0]}-{asked[1]}"} if asked else {}
            other = fetch(supervisor, record, named, "whole", headers=told)  # by another server than ours
            headers = {"Authorization": f"Bearer {supervisor.token}", **told}
            answered = requests.get(url + path, headers=headers, timeout=20)
            assert answered.status_code == (206 if asked else 200)
            assert answered.content == other.data == (data[asked[0] : asked[1] + 1] if asked else data)


def test_who_takes_nothing_of_a_large_file_holds_no_thread(
    desk: Files, asha: RawDevice, supervisor: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed while threads wrote what they read: sixteen such readers, and the server answered nobody."""
    monkeypatch.setattr(server.serving, "LARGEST_WAITING", 64 * 1024)
    record, named = file_with(asha, desk, b"%PDF-1.7 " + bytes(6_000_000))
    asked = f"GET /api/v1/records/{record}/files/{named}/whole HTTP/1.1\r\nHost: x\r\n"
    asked += f"Authorization: Bearer {supervisor.token}\r\n\r\n"
    with serving(desk.office.app) as url, ExitStack() as held:
        for _ in range(server.serving.THREADS + 1):
            reader = held.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(10)
            reader.connect(("127.0.0.1", int(url.rpartition(":")[2])))
            reader.sendall(asked.encode())
            assert reader.recv(1) == b"H"


def test_damage_in_a_large_file_is_told_before_any_of_it(
    desk: Files, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: only the first segment read before."""
    record, named = file_with(asha, desk, b"%PDF-1.7 " + bytes(2_000_000))
    assert isinstance(desk.blobs, FolderBlobs)
    place = desk.blobs.folder / (name := desk.stored(named).object)[:2] / name
    stored = bytearray(place.read_bytes())
    stored[1_500_000] ^= 1
    place.write_bytes(stored)
    assert code(fetch(supervisor, record, named, "whole")) == (404, "file-damaged")


def test_no_more_than_some_pieces_are_in_memory(
    desk: Files, asha: RawDevice, supervisor: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, named = file_with(asha, desk, b"%PDF" + bytes(1_000_000))
    read: list[int] = []
    plain = FolderBlobs.get

    def get(self: FolderBlobs, name: str) -> Iterator[bytes]:
        for piece in plain(self, name):
            read.append(len(piece))
            yield piece

    monkeypatch.setattr(FolderBlobs, "get", get)
    answered = fetch(supervisor, record, named, "whole", buffered=False)
    assert sum(read) < 300_000
    assert len(answered.data) == 1_000_004
    assert max(read) <= 64 * 1024


# --- to whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.PARTNER])
def test_a_file_is_for_those_for_whom_its_record_is(desk: Files, asha: RawDevice, role: Role) -> None:
    """As the declared table says, read a second time, of the open record and of its restricted part."""
    record, open_file = file_with(asha, desk, PDF + b"open")
    _, part, restricted = file_restricted(asha, desk, PDF + b"restricted")
    for is_inside in (True, False):
        who = desk.office.api(f"{role}-{is_inside}", role.value, KECAMATAN if is_inside else FAR)
        for one, file, class_ in (
            (record, open_file, DataClass.SPECIFIC),
            (part, restricted, DataClass.RESTRICTED),
        ):
            thing = Thing("", one, "", class_)
            status = fetch(who, one, file, "whole").status_code
            if is_allowed(role, Action.READ, thing, is_inside):
                assert status == 200
            else:
                assert status in (403, 404)
        assert fetch(who, record, restricted, "whole").status_code in (403, 404)
        assert fetch(who, part, open_file, "whole").status_code in (403, 404)


def test_nobody_is_nobody(desk: Files, asha: RawDevice) -> None:
    record, named = file_with(asha, desk, PDF)
    path = f"/records/{record}/files/{named}/whole"
    assert desk.office.client.get(f"/api/v1{path}").status_code == 401
    assert desk.office.client.get(path).status_code == 302


def test_a_hash_that_somebody_wrote_gives_him_what_a_file_that_never_came_gives(
    desk: Files, asha: RawDevice, supervisor: ApiClient
) -> None:
    desk.office.person("jauh", "officer", FAR)
    named = desk.arrive(PDF, "jauh")
    desk.work()
    for file in (named, NEVER):
        record = new_id()
        arrives(asha, asha.submission(record, {"a": answer(file)}))
        assert code(fetch(supervisor, record, file, "whole")) == (404, "file-waiting")
    assert seen_by(desk.office, "siti") == []


def test_what_was_replaced_can_still_be_seen(desk: Files, asha: RawDevice, supervisor: ApiClient) -> None:
    named, record = desk.arrive(PDF), new_id()
    arrives(asha, first := asha.submission(record, {"a": answer(named)}))
    desk.work()
    edit(asha, record, "a", "none", op_id(first))
    answered = fetch(supervisor, record, named, "whole")
    assert answered.data == PDF
    assert "file.pdf" in answered.headers["Content-Disposition"]


# --- what there is not ---------------------------------------------------------------------------


def test_what_cannot_be_given_is_told_with_its_reason(
    desk: Files, asha: RawDevice, supervisor: ApiClient, siti: Person
) -> None:
    record, named = file_with(asha, desk, photo(64, 48)[:300])
    waiting, preparing = new_id(), new_id()
    arrives(asha, asha.submission(waiting, {"a": answer(NEVER)}))
    unseen = desk.arrive(photo(80, 60))
    arrives(asha, asha.submission(preparing, {"a": answer(unseen)}))
    for one, file, kind, wanted, words in (
        (waiting, NEVER, "shown", "file-waiting", "belum sampai"),
        (preparing, unseen, "shown", "file-preparing", "sedang disiapkan"),
        (record, named, "shown", "file-not-shown", "tidak dapat ditampilkan"),
        (record, named, "whole", "file-not-shown", "tidak dapat ditampilkan"),
        (record, NEVER, "shown", "unknown-file", "Tidak ada apa-apa"),
        (record, "x", "shown", "unknown-file", "Tidak ada apa-apa"),
        (record, named, "original", "unknown-file", "Tidak ada apa-apa"),
        (new_id(), named, "shown", "not-found", "Tidak ada apa-apa"),
    ):
        assert code(fetch(supervisor, one, file, kind)) == (404, wanted)
        page = siti.get(f"/records/{one}/files/{file}/{kind}")
        assert page.status == 404
        assert words in page.text, wanted
    told: Any = fetch(supervisor, record, named, "shown").json
    assert told["error"]["fault"] == "picture-damaged"
    assert seen_by(desk.office, "siti") == []


def test_what_cannot_be_put_on_record_is_not_given(
    desk: Files, asha: RawDevice, supervisor: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, named = file_with(asha, desk, PDF)

    def fails(*_: Any) -> None:
        raise RuntimeError("no record of it")

    monkeypatch.setattr("server.evidence.put", fails)
    answered = fetch(supervisor, record, named, "whole")
    assert answered.status_code == 500
    assert b"%PDF" not in answered.data


def test_a_storage_that_is_away_or_lost_it_is_told_and_nothing_is_on_record(
    desk: Files, asha: RawDevice, supervisor: ApiClient, siti: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, named = file_with(asha, desk, PDF)

    def away(*_: Any) -> Iterator[bytes]:
        raise BlobsAwayError("away")

    with monkeypatch.context() as patched:
        patched.setattr(FolderBlobs, "get", away)
        assert code(fetch(supervisor, record, named, "whole")) == (503, "storage-away")
        assert fetch(siti, record, named, "whole").status_code == 503
    with desk.office.store.read() as connection:
        found = stored_files.find(connection, named)
    assert found
    desk.blobs.delete(found.object)
    assert code(fetch(supervisor, record, named, "whole")) == (404, "file-missing")
    assert "files check" in siti.get(f"/records/{record}/files/{named}/whole").text
    desk.blobs.put(found.object, [bytes(1000)])
    assert code(fetch(supervisor, record, named, "whole")) == (404, "file-damaged")
    assert seen_by(desk.office, "siti") == []


def test_neither_hash_nor_name_gets_into_the_log(
    desk: Files, asha: RawDevice, supervisor: ApiClient, capsys: pytest.CaptureFixture[str]
) -> None:
    record, named = file_with(asha, desk, PDF, "rahasia.pdf")
    fetch(supervisor, record, named, "whole")
    logged = capsys.readouterr().err
    assert "/api/v1/records/<record>/files/<file>/<kind>" in logged
    assert named not in logged
    assert record not in logged
    assert "rahasia" not in logged


def test_who_lost_the_village_lost_the_file(desk: Files, asha: RawDevice) -> None:
    record, named = file_with(asha, desk, PDF)
    dewi = at_work(desk.office, "dewi", "supervisor", VILLAGE)
    assert fetch(dewi, record, named, "whole").status_code == 200
    desk.office.move("dewi", FAR)
    assert fetch(dewi, record, named, "whole").status_code == 404
