"""Records with files in an office: photos that officers named in answers, and what becomes of them."""

from __future__ import annotations

from typing import Any

from domain.files import FileAnswer
from tests.support.builders import new_id, with_restricted_part
from tests.support.examining_files import Files
from tests.support.filings import MARKER, arrives
from tests.support.raw_device import RawDevice


def answer(named: str, name: str = "rumah.jpg", **facts: Any) -> str:
    """The value of an answer that names a file."""
    return FileAnswer(hash=named, name=name, **facts).to_text()


def file_with(device: RawDevice, files: Files, data: bytes, name: str = "rumah.jpg") -> tuple[str, str]:
    """
    A submission with a file that its officer has sent, and at which a worker has looked; gives record and
    hash.
    """
    named = files.arrive(data, device.author)
    record = new_id()
    arrives(device, device.submission(record, {"a": answer(named, name)}))
    files.work()
    return record, named


def file_restricted(device: RawDevice, files: Files, data: bytes) -> tuple[str, str, str]:
    """The same in the restricted part; gives record, part and hash."""
    named = files.arrive(data, device.author)
    record, part = new_id(), new_id()
    sent = device.submission(record, {"a": "1", "r": MARKER})
    arrives(device, with_restricted_part(sent, record, {"r": answer(named)}, part=part))
    files.work()
    return record, part, named
