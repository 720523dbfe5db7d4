"""
The order in which files go, how an upload goes on after whatever befell it, and what stays how long.

Broken on purpose: files sent before the text; originals before small pictures; urgent cases by their place in
the queue; the answer that got lost taken for a failure of the file; the upload begun anew after each cut; one
refused file that kept back the others; what the server has dropped before it was asked again.
"""

import json
from itertools import cycle
from typing import Any

import pytest

from client_sync.erasing import empty, erase
from client_sync.errors import Unreachable
from client_sync.file_queue import WIFI
from client_sync.pace import FIRST, Pace
from client_sync.store.settings import ORIGINALS
from client_sync.transport import Call
from domain.erasing import Erased
from schemas.replies import ACCEPTED
from tests.support.attached import answer_of, bytes_of, file_of, photo, photo_phone
from tests.support.devices import OTHER_VILLAGE, VILLAGE, Fleet, Phone
from tests.support.fake_files import FakeFiles, fault
from tests.support.terminal import Verilap

DAY = 24 * 3_600_000


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    return photo_phone(fleet)


@pytest.fixture
def files(fleet: Fleet) -> FakeFiles:
    return fleet.server.files


def filed(phone: Phone, seed: int = 1, danger: str = "0", village: str = VILLAGE) -> str:
    """A form with a photo of some 100 KB."""
    record = phone.new("foto", village, {"nama": str(seed), "lindung/bahaya_segera": danger}).record
    phone.attach(record, "foto", file_of(phone, photo(seed, 800, 600), f"{seed}.jpg"))
    return record


def hashes(phone: Phone, record: str) -> tuple[str, str]:
    """Those of the small picture and of the photo."""
    answer = answer_of(phone, record)
    return answer.thumbnail or "", answer.hash


def test_text_goes_first_then_small_pictures_then_originals_urgent_cases_first(
    fleet: Fleet, asha: Phone, files: FakeFiles
) -> None:
    records = [filed(asha, 1), filed(asha, 2, danger="1"), filed(asha, 3)]
    report = asha.sync()
    (small1, large1), (small2, large2), (small3, large3) = (hashes(asha, one) for one in records)
    assert list(files.stored) == [small2, small1, small3, large2, large1, large3]
    assert all(files.stored[one] == bytes_of(asha, one) for one in files.stored)
    assert (report.files.sent, report.files.waiting, report.files.is_done) == (6, 0, True)
    assert report.files.bytes_sent == sum(map(len, files.stored.values())) == files.taken
    assert report.traffic.bytes_up > report.files.bytes_sent


def test_nothing_is_asked_where_there_are_no_files(fleet: Fleet, asha: Phone, files: FakeFiles) -> None:
    asha.new("foto", VILLAGE, {"nama": "x"})
    asha.sync()
    assert files.calls == []


def test_what_the_server_has_is_not_sent(fleet: Fleet, asha: Phone, files: FakeFiles) -> None:
    for one in hashes(asha, record := filed(asha)):
        files.stored[one], files.holders[one] = b"", {"asha"}
    report = asha.sync()
    assert (report.files.known, report.files.sent, files.seen) == (2, 0, 0)
    assert asha.store.files.find(hashes(asha, record)[1]) is not None


@pytest.mark.parametrize("fault", ["request", "answer", "half", "slow", "500", "twice"])
def test_whatever_is_lost_an_upload_goes_on_where_it_was(
    fleet: Fleet, asha: Phone, files: FakeFiles, fault: str
) -> None:
    record = filed(asha)
    asha.line.faults[:] = []
    asha.sync()
    whole = len(files.calls)
    for at in range(whole):
        files.__init__()  # type: ignore[misc]
        asha.store.files.send_again(hashes(asha, record))
        asha.line.faults[:] = ["", *[""] * at, fault]
        report = asha.sync()
        assert report.files.is_done, (fault, at, report.files)
        assert all(files.stored[one] == bytes_of(asha, one) for one in hashes(asha, record))
        whole_size = sum(len(one) for one in files.stored.values())
        assert files.taken == whole_size <= files.seen <= whole_size + (fault == "twice") * FIRST


