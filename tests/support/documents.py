"""The repository's documents, read for what they name: code, links, headings, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FOREIGN = re.compile(r"[a-z]+:")
"""How an address elsewhere begins."""


@dataclass(frozen=True)
class Document:
    """A Markdown file; `name` is its path within the repository."""

    name: str
    text: str

    @property
    def folder(self) -> Path:
        return (ROOT / self.name).parent

    @property
    def prose(self) -> str:
        """Everything but the code blocks."""
        return FENCE.sub("", self.text)

    @property
    def spans(self) -> list[str]:
        """What stands between backticks; the bar that a table needs escaped is one again."""
        return [" ".join(span.replace(r"\|", "|").split()) for span in SPAN.findall(self.prose)]

    @property
    def code_lines(self) -> list[str]:
        """Lines of code blocks, those that end in a backslash joined with the next."""
        blocks = "\n".join(FENCE.findall(self.text))
        return [line.strip() for line in blocks.replace("\\\n", " ").splitlines() if line.strip()]

    @property
    def snippets(self) -> list[str]:
        """All code, spans and lines alike."""
        return self.spans + self.code_lines

    @property
    def links(self) -> list[str]:
        """Targets of links within the repository."""
        return [target for target in LINK.findall(self.prose) if not FOREIGN.match(target)]

    @property
    def anchors(self) -> set[str]:
        """What a link may name after a #, as code hosts spell it."""
        titles = (re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(self.prose))
        return {title.strip().replace(" ", "-") for title in titles}

    def tables(self) -> Iterator[list[list[str]]]:
        """Each table as rows of cells, the row of headings first, the rule below it left out."""
        for block in re.findall(r"(?:^\|.*\n)+", self.prose, re.MULTILINE):
            rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in block.splitlines()]
            yield [[cell.strip() for cell in row] for row in rows if set("".join(row)) - set(" -:")]


@cache
def documents() -> dict[str, Document]:
    """All documents by name."""
    files = [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "forms" / "README.md",
    ]
    files += sorted((ROOT / "docs").rglob("*.md"))
    names = {file.relative_to(ROOT).as_posix(): file for file in files}
    return {name: Document(name, file.read_text("utf-8")) for name, file in names.items()}


def target_of(document: Document, link: str) -> Path:
    """The file or folder that a link leads to."""
    path, _, _ = link.partition("#")
    return (document.folder / path).resolve() if path else ROOT / document.name


def documented_verdicts() -> list[tuple[str, str]]:
    """(status, code) of each verdict that the protocol names; ``malformed-…`` as one of those."""
    tables = [t for t in documents()["docs/protocol.md"].tables() if t[0][:2] == ["status", "code"]]
    rows = [row for table in tables for row in table[1:]]
    found = [(row[0], code) for row in rows for code in re.findall(r"`([^`]+)`", row[1])]
    assert len(found) > 10, "the table of the verdicts is not where it was"
    return [(status, code.replace("-…", "-preds")) for status, code in found]
