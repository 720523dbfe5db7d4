"""The lists of the sheet entities: only those that the office keeps."""

from pathlib import Path

import pytest

from tests.support.workbooks import definition_of, faults_of, told

SURVEY = "type | name | label | save_to\ntext | nama | Nama | nama"


@pytest.mark.parametrize(
    ("name", "code", "near"),
    [
        ("Anak", "case-list-near", "anak"),
        ("anakk", "case-list-near", "anak"),
        ("Pohon", "case-list-unknown", ""),
        ("trees", "case-list-unknown", ""),
    ],
)
def test_a_list_that_the_office_does_not_keep_is_refused(
    tmp_path: Path, name: str, code: str, near: str
) -> None:
    """Its cases could not be saved on a device, or nobody would find them. Seen to fail without the check."""
    found = faults_of(tmp_path, survey=SURVEY, entities=f"list_name | label\n{name} | ${{nama}}")
    assert told(found) == [(code, "entities", 2, "list_name")]
    assert near in found[0].message("en")
    assert "anak, keluarga, penyaluran" in found[0].message("id")


@pytest.mark.parametrize("name", ["anak", "keluarga", "penyaluran"])
def test_the_lists_of_the_office_are_taken(tmp_path: Path, name: str) -> None:
    made = definition_of(tmp_path, survey=SURVEY, entities=f"list_name | label\n{name} | ${{nama}}")
    assert [one["list"] for one in made["entities"]] == [name]
