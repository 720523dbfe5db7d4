"""
Case lists are no part of a form: devices are given them, each what its user may read.

So what depends on one is left as the record has it, and is not judged: neither the choice, nor what is
looked up by it, nor what that decides. Broken on purpose, each time with a failing test here: what is
outside left out of the program; a limit and a requirement that look into the list.
"""

from pathlib import Path
from typing import Any

import pytest

from domain.forms.definition import FormDefinition
from domain.forms.program import Program
from server.expressions import context_at
from server.xlsform import compile_workbook
from tests.support.workbooks import book

CASE = "3f9a4f5e-0000-4000-8000-000000000001"
SURVEY = f"""
type | name | label | calculation | relevant | constraint | required
select_one_from_file anak.csv | anak | Anak | | | |
calculate | nama | | pulldata('anak', 'label', 'name', ${{anak}}) | | |
calculate | banyak | | count(instance('anak')/root/item) | | |
text | kabar | Kabar | | ${{nama}} != '' | |
text | jawab | Jawab | | ${{anak}} = '{CASE}' | | yes
integer | umur | Umur | | | . < count(instance('anak')/root/item) | count(instance('anak')/root/item) = 0
integer | lain | Lain | | | . < 5 |
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    form = compile_workbook(book(tmp_path, survey=SURVEY))
    return Program(FormDefinition.from_json(form.definition))


def judged(program: Program, **answers: str) -> dict[str, Any]:
    found = program.evaluate(answers, context_at(1_772_424_000_000))
    return {"problems": sorted(f"{one.path} {one.code}" for one in found.problems), "values": found.values}


def test_a_choice_among_cases_is_kept_and_decides_what_it_decides(program: Program) -> None:
    told = judged(program, anak=CASE)
    assert told["problems"] == ["jawab required"]
    assert told["values"]["anak"] == CASE
    assert judged(program)["problems"] == []


def test_what_is_looked_up_there_stays_as_the_phone_filled_it_and_is_not_judged(program: Program) -> None:
    filled = {"anak": CASE, "nama": "Ani", "banyak": "3", "kabar": "baik", "jawab": "ya", "umur": "7"}
    told = judged(program, **filled)
    assert told["problems"] == []
    assert {one: told["values"][one] for one in filled} == filled


def test_everything_else_is_judged_as_ever(program: Program) -> None:
    assert judged(program, lain="7", umur="x")["problems"] == ["lain constraint", "umur not-an-integer"]
