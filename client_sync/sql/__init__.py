"""The device store's schema and its statements, as files that the phone app uses too.

``0001_*.sql`` and so on make the schema, in order; a file that was released is never
edited. The other files hold statements, each under a line ``-- name: …``. Nothing here
needs more than SQLite 3.38.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent
NUMBERED: Final = re.compile(r"(\d{4})_\w+\.sql")
NAME: Final = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class SchemaFile(NamedTuple):
    """One step of the schema: its number, and the statements that lead there from the one before."""

    number: int
    statements: tuple[str, ...]


@cache
def schema_files() -> tuple[SchemaFile, ...]:
    """The steps of the schema in order."""
    found = sorted(path for path in FOLDER.glob("*.sql") if NUMBERED.fullmatch(path.name))
    return tuple(SchemaFile(int(path.name[:4]), split_statements(path.read_text("utf-8"))) for path in found)


@cache
def statements() -> Mapping[str, str]:
    """Every named statement."""
    named: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.sql")):
        if not NUMBERED.fullmatch(path.name):
            for name, statement in read_statements(path.read_text("utf-8")).items():
                if name in named:
                    raise ValueError(f"two statements are called {name}")
                named[name] = statement
    return named


def read_statements(text: str) -> dict[str, str]:
    """The statements of one file by name; what stands before the first name is a remark."""
    _, *pieces = NAME.split(text)
    return {
        name: statement.strip().removesuffix(";")
        for name, statement in zip(pieces[::2], pieces[1::2], strict=True)
    }


def split_statements(text: str) -> tuple[str, ...]:
    """The statements of a schema file: each ends with a semicolon at the end of a line."""
    pieces = re.split(r";\s*\n", re.sub(r"--[^\n]*", "", text) + "\n")
    return tuple(piece.strip() for piece in pieces if piece.strip())
