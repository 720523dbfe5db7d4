"""The queue: who sees what, in which order, and how it is narrowed."""

import pytest

from tests.support.office import NOW, Office
from tests.support.pages import FAR, KECAMATAN, NEIGHBOUR, REGENCY, VILLAGE, Page, at_work
from tests.support.raw_device import RawDevice
from tests.support.visits import RESTRICTED, disputed, publish, visit, with_wound


@pytest.fixture
def asha(office: Office) -> RawDevice:
    """An officer's device in the whole regency; the small form is published."""
    publish(office)
    return office.device("asha", "officer", REGENCY)


def names(page: Page) -> list[str]:
    """Whom the rows are about, from top to bottom."""
    text = page.html.split('<ol class="queue">')[-1]
    return [part.split("</bdi>")[0] for part in text.split("<bdi>")[1::2]] if "queue" in page.html else []


def test_the_queue_tells_name_form_village_officer_and_state(office: Office, asha: RawDevice) -> None:
    visit(asha, {"g/nama": "Dewi Lestari"})
    page = at_work(office).get("/records")
    for words in ("Dewi Lestari", "Kunjungan rumah", "Muara Wis", "asha", "Perlu diperiksa 1"):
        assert words in page, words


def test_the_latest_change_stands_first(office: Office, asha: RawDevice) -> None:
    """Seen to fail with the order turned round."""
    clock = iter(range(NOW, NOW + 10**9, 1000))
    office.app.config["VERILAP_CLOCK"] = lambda: next(clock)
    first = visit(asha, {"g/nama": "Satu"})
    visit(asha, {"g/nama": "Dua"})
    siti = at_work(office)
    assert names(siti.get("/records")) == ["Dua", "Satu"]
    first.change(asha, {"g/umur": "7"})
    assert names(siti.get("/records")) == ["Satu", "Dua"]


def test_nobody_sees_a_form_of_other_villages_even_when_he_asks_for_it(
    office: Office, asha: RawDevice
) -> None:
    """Seen to fail when the area of the address was used as it came."""
    visit(asha, {"g/nama": "Jauh"}, village=FAR)
    visit(asha, {"g/nama": "Dekat"}, village=NEIGHBOUR)
    siti = at_work(office, "siti", "supervisor", KECAMATAN)
    for path in ("/records", f"/records?area={FAR}", "/records?area=64", "/records?area=64.02.01&tab=all"):
        assert "Jauh" not in siti.get(path)
    assert "Dekat" in siti.get(f"/records?area={REGENCY}")
    assert "Jauh" in at_work(office, "kabid", "head", REGENCY).get("/records")


def test_the_queue_is_narrowed_by_village_kecamatan_form_and_conflict(
    office: Office, asha: RawDevice
) -> None:
    visit(asha, {"g/nama": "Sini"}, village=VILLAGE)
    visit(asha, {"g/nama": "Sana"}, village=NEIGHBOUR)
    visit(asha, {"g/nama": "Jauh"}, village=FAR)
    asha.sync(asha.submission("3f9a4f5e-0000-4000-8000-000000000000", {"a": "1"}, village=VILLAGE))
    disputed(office, asha, "g/umur", ["4", "5"])
    head = at_work(office, "kabid", "head", REGENCY)
    assert set(names(head.get(f"/records?area={VILLAGE}&form=kunjungan"))) == {"Sini", "Asha"}
    assert set(names(head.get(f"/records?area={KECAMATAN}&form=kunjungan"))) == {"Sini", "Sana", "Asha"}
    assert "Verifikasi Anak" in head.get("/records?form=verifikasi_anak")
    assert names(head.get("/records?conflicts=1")) == ["Asha"]


def test_the_tabs_count_each_state_of_what_is_chosen(office: Office, asha: RawDevice) -> None:
    made = [visit(asha, {"g/nama": f"Anak {n}"}) for n in range(3)]
    visit(asha, {"g/nama": "Jauh"}, village=FAR)
    siti = at_work(office)
    siti.get(made[0].path).submit(form="/review", press=("decision", "approve"))
    siti.get(made[1].path).submit(form="/review", press=("decision", "return"), comment="Lengkapi.")
    page = siti.get("/records")
    for words in ("Perlu diperiksa 1", "Dikembalikan 1", "Disetujui 1", "Ditolak 0", "Semua 3"):
        assert words in page, words
    made[0].change(asha, {"g/umur": "9"})
    assert "Berubah sejak disetujui 1" in siti.get("/records")


def test_paging_shows_every_form_once(
    office: Office, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forms that arrived in one moment are told apart by their ids; seen to fail without these."""
    monkeypatch.setattr("server.web.queue.PAGE", 3)
    office.app.config["VERILAP_CLOCK"] = lambda: NOW
    wanted = {f"Anak {n}" for n in range(8)}
    for name in wanted:
        visit(asha, {"g/nama": name})
    siti = at_work(office)
    page, seen = siti.get("/records"), []
    while True:
        seen += names(page)
        further = page.links("after=")
        if not further:
            break
        page = siti.get(further[0].replace("&amp;", "&"))
    assert sorted(seen) == sorted(wanted)


def test_a_restricted_part_is_no_row_and_a_restricted_name_is_not_told(
    office: Office, asha: RawDevice
) -> None:
    with_wound(asha, "luka bakar")
    visit(asha, {"g/nama": RESTRICTED})
    page = at_work(office).get("/records?tab=all")
    assert "Semua 2" in page
    assert "Nama terbatas" in page
    assert "luka bakar" not in page.html


@pytest.mark.parametrize(
    "query", ["tab=x", "area='--", "form=%00", "after=1.x", "after=9e9.y", "area=٦٤", "conflicts=yes"]
)
def test_an_address_that_makes_no_sense_shows_the_usual_queue(
    office: Office, asha: RawDevice, query: str
) -> None:
    visit(asha, {"g/nama": "Dewi"})
    page = at_work(office).get(f"/records?{query}")
    assert page.status == 200
    assert "Dewi" in page


def test_held_work_is_announced_above_the_queue(office: Office, asha: RawDevice) -> None:
    siti = at_work(office)
    assert siti.get("/records").links("/held") == ["/held"]  # the one at the top
    stranger = office.device("jauh", "officer", FAR)
    stranger.sync(stranger.submission("3f9a4f5e-0000-4000-8000-000000000000", {"a": "1"}, village=VILLAGE))
    assert "tertahan dan menunggu keputusan Anda" in siti.get("/records")


def test_an_empty_queue_says_that_nothing_waits(office: Office) -> None:
    siti = at_work(office)
    assert "Tidak ada yang menunggu Anda" in siti.get("/records")
    assert "Tidak ada isian yang cocok" in siti.get("/records?tab=approved")
