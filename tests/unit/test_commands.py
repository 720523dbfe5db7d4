"""Every command of ``verilap-server`` says which action it stands for, or why it stands for none."""

from collections.abc import Iterator

import click

from domain.access import Action
from server.access import access_of
from server.cli import main
from tests.support.documents import documents


def commands(group: click.Group = main, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands by what is typed, those of groups too."""
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, f"{before}{name} ")
        else:
            yield before + name, one


def test_every_command_declares_who_may_use_it() -> None:
    """Broken on purpose: the declarations of `check` and of `audit who-read` were taken away."""
    assert [name for name, one in commands() if access_of(one) is None] == []


def test_a_command_that_stands_for_no_action_says_why_and_acts_for_nobody() -> None:
    """Broken on purpose: a reason was emptied; `import-cases` stood for nothing."""
    for name, one in commands():
        access = access_of(one)
        if access is not None and access.action is None:
            assert access.reason, name
            assert "by" not in {parameter.name for parameter in one.params}, name


def test_the_table_of_commands_is_that_of_the_code() -> None:
    """Broken on purpose: `rehearse` stood for `manage-accounts`."""
    tables = documents()["docs/access.md"].tables()
    told = next(table for table in tables if table[0] == ["command", "action"])
    declared: dict[Action, list[str]] = {}
    for name, one in commands():
        access = access_of(one)
        if access is not None and access.action is not None:
            declared.setdefault(access.action, []).append(name)
    rows = {(", ".join(f"`{name}`" for name in names), f"`{action}`") for action, names in declared.items()}
    assert {(row[0], row[1]) for row in told[1:-1]} == rows
