"""
Vectors: questions that laptops and phones answer alike, with Python's answers, in ``tests/vectors/twins``.

    python -m tests.support.vectors     writes them anew

What is given is chosen by hand or drawn from a fixed seed; what is told is what `tests.support.twins` makes
of it now. A change of a vector is a change of the protocol, or of how a device shows what it holds.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from tests.support.twins import told_by
from tests.support.vectors import (
    batches,
    canonical,
    compose,
    devices,
    enrolling,
    entering,
    erasing,
    matching,
    merge,
    operations,
    settling,
    tasks,
    views,
)
from tests.support.vectors.cases import Case

FOLDER: Final = Path(__file__).parents[2] / "vectors" / "twins"


class Kind(Protocol):
    """A module of cases. Where many have something in common it stands once, under a name in `SHARED`."""

    def cases(self) -> Iterable[Case]:
        """All of them."""


KINDS: Final[Mapping[str, tuple[Kind, str]]] = {
    "canonical": (canonical, "Canonical JSON, ids, digests and orders of text (docs/protocol.md)."),
    "operations": (operations, "What is read in an operation, and what is refused with which code."),
    "merge": (merge, "The state of a record after operations in batches, to the byte, and what it shows."),
    "views": (views, "A submission with its restricted parts as one form."),
    "compose": (compose, "What an entry changes in which records, and how that is packed and sealed."),
    "entering": (entering, "What is refused before anything is saved."),
    "settling": (settling, "Whose a conflict is, and who reviews."),
    "tasks": (tasks, "What the office plans, and what an officer has to do."),
    "erasing": (erasing, "What is left of an operation when somebody's data are erased."),
    "batches": (batches, "What is signed of a batch, and what is said of what still waits."),
    "matching": (matching, "Names as they are looked for."),
    "enrolling": (enrolling, "One-use codes, and the number that both sides see."),
    "devices": (devices, "Files, clocks, showings and the audit's chains as a device tells them."),
}


def made(name: str) -> str:
    """The file of a kind as Python says it now: a case a line."""
    kind, about = KINDS[name]
    shared: Mapping[str, Any] = getattr(kind, "SHARED", {})
    lines = ",\n".join(_spelt(_told(case, shared)) for case in kind.cases())
    return f'{{"about":{_spelt(about)},\n"shared":{_spelt(shared)},\n"cases":[\n{lines}\n]}}\n'


def _told(case: Case, shared: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        "claim": case.claim,
        "deed": case.deed,
        **({"of": case.of} if case.of else {}),
        "given": case.given,
    }
    # As the file has it: a tuple is a list there.
    given = json.loads(json.dumps(case.whole(shared)))
    return {**said, "told": told_by(case.deed, given)}


def _spelt(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def write() -> None:
    """Writes them all."""
    FOLDER.mkdir(exist_ok=True)
    for name in KINDS:
        (FOLDER / f"{name}.json").write_text(made(name), "ascii")
