"""Commands that act for a person (``--by``) do so only where that person may do it himself."""

from collections.abc import Callable
from pathlib import Path

from domain.access import ALLOWED, Role, has_areas
from server.access import access_of
from tests.support.filings import REGENCY, VILLAGE
from tests.support.importing import Importer
from tests.support.lists import csv_file
from tests.support.office import Office
from tests.unit.test_commands import commands

CASE, REASON = "7c0fd1b4-5a76-4a26-9a0e-6a1c3a4f0c11", ["--reason", "diminta oleh keluarganya"]


def rules_file(folder: Path) -> str:
    """Rules of retention that nothing falls under."""
    file = folder / "rules.csv"
    file.write_text("list,after,years,basis\nanak,last-entry,100,UU 27/2022\n")
    return str(file)


CALLS: dict[str, Callable[[Path], list[str]]] = {
    "device unlock": lambda _: ["--all"],
    "import-cases": lambda folder: ["anak", str(csv_file(folder, f"nama,desa\nAsha,{VILLAGE}"))],
    "retention": lambda folder: [rules_file(folder), "--dry-run"],
    "subject erase": lambda _: [CASE, *REASON],
    "subject export": lambda folder: [CASE, "--out", str(folder / "person.zip")],
    "subject lift": lambda _: [CASE, *REASON],
    "subject restrict": lambda _: [CASE, *REASON],
    "subject show": lambda _: [CASE],
    "take-unsent": lambda folder: [str(folder / "work"), "--key", str(folder / "key")],
}
"""What is typed behind the command's name, besides ``--by``."""


def test_a_command_acts_only_for_who_has_its_action(office: Office, tmp_path: Path) -> None:
    """Broken on purpose: `acting_account` without `authorize`."""
    importer = Importer(office, tmp_path)
    for name, command in commands():
        if "by" not in {parameter.name for parameter in command.params}:
            continue
        assert name in CALLS, f"say in CALLS how {name} is called"
        access = access_of(command)
        assert access is not None
        for role in Role:
            office.person(f"a-{role}", role.value, *([REGENCY] if has_areas(role) else []))
            done = importer.command(*name.split(), *CALLS[name](tmp_path), "--by", f"a-{role}")
            is_refused = "(not-allowed)" in done.stderr and done.exit_code == 1
            assert is_refused == (access.action not in ALLOWED[role]), (name, role, done.output)


def test_a_command_acts_for_nobody_whose_account_is_disabled(office: Office, tmp_path: Path) -> None:
    importer = Importer(office, tmp_path)
    importer.command("disable-user", "hana")
    for name, call in CALLS.items():
        done = importer.command(*name.split(), *call(tmp_path), "--by", "hana")
        assert "(account-disabled)" in done.stderr, done.output
