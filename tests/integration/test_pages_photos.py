"""
Photos and other files on the pages of a record: what is shown of them, to whom, what is said otherwise.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select

from domain.forms.display import size_words
from server.models_evidence import AuditRecord, AuditRow
from tests.conftest import ON_BOTH, sqlite_url
from tests.support.builders import new_id, with_restricted_part
from tests.support.office import NOW, Office
from tests.support.pages import FAR, REGENCY, VILLAGE, Page, Person, at_work
from tests.support.photo_pages import (
    FORM,
    INSIDE,
    PHOTO,
    PLACE,
    SIGNATURE,
    SOUND,
    WOUND,
    Photo,
    arrives,
    arrives_unseen,
    is_examined,
    new_case,
    photo_visit,
    publish_photos,
)
from tests.support.raw_device import RawDevice
from tests.support.visits import RESTRICTED, Visit, send

MONTH = 30 * 24 * 3600 * 1000
_widths = count(641)


def fresh(colour: str = "teal", name: str = "rumah.jpg", **facts: Any) -> Photo:
    """A photo that no other test has."""
    return Photo(colour, name, **{"width": next(_widths), **facts})


@pytest.fixture(scope="module", params=ON_BOTH)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all tests of this file, with the form with photos; each test has records of its own."""
    folder = tmp_path_factory.mktemp("photos")
    url, cluster = sqlite_url(folder / "database" / "verilap.db"), None
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.create_database()
    made = Office(url, folder)
    publish_photos(made)
    yield made
    made.close()
    if cluster:
        cluster.drop(url)


@pytest.fixture(scope="module")
def siti(office: Office) -> Person:
    """A supervisor, signed in."""
    return at_work(office)


@pytest.fixture
def asha(office: Office) -> RawDevice:
    """An officer's device in the village."""
    return office.device("asha", "officer", VILLAGE)


def row(person: Person, made: Visit) -> str:
    """What the queue tells of a visit."""
    rows = person.get("/records").html.split('<li class="queue-row">')
    return next(one for one in rows if made.record in one)


def images(page: Page) -> list[dict[str, str]]:
    """The pictures of a page, by their attributes."""
    tags = re.findall(r"<img\b[^>]*>", page.html)
    return [dict(re.findall(r'([a-z]+)="([^"]*)"', tag)) for tag in tags]


def address(record: str, photo: Photo, kind: str) -> str:
    return f"/records/{record}/files/{photo.hash}/{kind}"


# --- what is shown -------------------------------------------------------------------------------