def test_a_cut_sync_leaves_how_far_it_was_and_the_next_one_goes_on(
    fleet: Fleet, asha: Phone, files: FakeFiles
) -> None:
    """Broken on purpose: the id of the upload was kept in memory alone."""
    record = filed(asha)
    asha.line.faults[:] = [*[""] * 4, *["request"] * 20]
    report = asha.sync()
    assert (report.is_quiet, report.files.is_done, report.files.code) == (True, False, "unreachable")
    small, large = hashes(asha, record)
    kept = asha.store.files.find(large)
    assert kept is not None
    assert kept.upload
    assert 0 < kept.arrived < kept.size
    asha.line.faults[:] = []
    before = files.calls[:]
    asha.close()
    again = fleet.open(asha.home)
    assert again.sync().files.is_done
    assert files.taken == len(files.stored[small]) + len(files.stored[large]) == files.seen
    assert files.calls[len(before) :][:2] == ["needed", "HEAD"]


def test_an_upload_that_the_server_forgot_begins_anew(asha: Phone, files: FakeFiles) -> None:
    record = filed(asha)
    asha.line.faults[:] = [*[""] * 4, *["request"] * 20]
    asha.sync()
    files.uploads.clear()
    asha.line.faults[:] = []
    assert asha.sync().files.is_done
    assert files.stored[answer_of(asha, record).hash] == bytes_of(asha, answer_of(asha, record).hash)


def test_a_file_that_arrived_as_another_one_is_sent_anew_once(asha: Phone, files: FakeFiles) -> None:
    record = filed(asha)
    large = answer_of(asha, record).hash

    def spoil(call: Call) -> None:
        for known, upload in files.uploads.items():
            if upload.hash == large and upload.data and (len(spoilt) < most or known in spoilt):
                upload.data[0] = 0
                spoilt.add(known)

    spoilt: set[str] = set()
    most = 1
    files.refuses = spoil
    assert asha.sync().files.is_done
    assert (files.stored[large], len(spoilt)) == (bytes_of(asha, large), 1)
    asha.store.files.send_again([large])
    files.__init__()  # type: ignore[misc]
    files.refuses, most = spoil, 9
    report = asha.sync()
    assert [(one.hash, one.code) for one in report.files.refused] == [(large, "hash-differs")]
    assert (bytes_of(asha, large), len(spoilt)) == (bytes_of(asha, large), 3)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "file-too-large"), (413, "file-too-large"), (410, "upload-gone")]
)
def test_a_file_that_is_refused_or_lost_again_and_again_keeps_no_other_back(
    asha: Phone, files: FakeFiles, status: int, code: str
) -> None:
    first, second = filed(asha, 1), filed(asha, 2)
    bad = asha.store.files.find(answer_of(asha, first).hash)
    assert bad is not None

    def refuse(call: Call) -> Any:
        is_bad = call.method == "POST" and call.headers.get("Upload-Length") == str(bad.size)
        return fault(status, code) if is_bad else None

    files.refuses = refuse
    report = asha.sync()
    assert (report.is_quiet, report.files.is_done, report.files.waiting) == (True, False, 1)
    assert [(one.hash, one.code) for one in report.files.refused] == [(bad.hash, code)]
    assert answer_of(asha, second).hash in files.stored
    files.refuses = lambda call: None
    assert asha.sync().files.is_done
    assert asha.store.files.find(bad.hash).code == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "too-many-unnamed"), (401, "not-signed-in"), (403, "revoked-device"), (507, "storage-full")],
)
def test_what_befalls_every_file_is_asked_once(asha: Phone, files: FakeFiles, status: int, code: str) -> None:
    filed(asha, 1)
    filed(asha, 2)
    files.refuses = lambda call: fault(status, code) if call.method == "POST" and call.headers else None
    report = asha.sync()
    assert (report.is_quiet, report.files.waiting, report.files.code) == (True, 4, code)
    assert files.calls == ["needed", "POST"]
    files.refuses = lambda call: None
    assert asha.sync().files.is_done


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (503, "storage-away"),
        (429, "too-many-uploads"),
        (409, "taken-over"),
        (423, "locked"),
        (460, "checksum-differs"),
    ],
)
def test_what_may_be_otherwise_in_a_moment_is_tried_again(
    asha: Phone, files: FakeFiles, status: int, code: str
) -> None:
    filed(asha)
    told = [fault(status, code)] * 2
    files.refuses = lambda call: told.pop() if told and call.method == "PATCH" else None
    assert asha.sync().files.is_done
    assert not told


