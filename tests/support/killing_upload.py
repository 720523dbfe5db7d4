"""
``python -m tests.support.killing_upload TOKEN``: servers that take in a file, and are killed at it.

For each line of its input, a list of address, offset, file and step in JSON, a process is forked that serves
the request and ends by SIGKILL at that step; how it ended is printed. (Forked, as the start costs seconds.)
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from server.app import create_app
from server.blobs.folder import FolderBlobs
from server.config import read_config
from server.services import arrivals
from server.services import uploads as service
from server.store import files, uploads
from tests.support.uploading import CHUNK

STEPS: Final = (
    "let in",
    "piece written",
    "piece committed",
    "half stored",
    "stored",
    "noted",
    "kept",
    "pieces dropped",
    "done",
)
"""In their order; from `piece committed` on all bytes are here, from `kept` on as a file."""


def die() -> None:
    """Ends this process as nothing can hold it up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _after(module: Any, name: str, is_here: bool) -> None:
    plain: Callable[..., Any] = getattr(module, name)

    def call(*given: Any, **named: Any) -> Any:
        done = plain(*given, **named)
        if is_here:
            die()
        return done

    setattr(module, name, call)


def _before_settling(is_here: bool) -> None:
    plain: Callable[..., Any] = getattr(service, "settle")  # noqa: B009

    def call(*given: Any) -> Any:
        if is_here:
            die()
        return plain(*given)

    setattr(service, "settle", call)  # noqa: B010


def _half_stored(is_here: bool) -> None:
    plain = FolderBlobs.put

    def dying(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for number, chunk in enumerate(chunks):
            if number and is_here:
                die()
            yield chunk

    def put(blobs: FolderBlobs, name: str, chunks: Iterable[bytes]) -> None:
        plain(blobs, name, dying(chunks))

    setattr(FolderBlobs, "put", put)  # noqa: B010


def serve_until(token: str, where: str, offset: int, file: str, step: str) -> None:
    """Takes in the rest of the file in one request."""
    _after(service, "start", step == "let in")
    _after(uploads, "add_piece", step == "piece written")
    _before_settling(step == "piece committed")
    _half_stored(step == "half stored")
    _after(FolderBlobs, "put", step == "stored")
    _after(files, "add_holder", step == "noted")
    _after(arrivals, "keep", step == "kept")
    _after(uploads, "drop_pieces", step == "pieces dropped")
    headers = {
        "Authorization": f"Bearer {token}",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": CHUNK,
    }
    data = Path(file).read_bytes()[offset:]
    answer = create_app(read_config()).test_client().patch(where, data=data, headers=headers)
    assert answer.status_code == 204, answer.text
    die()


def main() -> None:
    """One process after the other."""
    for line in sys.stdin:
        where, offset, file, step = json.loads(line)
        child = os.fork()
        if not child:
            try:
                serve_until(sys.argv[1], where, offset, file, step)
            finally:
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
