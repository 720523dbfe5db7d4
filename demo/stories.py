"""
What goes wrong in the field, told one by one on real devices and a real server.

Each story leaves something behind that is worth looking at, and says where. Officers
work some minutes ago, each without a signal, until `sync` says that they have one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from unicodedata import normalize

from demo.accounts import BUDI, BUDI_LATER, OFFICERS, SARI
from demo.answers import CHILD_FORM, DELIVERY_FORM, FAMILY_FORM, FOLLOW_UP_FORM
from demo.drawing import house
from demo.evidence import MENDED, ROOF, WALLS
from demo.installation import DemoError
from demo.pages import Pages
from demo.places import (
    LEBAK_CILONG,
    MELINTANG,
    MUARA_ENGGELAM,
    MUARA_TIQ,
    MUARA_WIS,
    SEBEMBAN,
    UMAQ_DIAN,
    UMAQ_TUKUNG,
)
from demo.scene import Scene, sync
from domain.cases import begun_by

ADDRESS, POINT = "g_wilayah/alamat", "g_wilayah/lokasi"
NICKNAME, DOCUMENTS, NO_CERTIFICATE = "g_anak/nama_panggilan", "g_anak/dokumen", "g_anak/alasan_tanpa_akta"
PHONE, MEALS, CLOTHES = "g_ortu/hp_pengasuh", "g_pangan/makan_pokok", "g_pangan/stel_pakaian"
WEIGHT = "g_sehat/berat_kg"
HOUSE_FRONT, CHILD_HOUSE = "g_bukti/foto_depan", "g_bukti/foto_rumah"
RECEIVED = "g_status/uang_terima"
INCOME, FLOOR = "g_ekonomi/penghasilan", "g_rumah/luas_lantai"
MONTH: Final = 30 * 24 * 60
"""In minutes."""
ROUND_DAYS: Final = 21
BEGINNING_OF_TIME_MS: Final = 25 * 60_000
"""25 minutes after the beginning of 1970, where a clock begins again after the battery was empty."""


@dataclass(frozen=True)
class Told:
    """A story that was played: its key in the catalogue, the record that it left, the page to look at."""

    story: str
    record: str
    page: str


def told(story: str, record: str, page: str = "") -> Told:
    return Told(story, record, page or f"/records/{record}")


# --- two officers, one form ----------------------------------------------------------------------


def two_officers_answer_one_question_differently(scene: Scene) -> Told:
    """A conflict: both answers stand side by side until a person settles it. It is left open."""
    record = scene.file_child(scene.asha, LEBAK_CILONG)
    sync(scene.asha, scene.budi)
    scene.asha.change(record, {MEALS: "14"}, minutes_ago=50)
    scene.budi.change(record, {MEALS: "9"}, minutes_ago=35)
    sync(scene.asha, scene.budi, scene.asha)
    return told("conflict", record)


def two_officers_answer_different_questions(scene: Scene) -> Told:
    """No conflict: the form has both answers, and the supervisor approves it."""
    record = scene.file_child(scene.budi, MUARA_WIS)
    sync(scene.budi, scene.asha)
    scene.asha.change(record, {ADDRESS: "Dusun Hilir, rumah panggung di ujung titian"}, minutes_ago=45)
    scene.budi.change(record, {PHONE: "081290001234"}, minutes_ago=40)
    sync(scene.asha, scene.budi)
    scene.sari.approve(record, comment="Lengkap.")
    return told("merged", record)


def one_removes_a_member_whom_the_other_edits(scene: Scene) -> Told:
    """A contested removal: the member stays in sight, with the question whether it is to be removed."""
    home = scene.household(MUARA_ENGGELAM)
    record = scene.file_family(scene.asha, home)
    member = f"anggota/{home.members[-1].member}"
    sync(scene.asha, scene.budi)
    scene.asha.remove(record, member, minutes_ago=55)
    scene.budi.change(record, {f"{member}/a_jkn": "1", f"{member}/a_keberadaan": "3"}, minutes_ago=30)
    sync(scene.budi, scene.asha)
    return told("contested", record)


def one_name_is_typed_in_two_ways(scene: Scene) -> Told:
    """No conflict: é as one character and as e with an accent are the same name."""
    record = scene.file_child(scene.asha, LEBAK_CILONG)
    sync(scene.asha, scene.budi)
    scene.asha.change(record, {NICKNAME: normalize("NFC", "André")}, minutes_ago=25)
    scene.budi.change(record, {NICKNAME: normalize("NFD", "André")}, minutes_ago=20)
    sync(scene.asha, scene.budi)
    return told("same-name", record)


# --- cases ---------------------------------------------------------------------------------------


def a_child_is_followed_from_the_family_on(scene: Scene) -> Told:
    """One case: the family's form proposes it, all later ones begin with what it says, the family's too."""
    home = scene.household(MUARA_ENGGELAM)
    child = f"anggota/{home.children[0].member}"
    family = scene.file_family(scene.asha, home)
    scene.asha.change(
        family, {f"{child}/a_tgl_lahir": "2015-04-01", f"{child}/a_sekolah": "1"}, minutes_ago=170
    )
    case = begun_by(family, child, "anak")
    scene.visit_case(scene.asha, CHILD_FORM, home, case)
    again = scene.member_again(scene.asha, family, child, case)
    scene.visit_case(scene.asha, FAMILY_FORM, home, begun_by(family, "", "keluarga"), again)
    sync(scene.asha, scene.budi)
    scene.visit_case(scene.budi, FOLLOW_UP_FORM, home, case)
    sync(scene.budi, scene.asha)
    return told("case", case, f"/cases/{case}")


def help_is_handed_over_as_it_was_due(scene: Scene) -> Told:
    """What is due stands in the form already, and cannot be changed there."""
    home = scene.household(MUARA_WIS)
    case = scene.plan_delivery(scene.budi, home)
    scene.visit_case(scene.budi, DELIVERY_FORM, home, case, {RECEIVED: "200000"}, status_salur="1")
    sync(scene.budi)
    return told("delivery", case, f"/cases/{case}")


# --- photos --------------------------------------------------------------------------------------


def a_house_is_photographed_again(scene: Scene) -> Told:
    """The review page has both side by side: the roof was mended since the last round."""
    home = scene.household(MUARA_WIS)
    before = scene.file_family(scene.asha, home, minutes_ago=MONTH)
    scene.photograph_house(scene.asha, before, HOUSE_FRONT, house(WALLS, ROOF), MONTH - 5, north=12)
    sync(scene.asha)
    scene.sari.approve(before)
    case = begun_by(before, "", "keluarga")
    again = scene.visit_case(scene.asha, FAMILY_FORM, home, case)
    scene.photograph_house(scene.asha, again, HOUSE_FRONT, house(WALLS, MENDED), 58, north=35)
    sync(scene.asha)
    return told("photos", again)


def an_original_waits_for_wifi(scene: Scene) -> Told:
    """Budi's line is thin: the form and a small picture are there, the photo itself is on its way."""
    record = scene.file_child(scene.budi, LEBAK_CILONG)
    scene.photograph_house(scene.budi, record, CHILD_HOUSE, house("#d9a877", ROOF), 170, north=20)
    scene.budi.keep_originals_for_wifi()
    sync(scene.budi)
    return told("awaited", record)


