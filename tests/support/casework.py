"""Cases of the office's real forms: fillings of a few answers, and phones that have the forms."""

from __future__ import annotations

from domain.cases import begun_by
from domain.merge import RecordState, view
from tests.support.devices import VILLAGE, Fleet, Phone
from tests.support.forms import FORM_IDS, compiled

CHILD, FAMILY, DELIVERY, FOLLOW_UP = FORM_IDS
FOUND = {
    "g_tugas/status_keberadaan": "1",
    "g_setuju/pemberi_setuju": "1",
    "g_setuju/setuju": "1",
    "g_wilayah/desa": VILLAGE,
    "g_wilayah/kecamatan": VILLAGE.rpartition(".")[0],
}
"""Somebody was there and agreed: without it nothing else is asked."""
ASHA = {**FOUND, "g_anak/nama_anak": "Asha", "g_anak/jenis_kelamin": "2", "g_pangan/stel_pakaian": "5"}


def publish_forms(fleet: Fleet) -> None:
    """The four forms on the server in memory."""
    fleet.server.forms = [compiled(form_id).definition for form_id in FORM_IDS]


def phone_with_forms(fleet: Fleet, name: str = "asha", areas: tuple[str, ...] = ("64.02.18",)) -> Phone:
    phone = fleet.phone(name, areas=areas)
    phone.sync()
    return phone


def begin_child(phone: Phone, **answers: str) -> str:
    """Form A for a child that the office does not know; gives the case."""
    named = {"g_anak/nama_anak": answers["nama"]} if "nama" in answers else {}
    return begun_by(phone.new(CHILD, VILLAGE, {**ASHA, **named}).record, "", "anak")


def said(state: RecordState | None) -> dict[str, object]:
    """What a case shows, by property."""
    assert state is not None
    return dict(view(state).answers)


def case_on(phone: Phone, case: str) -> dict[str, object]:
    return said(phone.store.records.shown(case))


def disputed(phone: Phone, case: str) -> dict[str, set[object]]:
    """The values between which somebody has to choose, by property."""
    found = phone.dossier(case).conflicts
    return {path: {one.value for one in values} for path, values in found.items()}
