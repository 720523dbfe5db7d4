"""
What was erased, in ids, outside of the database: a line of JSON for each erasure, only ever appended.

A database that comes back from a backup lacks the erasures since. They are in this file, and in the server's
log, and are done again before anything is served.
"""

import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from domain.erasing import Erased
from server.durable import sync_folder
from server.store.erasures import Erasure

EVENT: Final = "erased"
"""The event by which the file and the server's log tell of an erasure."""


class ErasuresFile:
    """The file at a path; it begins with the first erasure."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, erasure: Erasure) -> None:
        """
        Adds an erasure, durably: what is committed after this is surely here.

        Raises `OSError` where it could not be written whole.
        """
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        line = json.dumps({"event": EVENT, **as_json(erasure)}, separators=(",", ":"))
        is_new = not self.path.exists()
        whole = f"\n{line}\n".encode()  # whatever a killed process left before it
        with open(os.open(self.path, flags, 0o600), "wb", buffering=0) as opened:
            if opened.write(whole) != len(whole):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            os.fsync(opened.fileno())
        if is_new:
            sync_folder(self.path.parent)

    def read(self) -> list[Erasure]:
        """All erasures; a line that a killed process left behind is none: nothing had been erased by it."""
        if not self.path.exists():
            return []
        return read_lines(self.path.read_text("utf-8", "replace").splitlines())


def as_json(erasure: Erasure) -> dict[str, Any]:
    """An erasure as the file and the log tell it."""
    return {
        "erasure": erasure.id,
        "time": erasure.time,
        "subject": erasure.subject,
        "account": erasure.account,
        "places": erasure.erased.places,
    }


def read_lines(lines: Iterable[str]) -> list[Erasure]:
    """The erasures that lines of the file or of a server's log tell of, whatever stands before the JSON."""
    found: dict[str, Erasure] = {}
    for line in lines:
        try:
            told = json.loads(line[line.index("{") :])
            if told["event"] == EVENT:
                erased = Erased.of([[str(one) for one in place] for place in told["places"]])
                one = str(told["erasure"]), int(told["time"]), str(told["subject"]), str(told["account"])
                found[one[0]] = Erasure(*one, erased)
        except (ValueError, TypeError, KeyError, IndexError):
            continue
    return list(found.values())
