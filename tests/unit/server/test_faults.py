"""What is said about workbooks: the same in both languages, for every code that the checks use."""

import json
import re
import string
from pathlib import Path

import pytest

from domain.errors import FormError
from server.faults import MOST, Fault, Place, WorkbookError, fault, sort_by_place, warning
from server.texts import form_catalogue

ROOT = Path(__file__).parents[3]
FOLDERS = (
    ROOT / "server" / "xlsform",
    ROOT / "server" / "caselists",
    ROOT / "server" / "services",
    ROOT / "domain" / "forms" / "xpath",
)
PLACES = {f"place-{kind}" for kind in ("sheet", "row", "column", "cell", "line", "line-column")}


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_say_the_same_with_the_same_facts() -> None:
    english, indonesian = form_catalogue("en"), form_catalogue("id")
    assert english.keys() == indonesian.keys()
    for code, template in english.items():
        assert names_in(template) == names_in(indonesian[code]), code
        assert template != indonesian[code], code


def test_every_sentence_is_used_and_every_code_has_one() -> None:
    """Broken on purpose: a sentence was renamed in both catalogues; its code then had none."""
    sources = "\n".join(path.read_text() for folder in FOLDERS for path in folder.rglob("*.py"))
    known = form_catalogue("en").keys()
    used = set(re.findall(r'(?:fault|warning|refuse)\(\s*"([a-z-]+)"', sources))
    assert used <= known
    assert {code for code in known if f'"{code}"' not in sources} - PLACES == set()


def test_a_place_is_told_as_excel_shows_it() -> None:
    told = fault("name-missing", Place("survey", 12, "name", "B")).message("id")
    assert told.startswith("Lembar survey, baris 12, kolom name (B12): ")
    assert fault("name-missing", Place("survey", 12)).message("en").startswith("Sheet survey, row 12: ")
    assert fault("name-missing", Place("survey")).message("en").startswith("Sheet survey: ")
    assert fault("survey-empty").message("en") == "The sheet survey asks nothing."


def test_an_error_tells_at_most_fifty_faults() -> None:
    error = WorkbookError([fault("name-missing", Place("survey", row)) for row in range(1, 200)])
    assert len(error.faults) == MOST == 50
    assert len(error.in_language("id").splitlines()) == MOST
    assert isinstance(error, FormError)
    assert error.code == "form-invalid"


def test_an_error_travels_as_json_with_both_languages() -> None:
    error = WorkbookError([fault("name-missing", Place("survey", 3, "name", "B"))])
    (one,) = json.loads(json.dumps(error.facts["faults"]))
    assert one["code"] == "name-missing"
    assert (one["sheet"], one["row"], one["column"], one["cell"]) == ("survey", 3, "name", "B3")
    assert one["message"].keys() == {"id", "en"}


def test_faults_stand_in_the_order_of_a_reader_each_once() -> None:
    given = [
        fault("name-missing", Place("choices", 2)),
        fault("name-missing", Place("survey", 10)),
        fault("name-missing", Place("survey", 9)),
        fault("name-missing", Place("survey", 9)),
        fault("survey-empty"),
    ]
    places = [(one.place.sheet, one.place.row) for one in sort_by_place(given)]
    assert places == [(None, None), ("survey", 9), ("survey", 10), ("choices", 2)]


def test_what_somebody_wrote_into_a_cell_is_shortened_and_never_a_template() -> None:
    told = fault("xpath-function-unknown", function="{x}" * 500).message("en")
    assert "{x}{x}" in told
    assert len(told) < 400


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_fact_that_is_not_known_is_a_question_mark(language: str) -> None:
    assert "?" in Fault("name-taken").message(language)


def test_a_warning_refuses_nothing() -> None:
    assert warning("name-case", value="A").is_warning
    assert not fault("name-case", value="A").is_warning
