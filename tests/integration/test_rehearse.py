"""A rehearsal counts what a new version would say of the records, and shows nobody's answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from domain.forms.definition import FormDefinition
from server.models import RecordRow
from server.services.publish_form import keep_draft, publish
from server.services.rehearse import LostChoice, Rehearsal, rehearse
from server.xlsform import CompiledForm, compile_workbook
from tests.support.builders import new_id
from tests.support.office import NOW, Office
from tests.support.pages import at_work
from tests.support.raw_device import RawDevice
from tests.support.workbooks import book

HERE, THERE = "64.02.18.2007", "64.02.18.2006"
SURVEY = """
type | name | label | relevant | constraint | required | x_pdp
integer | umur | Umur | | | | umum
select_one rumah | rumah | Rumah | | | | umum
text | sungai | Sungai | | | | umum
text | luka | Luka | | | | terbatas
begin repeat | r | R | | | |
text | x | X | | | | umum
end repeat | | | | | |
"""
CHOICES = "list_name | name | label\nrumah | kayu | Kayu\nrumah | bata | Bata"


def compiled(
    folder: Path, *replaced: tuple[str, str], choices: str = CHOICES, version: str = "2"
) -> CompiledForm:
    survey = SURVEY
    for old, new in replaced:
        assert old in survey
        survey = survey.replace(old, new)
    settings = f"form_title | form_id | version\nCoba | coba | {version}"
    return compile_workbook(book(folder, survey=survey, choices=choices, settings=settings))


@pytest.fixture
def records(office: Office, asha: RawDevice, tmp_path: Path) -> list[str]:
    """Three records of the first version, one of them in another village."""
    with office.store.write() as connection:
        publish(connection, compiled(tmp_path, version="1"), NOW)
    given: list[tuple[str, dict[str, Any]]] = [
        (HERE, {"umur": "3", "rumah": "kayu", "sungai": "Mahakam"}),
        (HERE, {"umur": "19", "rumah": "bata", "luka": {"$": "restricted"}}),
        (THERE, {"umur": "20", "rumah": "kayu", "r/m_1/x": "rahasia"}),
    ]
    made = []
    for village, answers in given:
        sent = asha.submission(record := new_id(), answers, form="coba@1", village=village)
        assert "verdicts" not in asha.sync(sent)
        made.append(record)
    return made


def rehearsed(office: Office, form: CompiledForm, most: int | None = None) -> Rehearsal:
    with office.store.read() as connection:
        return rehearse(connection, FormDefinition.from_json(form.definition), most)


def test_the_same_form_changes_nothing_also_where_something_is_wrong(
    office: Office, records: list[str], asha: RawDevice, tmp_path: Path
) -> None:
    """Broken on purpose: problems that were there before were counted too."""
    asha.sync(asha.submission(new_id(), {"umur": "tiga"}, form="coba@1", village=HERE))
    done = rehearsed(office, compiled(tmp_path))
    assert (done.total, done.records, done.affected, done.failed) == (4, 4, 0, 0)
    assert done.is_whole


def test_new_problems_are_counted_by_question_and_village(
    office: Office, records: list[str], tmp_path: Path
) -> None:
    form = compiled(tmp_path, ("Umur | | |", "Umur | | . < 18 |"), ("Sungai | | |", "Sungai | | | yes"))
    done = rehearsed(office, form)
    assert {(path, code): dict(found) for (path, code), found in done.by_question.items()} == {
        ("umur", "constraint"): {HERE: 1, THERE: 1},
        ("sungai", "required"): {HERE: 1, THERE: 1},
    }
    assert done.affected == 2


def test_answers_that_would_be_hidden_are_counted(office: Office, records: list[str], tmp_path: Path) -> None:
    done = rehearsed(office, compiled(tmp_path, ("Rumah | |", "Rumah | ${umur} > 18 |")))
    assert dict(done.hidden) == {"rumah": 1}


def test_choices_in_use_that_a_list_loses_are_counted(
    office: Office, records: list[str], tmp_path: Path
) -> None:
    choices = CHOICES.replace("\nrumah | kayu | Kayu", "\nrumah | kayu2 | Kayu lain")
    done = rehearsed(office, compiled(tmp_path, choices=choices))
    assert dict(done.lost) == {LostChoice("rumah", "kayu", "rumah"): 2}


def test_answers_of_questions_that_are_gone_are_counted_by_their_path_in_the_form(
    office: Office, records: list[str], tmp_path: Path
) -> None:
    gone = "text | x | X | | | | umum"
    done = rehearsed(office, compiled(tmp_path, (gone, gone.replace("x | X", "z | Z"))))
    assert dict(done.unknown) == {"r/*/x": 1}
    assert done.labels["r/*/x"]["id"] == "X"


def test_nothing_is_told_of_restricted_questions(office: Office, records: list[str], tmp_path: Path) -> None:
    """Broken on purpose: `_keys` without the question."""
    form = compiled(tmp_path, ("Luka | | | |", "Luka | ${umur} > 100 | | yes |"))
    assert rehearsed(office, form).affected == 0
    form = compiled(tmp_path, ("Luka | | | |", "Luka | | | yes |"))
    assert rehearsed(office, form).affected == 0


def test_a_rehearsal_tells_numbers_and_no_answers(office: Office, records: list[str], tmp_path: Path) -> None:
    form = compiled(tmp_path, ("Umur | | |", "Umur | | . < 18 |"), ("Rumah | |", "Rumah | ${umur} > 18 |"))
    told = json.dumps(rehearsed(office, form).as_json())
    for answer in ("Mahakam", "rahasia", "m_1", *records):
        assert answer not in told


def test_records_are_read_in_batches_and_at_most_as_many_as_wanted(
    office: Office, records: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.services.rehearse.BATCH", 1)
    assert rehearsed(office, compiled(tmp_path)).records == 3
    done = rehearsed(office, compiled(tmp_path), most=2)
    assert (done.records, done.total, done.is_whole) == (2, 3, False)


def test_a_record_over_which_the_rules_fall_is_counted_and_stops_nothing(
    office: Office, records: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("server.services.rehearse.definition_of", fall)
    done = rehearsed(office, compiled(tmp_path))
    assert (done.records, done.failed, done.is_whole) == (0, 3, True)


def test_a_record_that_cannot_be_read_stops_nothing(
    office: Office, records: list[str], tmp_path: Path
) -> None:
    """Broken on purpose: it was counted neither as looked at nor as failed."""
    with office.store.write() as connection:
        connection.execute(update(RecordRow).where(RecordRow.id == records[0]).values(document=b"{"))
    with office.store.read() as connection:
        done = rehearse(connection, FormDefinition.from_json(compiled(tmp_path).definition))
    assert (done.records, done.failed, done.is_whole) == (2, 1, True)


def test_the_page_of_a_draft_tells_the_rehearsal(
    office: Office, records: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.store.write() as connection:
        keep_draft(connection, compiled(tmp_path, ("Umur | | |", "Umur | | . < 18 |")), NOW)
    admin = at_work(office, "adi", "admin")
    page = admin.get("/forms/coba/2/rehearsal")
    for words in (
        "Semua 3 isian dilihat.",
        "2 di antaranya",
        "jawaban tidak memenuhi aturan",
        "Muara Enggelam: 1",
    ):
        assert words in page, words
    monkeypatch.setattr("server.web.rehearsal.MOST", 2)
    assert "Dilihat 2 dari 3 isian" in admin.get("/forms/coba/2/rehearsal")
    assert admin.get("/forms/coba/9/rehearsal").status == 404
    assert at_work(office).get("/forms/coba/2/rehearsal").status == 403
