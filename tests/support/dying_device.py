"""
The command ``verilap`` that ends by SIGKILL before the n-th statement that writes to its store.

Run as a program: ``python -m tests.support.dying_device`` with the environment of ``verilap``. Each line of
its input is JSON, ``{"arguments": […], "at": n}``; each line of its output says how the command ended: its
exit status, or -9. Loaded once and forked for each command: starting Python takes longer than most commands.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

from client_sync import database

ROOT: Final = Path(__file__).parents[2]
KILLED: Final = -signal.SIGKILL


class Dying:
    """A connection whose process dies before one of its writing statements, a COMMIT among them."""

    def __init__(self, connection: Any, left: list[int]) -> None:
        self._connection = connection
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        self._count(sql)
        return self._connection.execute(sql, *parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        self._count(sql)
        return self._connection.executemany(sql, rows)

    def _count(self, sql: str) -> None:
        if sql.lstrip()[:6].upper() in ("SELECT", "PRAGMA"):
            return
        self._left[0] -= 1
        if self._left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def run(arguments: list[str], at: int) -> int:
    """How the command ends in a process of its own."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    from client_sync.cli import _run

    connect, left = database._connect, [at]
    database._connect = lambda file: Dying(connect(file), left)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        os._exit(_run(arguments))


class DyingDevice:
    """The program, with the store in `home`."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.dying_device"],
            cwd=ROOT,
            env={**os.environ, **environment, "VERILAP_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, at: int, *arguments: str) -> int:
        """The exit status of a command, or `KILLED`."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"arguments": arguments, "at": at}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=20)


def main() -> None:
    import client_sync.cli
    import client_sync.device
    import client_sync.photos  # noqa: F401 (loaded once)

    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(f"{run(asked['arguments'], asked['at'])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
