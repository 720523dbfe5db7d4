"""The supervisor's ordinary morning: much of what came in is approved, some returned, a little rejected."""

from random import Random
from typing import Final

from demo.answers import CHILD_FORM, DELIVERY_FORM, FAMILY_FORM, FOLLOW_UP_FORM
from demo.supervisor import Submission, Supervisor

DECISIONS: Final = {"approve": 55, "return": 4, "reject": 2, "wait": 39}
REMARKS: Final = {
    CHILD_FORM: ("g_nilai/kebutuhan", "Kebutuhan belum cocok dengan catatan. Mohon dijelaskan."),
    FAMILY_FORM: ("g_rumah/luas_lantai", "Luas lantai tidak cocok dengan jumlah anggota. Mohon diukur lagi."),
    DELIVERY_FORM: ("g_bukti/saksi", "Saksi harus dari perangkat desa."),
    FOLLOW_UP_FORM: ("g_simpul/kunjungan_berikut", "Kunjungan berikutnya terlalu lama. Mohon dimajukan."),
}


def review_the_queue(sari: Supervisor, chance: Random) -> int:
    """Decides on what waits, and leaves some of it; gives how many decisions were made."""
    count = 0
    for one in sari.pending():
        decision = chance.choices(list(DECISIONS), weights=list(DECISIONS.values()))[0]
        if decision != "wait":
            _decide(sari, one, decision)
            count += 1
    return count


def _decide(sari: Supervisor, one: Submission, decision: str) -> None:
    form = one.form.partition("@")[0]
    if decision == "approve":
        sari.approve(one.record, one.etag)
    elif decision == "return":
        path, remark = REMARKS[form]
        sari.give_back(one.record, "Mohon dilengkapi.", {path: remark}, one.etag)
    else:
        sari.reject(one.record, "Data ganda: keluarga ini sudah diverifikasi bulan lalu.", one.etag)