def test_a_photo_stands_at_its_question_small_with_its_size_and_words(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    house = fresh(width=640, taken="2026-03-01T10:22:33", position="-0.4330 116.9876")
    arrives(office, "asha", house)
    made = photo_visit(asha, {PHOTO: house.value})
    (image,) = images(siti.get(made.path))
    assert image["src"] == address(made.record, house, "thumbnail")
    assert (image["width"], image["height"]) == ("240", "180")
    assert "loading" not in image  # else it may be missing in print
    assert image["alt"] == "Foto rumah: rumah.jpg"
    shown = siti.client.get(image["src"])
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")


def test_time_and_place_of_a_photo_are_told_and_how_far_that_is_from_the_form_s_place(
    office: Office, asha: RawDevice
) -> None:
    rina = at_work(office, "rina")
    house = fresh(taken="2026-03-01T10:22:33", position="-0.4330 116.9876")
    arrives(office, "asha", house)
    made = photo_visit(asha, {PHOTO: house.value, PLACE: "-0.4321 116.9876 12 5"})
    page = rina.get(made.path)
    assert "Diambil 1 Maret 2026, 10.22" in page
    assert "-0.4330, 116.9876 · 100 m dari “Titik lokasi”" in page
    rina.speak("en")
    assert "Taken 1 March 2026, 10:22" in rina.get(made.path)
    elsewhere = fresh("gold", taken="2026-03-01T02:22:33+00:00")
    arrives(office, "asha", elsewhere)
    assert "Taken 1 March 2026, 10:22" in rina.get(photo_visit(asha, {PHOTO: elsewhere.value}).path)


def test_what_a_photo_does_not_say_is_not_told(office: Office, asha: RawDevice, siti: Person) -> None:
    odd = [fresh("red", f"{place}.jpg", taken="yesterday", position=place) for place in ("", "x", "91 0")]
    arrives(office, "asha", *odd)
    answers = {f"g/foto_{number}": one.value for number, one in enumerate(odd)}
    page = siti.get(photo_visit(asha, {**answers, PLACE: "-0.4321 116.9876"}).path)
    assert "Diambil" not in page
    assert "dari “Titik lokasi”" not in page
    assert len(images(page)) == 3


def test_a_signature_stands_on_white(office: Office, asha: RawDevice, siti: Person) -> None:
    house = fresh()
    signature = fresh("black", "ttd.png", width=300, height=100)
    arrives(office, "asha", house, signature)
    page = siti.get(photo_visit(asha, {PHOTO: house.value, SIGNATURE: signature.value}).path)
    assert page.html.count('<figure class="picture is-drawn">') == 1
    assert page.html.count('<figure class="picture">') == 1


def test_a_file_that_is_no_picture_is_a_link_to_it(office: Office, asha: RawDevice, siti: Person) -> None:
    sound = fresh("gold", "suara.m4a")
    arrives_unseen(office, "asha", sound.hash, sound.data)
    is_examined(office, sound.hash, "audio/mp4")
    made = photo_visit(asha, {SOUND: sound.value})
    page = siti.get(made.path)
    assert images(page) == []
    assert address(made.record, sound, "whole") in page.links()
    assert "suara.m4a Rekaman suara" in page


def test_an_answer_of_before_that_names_no_whole_file_is_still_read(asha: RawDevice, siti: Person) -> None:
    made = photo_visit(asha, {PHOTO: '{"hash":"abc","name":"lama.jpg"}', INSIDE: "catatan"})
    page = siti.get(made.path)
    assert "Foto rumah lama.jpg" in page
    assert "belum datang" not in page
    assert "Foto ruang dalam catatan" in page


# --- what is not there yet -----------------------------------------------------------------------


def test_a_photo_on_its_way_is_told_here_in_the_queue_and_before_the_decision(
    asha: RawDevice, siti: Person
) -> None:
    house = fresh()
    made = photo_visit(asha, {PHOTO: house.value})
    page = siti.get(made.path)
    assert images(page) == []
    assert "Masih di jalan: HP petugas mengirimnya begitu ada sinyal, atau Wi-Fi" in page
    assert "1 berkas belum datang. Anda tetap bisa menyetujui" in page
    assert "foto belum datang" in row(siti, made)
    approved = page.submit(form="/review", press=("decision", "approve"))
    assert "Disetujui." in approved


def test_nothing_is_said_to_be_on_its_way_once_it_is_there(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    house = fresh()
    arrives(office, "asha", house)
    made = photo_visit(asha, {PHOTO: house.value})
    assert "belum datang" not in siti.get(made.path)
    assert "belum datang" not in row(siti, made)


def test_the_small_picture_of_the_device_stands_in_until_the_original_is_there(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    small = fresh("navy", "kecil.jpg", width=120, height=90)
    photo = fresh("navy", small=small)
    arrives(office, "asha", small)
    made = photo_visit(asha, {PHOTO: photo.value})
    page = siti.get(made.path)
    assert [one["src"] for one in images(page)] == [address(made.record, small, "thumbnail")]
    assert "Ini gambar kecil yang dikirim lebih dahulu." in page
    arrives(office, "asha", photo)
    page = siti.get(made.path)
    assert [one["src"] for one in images(page)] == [address(made.record, photo, "thumbnail")]
    assert "gambar kecil" not in page


def test_a_photo_that_no_worker_has_looked_at_is_being_prepared(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    house = fresh()
    arrives_unseen(office, "asha", house.hash, house.data)
    page = siti.get(photo_visit(asha, {PHOTO: house.value}).path)
    assert "Sudah datang dan sedang disiapkan." in page
    assert "belum datang" not in page


FAULTS = {
    "picture-damaged": "Gambar ini rusak dan tidak dapat ditampilkan. Kembalikan isian dengan catatan",
    "picture-too-large": "terlalu banyak piksel",
    "not-a-picture": "bukan gambar yang dapat ditampilkan",
    "picture-unsupported": "HEIC",
    "picture-failed": "Tidak dapat ditampilkan.",
    "of-a-later-version": "Tidak dapat ditampilkan.",
}


def test_why_a_photo_is_not_shown_is_told_and_what_to_do(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    photos = [fresh(name=f"{fault}.jpg") for fault in FAULTS]
    for one, fault in zip(photos, FAULTS, strict=True):
        arrives_unseen(office, "asha", one.hash, one.data)
        is_examined(office, one.hash, "image/jpeg", fault)
    answers = {f"g/foto_{number}": one.value for number, one in enumerate(photos)}
    page = siti.get(photo_visit(asha, answers).path)
    for words in FAULTS.values():
        assert words in page, words
    assert images(page) == []


def test_a_photo_that_broke_off_is_shown_as_far_as_it_goes_and_said_to(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    house = fresh()
    arrives(office, "asha", house)
    is_examined(office, house.hash, "image/jpeg", "picture-damaged")
    page = siti.get(photo_visit(asha, {PHOTO: house.value}).path)
    assert len(images(page)) == 1
    assert "Gambar ini terputus dan hanya tampil sebagian." in page


def test_a_photo_that_the_storage_does_not_give_is_no_secret(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    house = fresh()
    arrives_unseen(office, "asha", house.hash, house.data)
    is_examined(office, house.hash, "image/jpeg", "file-missing", examined=None)
    page = siti.get(photo_visit(asha, {PHOTO: house.value}).path)
    assert "penyimpanan tidak memberikannya" in page


# --- the last round ------------------------------------------------------------------------------


def test_beside_a_photo_stands_the_same_view_of_the_last_round(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    before, now = fresh("teal", "dulu.jpg"), fresh("gold", "kini.jpg")
    arrives(office, "asha", before, now)
    case = new_case(asha)
    earlier = photo_visit(asha, {PHOTO: before.value}, case=case, time=NOW - MONTH)
    made = photo_visit(asha, {PHOTO: now.value}, case=case)
    page = siti.get(made.path)
    assert [one["src"] for one in images(page)] == [
        address(made.record, now, "thumbnail"),
        address(earlier.record, before, "thumbnail"),
    ]
    assert "Putaran lalu" in page
    assert "22 Agustus 2026" in page
    assert earlier.path in page.links()
    # What the window says of them, where neither time nor place is known.
    assert re.findall(r'data-about="([^"]*)"', page.html) == ["Sekarang", "Putaran lalu"]
    assert "Putaran lalu" not in siti.get(earlier.path)


def test_a_last_round_that_the_reader_may_not_read_is_not_there(office: Office, asha: RawDevice) -> None:
    before, now = fresh("teal", "dulu.jpg"), fresh("gold", "kini.jpg")
    case = new_case(asha)
    far = office.device("jauh", "officer", REGENCY)
    arrives(office, "jauh", before)
    arrives(office, "asha", now)
    told = {"g/nama": "Asha", "$case": case, PHOTO: before.value}
    sent = far.submission(
        "3f9a4f5e-0000-4000-8000-00000000000a", told, form=FORM, village=FAR, time=NOW - MONTH
    )
    earlier = send(far, sent)
    made = photo_visit(asha, {PHOTO: now.value}, case=case)
    page = at_work(office, "nina").get(made.path)
    assert earlier.record not in page.html
    assert before.hash not in page.html
    assert earlier.record in at_work(office, "dewi", "head", REGENCY).get(made.path).html


def test_the_last_round_that_was_shown_is_on_record(office: Office, asha: RawDevice, siti: Person) -> None:
    before, now = fresh("teal", "dulu.jpg"), fresh("gold", "kini.jpg")
    arrives(office, "asha", before, now)
    case = new_case(asha)
    earlier = photo_visit(asha, {PHOTO: before.value}, case=case, time=NOW - MONTH)
    made = photo_visit(asha, {PHOTO: now.value}, case=case)
    siti.get(made.path)
    assert {made.record, earlier.record} <= named_in_audit(office, "read")


# --- conflicts, changes, history -----------------------------------------------------------------


def test_two_photos_in_conflict_stand_side_by_side_where_it_is_settled(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    first, second, third = fresh("teal"), fresh("gold"), fresh("navy")
    budi, carla = (office.device(name, "officer", VILLAGE) for name in ("budi", "carla"))
    for name, photo in (("asha", first), ("budi", second), ("carla", third)):
        arrives(office, name, photo)
    made = photo_visit(asha, {PHOTO: first.value})
    chosen = made.change(budi, {PHOTO: second.value}, form=FORM)
    made.change(carla, {PHOTO: third.value}, form=FORM)
    page = siti.get(made.path)
    conflict = page.html[page.html.index('id="conflicts"') :].partition("</section>")[0]
    assert set(re.findall(r"files/([\w-]{43})/thumbnail", conflict)) == {second.hash, third.hash}
    settled = page.submit(form="/review", press=("choice", f"1:{chosen}"))
    assert "Konflik selesai." in settled
    assert [one["src"] for one in images(settled)] == [address(made.record, second, "thumbnail")]


def test_a_photo_that_was_replaced_stands_beside_the_new_one_and_in_the_history(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    first, second = fresh("teal", "satu.jpg"), fresh("gold", "dua.jpg")
    arrives(office, "asha", first, second)
    made = photo_visit(asha, {PHOTO: first.value})
    siti.get(made.path).submit(form="/review", press=("decision", "return"), comment="Lebih dekat.")
    made.change(asha, {PHOTO: second.value, "$review": "submitted"}, form=FORM)
    page = siti.get(made.path)
    changed = page.html[page.html.index('id="changes"') :].partition("</section>")[0]
    assert re.findall(r"files/([\w-]{43})/thumbnail", changed) == [first.hash, second.hash]
    history = siti.get(f"{made.path}/history")
    shown = {one["src"] for one in images(history)}
    assert shown == {address(made.record, one, "thumbnail") for one in (first, second)}
    assert siti.client.get(address(made.record, first, "thumbnail")).status_code == 200


# --- large ---------------------------------------------------------------------------------------


def test_a_picture_has_a_page_of_its_own_with_its_neighbours(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    outside, inside = fresh("teal"), fresh("gold", "dalam.jpg")
    arrives(office, "asha", outside, inside)
    made = photo_visit(asha, {PHOTO: outside.value, INSIDE: inside.value})
    page = siti.get(made.path)
    here, there = f"{made.path}/files/{outside.hash}", f"{made.path}/files/{inside.hash}"
    assert here in page.links()
    large = siti.get(here)
    assert [one["src"] for one in images(large)] == [address(made.record, outside, "shown")]
    assert there in large.links()
    assert made.record in named_in_audit(office, "read")
    assert siti.get(f"{made.path}/files/{fresh('red').hash}").status == 404


def test_the_page_of_what_cannot_be_shown_says_why_or_has_the_file(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    sound, awaited = fresh(name="suara.m4a"), fresh()
    arrives_unseen(office, "asha", sound.hash, sound.data)
    is_examined(office, sound.hash, "audio/mp4")
    made = photo_visit(asha, {SOUND: sound.value, PHOTO: awaited.value})
    assert address(made.record, sound, "whole") in siti.get(f"{made.path}/files/{sound.hash}").links()
    assert "Masih di jalan" in siti.get(f"{made.path}/files/{awaited.hash}")


def test_a_picture_that_was_replaced_still_has_its_page(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    first, second = fresh("teal"), fresh("gold")
    arrives(office, "asha", first, second)
    made = photo_visit(asha, {PHOTO: first.value})
    made.change(asha, {PHOTO: second.value}, form=FORM)
    assert siti.get(f"{made.path}/files/{first.hash}").status == 200


# --- to whom -------------------------------------------------------------------------------------


def test_a_restricted_photo_is_for_those_who_read_its_part(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    wound, house = fresh("red", "luka.jpg"), fresh("teal")
    arrives(office, "asha", wound, house)
    record, part = "3f9a4f5e-0000-4000-8000-00000000000b", "3f9a4f5e-0000-4000-8000-00000000000c"
    sent = asha.submission(record, {PHOTO: house.value, WOUND: RESTRICTED}, form=FORM, village=VILLAGE)
    made = send(asha, with_restricted_part(sent, record, {WOUND: wound.value}, part=part, village=VILLAGE))
    dewi = at_work(office, "dewi", "peksos", REGENCY)
    assert address(part, wound, "thumbnail") in [one["src"] for one in images(dewi.get(made.path))]
    for page in (siti.get(made.path), siti.get(f"{made.path}/history")):
        assert wound.hash not in page.html
        assert "tersimpan, terbatas" in page
    assert siti.get(f"{made.path}/files/{wound.hash}").status == 404
    assert "foto belum datang" not in row(siti, made)


def test_a_hash_in_somebody_else_s_record_shows_nothing(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    """What it names has arrived, from somebody else: nobody has shown that the author has it."""
    house = fresh()
    arrives(office, "asha", house)
    budi = office.device("budi", "officer", VILLAGE)
    made = photo_visit(budi, {PHOTO: house.value})
    page = siti.get(made.path)
    assert images(page) == []
    assert "Masih di jalan" in page


def test_held_work_names_its_files_and_shows_none(office: Office, siti: Person) -> None:
    """It is nobody's answer yet: no record shows it, and so nobody reads its files."""
    house, stranger = fresh(name="tertahan.jpg"), office.device("luar", "officer", FAR)
    arrives(office, "luar", house)
    sent = stranger.submission(new_id(), {PHOTO: house.value}, form=FORM, village=VILLAGE)
    assert stranger.sync(sent)["verdicts"]["0"]["status"] == "held"
    page = siti.get("/held")
    assert f"Foto rumah tertahan.jpg ({size_words(len(house.data), 'id')})" in page
    assert images(page) == []


# --- what it costs -------------------------------------------------------------------------------


def named_in_audit(office: Office, action: str) -> set[str]:
    with office.store.read() as connection:
        query = select(AuditRecord.record).join(AuditRow, AuditRow.id == AuditRecord.audit)
        return set(connection.scalars(query.where(AuditRow.action == action)))


def statements(office: Office, person: Person, path: str) -> list[str]:
    """What a page asks of the database, the second time that it is opened."""
    person.get(path)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        assert person.get(path).status == 200
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)
    return asked


def test_fifty_photos_cost_no_more_queries_than_one(office: Office, asha: RawDevice, siti: Person) -> None:
    photos = [fresh(name=f"{number}.jpg", width=40 + number, height=30) for number in range(50)]
    arrives(office, "asha", *photos)
    case = new_case(asha)
    many = {f"g/foto_{number}": photo.value for number, photo in enumerate(photos)}
    photo_visit(asha, many, case=case, time=NOW - MONTH)
    one = photo_visit(asha, {"g/foto_0": photos[0].value}, case=case)
    full = photo_visit(asha, many, case=case)
    assert len(images(siti.get(full.path))) == 100
    assert len(statements(office, siti, full.path)) == len(statements(office, siti, one.path))


def test_a_page_without_photos_loads_no_script_for_them_and_asks_nothing_more(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    house = fresh()
    arrives(office, "asha", house)
    plain, pictured = photo_visit(asha), photo_visit(asha, {PHOTO: house.value})
    page = siti.get(plain.path)
    assert "pictures.js" not in page.html
    assert 'id="window"' not in page.html
    assert "pictures.js" in siti.get(pictured.path).html
    assert not [one for one in statements(office, siti, plain.path) if "file_view" in one]
    assert [one for one in statements(office, siti, pictured.path) if "file_view" in one]
