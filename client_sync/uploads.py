"""
Files to the server by the tus protocol, version 1.0 (https://tus.io/protocols/resumable-upload).

Our own: tuspy would bring a second HTTP session with other time-outs, and decide once more what is decided
here: when to try again, how much at once, and what is remembered of an upload.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from client_sync.errors import BadAnswer, DeviceError, Refused, Unreachable
from client_sync.pace import LEAST, Pace
from client_sync.transport import Answer, Call, Transport, expect, failure_of, misread
from domain.files import digest_bytes

FILES: Final = "/api/v1/files"
MOST_ASKED: Final = 500
PIECE: Final = "application/offset+octet-stream"
TUS: Final = {"Tus-Resumable": "1.0.0"}
UPLOAD_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
HASH_DIFFERS: Final = "hash-differs"
GONE: Final = (404, 410)
DIFFERS: Final = 409
OVERTAKEN: Final = (DIFFERS, 423)
CHECKSUM: Final = 460


class HashDiffers(DeviceError):
    """What has arrived is not what its hash says: the server has thrown it away."""

    code = HASH_DIFFERS


class UploadGone(Unreachable):
    """The server does not know the upload any more, or has it elsewhere: it begins anew."""

    code = "upload-gone"


class HalfAnswer(BadAnswer, Unreachable):
    """
    An answer without what it should say, as where the line was cut amid its headers: without a body nothing
    tells them from whole ones. So trying again may help.
    """


class Upload(NamedTuple):
    """A file on its way: the server's id for it, and how many bytes have arrived."""

    id: str
    arrived: int


@dataclass
class Uploads:
    """
    The calls about files, over one line.

    Each raises `Unreachable` where trying again may help, which goes for half an answer too, `Refused` with
    the server's code where it does not, and `BadAnswer` for what it cannot read. `pace` learns from each;
    `tick` gives seconds; `on_sent` is told of bytes as they leave.

    Pieces have no checksums, unless `is_careful`: of a piece with one the server could keep nothing when the
    connection breaks in its middle, and the hash is that of the whole anyway.
    """

    transport: Transport
    token: str
    tick: Callable[[], float]
    pace: Pace
    on_sent: Callable[[int], None] | None = None
    is_careful: bool = False

    def length(self, left: int) -> int:
        """How many of the bytes that are left go next."""
        return min(left, LEAST) if self.is_careful else self.pace.piece(left)

    def needed(self, hashes: Iterable[str]) -> set[str]:
        """Those of at most `MOST_ASKED` files that the server has not, or not from this account."""
        asked = list(hashes)
        body = json.dumps({"files": asked}, separators=(",", ":")).encode()
        began = self.tick()
        document = expect(self.transport.exchange(Call("POST", f"{FILES}/needed", body, self.token)))
        self.pace.answered(self.tick() - began)
        found = document.get("needed") if isinstance(document, dict) else None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise misread("files/needed", "no list of files")
        return {one for one in found if isinstance(one, str)}.intersection(asked)

    def create(self, file: str, size: int, first: bytes = b"") -> Upload:
        """
        Begins an upload, with its `first` bytes in the same call, or finds the one that is open already.

        Of one that is open the server leaves `first` aside: whoever tries again sends none.
        """
        metadata = f"sha256 {b64encode(digest_bytes(file)).decode()}"
        headers = {"Upload-Length": str(size), "Upload-Metadata": metadata, "Content-Type": PIECE}
        headers |= self._checksum(first)
        answer = self._carry("POST", FILES, headers, first or None)
        if answer.status != 201:
            _refuse_failure(answer)
            raise misread("files", f"status {answer.status}")
        return Upload(_id_in(answer), _number(answer, "upload-offset", size))

    def arrived(self, upload: str, size: int) -> Upload:
        """How much of it has arrived. Raises `UploadGone`."""
        answer = self._carry("HEAD", f"{FILES}/{upload}", {}, None)
        _refuse_failure(answer)
        return Upload(upload, _number(answer, "upload-offset", size))

    def append(self, upload: str, offset: int, data: bytes, size: int) -> Upload:
        """
        Sends a piece; nothing of it is written where the server is elsewhere, which it says.

        Raises `UploadGone`, `HashDiffers`.
        """
        headers = {"Upload-Offset": str(offset), **self._checksum(data)}
        answer = self._carry("PATCH", f"{FILES}/{upload}", headers, data)
        if answer.status != DIFFERS or "upload-offset" not in answer.headers:
            _refuse_failure(answer)
        return Upload(upload, _number(answer, "upload-offset", size))

    def _carry(self, method: str, path: str, headers: Mapping[str, str], data: bytes | None) -> Answer:
        began = self.tick()
        wait = self.pace.wait(len(data or b""))
        told = {**TUS, **headers}
        call = Call(method, path, data, self.token, kind=PIECE, headers=told, wait=wait, on_sent=self.on_sent)
        answer = self.transport.exchange(call)
        seconds = self.tick() - began
        if answer.status < 300 and data:
            self.pace.moved(len(data), seconds)
        elif answer.status < 300:
            self.pace.answered(seconds)
        return answer

    def _checksum(self, data: bytes) -> dict[str, str]:
        if not data or not self.is_careful:
            return {}
        return {"Upload-Checksum": f"sha256 {b64encode(sha256(data).digest()).decode()}"}


def _refuse_failure(answer: Answer) -> None:
    """Raises what an answer about an upload means that is no success."""
    if answer.status in (200, 204):
        return
    if answer.status in GONE:
        raise UploadGone("the server does not know the upload", status=answer.status)
    failure = failure_of(answer)
    if failure.code == HASH_DIFFERS:
        raise HashDiffers("the server does not have what was sent")
    if answer.status == CHECKSUM or answer.status in OVERTAKEN:
        raise Unreachable("a piece did not arrive as it was sent", status=answer.status)
    # An answer to HEAD has no body, and so no code.
    if answer.status in (401, 403) and not isinstance(failure, Refused):
        raise Refused(f"the server refused ({answer.status})", status=answer.status)
    raise failure


def _id_in(answer: Answer) -> str:
    """The last step of the address that the server named: whatever host it says, calls go to our own."""
    told = answer.headers.get("location", "").partition("?")[0].rpartition("/")[2]
    if not UPLOAD_ID.fullmatch(told):
        raise HalfAnswer("the answer names no upload")
    return told


def _number(answer: Answer, name: str, most: int) -> int:
    told = answer.headers.get(name, "")
    if not told.isascii() or not told.isdigit() or len(told) > 20 or int(told) > most:
        raise HalfAnswer(f"the answer says {name}: {told[:60]}")
    return int(told)