def test_an_older_server_takes_the_text_and_the_files_wait(
    asha: Phone, files: FakeFiles, verilap: Verilap
) -> None:
    files.knows = False
    record = filed(asha)
    report = asha.sync()
    assert (report.is_quiet, report.files.code, report.files.waiting) == (True, "no-files", 2)
    assert bytes_of(asha, answer_of(asha, record).hash)
    files.knows = True
    assert asha.sync().files.is_done


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"location": "/api/v1/files/x", "upload-offset": "-1"},
        {"location": "/api/v1/files/x", "upload-offset": "99999999"},
        {"location": "/api/v1/files/../x?", "upload-offset": "0"},
        {"location": "/", "upload-offset": "0"},
        {"location": "/api/v1/files/x"},
    ],
)
def test_an_answer_that_makes_no_sense_ends_the_files_and_not_the_sync(
    asha: Phone, files: FakeFiles, headers: dict[str, str]
) -> None:
    filed(asha)
    files.refuses = lambda call: (201, None, headers) if call.method == "POST" and call.headers else None
    report = asha.sync()
    assert report.is_quiet
    assert {report.files.code, *(one.code for one in report.files.refused)} & {"bad-answer", "upload-gone"}
    assert report.files.waiting == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "HEAD"])
def test_an_answer_that_was_cut_amid_its_headers_is_asked_for_again(
    asha: Phone, files: FakeFiles, method: str
) -> None:
    """Nothing tells such headers from whole ones. Seen to fail when that ended the files of this sync."""
    filed(asha)
    left = ["PATCH", method] if method == "HEAD" else [method]

    def cut(call: Call) -> Any:
        if call.headers and left and call.method == left[0]:
            left.pop(0)
            return 201 if call.method == "POST" else 204, None, {}
        return None

    files.refuses = cut
    assert asha.sync().files.is_done
    assert left == []


def test_originals_wait_for_wifi_by_choice(asha: Phone, files: FakeFiles, verilap: Verilap) -> None:
    assert verilap(asha, "files", "originals", "wifi").status == 0
    assert asha.store.settings.get(ORIGINALS) == WIFI
    record = filed(asha)
    report = asha.sync()
    assert list(files.stored) == [answer_of(asha, record).thumbnail]
    assert (report.files.is_done, report.files.waiting, report.files.for_wifi) == (True, 1, 1)
    assert asha.sync(is_wifi=True).files.waiting == 0
    verilap(asha, "files", "originals", "any")
    filed(asha, 2)
    assert asha.sync().files.waiting == 0


# --- what stays ----------------------------------------------------------------------------------


def kept(phone: Phone) -> list[str]:
    return [one.hash for one in phone.store.files.all()]


def test_what_was_sent_stays_thirty_days_by_the_servers_clock(
    fleet: Fleet, asha: Phone, files: FakeFiles, verilap: Verilap
) -> None:
    record = filed(asha)
    asha.sync()
    fleet.server.clock += 30 * DAY
    asha.sync()
    asha.sync()  # the first one learns what day it is
    assert set(kept(asha)) == set(hashes(asha, record))
    fleet.server.clock += DAY
    asha.sync()
    assert kept(asha) == []
    verilap(asha, "files", "keep", "0")
    filed(asha, 2)
    asha.sync()
    fleet.server.clock += 1
    asha.sync()
    assert kept(asha) == []


def test_what_the_server_lost_is_sent_again_even_when_its_time_is_over(
    fleet: Fleet, asha: Phone, files: FakeFiles
) -> None:
    """Broken on purpose: dropped without asking."""
    record = filed(asha)
    asha.sync()
    files.__init__()  # type: ignore[misc]
    fleet.server.clock += 31 * DAY
    asha.sync()
    asha.sync()
    assert set(files.stored) == set(hashes(asha, record))


def test_a_photo_that_is_named_once_more_is_asked_about_once_more(asha: Phone, files: FakeFiles) -> None:
    """Its first record may have been erased at the server. Broken on purpose: taken for sent."""
    record = filed(asha)
    asha.sync()
    files.__init__()  # type: ignore[misc]
    other = filed(asha)
    assert hashes(asha, other) == hashes(asha, record)
    asha.sync()
    assert set(files.stored) == set(hashes(asha, record))
    assert asha.sync().files.to_json()["sent"] == 0


@pytest.mark.parametrize("leaves", [False, True])
def test_a_photo_that_a_draft_names_stays_for_it(
    fleet: Fleet, asha: Phone, files: FakeFiles, *, leaves: bool
) -> None:
    """
    Its first record may be erased at the server before the draft is finished, and the photo with it.

    Broken on purpose: dropped when its time was over; dropped with the record that left.
    """
    record = filed(asha)
    draft = asha.drafts.start_draft("foto", VILLAGE)
    asha.attachments.type_file(draft.id, "foto", file_of(asha, photo(1, 800, 600)))
    asha.sync()
    if leaves:
        budi = photo_phone(fleet, "budi")
        budi.sync()
        fleet.server.users["asha"].areas = ("64.02.18.2008",)
        budi.set(record, {"nama": "y"})
        budi.sync()
        asha.sync()
        assert asha.store.records.shown(record) is None
    for _ in range(0 if leaves else 3):
        fleet.server.clock += 31 * DAY
        asha.sync()
    files.__init__()  # type: ignore[misc]
    saved = asha.drafts.finish_draft(draft.id)
    asha.sync()
    assert set(files.stored) == set(hashes(asha, saved.record))


