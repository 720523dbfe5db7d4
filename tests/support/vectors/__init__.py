"""
Vectors: questions that laptops and phones answer alike, with Python's answers, in ``tests/vectors/twins``.

    python -m tests.support.vectors     writes them anew

What is given is chosen by hand or drawn from a fixed seed; what is told is what `tests.support.twins` makes
of it now. A change of a vector is a change of the protocol, or of how a device shows what it holds.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.support.twins import told_by
from tests.support.vectors import canonical, compose, merge, operations, views
from tests.support.vectors.cases import Case

FOLDER: Final = Path(__file__).parents[2] / "vectors" / "twins"


class Kind(NamedTuple):
    """What the vectors of a file are about, and how they are made."""

    about: str
    cases: Callable[[], Iterable[Case]]


KINDS: Final[Mapping[str, Kind]] = {
    "canonical": Kind("Canonical JSON, ids, digests and orders of text (docs/protocol.md).", canonical.cases),
    "operations": Kind(
        "What is read in an operation, and what is refused with which code.", operations.cases
    ),
    "merge": Kind(
        "The state of a record after operations in batches, to the byte, and what it shows.", merge.cases
    ),
    "views": Kind("A submission with its restricted parts as one form.", views.cases),
    "compose": Kind(
        "What an entry changes in which records, and how that is packed and sealed.", compose.cases
    ),
}


def made(name: str) -> str:
    """The file of a kind as Python says it now: a case a line."""
    kind = KINDS[name]
    lines = ",\n".join(
        _spelt({**case._asdict(), "told": told_by(case.deed, case.given)}) for case in kind.cases()
    )
    return f'{{"about": {_spelt(kind.about)}, "cases": [\n{lines}\n]}}\n'


def _spelt(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def write() -> None:
    """Writes them all."""
    FOLDER.mkdir(exist_ok=True)
    for name in KINDS:
        (FOLDER / f"{name}.json").write_text(made(name), "ascii")
