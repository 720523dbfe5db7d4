"""A form's page: how it was filled, what is different, who reviews what; and that it is still the newest."""

import re

import pytest
from sqlalchemy import insert

from server.models_office import LateFact
from server.services import measured
from server.web.session import IDLE_MS, LOOK
from tests.integration.test_field_evidence import ELSEWHERE, HOUSES, MINUTE, approve, filled
from tests.support.builders import new_id
from tests.support.clocks import Clock
from tests.support.office import NOW, Office
from tests.support.pages import FAR, REGENCY, VILLAGE, Person, at_work
from tests.support.photo_pages import PHOTO, Photo, arrives, arrives_unseen, new_case, publish_photos
from tests.support.raw_device import RawDevice
from tests.support.visits import WOUND, publish, visit, with_wound

NAME = "g/nama"
LOOKS = {LOOK: "newest"}


@pytest.fixture
def village(office: Office) -> RawDevice:
    """An officer's device in a village where five forms were accepted."""
    publish_photos(office)
    asha = office.device("asha", "officer", VILLAGE)
    for house in HOUSES[:5]:
        approve(office, filled(asha, house))
    return asha


def test_a_page_says_how_its_form_was_filled_and_what_is_different_from_the_last_round(
    office: Office, village: RawDevice, siti: Person
) -> None:
    """
    One form with everything that there is to say of it.

    Broken on purpose: the photo of the same case counted as another's; a form that lies elsewhere was linked;
    places counted as different answers.
    """
    case, house = new_case(village), Photo("gold")
    arrives(office, "asha", house)
    answers = {"$case": case, PHOTO: house.value}
    before = filled(village, HOUSES[0], time=NOW - 60 * MINUTE, answers={**answers, NAME: "Asha"})
    approve(office, before)
    jauh = office.device("jauh", "officer", FAR)
    arrives_unseen(office, "jauh", house.hash, house.data)
    visit(jauh, {PHOTO: house.value}, form="foto@1", village=FAR)
    other = filled(village, ELSEWHERE, answers={PHOTO: house.value})
    made = filled(
        village,
        ELSEWHERE,
        minutes=1,
        offset=-10 * MINUTE,
        answers={**answers, NAME: "Asha Putri"},
    )
    made.change(office.device("budi", "officer", VILLAGE), {NAME: "Asha P."}, form="foto@1")
    with office.store.write() as connection:
        late = {"record": new_id(), "submission": made.record, "author": "asha"}
        connection.execute(insert(LateFact), [late])
    page = siti.get(made.path)
    for words in (
        "dari tempat formulir desa ini biasanya diisi",
        "Ketelitian 80 m.",
        "dari tempat putaran lalu.",
        "Formulir lain menyebut tempat yang sama sampai angka terakhir.",
        "Diisi dalam 1 menit; formulir ini biasanya memerlukan 20 menit.",
        "budi 1×",
        "Datang setelah kasusnya diserahkan kepada orang lain.",
        "Jam perangkat asha terlalu cepat 10 menit.",
        "Berkas yang sama ada di formulir tentang orang lain.",
    ):
        assert words in page, words
    assert page.html.count("is-notable") == 8
    evidence = page.html.split('id="evidence"')[1].split("</section>")[0]
    assert set(re.findall(r'href="(/records[^"]+)"', evidence)) == {other.path}
    since = page.html.split('id="since-round"')[1].split("</details>")[0]
    assert "Asha P." in since
    assert "Titik lokasi" not in since
    assert f'href="{before.path}"' in since
    siti.speak("en")
    assert "How it was filled" in siti.get(made.path)


