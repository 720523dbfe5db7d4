"""
What somebody changed in the XML of a record is entered, and nothing else; nobody's answer is overwritten.

Broken on purpose, each time with a failing test here: everything in view named, seen or not; the XML compared
with what is in view now; a return answered that came after the XML was made; a case changed behind a conflict
that is open in the form; an instance of another record taken; the blank questions of a new member cleared.
"""

import pytest

from domain.operations import REVIEW, read_operation
from domain.review import Decision, decision_value
from tests.support.builders import new_id, operation_json
from tests.support.casework import ASHA, CHILD, FAMILY, FOUND, case_on, phone_with_forms, publish_forms
from tests.support.devices import VILLAGE, Fleet, Phone
from tests.support.exchange import Taking, typed, without_own, xml_of
from tests.support.loopback import FORM
from tests.support.terminal import Verilap

FILLED = {"nama": "Asha", "umur": "7", "anggota/m_1/nama": "Beni", "lain/x": "?"}
TOLD = {
    **FORM,
    "fields": [
        *FORM["fields"],
        {
            "path": "anggota/*/a_id",
            "type": "calculate",
            "label": {},
            "pdp": "umum",
            "role": "id_anggota",
            "group": ["anggota", "anggota/*"],
        },
    ],
}
"""With the question for a member's id that publishing adds."""
Two = tuple[Phone, Phone, str]


@pytest.fixture
def two(fleet: Fleet) -> Two:
    """Two officers with one record."""
    fleet.server.forms = [TOLD]
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    asha.sync()
    record = asha.new("anak", VILLAGE, FILLED).record
    together(asha, budi)
    return asha, budi, record


def together(*phones: Phone) -> None:
    for phone in (*phones, *phones):
        assert phone.sync().is_quiet


def changes(phone: Phone, record: str) -> dict[str, object]:
    """What the latest operation says of a record, review apart."""
    found = phone.operations()[-1].part_of(record).changes
    return {change.path: change.value for change in found if not change.path.startswith("$")}