# --- the supervisor ------------------------------------------------------------------------------


def a_round_is_on_its_way(scene: Scene) -> Told:
    """Sari opens a round of form A and assigns its cases evenly; who was seen this month is visited."""
    pages = Pages(scene.sari.url, SARI)
    begins, due = scene.day.replace(day=1), scene.day + timedelta(days=ROUND_DAYS)
    days = {"begins": f"{begins:%Y-%m-%d}", "due": f"{due:%Y-%m-%d}"}
    plan = {"form": CHILD_FORM, "title": "Verifikasi anak", **days, "where": "all"}
    page = pages.send("/rounds/new", plan, "/rounds").partition("?")[0]
    officers = [one.name for one in OFFICERS]
    pages.send(f"{page}/assign", {"how": "evenly", "officers": officers, "sure": "yes", "due": ""})
    pages.close()
    sync(scene.asha, scene.budi, scene.citra)
    return told("round", page.rpartition("/")[2], page)


def a_form_is_returned_and_waits_for_its_officer(scene: Scene) -> Told:
    """The remarks are on Asha's device, at their questions."""
    record = scene.file_child(scene.asha, MUARA_ENGGELAM, {NO_CERTIFICATE: "4"}, dokumen="0")
    sync(scene.asha)
    remarks = {
        DOCUMENTS: "Menurut desa anak ini punya akta kelahiran. Mohon lihat lagi bersama pengasuhnya.",
        POINT: "Titik lokasi jatuh di tengah danau.",
    }
    scene.sari.give_back(record, "Mohon diperbaiki sebelum tanggal 17.", remarks)
    sync(scene.asha)
    return told("returned", record)


