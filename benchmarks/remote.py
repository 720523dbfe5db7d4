"""Device processes as objects: ask one, or several at the same moment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any


class RemoteClient:
    """One `benchmarks.client` process; `through` goes before its command, such as to another network."""

    def __init__(self, folder: Path, through: Sequence[str] = ()) -> None:
        command = [*through, sys.executable, "-m", "benchmarks.client", str(folder)]
        environment = {**os.environ, "no_proxy": "*"}
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, do: str, **facts: Any) -> None:
        """Sends a command and does not wait."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **facts}) + "\n")
        self.process.stdin.flush()

    def finish(self) -> Any:
        """The answer to the last command."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a device process ended before it answered")
        return json.loads(line)

    def ask(self, do: str, **facts: Any) -> Any:
        self.begin(do, **facts)
        return self.finish()

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


@contextmanager
def clients(folder: Path, *names: str, through: Sequence[str] = ()) -> Iterator[list[RemoteClient]]:
    """Device processes, each with a store of its own in `folder`."""
    with ExitStack() as stack:
        opened = []
        for name in names:
            client = RemoteClient(folder / name, through)
            stack.callback(client.close)
            opened.append(client)
        yield opened
