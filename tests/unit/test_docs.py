"""What the documents name exists."""

import re
from pathlib import Path

import click
import pytest

from client_sync.cli import cli
from server.cli import main as server_command

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = [*(ROOT / "server").rglob("*.py"), *(ROOT / "domain").rglob("*.py")]


def names(command: click.Command) -> set[str]:
    assert isinstance(command, click.Group)
    return set(command.commands)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    """Broken once: docs/access.md moved away."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    """Broken once: `verilap-server forget` named in a document."""
    text = document.read_text("utf-8")
    for command, known in (("verilap-server", names(server_command)), ("verilap", names(cli))):
        for name in re.findall(rf"(?:^|[`\s]){command} ([a-z][a-z-]*)(?=[ `\n])", text):
            is_command = name in known or f"`{command} {name}" not in text
            assert is_command, f"{command} {name}"


def test_every_page_of_the_documents_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f"docs/{page.name}" in readme, page.name


def test_the_held_codes_of_the_protocol_are_those_of_the_code() -> None:
    """Broken once: restricted-in-open left out of the table."""
    table = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    documented = {
        code
        for row in re.findall(r"^\| held \| (.+?) \|", table, re.M)
        for code in re.findall(r"`([a-z-]+)`", row)
    }
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    assert documented
    assert all(f'"{one}"' in code for one in documented)
    judged = set(re.findall(r'_held\("([a-z-]+)"', (ROOT / "server/services/judge.py").read_text("utf-8")))
    assert judged <= documented
    assert "restricted-in-open" in documented
