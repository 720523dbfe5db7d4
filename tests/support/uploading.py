"""Uploads by hand: requests of tus 1.0 as a test says, right or wrong."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from werkzeug.test import TestResponse

from domain.files import file_hash
from server.context import context_of
from server.models_files import FileHolder, FileRow, UploadPiece, UploadRow
from server.services.files import read_file
from server.store import files
from tests.support.office import Office
from tests.support.raw_device import RawDevice

PATH: Final = "/api/v1/files"
CHUNK: Final = "application/offset+octet-stream"


def hash_of(data: bytes) -> str:
    """How a file is named."""
    return file_hash(sha256(data).digest())


def metadata_of(data: bytes) -> str:
    """The header Upload-Metadata of a file."""
    return f"sha256 {b64encode(sha256(data).digest()).decode()}"


def checksum_of(data: bytes) -> str:
    """The header Upload-Checksum of a chunk."""
    return metadata_of(data)


@dataclass
class Uploading:
    """A device's uploads."""

    device: RawDevice
    is_whole: bool = False
    """Whether the server has the body before it asks the application, as waitress."""

    def call(self, method: str, path: str, data: bytes = b"", **headers: str | None) -> TestResponse:
        """A request with the usual headers, and further ones (`_` for `-`), of which None takes one away."""
        told = {
            "Authorization": f"Bearer {self.device.token}",
            "Tus-Resumable": "1.0.0",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        kept = {name: value for name, value in told.items() if value is not None}
        environ = {"waitress.client_disconnected": bool} if self.is_whole else {}
        return self.device.client.open(
            path, method=method, data=data, headers=kept, environ_overrides=environ
        )

    def create(self, data: bytes, first: bytes | None = None, **headers: str | None) -> TestResponse:
        """Begins an upload of `data`; with its first bytes, where they are given."""
        told: dict[str, str | None] = {
            "Upload_Length": str(len(data)),
            "Upload_Metadata": metadata_of(data),
            **({} if first is None else {"Content_Type": CHUNK}),
        }
        return self.call("POST", PATH, first or b"", **{**told, **headers})

    def begin(self, data: bytes, first: bytes | None = None) -> str:
        """The address of a new upload, which must be let in."""
        answer = self.create(data, first)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def head(self, where: str) -> TestResponse:
        return self.call("HEAD", where)

    def offset(self, where: str) -> int:
        """How far an upload has got, which must be there."""
        answer = self.head(where)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def patch(self, where: str, offset: int, data: bytes, **headers: str | None) -> TestResponse:
        """The next bytes."""
        told: dict[str, str | None] = {"Upload_Offset": str(offset), "Content_Type": CHUNK}
        return self.call("PATCH", where, data, **{**told, **headers})

    def send(self, where: str, data: bytes, chunk: int, offset: int = 0) -> None:
        """All that is left, in chunks; each must be taken."""
        for at in range(offset, len(data), chunk):
            answer = self.patch(where, at, data[at : at + chunk])
            assert answer.status_code == 204, answer.text

    def needed(self, *hashes: str) -> list[str]:
        """Which of these files are to be sent."""
        answer = self.device.post("files/needed", {"files": hashes})
        assert answer.status_code == 200, answer.text
        told: list[str] = answer.get_json()["needed"]
        return told


def kept_bytes(office: Office, hash_: str) -> bytes | None:
    """The bytes of a file as the server keeps it."""
    with office.store.read() as connection:
        file = files.find(connection, hash_)
    return b"".join(read_file(context_of(office.app).blobs, file)) if file else None


def holders(office: Office, hash_: str, *accounts: str) -> set[str]:
    """Those of the accounts that have shown to have a file."""
    with office.store.read() as connection:
        return {one for one in accounts if files.held_by(connection, one, [hash_])}


def code_of(answer: TestResponse) -> str:
    """Why a request was refused."""
    told = answer.get_json(silent=True) or {}
    return str(told.get("error", {}).get("code", ""))


@contextmanager
def nothing_changes(office: Office) -> Iterator[None]:
    """Nothing of uploads and files is written within."""
    before = standing(office)
    yield
    assert standing(office) == before


def standing(office: Office) -> list[list[tuple[object, ...]]]:
    """All rows of uploads and of files, but for which request is the newest."""
    columns = [one for one in UploadRow.__table__.columns if one.name != "generation"]
    queries = (select(*columns), select(UploadPiece.upload, UploadPiece.offset), select(FileHolder))
    with office.store.read() as connection:
        tables = [connection.execute(one).all() for one in (*queries, select(FileRow.hash))]
    return [sorted(map(tuple, rows)) for rows in tables]
