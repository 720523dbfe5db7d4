"""The command `verilap` as a person runs it, in this process: what it prints, and how it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from client_sync.cli import main
from tests.support.devices import KEY, Phone


@dataclass(frozen=True)
class Ended:
    """The exit status of a command, and what it printed."""

    status: int
    out: str
    err: str


Verilap = Callable[..., Ended]


@pytest.fixture
def verilap(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Verilap:
    """Runs the command on a phone's store."""

    def run(phone: Phone, *arguments: str, language: str = "id", answers: str | None = None) -> Ended:
        monkeypatch.setenv("VERILAP_HOME", str(phone.home))
        monkeypatch.setenv("VERILAP_KEY", KEY)
        monkeypatch.setenv("VERILAP_LANG", language)
        if answers is not None:
            file = phone.home / "answers.json"
            file.write_text(answers, "utf-8")
            arguments = (*arguments, "--answers", str(file))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        status: Any = end.value.code
        printed = capsys.readouterr()
        return Ended(status, printed.out, printed.err)

    return run
