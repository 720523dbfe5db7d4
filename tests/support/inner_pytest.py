"""A run of pytest inside a test: for claims about the fixtures and options of this suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 120


def start_pytest(folder: Path, source: str, *options: str, **variables: str) -> subprocess.Popen[str]:
    """Start pytest on one test file with this content, with this suite's fixtures, options and variables."""
    file = folder / "test_inner.py"
    file.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(ROOT), "-c", str(ROOT / "setup.cfg"), *options, str(file)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_pytest(
    folder: Path, source: str, *options: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The same, to its end."""
    with start_pytest(folder, source, *options, **variables) as run:
        try:
            said, complained = run.communicate(timeout=SECONDS)
        except BaseException:
            run.kill()
            raise
    return subprocess.CompletedProcess(run.args, run.returncode, said, complained)