def test_of_a_file_that_many_forms_have_some_are_told(
    office: Office, village: RawDevice, siti: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture of an empty page may stand in all forms. Broken once: all of them read, and linked."""
    monkeypatch.setattr(measured, "MOST_SHARED", 2)
    empty = Photo("white")
    arrives(office, "asha", empty)
    *_, made = [
        filled(village, f"-0.44{n}21 116.98{n}65 12 5", answers={PHOTO: empty.value}) for n in range(4)
    ]
    page = siti.get(made.path)
    assert "Berkas yang sama ada di banyak formulir tentang orang lain" in page
    evidence = page.html.split('id="evidence"')[1].split("</section>")[0]
    assert len(re.findall(r'href="/records[^"]+"', evidence)) == 2
    monkeypatch.setattr(measured, "MOST_LOOKED_AT", 1)
    assert "Berkas yang sama ada di formulir tentang orang lain." in siti.get(made.path)


def test_a_return_shows_what_changed_since_it_and_since_the_last_approved_version(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    """Broken on purpose: with the state at the return in the place of the approved one."""
    publish(office)
    made = visit(asha, {NAME: "Asha", "g/catatan": "satu"})
    siti.get(made.path).submit("/review", press=("decision", "approve"), drop=("then",))
    second = made.change(asha, {"g/catatan": "dua"})
    assert "since-approval" not in siti.get(made.path).html
    siti.get(made.path).submit("/review", press=("decision", "return"), drop=("then",), comment="lagi")
    made.change(asha, {"g/catatan": "tiga"}, second)
    page = siti.get(made.path)
    approved = page.html.split('id="since-approval"')[1].split("</details>")[0]
    assert ("satu" in approved, "dua" in approved, "tiga" in approved) == (True, False, True)
    returned = page.html.split('id="changes"')[1].split("</section>")[0]
    assert ("satu" in returned, "dua" in returned, "tiga" in returned) == (False, True, True)


def test_the_protection_answers_are_decided_on_apart_by_who_reads_them(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    """
    Broken on purpose: the remark went into the submission's return, which the supervisor reads; what was
    typed for the submission was gone after the part's decision.
    """
    publish(office)
    made = with_wound(asha, "lebam")
    nora = at_work(office, "nora", "peksos", REGENCY)
    assert "Jawaban perlindungan menunggu pekerja sosial." in siti.get(made.path)
    page = nora.get(made.path)
    assert "lebam" in page
    (part,) = {name.partition(":")[0] for key, name in page.form("/review").buttons if key == "part"}
    typed = {f"remark:{WOUND}": "di mana?", "comment": "untuk penyelia", f"remark:{NAME}": "nama lengkap"}
    refused = page.submit("/review", press=("decision", "return"), fields=typed)
    assert (refused.status, "di mana?" in refused.html) == (400, True)
    bare = page.submit("/review", press=("part", f"{part}:return"))
    assert (bare.status, "Belum dikembalikan" in bare) == (400, True)
    after = page.submit("/review", press=("part", f"{part}:return"), fields=typed)
    assert "Jawaban perlindungan dikembalikan ke petugas." in after
    assert after.form("/review").fields["comment"] == "untuk penyelia"
    assert after.form("/review").fields[f"remark:{NAME}"] == "nama lengkap"
    assert "Kantor meminta: di mana?" in nora.get(made.path)
    outdated = page.submit("/review", press=("part", f"{part}:approve"))
    assert outdated.status == 409
    seen = siti.get(made.path)
    assert "Jawaban perlindungan sudah diperiksa pekerja sosial." in seen
    assert "di mana?" not in seen.html + siti.get(f"{made.path}/history").html
    assert "Jawaban perlindungan" in nora.get(f"{made.path}/history")
    assert not [one for one in seen.form("/review").buttons if one[0] == "part"]
    forged = {**seen.form("/review").fields, "part": f"{part}:approve", f"part-etag:{part}": "x"}
    assert siti.post(f"{made.path}/review-part", forged).status == 400
    now = nora.get(made.path).submit("/review", press=("part", f"{part}:approve"))
    assert "Jawaban perlindungan disetujui." in now


def test_an_open_page_learns_that_it_is_old_and_asking_does_not_keep_its_session(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    """Broken on purpose: asking counted as using the session, which never ended on a laptop left open."""
    publish(office)
    made = visit(asha)
    page = siti.get(made.path)
    told = siti.get(f"{made.path}/version", headers=LOOKS).answer
    assert told.json == {"version": page.html.split('data-version="')[1].split('"')[0]}
    assert "Set-Cookie" not in told.headers
    made.change(asha, {NAME: "Asti"})
    assert siti.get(f"{made.path}/version").answer.json != told.json
    newest = page.submit("/review", press=("newest", "yes"), comment="sudah saya ketik")
    assert (newest.status, "Asti" in newest) == (200, True)
    assert newest.form("/review").fields["comment"] == "sudah saya ketik"
    jauh = at_work(office, "jauh", "supervisor", FAR)
    assert jauh.get(f"{made.path}/version").status == 404
    clock = Clock(office)
    siti.sign_in()
    clock.now += IDLE_MS - 1
    assert siti.get(f"{made.path}/version", headers=LOOKS).status == 200
    clock.now += 1
    assert siti.get(f"{made.path}/version").path == "/sign-in"


def test_a_history_is_narrowed_to_one_person_or_one_device(
    office: Office, asha: RawDevice, siti: Person
) -> None:
    publish(office)
    made = visit(asha, {NAME: "Asha"})
    assert "Menurut orang" not in siti.get(f"{made.path}/history")
    made.change(office.device("budi", "officer", VILLAGE), {NAME: "Budi menulis"})
    page = siti.get(f"{made.path}/history?tab=all&flag=late&age=7")
    assert ("Menurut orang" in page, "Menurut perangkat" in page) == (True, True)
    (of_budi,) = page.links("person=budi")
    assert all(one in of_budi for one in ("tab=all", "flag=late", "age=7"))
    only = siti.get(of_budi.replace("&amp;", "&"))
    assert ("Budi menulis" in only, only.html.count("<h2>")) == (True, 1)
    of_devices = [one.replace("&amp;", "&") for one in page.links("device=")]
    assert [siti.get(one).html.count("<h2>") for one in of_devices] == [1, 1]
    assert siti.get(f"{made.path}/history?person=nobody").html.count("<h2>") == 2