def a_form_is_returned_corrected_and_approved(scene: Scene) -> Told:
    """All the way: Budi reads the remark on his device, corrects, sends; Sari sees what changed."""
    record = scene.file_family(scene.budi, scene.household(MELINTANG), penghasilan="15000000")
    sync(scene.budi)
    remark = "Lima belas juta sebulan? Mungkin kelebihan satu angka nol."
    scene.sari.give_back(record, "Periksa penghasilan.", {INCOME: remark})
    sync(scene.budi)
    if scene.budi.device.dossier(record).review.remarks != {INCOME: remark}:
        raise DemoError("the remark did not arrive", code="story-failed", story="corrected")
    scene.budi.change(record, {INCOME: "1500000"})
    sync(scene.budi)
    scene.sari.approve(record, comment="Terima kasih, sudah benar.")
    sync(scene.budi)
    return told("corrected", record)


def an_approval_becomes_stale(scene: Scene) -> Told:
    """What was approved is no longer what is there: the form is in the queue again, with the difference."""
    record = scene.file_child(scene.asha, MUARA_ENGGELAM)
    sync(scene.asha)
    scene.sari.approve(record, comment="Disetujui untuk usulan bulan ini.")
    scene.asha.change(record, {CLOTHES: "2"})
    sync(scene.asha)
    return told("stale", record)


def a_child_is_in_danger(scene: Scene) -> Told:
    """Restricted answers: Sari sees that they were given; Dewi, the social worker, sees which."""
    record = scene.file_child(
        scene.citra, UMAQ_DIAN, bahaya_segera="1", indikator_lindung="3 4", kategori_ppks="7", rekomendasi="3"
    )
    scene.citra.change(
        record,
        {
            "g_lindung/rujukan_lindung": "1 2",
            "g_lindung/catatan_lindung": "Luka di lengan, anak tidak mau pulang. Sementara di rumah bibi.",
        },
        minutes_ago=170,
    )
    sync(scene.citra)
    return told("danger", record)


def an_answer_does_not_fit_its_question(scene: Scene) -> Told:
    """A problem: it stands beside the form, the queue counts it, and nothing is refused."""
    record = scene.file_child(scene.citra, UMAQ_TUKUNG)
    scene.citra.change(record, {WEIGHT: "tiga belas"}, minutes_ago=150)
    sync(scene.citra)
    return told("problem", record)


# --- devices and accounts ------------------------------------------------------------------------


def a_phone_believes_that_it_is_1970(scene: Scene) -> Told:
    """Nothing is refused and nothing lost: no clock decides anything, and the difference is measured."""
    phone = scene.citra
    phone.clock.set_to(BEGINNING_OF_TIME_MS)
    record = phone.new(CHILD_FORM, MUARA_TIQ, scene.child_answers(MUARA_TIQ))
    phone.device.sync()
    phone.device.set(record, {CLOTHES: "4"})
    phone.device.sync()
    phone.clock.set_right()
    return told("clock", record)


def an_officer_works_in_a_village_that_was_taken_from_him(scene: Scene) -> Told:
    """Held: the work is kept whole, Budi goes on seeing it, and the office decides about it."""
    before = scene.file_child(scene.budi, SEBEMBAN)
    sync(scene.budi)
    scene.budi.change(before, {DOCUMENTS: "1 3", PHONE: "081290005678"}, minutes_ago=90)
    scene.file_child(scene.budi, SEBEMBAN)
    scene.installation.verilap_server("change-user", BUDI.name, "--villages", ",".join(BUDI_LATER))
    sync(scene.budi)
    return told("held", before, "/held")


def a_phone_is_cloned(scene: Scene) -> Told:
    """A copy of Budi's phone works on beside it: both are taken in, and the copy takes a name of its own."""
    copy = scene.budi.clone(scene.installation.device_home("budi-2"))
    scene.file_child(scene.budi, MELINTANG)
    record = scene.file_child(copy, MELINTANG)
    sync(scene.budi)
    has_forked = copy.sync().forked
    copy.close()
    if not has_forked:
        raise DemoError("the copy was not noticed", code="story-failed", story="cloned")
    return told("cloned", record)


STORIES: Final[tuple[Callable[[Scene], Told], ...]] = (
    a_round_is_on_its_way,
    a_child_is_followed_from_the_family_on,
    help_is_handed_over_as_it_was_due,
    two_officers_answer_different_questions,
    one_name_is_typed_in_two_ways,
    a_phone_believes_that_it_is_1970,
    a_phone_is_cloned,
    an_answer_does_not_fit_its_question,
    a_child_is_in_danger,
    a_form_is_returned_corrected_and_approved,
    a_form_is_returned_and_waits_for_its_officer,
    an_approval_becomes_stale,
    an_officer_works_in_a_village_that_was_taken_from_him,
    one_removes_a_member_whom_the_other_edits,
    a_house_is_photographed_again,
    an_original_waits_for_wifi,
    two_officers_answer_one_question_differently,
)
"""In this order: what is most worth looking at comes last, so it is on top of the queue."""
