"""
What a form says of cases, on small forms: conditions, members, and what is never said.

Broken on purpose, each time with a failing test here: restricted answers were left in when the form was
evaluated (a label told one); a question that is not asked said something; the id of the family's case was the
one that the form makes up.
"""

from typing import Any

import pytest

from domain.cases import (
    Filing,
    Form,
    begun_by,
    case_definition,
    cases_concerned,
    lists_persons,
    may_be_one,
    open_from_case,
    pieces_for_cases,
)
from domain.compose import Piece, Stamp, seal
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, fold
from domain.operations import VILLAGE as PLACE
from domain.operations import Change
from tests.support.builders import RECORD, REPLICA, VILLAGE
from tests.support.forms import FORM_IDS, context, definition
from tests.support.small_forms import form, question, rows


def entity(list_name: str, path: str = "", **more: Any) -> dict[str, Any]:
    at = f"{path}/meta/entity" if path else "meta/entity"
    given: dict[str, Any] = {
        "id": None,
        "create_if": "true()",
        "update_if": None,
        "label": None,
        "save_to": {},
    }
    return {"list": list_name, "path": path, "at": at, **given, **more}


def state(number: int, **said: str) -> RecordState:
    """A case with these properties."""
    record = f"00000000-0000-4000-8000-{number:012}"
    pieces = [Piece(record, "case:anak", Change(name, value, ())) for name, value in said.items()]
    stamp = Stamp(REPLICA, number, "asha", 1_790_000_000_000, "AAAAAAAAAAA", {})
    return fold(None, [seal(pieces, stamp)], record)


def said(definition: FormDefinition, answers: dict[str, str], **more: Any) -> dict[str, dict[str, object]]:
    """What a new submission says of cases, by case."""
    filled = Form(definition, RECORD, None, ("64.02",), context())
    found: dict[str, dict[str, object]] = {}
    for piece in pieces_for_cases(Filing(filled, VILLAGE, answers, **more)):
        found.setdefault(piece.record, {})[piece.change.path] = piece.change.value
    found.pop(RECORD, None)
    return found


def test_restricted_answers_are_not_said_nor_told_in_a_label_nor_by_a_condition():
    secret = question("luka", pdp="terbatas")
    of = entity("anak", label="concat(/data/nama, /data/luka)", save_to={"nama": "nama", "luka": "luka"})
    definition = form(question("nama"), secret, entities=[of])
    (case,) = said(definition, {"nama": "Asha", "luka": "lebam"}).values()
    assert case == {PLACE: VILLAGE, "label": "Asha", "nama": "Asha"}
    hidden = form(question("nama"), secret, entities=[entity("anak", create_if="/data/luka != ''")])
    assert said(hidden, {"nama": "Asha", "luka": "lebam"}) == {}


def test_what_is_not_asked_says_nothing():
    of = entity("anak", save_to={"umur": "umur", "nama": "nama"})
    definition = form(question("umur", relevant="/data/nama != ''"), question("nama"), entities=[of])
    (case,) = said(definition, {"umur": "7", "nama": ""}).values()
    assert case == {PLACE: VILLAGE}


def test_members_name_the_case_that_the_form_really_begins():
    """The form's own uuid() is another one on each device."""
    definition = form(
        question("kasus", calculate="once(uuid())"),
        question("r/*/keluarga", calculate="/data/kasus"),
        question("r/*/nama"),
        repeats=["r"],
        entities=[
            entity("keluarga", id="/data/kasus", update_if="false()"),
            entity("anak", "r/*", label="../../../nama", save_to={"r/*/keluarga": "keluarga"}),
        ],
    )
    found = said(definition, {"r/m_1/nama": "Ani", "r/m_2/nama": "Beni"})
    home = begun_by(RECORD, "", "keluarga")
    members = {begun_by(RECORD, f"r/m_{n}", "anak"): name for n, name in ((1, "Ani"), (2, "Beni"))}
    assert found.keys() == {home, *members}
    for case, name in members.items():
        assert (found[case]["keluarga"], found[case]["label"]) == (home, name)
    filled = Form(definition, RECORD, None, (), context())
    assert cases_concerned(filled, {"r/m_1/nama": "Ani"}) == {
        home,
        min(members, key=lambda one: members[one]),
    }


