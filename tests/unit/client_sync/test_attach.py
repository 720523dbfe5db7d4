"""
A file as an answer: what is kept of it, and what is refused with nothing half.

Broken on purpose: the photo hashed before its notes were removed; `max-pixels` left aside; the file kept in a
transaction of its own; a pipe opened as if it were a file; a name with half a character kept as it was.
"""

import json
import os
import re
import struct
import zlib
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from client_sync.errors import StoreFailed, StoreLocked
from client_sync.store.files import PIECE, SMALL
from domain.errors import InvalidRequest, NotFound
from domain.files import file_hash
from tests.support.attached import answer_of, bytes_of, file_of, photo, photo_phone
from tests.support.devices import VILLAGE, Fleet, Phone
from tests.support.terminal import Verilap
from tests.unit.client_sync.test_full_disk import contents, full_disk

DAMAGED = photo()[:3000]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 65_536, 65_536, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(1000)))
)


USED = [
    ("foto", b"not a picture", "not-a-picture"),
    ("foto", DAMAGED, "picture-damaged"),
    ("foto", BOMB, "picture-too-large"),
    ("foto", b"", "file-empty"),
    ("surat", b"", "file-empty"),
    ("nama", photo(), "file-question"),
    ("tidak_ada", photo(), "no-question"),
    ("$village", photo(), "no-question"),
    ("lindung", photo(), "no-question"),
]


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    return photo_phone(fleet)


@pytest.fixture
def record(asha: Phone) -> str:
    return asha.new("foto", VILLAGE, {"nama": "Asha"}).record


def test_what_the_camera_noted_stands_in_the_answer_and_nowhere_in_the_file(asha: Phone, record: str) -> None:
    asha.attach(record, "foto", file_of(asha, photo(width=800, height=600), "rumah.jpg"))
    answer = answer_of(asha, record)
    assert (answer.name, answer.type) == ("rumah.jpg", "image/jpeg")
    assert answer.time == "2026-03-01T10:22:33+08:00"
    assert answer.position == "-0.502500 117.145000 12.0"
    assert answer.thumbnail
    for named in (answer.hash, answer.thumbnail):
        data = bytes_of(asha, named)
        assert file_hash(sha256(data).digest()) == named
        assert b"Exif" not in data
        assert b"Rahasia" not in data
    assert answer.size == len(bytes_of(asha, answer.hash)) > SMALL
    assert len(bytes_of(asha, answer.thumbnail)) <= SMALL


