"""Looking at a picture without touching it: another process does, and may die of it (`server.imaging`)."""

import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from threading import Timer
from typing import IO, Final

from domain.errors import VerilapError
from server.views import MOST_BYTES, Looked, read_answer

COMMAND: Final = (sys.executable, "-I", "-m", "server.imaging")
SECONDS: Final = 30.0
"""After so long the process is killed, whatever it waits for."""


class LookingFailedError(VerilapError):
    """The process died, was killed, or answered something odd."""

    code = "picture-failed"


def look(pieces: Iterable[bytes], command: Iterable[str] = COMMAND, seconds: float = SECONDS) -> Looked:
    """
    What there is to show of a picture that comes in pieces.

    Raises `LookingFailedError`, and whatever `pieces` raise. The process is gone in any case, and was given
    nothing of this one: no settings, no open files.
    """
    whole = [*pieces]  # the time of the process is not spent on waiting for the storage
    with subprocess.Popen(  # noqa: S603 (a command of ours)
        [*command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath},
        cwd="/",
    ) as process:
        alarm = Timer(seconds, process.kill)
        alarm.start()
        try:
            answer = _ask(process, whole)
        finally:
            alarm.cancel()
            process.kill()  # has no effect on one that has ended
    if process.returncode:
        raise LookingFailedError("looking at a picture ended early", status=process.returncode)
    try:
        return read_answer(answer)
    except ValueError as odd:
        raise LookingFailedError(f"looking at a picture went wrong: {odd}") from odd


def _ask(process: subprocess.Popen[bytes], pieces: Iterable[bytes]) -> bytes:
    assert process.stdin
    assert process.stdout
    _feed(process.stdin, pieces)
    answer = process.stdout.read(MOST_BYTES + 1)
    if len(answer) <= MOST_BYTES:
        process.wait()  # it has closed its output: it ends by itself, or by the alarm
    return answer


def _feed(stdin: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Gives all that there is; one that stopped listening says by its end why."""
    with suppress(BrokenPipeError):
        for piece in pieces:
            stdin.write(piece)
    with suppress(BrokenPipeError):
        stdin.close()
