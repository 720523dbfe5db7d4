"""Plausible answers to the four forms, one module each; skips are followed, calculations are the forms'."""

from demo.answers.child import answer_child
from demo.answers.delivery import answer_delivery
from demo.answers.family import answer_family
from demo.answers.filling import Visit
from demo.answers.follow_up import answer_follow_up

CHILD_FORM = "verifikasi_anak"
FAMILY_FORM = "verifikasi_keluarga"
DELIVERY_FORM = "penyaluran_bantuan"
FOLLOW_UP_FORM = "kunjungan_pemantauan"

__all__ = [
    "CHILD_FORM",
    "DELIVERY_FORM",
    "FAMILY_FORM",
    "FOLLOW_UP_FORM",
    "Visit",
    "answer_child",
    "answer_delivery",
    "answer_family",
    "answer_follow_up",
]