@pytest.mark.parametrize(("path", "longer"), [("foto", 1600), ("foto_kecil", 64)])
def test_a_photo_is_upright_and_no_larger_than_the_form_asks(
    asha: Phone, record: str, path: str, longer: int
) -> None:
    asha.attach(record, path, file_of(asha, photo(width=2000, height=1000, turn=6)))
    picture = Image.open(BytesIO(bytes_of(asha, answer_of(asha, record, path).hash)))
    assert picture.size == (longer // 2, longer)
    at_the_right = picture.convert("RGB").getpixel((longer // 2 - 4, longer // 2))
    assert isinstance(at_the_right, tuple)
    assert at_the_right[0] > 200 > at_the_right[1]  # what was at the top


def test_a_small_picture_needs_no_smaller_one(asha: Phone, record: str) -> None:
    asha.attach(record, "foto_kecil", file_of(asha, photo(kind="PNG"), "ttd.png"))
    answer = answer_of(asha, record, "foto_kecil")
    assert (answer.name, answer.thumbnail) == ("ttd.jpg", None)
    assert [one.hash for one in asha.store.files.all()] == [answer.hash]


def test_other_files_are_kept_as_they_are_by_what_they_hold(asha: Phone, record: str) -> None:
    scan = b"%PDF-1.7\n" + b"x" * (2 * PIECE)
    asha.attach(record, "surat", file_of(asha, scan, "surat.html"))
    answer = answer_of(asha, record, "surat")
    assert (answer.name, answer.type, answer.size) == ("surat.html", "application/pdf", len(scan))
    assert bytes_of(asha, answer.hash) == scan
    asha.attach(record, "suara", file_of(asha, b"\x00\x01", "x.bin"))
    assert answer_of(asha, record, "suara").type == "application/octet-stream"


def test_a_picture_that_is_given_for_a_file_loses_its_notes_and_stays_large(asha: Phone, record: str) -> None:
    asha.attach(record, "surat", file_of(asha, photo(width=2000, height=400)))
    data = bytes_of(asha, answer_of(asha, record, "surat").hash)
    assert b"Rahasia" not in data
    assert Image.open(BytesIO(data)).size == (2000, 400)
    asha.attach(record, "surat", file_of(asha, DAMAGED))
    assert bytes_of(asha, answer_of(asha, record, "surat").hash) == DAMAGED


def test_a_photo_of_a_restricted_question_is_named_in_the_restricted_part_alone(
    asha: Phone, record: str
) -> None:
    asha.attach(record, "foto_luka", file_of(asha, photo()))
    answer = answer_of(asha, record, "foto_luka")
    state = asha.store.records.shown(record)
    assert state is not None
    assert answer.hash.encode() not in state.to_bytes()
    (part,) = asha.store.records.parts_of(record)
    assert asha.store.files.records_of_each()[answer.hash] == [part.record]


def test_a_member_of_a_repeat_has_its_photo(asha: Phone, record: str) -> None:
    asha.attach(record, "anggota/m_1/foto", file_of(asha, photo()))
    assert answer_of(asha, record, "anggota/m_1/foto").name == "rumah.jpg"


def test_another_photo_replaces_the_one_that_was_seen(asha: Phone, record: str) -> None:
    for seed in (1, 2):
        asha.attach(record, "foto", file_of(asha, photo(seed)))
    assert not asha.dossier(record).conflicts
    assert bytes_of(asha, answer_of(asha, record).hash)
    assert len([one for one in asha.store.files.waiting() if not one.is_small]) == 2  # both were named


def test_of_two_photos_in_conflict_one_is_chosen_by_what_stands_in_brackets_beside_it(
    fleet: Fleet, asha: Phone, record: str, verilap: Verilap
) -> None:
    """What an answer says of a file is JSON, which a shell takes apart. Broken on purpose: it stood there."""
    asha.sync()
    budi = photo_phone(fleet, "budi")
    budi.sync()
    for seed, (name, phone) in enumerate((("asha", asha), ("budi", budi))):
        phone.attach(record, "foto", file_of(phone, photo(seed), f"{name}.jpg"))
    for phone in (asha, budi, asha):
        phone.sync()
    told = verilap(asha, "conflicts").out
    sides = dict(re.findall(r"^    (\S+) \(\d+ KB\) \[([A-Za-z0-9_-]+)\] \(", told, re.MULTILINE))
    assert set(sides) == {"asha.jpg", "budi.jpg"}
    shown = json.loads(verilap(budi, "show", record, "--json").out)
    assert {(one["name"], one["state"]) for one in shown["files"]} == {
        ("asha.jpg", "absent"),
        ("budi.jpg", "sent"),
    }
    view = answer_of(budi, record).name
    state = "terkirim" if view == "budi.jpg" else "tidak ada di perangkat ini"
    assert re.search(rf"= {view} \(\d+ KB\), {state}\n", verilap(budi, "show", record).out)
    mere = verilap(asha, "resolve", record, "foto", "budi.jpg")
    assert (mere.status, "[not-one-of-files]" in mere.err) == (2, True)  # both photos would go out of view
    done = verilap(asha, "resolve", record, "foto", sides["budi.jpg"])
    assert (done.status, done.err) == (0, "")
    assert answer_of(asha, record).name == "budi.jpg"
    assert asha.dossier(record).is_settled


@pytest.mark.parametrize(("path", "warns"), [("foto", True), ("anggota/m_1/foto", True), ("nama", False)])
def test_a_mere_name_at_a_question_for_a_file_is_kept_with_a_warning(
    asha: Phone, record: str, verilap: Verilap, path: str, *, warns: bool
) -> None:
    """Broken on purpose: saved as if a photo had been attached."""
    told = verilap(asha, "set", record, f"{path}=rumah.jpg", language="en")
    assert (told.status, asha.dossier(record).answers[path]) == (0, "rumah.jpg")
    assert (f"verilap attach RECORD {path} FILE" in told.out + told.err) is warns
    assert "Warning" not in verilap(asha, "set", record, f"{path}=", language="en").err


def test_a_new_form_can_begin_with_its_photos(asha: Phone, verilap: Verilap) -> None:
    attached = f"foto={file_of(asha, photo())}"
    told = verilap(asha, "new", "foto", "--village", VILLAGE, "--attach", attached, answers='{"nama": "x"}')
    assert told.status == 0, told.err
    record = told.out.split()[-1]
    assert answer_of(asha, record).name == "rumah.jpg"
    assert len(asha.operations()) == 1


REFUSED = [
    ("foto", b"not a picture", "not-a-picture"),
    ("foto", DAMAGED, "picture-damaged"),
    ("foto", BOMB, "picture-too-large"),
    ("foto", b"", "file-empty"),
    ("surat", b"", "file-empty"),
    ("nama", photo(), "file-question"),
    ("tidak_ada", photo(), "no-question"),
    ("$village", photo(), "no-question"),
    ("lindung", photo(), "no-question"),
]


@pytest.mark.parametrize(
    ("path", "data", "code"), REFUSED, ids=[f"{path}-{code}" for path, _, code in REFUSED]
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_cannot_be_an_answer_is_refused_with_nothing_half(
    asha: Phone, record: str, verilap: Verilap, path: str, data: bytes, code: str, language: str
) -> None:
    before = contents(asha)
    told = verilap(asha, "attach", record, path, str(file_of(asha, data)), language=language)
    assert (told.status, told.out) == (2, "")
    assert f"[{code}]" in told.err
    assert {name: rows for name, rows in contents(asha).items() if name != "setting"} == {
        name: rows for name, rows in before.items() if name != "setting"
    }


def test_no_file_is_opened_that_is_none(asha: Phone, record: str, verilap: Verilap) -> None:
    folder = file_of(asha, b"x").parent
    os.mkfifo(folder / "pipe")
    names = {
        folder: "file-not-regular",
        folder / "pipe": "file-not-regular",
        Path("/dev/zero"): "file-not-regular",
    }
    names |= {folder / "nothing": "file-unreadable", Path("x" * 300): "file-unreadable"}
    for name, code in names.items():
        told = verilap(asha, "attach", record, "surat", str(name))
        assert (told.status, f"[{code}]" in told.err) == (2, True), told.err


def test_a_file_over_50_mb_and_one_that_changes_are_refused(
    asha: Phone, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = file_of(asha, b"%PDF-")
    os.truncate(large, 50_000_001)
    with pytest.raises(InvalidRequest) as refused:
        asha.attach(record, "surat", large)
    assert refused.value.code == "file-too-large"
    changing = file_of(asha, b"abc")
    looks = count()
    real = os.fstat

    def stat_of(handle: int) -> os.stat_result:
        os.utime(changing, ns=(next(looks), next(looks)))
        return real(handle)

    monkeypatch.setattr("client_sync.photos.os.fstat", stat_of)
    with pytest.raises(InvalidRequest) as refused:
        asha.attach(record, "surat", changing)
    assert refused.value.code == "file-changing"


def test_a_name_is_kept_as_text(asha: Phone, record: str) -> None:
    folder = file_of(asha, b"x").parent
    (folder / os.fsdecode(b"a\xffb.jpg")).write_bytes(photo())
    asha.attach(record, "foto", folder / os.fsdecode(b"a\xffb.jpg"))
    assert answer_of(asha, record).name == "a?b.jpg"
    asha.attach(record, "surat", file_of(asha, b"x", "y" * 240 + ".pdf"))
    assert answer_of(asha, record, "surat").name == "y" * 196 + ".pdf"


def test_the_file_and_the_operation_that_names_it_are_kept_both_or_neither(asha: Phone, record: str) -> None:
    """Invariant 2, at every statement that writes."""
    file, before = file_of(asha, photo(width=800, height=800)), contents(asha)
    for at in range(100):
        try:
            with full_disk(asha, at):
                asha.attach(record, "foto", file)
            break
        except StoreFailed:
            assert contents(asha) == before, at
    assert 5 < at < 99
    assert bytes_of(asha, answer_of(asha, record).hash)


def test_a_draft_keeps_its_files_to_itself_until_it_is_finished(fleet: Fleet, asha: Phone) -> None:
    """Broken on purpose: what a draft let go stayed; what lay in a draft was sent."""
    draft = asha.drafts.start_draft("foto", VILLAGE)
    for seed in (1, 2):
        asha.attachments.type_file(draft.id, "foto", file_of(asha, photo(seed)))
    assert len(asha.store.files.all()) == 2  # a photo and its small picture
    asha.sync()
    assert not fleet.server.files.stored
    saved = asha.drafts.finish_draft(draft.id)
    assert bytes_of(asha, answer_of(asha, saved.record).hash)
    asha.sync()
    assert len(fleet.server.files.stored) == 2
    other = asha.drafts.start_correction(saved.record)
    asha.attachments.type_file(other.id, "foto", file_of(asha, photo(3)))
    asha.drafts.discard_draft(other.id)
    assert len(asha.store.files.all()) == 2


# --- telling -------------------------------------------------------------------------------------


def test_show_says_how_far_a_file_is(fleet: Fleet, asha: Phone, record: str, verilap: Verilap) -> None:
    asha.attach(record, "foto", file_of(asha, photo(width=1200, height=900)))
    size = round((answer_of(asha, record).size or 0) / 1024)
    told = verilap(asha, "show", record)
    assert f"rumah.jpg ({size} KB)" in verilap(asha, "files").out  # in the same words
    assert f"foto (foto) = rumah.jpg ({size} KB), belum terkirim" in told.out.replace(
        "foto = ", "foto (foto) = "
    )
    asha.store.files.begin_upload(answer_of(asha, record).hash, "u", (answer_of(asha, record).size or 0) // 2)
    assert "terkirim 49 %" in verilap(asha, "show", record).out.replace("50 %", "49 %")
    asha.sync()
    assert ", terkirim" in verilap(asha, "show", record).out
    (one,) = json.loads(verilap(asha, "show", record, "--json").out)["files"]
    assert (one["record"], one["path"], one["state"], one["name"]) == (record, "foto", "sent", "rumah.jpg")
    asha.attach(record, "foto_luka", file_of(asha, photo(2)))
    told_of = json.loads(verilap(asha, "show", record, "--json").out)["files"]
    (part,) = asha.store.records.parts_of(record)
    assert [(one["record"], one["state"]) for one in told_of] == [(record, "sent"), (part.record, "unsent")]


def test_another_officer_is_told_that_the_file_is_not_here(
    fleet: Fleet, asha: Phone, verilap: Verilap
) -> None:
    record = asha.new("foto", VILLAGE, {"nama": "x"}).record
    asha.attach(record, "foto", file_of(asha, photo()))
    asha.sync()
    budi = photo_phone(fleet, "budi")
    budi.sync()
    assert "tidak ada di perangkat ini" in verilap(budi, "show", record).out
    told = verilap(budi, "file", record, "foto", str(budi.home / "out.jpg"))
    assert (told.status, "[file-absent]" in told.err) == (2, True)


def test_a_file_is_written_out_and_that_it_was_is_on_record(
    asha: Phone, record: str, verilap: Verilap
) -> None:
    asha.attach(record, "foto", file_of(asha, photo()))
    out = asha.home.parent / "out.jpg"
    told = verilap(asha, "file", record, "foto", str(out))
    assert told.status == 0, told.err
    assert out.read_bytes() == bytes_of(asha, answer_of(asha, record).hash)
    assert out.stat().st_mode & 0o077 == 0
    rows = asha.store.database._connection.execute("SELECT record, action FROM opening").fetchall()
    assert (record, "export") in rows
    again = verilap(asha, "file", record, "foto", str(out))
    assert (again.status, "[file-exists]" in again.err) == (2, True)
    none = verilap(asha, "file", record, "nama", str(out))
    assert (none.status, "[not-a-file]" in none.err) == (2, True)


def test_attach_tells_what_it_kept(asha: Phone, record: str, verilap: Verilap) -> None:
    told = verilap(asha, "attach", record, "foto", str(file_of(asha, photo())), "--json")
    assert told.status == 0, told.err
    assert json.loads(told.out)["answer"]["hash"] == answer_of(asha, record).hash
    assert "rumah.jpg" in verilap(asha, "attach", record, "foto", str(file_of(asha, photo(2)))).out


def test_a_record_that_is_not_here_gets_no_file(asha: Phone) -> None:
    with pytest.raises(NotFound):
        asha.attach("nothing", "foto", file_of(asha, photo()))


def test_a_locked_device_attaches_nothing_and_names_no_file(
    asha: Phone, record: str, verilap: Verilap
) -> None:
    asha.attach(record, "foto", file_of(asha, photo()))
    asha.store.settings.put("lease_days", 30)
    asha.store.settings.put("lock", "x")
    with pytest.raises(StoreLocked):
        asha.attach(record, "foto", file_of(asha, photo(2)))
    told = verilap(asha, "files")
    assert "rumah.jpg" not in told.out
    assert "2 menunggu" in told.out
