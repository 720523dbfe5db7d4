"""What is typed wrongly after ``verilap-server`` is told in the language of the environment."""

import pytest
from click.testing import CliRunner

from server.cli import main

LOCALES = {"id": "id_ID.UTF-8", "en": "en_US.UTF-8"}
WRONG = [
    (["lost"], {"id": "Tidak ada perintah lost.", "en": "There is no command lost."}),
    (["enroll"], {"id": "'NAME' belum diisi.", "en": "Missing: 'NAME'."}),
    (["run", "--nope"], {"id": "Tidak ada pilihan --nope.", "en": "There is no option --nope."}),
    (["run", "--port"], {"id": "Pilihan --port tidak", "en": "The option --port takes"}),
    (["run", "--port", "99999999"], {"id": "dapat dipakai: 0–65535.", "en": "possible: 0–65535."}),
    (["add-user", "x", "--role", "y"], {"id": "officer | supervisor", "en": "officer | supervisor"}),
    (["init", "a"], {"id": "kurang atau lebih.", "en": "too few or too many"}),
]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_what_is_typed_wrongly_is_told_in_the_language_of_the_environment(
    arguments: list[str], words: dict[str, str], language: str
) -> None:
    done = CliRunner().invoke(main, arguments, env={"LC_ALL": LOCALES[language]})
    assert (done.exit_code, done.stdout) == (2, "")
    assert words[language] in done.stderr
    assert done.stderr.endswith("(usage)\n")
    assert ("Usage:" in done.stderr) <= (language == "en")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "-h"]])
def test_help_stands_under_headings_in_the_language_of_the_environment(arguments: list[str]) -> None:
    told = {one: CliRunner().invoke(main, arguments, env={"LC_ALL": LOCALES[one]}) for one in LOCALES}
    assert {done.exit_code for done in told.values()} == {0}
    assert told["en"].stdout.startswith("Usage: ")
    assert told["id"].stdout.startswith("Pemakaian: ")
    assert "Pilihan:" in told["id"].stdout
    assert not any(word in told["id"].stdout for word in ("Options:", "Commands:", "Show this message"))