NAMED = form(
    question("nama"),
    question("jk"),
    entities=[entity("anak", label="/data/nama", save_to={"nama": "nama", "jk": "jenis_kelamin"})],
)


def test_a_case_is_not_begun_before_it_has_a_label():
    """Presence and consent alone began a child whom every list shows without a name."""
    assert said(NAMED, {"jk": "1"}) == {}
    assert said(NAMED, {"jk": "1", "nama": "  "}) == {}


def test_a_case_begins_with_all_that_was_said_once_its_label_is_entered():
    corrected = said(NAMED, {"jk": "1", "nama": "Asha"}, before={"jk": "1"}, entered={"nama"})
    assert corrected == said(NAMED, {"jk": "1", "nama": "Asha"})
    (case,) = corrected.values()
    assert case == {PLACE: VILLAGE, "label": "Asha", "nama": "Asha", "jenis_kelamin": "1"}


def test_a_case_that_lost_its_label_is_still_followed():
    case = begun_by(RECORD, "", "anak")
    known = {"label": "Asha", "nama": "Asha", "jenis_kelamin": "1"}
    pieces = [Piece(case, "case:anak", Change(name, value, ())) for name, value in known.items()]
    there = fold(None, [seal(pieces, Stamp(REPLICA, 1, "asha", 1, "AAAAAAAAAAA", {}))], case)
    before = {"nama": "Asha", "jk": "1"}
    found = said(NAMED, {"nama": "", "jk": "2"}, before=before, entered={"nama", "jk"}, cases={case: there})
    assert found == {case: {"nama": "", "jenis_kelamin": "2"}}


def test_a_form_can_tell_what_its_case_filled_in():
    of = entity("anak", update_if="true()", save_to={"nama": "nama", "jk": "jenis_kelamin"})
    asked = ("nama", "jk", "alamat")
    copies = [question(f"g/kasus_{name}", type="hidden", role="isi_kasus") for name in asked]
    definition = form(*(question(name, prefill=True) for name in asked), *copies, groups=["g"], entities=[of])
    opening = open_from_case(definition, state(1, nama="Asha", alamat="Dusun Rajak"))
    assert opening.answers == {"nama": "Asha", "g/kasus_nama": "Asha"}


def test_a_form_without_entities_says_nothing():
    assert said(form(question("nama")), {"nama": "Asha"}) == {}


def test_a_list_reads_like_the_questions_that_fill_it():
    asked = question("jk", type="select_one", choices="jk", label={"id": "Jenis kelamin"})
    of = entity("anak", save_to={"jk": "jenis_kelamin", "luka": "luka"})
    definition = form(asked, question("luka", pdp="terbatas"), choices={"jk": rows("l", "p")}, entities=[of])
    told = case_definition("anak", [definition])
    assert told.label("jenis_kelamin") == "Jenis kelamin"
    assert told.display("jenis_kelamin", "p") == "P"
    assert told.field_at("luka") is None


@pytest.mark.parametrize(
    ("said", "is_alike"),
    [
        ({"nik": "6402184105169001"}, True),
        ({"nama": "SITI  nur'aini", "tgl_lahir": "2016-05-01"}, True),
        ({"nama": "Siti Nuraini", "tgl_lahir": "2016-05-02"}, False),
        ({"nama": "Siti Nuraini"}, False),
        ({"tgl_lahir": "2016-05-01"}, False),
        ({"nik": ""}, False),
    ],
)
def test_two_cases_may_be_one_person_by_number_or_by_name_and_birth_date(said, is_alike):
    words = case_definition("anak", [definition(form_id) for form_id in FORM_IDS])
    child = state(1, nama="Siti Nuraini", tgl_lahir="2016-05-01", nik="6402184105169001")
    assert may_be_one(words, child, state(2, **said)) is is_alike
    assert not may_be_one(words, child, child)


def test_only_children_are_persons_of_whom_there_is_one_case():
    forms = [definition(form_id) for form_id in FORM_IDS]
    lists = ("anak", "keluarga", "penyaluran")
    assert [name for name in lists if lists_persons(case_definition(name, forms))] == ["anak"]