def test_what_differs_is_entered_and_replaces_what_was_there(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, _, record = two
    xml = typed(xml_of(verilap, asha, record), umur="8", catatan="baru")
    told = enter_xml(asha, record, xml)
    assert (told.status, told.out, told.err) == (0, "Saved.\n", "")
    assert changes(asha, record) == {"umur": "8", "catatan": "baru"}
    assert asha.dossier(record).answers == {"$village": VILLAGE, **FILLED, "umur": "8", "catatan": "baru"}
    assert asha.dossier(record).is_settled


def test_an_element_that_was_emptied_clears_the_answer(two: Two, verilap: Verilap, enter_xml: Taking) -> None:
    asha, _, record = two
    assert enter_xml(asha, record, typed(xml_of(verilap, asha, record), umur="")).status == 0
    assert changes(asha, record) == {"umur": ""}


@pytest.mark.parametrize("is_dropped", [False, True])
def test_an_xml_that_nobody_changed_changes_nothing(
    two: Two, verilap: Verilap, enter_xml: Taking, is_dropped: bool
) -> None:
    asha, _, record = two
    xml = xml_of(verilap, asha, record)
    told = enter_xml(asha, record, without_own(xml) if is_dropped else xml, xml if is_dropped else None)
    assert (told.status, told.err) == (2, "Nothing was entered or changed. [nothing-entered]\n")
    assert len(asha.operations()) == 1


def test_a_member_that_is_new_says_what_was_entered_of_it_and_no_more(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    """Its blank questions are no answers that were cleared."""
    asha, _, record = two
    xml = without_own(was := xml_of(verilap, asha, record))
    more = xml.replace("</anggota>", "</anggota><anggota><nama>Cici</nama><luka/></anggota>")
    assert enter_xml(asha, record, more, was).status == 0
    assert list(changes(asha, record).values()) == ["Cici"]


# --- what others did meanwhile -------------------------------------------------------------------


@pytest.mark.parametrize("is_dropped", [False, True])
def test_answers_of_others_stand_where_the_xml_was_not_touched(
    two: Two, verilap: Verilap, enter_xml: Taking, is_dropped: bool
) -> None:
    """The XML still holds what they have replaced, and blanks where they have answered."""
    asha, budi, record = two
    xml = xml_of(verilap, asha, record)
    budi.set(record, {"nama": "Aisyah", "catatan": "sakit", "umur": ""})
    together(budi, asha)
    given = (without_own(xml) if is_dropped else xml).replace("<nama>Beni</nama>", "<nama>Bena</nama>")
    assert enter_xml(asha, record, given, xml if is_dropped else None).status == 0
    assert list(changes(asha, record).values()) == ["Bena"]
    answers = asha.dossier(record).answers
    assert (answers["nama"], answers["catatan"], answers["umur"]) == ("Aisyah", "sakit", "")
    assert asha.dossier(record).is_settled


def test_an_answer_that_somebody_else_changed_meanwhile_is_not_overwritten(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    xml = xml_of(verilap, asha, record)
    budi.set(record, {"umur": "9"})
    together(budi, asha)
    told = enter_xml(asha, record, typed(xml, umur="8"))
    assert told.status == 0
    assert "umur was answered again after this XML was made" in told.err
    assert told.out == "Saved.\n"
    assert {one.value for one in asha.dossier(record).conflicts["umur"]} == {"8", "9"}
    together(asha, budi)
    assert {one.value for one in budi.dossier(record).conflicts["umur"]} == {"8", "9"}


def test_what_somebody_else_entered_just_so_needs_no_saying(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    xml = xml_of(verilap, asha, record)
    budi.set(record, {"umur": "8"})
    together(budi, asha)
    assert enter_xml(asha, record, typed(xml, umur="8", catatan="c")).status == 0
    assert changes(asha, record) == {"catatan": "c"}
    assert asha.dossier(record).is_settled


def test_a_number_that_was_entered_just_so_is_the_same_however_it_is_spelt(
    fleet: Fleet, verilap: Verilap, enter_xml: Taking
) -> None:
    publish_forms(fleet)
    asha, budi = phone_with_forms(fleet), phone_with_forms(fleet, "budi")
    record = asha.new(FAMILY, VILLAGE, {**FOUND, "g_rumah/luas_lantai": "48"}).record
    together(asha, budi)
    xml = xml_of(verilap, asha, record)
    assert "[nothing-entered]" in enter_xml(asha, record, typed(xml, luas_lantai="48.0")).err
    budi.set(record, {"g_rumah/luas_lantai": "50"})
    together(budi, asha)
    assert "[nothing-entered]" in enter_xml(asha, record, typed(xml, luas_lantai="50.0")).err
    assert asha.dossier(record).is_settled


def test_where_people_disagree_already_a_person_settles_first(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    asha.set(record, {"umur": "1"})
    budi.set(record, {"umur": "2"})
    together(asha, budi)
    count = len(asha.operations())
    xml = xml_of(verilap, asha, record)
    told = enter_xml(asha, record, typed(xml, umur="3", catatan="c"))
    assert (told.status, "[conflicted]" in told.err) == (2, True)
    assert len(asha.operations()) == count
    assert enter_xml(asha, record, typed(xml, catatan="c")).status == 0
    assert changes(asha, record) == {"catatan": "c"}


def test_a_member_that_was_removed_meanwhile_is_brought_back_first(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    xml = xml_of(verilap, asha, record)
    budi.remove(record, "anggota/m_1")
    together(budi, asha)
    told = enter_xml(asha, record, xml.replace("Beni", "Bena"))
    assert (told.status, "--restore anggota/m_1 [member-removed]" in told.err) == (2, True)


def test_a_return_is_answered_by_who_has_seen_it(
    fleet: Fleet, two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, _, record = two
    before = xml_of(verilap, asha, record)
    state = fleet.server.state.records[record]
    value = decision_value(Decision.RETURN, state.etag, "periksa", {})
    seen = [one.id for one in state.at(REVIEW)]
    sent = operation_json(
        [(REVIEW, value, seen)], record=record, author="sari", replica="office", form="anak@1"
    )
    fleet.server.office(read_operation(sent))
    asha.sync()
    assert asha.dossier(record).returns
    assert enter_xml(asha, record, typed(before, umur="8")).status == 0
    assert asha.dossier(record).returns
    assert enter_xml(asha, record, typed(xml_of(verilap, asha, record), umur="9")).status == 0
    assert not asha.dossier(record).returns


# --- whose instance it is ------------------------------------------------------------------------


def test_without_our_element_the_xml_of_before_is_needed(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    was = xml_of(verilap, asha, record)
    budi.set(record, {"umur": "9"})
    together(budi, asha)
    given = typed(without_own(was), umur="8")
    for before in (None, without_own(was)):
        told = enter_xml(asha, record, given, before)
        assert (told.status, "--was FILE [instance-unversioned]" in told.err) == (2, True)
    assert enter_xml(asha, record, given, was).status == 0
    assert {one.value for one in asha.dossier(record).conflicts["umur"]} == {"8", "9"}


def test_the_edit_that_another_program_makes_of_an_instance_is_one_of_its_record(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, _, record = two
    ids = f"<instanceID>uuid:{new_id()}</instanceID><deprecatedID>uuid:{record}</deprecatedID>"
    xml = typed(xml_of(verilap, asha, record), umur="8")
    xml = xml.replace(f"<instanceID>uuid:{record}</instanceID>", ids)
    assert enter_xml(asha, record, xml).status == 0
    assert changes(asha, record) == {"umur": "8"}


@pytest.mark.parametrize("is_named", [False, True])
def test_an_instance_of_another_record_is_refused(
    two: Two, verilap: Verilap, enter_xml: Taking, is_named: bool
) -> None:
    asha, _, record = two
    other = asha.new("anak", VILLAGE, {"nama": "Cici"}).record
    xml = xml_of(verilap, asha, other)
    xml = xml if is_named else xml.replace(f"uuid:{other}", "")
    told = enter_xml(asha, record, xml)
    assert (told.status, "[instance-record]" in told.err) == (2, True)
    told = enter_xml(asha, record, without_own(xml_of(verilap, asha, record)), xml)
    assert (told.status, "[instance-record]" in told.err) == (2, True)


def test_a_record_that_moved_to_a_newer_version_takes_the_xml_of_the_older(
    fleet: Fleet, two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    xml = typed(xml_of(verilap, asha, record), umur="8")
    fleet.server.forms = [TOLD, {**TOLD, "version": "2"}]
    sent = operation_json([("catatan", "c", [])], record=record, replica="office", form="anak@2")
    fleet.server.office(read_operation(sent))
    together(asha, budi)
    assert 'id="anak" version="2"' in xml_of(verilap, asha, record)
    assert enter_xml(asha, record, xml).status == 0
    assert changes(asha, record) == {"umur": "8"}


def test_a_record_that_is_no_form_takes_no_xml(fleet: Fleet, enter_xml: Taking) -> None:
    publish_forms(fleet)
    asha = phone_with_forms(fleet)
    asha.new(CHILD, VILLAGE, ASHA)
    case = next(iter(asha.cases())).record
    told = enter_xml(asha, case, "<data/>")
    assert (told.status, "[no-instance]" in told.err) == (2, True)


# --- restricted answers and cases ----------------------------------------------------------------


def test_restricted_answers_go_where_they_belong_and_their_marks_are_no_answers(
    two: Two, verilap: Verilap, enter_xml: Taking
) -> None:
    asha, budi, record = two
    asha.set(record, {"luka": "lebam"})
    together(asha, budi)
    marked = xml_of(verilap, budi, record)
    assert "lebam" not in marked
    assert enter_xml(budi, record, typed(marked, catatan="c")).status == 0
    assert changes(budi, record) == {"catatan": "c"}
    before = xml_of(verilap, asha, record)
    changed = before.replace("<luka>lebam</luka>", "<luka>sembuh</luka>")
    assert enter_xml(asha, record, changed).status == 0
    assert asha.dossier(record).answers["luka"] == "sembuh"
    assert changes(asha, record) == {"luka": {"$": "restricted"}}


def test_a_correction_reaches_the_case_unless_somebody_has_answered_meanwhile(
    fleet: Fleet, verilap: Verilap, enter_xml: Taking
) -> None:
    publish_forms(fleet)
    asha, budi = phone_with_forms(fleet), phone_with_forms(fleet, "budi")
    record = asha.new(CHILD, VILLAGE, ASHA).record
    together(asha, budi)
    case = next(iter(asha.cases())).record
    xml = xml_of(verilap, asha, record)
    assert enter_xml(asha, record, typed(xml, stel_pakaian="4")).status == 0
    assert case_on(asha, case)["stel_pakaian"] == "4"
    xml = xml_of(verilap, asha, record)
    together(asha, budi)
    budi.set(record, {"g_pangan/stel_pakaian": "6"})
    together(budi, asha)
    assert enter_xml(asha, record, typed(xml, stel_pakaian="3")).status == 0
    assert case_on(asha, case)["stel_pakaian"] == "6"


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [("umur=1",), ("--remove", "anggota/m_1"), ("--restore", "anggota/m_1")])
def test_xml_comes_alone(two: Two, verilap: Verilap, more: tuple[str, ...]) -> None:
    asha, _, record = two
    told = verilap(asha, "set", record, *more, "--xml", "-", language="en")
    assert (told.status, "[usage]" in told.err) == (2, True)
    told = verilap(asha, "set", record, *more, "--was", "-", language="en")
    assert (told.status, "[usage]" in told.err) == (2, True)