def test_a_photo_of_work_that_no_server_takes_stays_with_it(
    fleet: Fleet, asha: Phone, files: FakeFiles
) -> None:
    """
    The server would collect it as nobody's, and the work may yet be carried to the office.

    Broken on purpose: dropped after its thirty days; left out of what is unsent.
    """
    fleet.server.refuses = lambda op: "jpg" in json.dumps(op)
    record = filed(asha)
    assert asha.sync().refused
    assert set(files.stored) == set(hashes(asha, record))
    for _ in range(3):
        fleet.server.clock += 31 * DAY
        asha.sync()
    assert set(kept(asha)) == set(hashes(asha, record)) == {one.hash for one in asha.store.files.unsent()}


def test_a_server_from_a_backup_gets_its_files_again(fleet: Fleet, asha: Phone, files: FakeFiles) -> None:
    backup = fleet.server.backup()
    record = filed(asha)
    asha.sync()
    fleet.server.restore(backup)
    files.__init__()  # type: ignore[misc]
    assert asha.sync().files.sent == 2
    assert set(files.stored) == set(hashes(asha, record))
    calls = len(files.calls)
    asha.sync()
    assert len(files.calls) == calls  # and is not asked for ever


def test_a_file_goes_with_its_record_but_not_before_it_was_sent(
    fleet: Fleet, asha: Phone, files: FakeFiles
) -> None:
    record = filed(asha)
    asha.line.faults[:] = ["", *["request"] * 20]
    asha.sync()
    asha.line.faults[:] = []
    budi = photo_phone(fleet, "budi")
    budi.sync()
    fleet.server.users["asha"].areas = ("64.02.18.2008",)
    budi.set(record, {"nama": "y"})
    budi.sync()
    small, large = hashes(asha, record)
    files.refuses = lambda call: fault(503, "away")
    asha.sync()
    assert asha.store.records.shown(record) is None
    assert set(kept(asha)) == {small, large}
    files.refuses = lambda call: None
    asha.sync()
    assert set(files.stored) == {small, large}
    assert kept(asha) == []


def test_another_account_sends_what_the_one_before_it_left(
    fleet: Fleet, asha: Phone, files: FakeFiles
) -> None:
    record = filed(asha)
    asha.line.faults[:] = [*[""] * 4, *["request"] * 20]
    asha.sync()
    asha.line.faults[:] = []
    asha.enroll("http://localhost", fleet.server.user("budi"), "phone")
    assert {one.upload for one in asha.store.files.waiting()} == {None}
    report = asha.sync()
    assert report.files.is_done
    assert files.holders[hashes(asha, record)[1]] == {"budi"}


def rows_of(phone: Phone, table: str) -> int:
    found: int = phone.store.database._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


@pytest.mark.parametrize("is_sent", [True, False])
def test_with_what_is_erased_its_files_go_at_once(asha: Phone, is_sent: bool) -> None:
    """Broken on purpose: unsent files of an erased record stayed; a redacted operation kept its uses."""
    other, at = filed(asha, 2), ("foto", "anggota/m_1/foto")
    names = {path: file_of(asha, photo(seed), f"{seed}.jpg") for seed, path in enumerate(at, 3)}
    record = asha.attachments.new_with(
        "foto", VILLAGE, {"nama": "x"}, names
    ).record  # all of it in one operation
    member = asha.dossier(record).answers["anggota/m_1/foto"]
    if is_sent:
        asha.sync()
    else:
        asha.store.outbox.acknowledge([(one.id, ACCEPTED) for one in asha.operations()], 1)
    with asha.store.transaction():
        erase(asha.store, Erased.of([[record, "anggota/m_1"]]))
    assert not [one for one in kept(asha) if one in str(member)]
    assert set(hashes(asha, record)) < set(kept(asha))
    with asha.store.transaction():
        erase(asha.store, Erased.of([[record]]))
    assert set(kept(asha)) == set(hashes(asha, other))
    assert rows_of(asha, "file_use") == 2


