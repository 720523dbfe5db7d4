"""The phone's own code, asked the same deeds in a process of Node.js."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

TOOLS: Final = Path(__file__).parents[3] / "scripts" / "officer_app.py"
PROGRAM: Final = "tests/support/twins/process.ts"
PATIENCE_S: Final = 10


class Phone:
    """A running process; not for several threads."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def told(self, deed: str, given: Any) -> Any:
        """What the phone makes of a question, as `told_by` says what Python does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"deed": deed, "given": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "told" in answer, answer
        return answer["told"]


@contextmanager
def started() -> Iterator[Phone]:
    """A process, ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, TOOLS, "node", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield Phone(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
