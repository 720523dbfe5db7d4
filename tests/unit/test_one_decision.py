"""Who may do what is decided in one place: nothing else of the server judges by somebody's role or areas."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TELLING: Final = {
    "server/api/enrolment.py": "tells a device whose it is",
    "server/cli.py": "tells what was changed",
    "server/evidence.py": "names the partition of the audit",
    "server/services/account_effect.py": "tells what another role or area would do",
    "server/services/accounts.py": "keeps and tells them",
    "server/services/configuration.py": "makes the digest of what a device must know",
    "server/services/exporting.py": "names the partition of the audit",
    "server/services/import_rows.py": "names the partition of the audit",
    "server/services/job_exports.py": "names the partition of the audit",
    "server/services/jobs.py": "keeps how far they reached when something was ordered",
    "server/services/opened.py": "names the partition of the audit",
    "server/services/sender.py": "tells the office who sent held work",
    "server/services/waiting.py": "names the partition of the audit",
    "server/store/accounts.py": "keeps them",
    "server/web/confirmations.py": "tells who asked",
    "server/web/people.py": "tells whose they are",
    "server/web/person_changes.py": "tells what they are before a change",
    "server/web/navigation.py": "says whose role has no page",
}
"""Which files look at somebody's role or areas, and what for: none of them to decide."""


def looks(file: Path) -> Iterator[str]:
    """Where a file looks at the role or areas of an actor, or names a role."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            is_role = of == "Role" and node.attr.isupper()
            if is_role or (of == "actor" and node.attr in ("areas", "role")):
                yield f"{file.name}:{node.lineno}: {ast.unparse(node)}"


def test_nothing_but_the_decision_judges_by_roles_and_areas() -> None:
    """Ask `is_authorized`, or `reach_of` for a query. Broken on purpose: cases were cut by `actor.areas`."""
    found = {file.relative_to(ROOT).as_posix(): list(looks(file)) for file in (ROOT / "server").rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines and name not in TELLING} == {}
    assert {name for name in TELLING if not found.get(name)} == set()
