"""
Form C, opened from a case in the phone's engine: whatever the case lacks, the form can be filled in.

What was due was read-only as soon as the form came from a case, and required as well: a case without one of
it made a form that nobody could finish. Broken on purpose by that condition.
"""

import pytest

from domain.cases import open_from_case
from domain.compose import Piece, Stamp, seal
from domain.forms.instance import instance_xml
from domain.merge import fold
from domain.operations import VILLAGE, Change
from tests.support.builders import RECORD, REPLICA
from tests.support.engine import Engine
from tests.support.engine_forms import compiled, load
from tests.support.forms import definition

pytestmark = pytest.mark.engine
FORM = "penyaluran_bantuan"
CASE = "00000000-0000-4000-8000-0000000000c1"
DUE = {
    "program": "tunai_kukar",
    "periode": "2026-02",
    "penerima": "Masliani",
    "bentuk": "1",
    "uang_rencana": "200000",
}
QUESTIONS = {
    "program": "g_salur/program",
    "periode": "g_salur/periode",
    "penerima": "g_penerima/nama_penerima",
    "bentuk": "g_status/bentuk",
    "uang_rencana": "g_status/uang_rencana",
}
HANDED_OVER = {"g_status/status_salur": "1"}


@pytest.fixture(scope="module")
def delivery(engine: Engine, tmp_path_factory: pytest.TempPathFactory):
    load(engine, compiled(FORM, tmp_path_factory.mktemp(FORM)))

    def opened(**known: str):
        """The nodes of the form, opened from a case with these properties and said to be handed over."""
        pieces = [
            Piece(CASE, "case:penyaluran", Change(name, value, ()))
            for name, value in {VILLAGE: "64.02.18.2007", "label": "Februari", **known}.items()
        ]
        case = fold(None, [seal(pieces, Stamp(REPLICA, 1, "asha", 1, "AAAAAAAAAAA", {}))], CASE)
        answers = {**open_from_case(definition(FORM), case).answers, **HANDED_OVER}
        xml = instance_xml(definition(FORM), RECORD, answers).decode()
        return engine.open(FORM, mode="restore", xml=xml).nodes

    return opened


def read_only(nodes):
    return {name for name, path in QUESTIONS.items() if nodes[path]["readonly"]}


def test_what_the_case_says_is_due_cannot_be_changed(delivery):
    assert read_only(delivery(**DUE)) == DUE.keys()


@pytest.mark.parametrize("missing", DUE)
def test_what_the_case_does_not_say_is_entered(delivery, missing):
    nodes = delivery(**{name: value for name, value in DUE.items() if name != missing})
    assert read_only(nodes) == DUE.keys() - {missing}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("program", "rujukan"),
        ("program", "bantuan lama"),
        ("periode", "Februari 2026"),
        ("penerima", "Masliani " * 9),
        ("bentuk", "tunai"),
        ("uang_rencana", "200.000"),
        ("uang_rencana", "999"),
        ("uang_rencana", "50000001"),
    ],
)
def test_what_the_case_says_and_the_form_does_not_take_can_be_corrected(delivery, name, value):
    """Cases come from the lists of the office too, which hold more than the form allows."""
    assert name not in read_only(delivery(**{**DUE, name: value}))
