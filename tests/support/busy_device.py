"""An officer who never rests: files, corrects and syncs with the command until somebody kills him.

Run as a program: ``python -m tests.support.busy_device NAME SEED VILLAGE…`` with the
environment of ``verilap``. Each line of its output stands where it happened:

    do new TOKEN VILLAGE        the command has begun
    <record id>                 printed by `verilap new` itself: a promise
    do set RECORD PATH TOKEN
    do remove RECORD b TOKEN    a member goes, or comes back, with an answer in the same operation
    do restore RECORD b TOKEN
    done STATUS                 the exit status of the command; 0 is a promise after all of these too
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

FORM = "verifikasi_anak"
PATHS = ("a", "b", "m/m_1/x", "m/m_2/y")
MEMBER = "m/m_1"
WITH_A_TOKEN = ("set", "remove", "restore")


def main(name: str, seed: str, villages: list[str]) -> None:
    """Works until it is killed."""
    from client_sync.cli import _run

    chance = random.Random(seed)
    known: list[str] = []
    for n in range(1_000_000):
        token = f"{name}-{seed}-{n}"
        arguments = _next(chance, token, villages, known)
        with redirect_stderr(io.StringIO()):
            print("done", _run(arguments), flush=True)


def _next(chance: random.Random, token: str, villages: list[str], known: list[str]) -> list[str]:
    dice = chance.random()
    if dice < 0.4 or not known:
        village = chance.choice(villages)
        answers = Path(os.environ["VERILAP_HOME"]) / "answers.json"
        answers.write_text(json.dumps({"a": token, "m/m_1/x": "1"}))
        known[:] = (_on_device() or known)[-20:]
        print("do new", token, village, flush=True)
        return ["new", FORM, "--village", village, "--answers", str(answers)]
    if dice < 0.7:
        record, path = chance.choice(known), chance.choice(PATHS)
        print("do set", record, path, token, flush=True)
        return ["set", record, f"{path}={token}"]
    if dice < 0.82:
        record, action = chance.choice(known), chance.choice(("remove", "restore"))
        print("do", action, record, "b", token, flush=True)
        return ["set", record, f"b={token}", f"--{action}", MEMBER]
    print("do sync", flush=True)
    return ["sync", "--json"]


def _on_device() -> list[str]:
    """The records that are there, colleagues' among them."""
    from client_sync.config import read_config
    from client_sync.desk import Workspace
    from client_sync.reader import Reader

    config = read_config()
    with Workspace.at(config.home, config.key) as workspace:
        return [dossier.record for dossier in Reader(workspace).dossiers()]


@dataclass
class Promises:
    """What the officer was shown as saved: per record what he was told, by its token."""

    made: dict[str, list[str]] = field(default_factory=dict)
    marked: dict[str, str] = field(default_factory=dict)
    """By the token of an operation that did it: `remove` or `restore`."""
    syncs: int = 0

    def read(self, lines: Iterator[str]) -> None:
        """Reads what one life of the program printed; the last line may be half."""
        doing: list[str] = []
        for line in lines:
            words = line.split()
            if words[:1] == ["do"]:
                doing = words
            elif doing[1:2] == ["new"] and len(words) == 1 and line.endswith("\n"):
                self.made.setdefault(words[0], []).append(doing[2])
            elif words == ["done", "0"] and doing[1] in WITH_A_TOKEN:
                self.made.setdefault(doing[2], []).append(doing[4])
                if doing[1] != "set":
                    self.marked[doing[4]] = doing[1]
            self.syncs += words == ["done", "0"] and doing[1:2] == ["sync"]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