def test_an_operation_of_which_nothing_may_be_kept_takes_its_file_along(asha: Phone) -> None:
    record = filed(asha)
    with asha.store.transaction():
        empty(asha.store, [one.id for one in asha.operations()])
    assert (kept(asha), rows_of(asha, "file_piece"), record != "") == ([], 0, True)


def test_half_filled_forms_lose_the_files_of_what_is_erased(asha: Phone) -> None:
    record = filed(asha)
    draft = asha.drafts.start_correction(record)
    asha.attachments.type_file(draft.id, "anggota/m_1/foto", file_of(asha, photo(3)))
    before = len(kept(asha))
    with asha.store.transaction():
        erase(asha.store, Erased.of([[record, "anggota/m_1"]]))
    assert len(kept(asha)) < before


def test_a_revoked_device_says_what_it_keeps(
    fleet: Fleet, asha: Phone, files: FakeFiles, verilap: Verilap
) -> None:
    filed(asha)
    fleet.server.users["asha"].is_revoked = True
    files.refuses = lambda call: fault(403, "revoked-device")
    report = asha.sync()
    assert (report.revoked, report.files.code, report.files.waiting) == (True, "revoked-device", 2)
    assert len(kept(asha)) == 2


# --- the commands --------------------------------------------------------------------------------


def test_sync_says_what_remains_and_why(
    asha: Phone, files: FakeFiles, verilap: Verilap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_sync.device.HttpTransport", lambda url: asha.line)
    record = filed(asha)
    files.refuses = lambda call: fault(507, "storage-full") if call.method == "PATCH" else None
    monkeypatch.setattr("client_sync.device.Device.open", lambda *a, **k: asha)
    monkeypatch.setattr(asha, "close", lambda: None)
    told = verilap(asha, "sync", language="en")
    assert told.status == 1
    assert "Files not sent yet: 1 (" in told.out
    assert "[storage-full]" in told.out
    files.refuses = lambda call: None
    told = verilap(asha, "sync", "--json")
    assert told.status == 0, told.err
    sent = json.loads(told.out)["files"]
    assert (sent["sent"], sent["waiting"], sent["code"]) == (1, 0, "")
    listed = json.loads(verilap(asha, "files", "--json").out)
    assert (listed["waiting"], listed["kept"], listed["originals"]) == (0, 2, "any")
    assert {one["state"] for one in listed["files"]} == {"sent"}
    assert {one["records"][0] for one in listed["files"]} == {record}


def test_status_says_how_many_files_wait(asha: Phone, verilap: Verilap) -> None:
    assert "berkas" not in verilap(asha, "status").out
    filed(asha)
    assert "Berkas: 2 menunggu dikirim" in verilap(asha, "status").out
    assert json.loads(verilap(asha, "status", "--json").out)["files_waiting"] == 2


def test_files_lists_what_waits_in_its_order(asha: Phone, verilap: Verilap) -> None:
    filed(asha, 1)
    filed(asha, 2, danger="1")
    told = verilap(asha, "files", language="en").out.splitlines()
    assert told[0].startswith("Files: 4 wait to be sent (")
    assert [("2.jpg" in line, "urgent" in line) for line in told[2:]] == [(True, True), (False, False)] * 2
    assert verilap(asha, "files", "originals", "modem").status == 2
    assert verilap(asha, "files", "keep", "-1").status == 2


def test_patience_is_had_with_files_as_long_as_they_move(
    fleet: Fleet, asha: Phone, files: FakeFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: failures were counted for the whole of the files."""
    monkeypatch.setattr("client_sync.pace.LARGEST", 8192)
    monkeypatch.setattr("client_sync.file_sync.Pace", lambda: Pace(chunk=8192))
    filed(asha)
    told = cycle([None, Unreachable("cut")])

    def cut(call: Call) -> None:
        if call.method == "PATCH" and (error := next(told)):
            raise error

    files.refuses = cut
    assert asha.sync().files.is_done
    assert files.calls.count("HEAD") > 2 * fleet.attempts


def test_what_was_sent_goes_with_its_record_at_once(fleet: Fleet, asha: Phone) -> None:
    """Broken on purpose: it stayed for its thirty days."""
    record, other = filed(asha, 1), filed(asha, 2, village=OTHER_VILLAGE)
    asha.sync()
    gone, left = hashes(asha, record), hashes(asha, other)
    fleet.server.users["asha"].areas = (OTHER_VILLAGE,)
    asha.sync()
    assert asha.store.records.shown(record) is None
    assert set(kept(asha)) == set(left)
    assert not set(kept(asha)) & set(gone)
