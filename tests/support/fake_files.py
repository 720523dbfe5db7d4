"""The files of the server in memory: uploads by tus 1.0 as docs/protocol.md has it, for tests of devices."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from client_sync.transport import Call
from domain.files import file_hash

Told = tuple[int, Any, dict[str, str]]
PIECE = "application/offset+octet-stream"


@dataclass
class FakeUpload:
    holder: str
    hash: str
    length: int
    data: bytearray = field(default_factory=bytearray)


@dataclass
class FakeFiles:
    """
    `stored` are the bytes by hash, in the order of arrival, `holders` who has sent (or may read) each;
    `taken` counts the bytes of pieces that were written, `seen` those that came; `knows` is false for a
    server of before there were files. `refuses` may answer a call in its place.
    """

    stored: dict[str, bytes] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=dict)
    uploads: dict[str, FakeUpload] = field(default_factory=dict)
    knows: bool = True
    seen: int = 0
    taken: int = 0
    calls: list[str] = field(default_factory=list)
    refuses: Callable[[Call], Told | None] = lambda call: None

    def handle(self, call: Call, user: str) -> Told:
        steps = call.path.removeprefix("/api/v1/files").strip("/")
        self.calls.append("needed" if steps == "needed" else call.method)
        if not self.knows:
            return fault(404, "not-found")
        if told := self.refuses(call):
            return told
        if steps == "needed":
            return self._needed(call, user)
        assert call.headers["Tus-Resumable"] == "1.0.0"
        if call.method == "POST":
            return self._create(call, user)
        upload = self.uploads.get(steps)
        if upload is None or upload.holder != user:
            return fault(404, "upload-unknown")
        if call.method == "HEAD":
            return 200, None, told_of(steps, upload)
        assert call.method == "PATCH"
        return self._append(call, steps, upload)

    def _needed(self, call: Call, user: str) -> Told:
        asked = json.loads(call.body or b"")["files"]
        assert len(asked) <= 500
        return 200, {"needed": [one for one in asked if user not in self.holders.get(one, ())]}, {}

    def _create(self, call: Call, user: str) -> Told:
        name, _, digest = call.headers["Upload-Metadata"].partition(" ")
        assert name == "sha256"
        hash_, length = file_hash(b64decode(digest)), int(call.headers["Upload-Length"])
        self.seen += len(call.body or b"")
        for known, upload in self.uploads.items():
            if (upload.holder, upload.hash) == (user, hash_):
                return 201, None, told_of(known, upload)
        upload, known = FakeUpload(user, hash_, length), secrets.token_urlsafe(8)
        self.uploads[known] = upload
        if user in self.holders.get(hash_, ()):
            upload.data += self.stored[hash_]
        elif call.body:
            status, document, headers = self._write(call, known, upload)
            return (201, None, headers) if status == 204 else (status, document, headers)
        return 201, None, told_of(known, upload)

    def _append(self, call: Call, known: str, upload: FakeUpload) -> Told:
        self.seen += len(call.body or b"")
        if int(call.headers["Upload-Offset"]) != len(upload.data):
            status, document, _ = fault(409, "offset-differs")
            return status, document, told_of(known, upload)
        return self._write(call, known, upload)

    def _write(self, call: Call, known: str, upload: FakeUpload) -> Told:
        data = call.body or b""
        assert call.kind == PIECE
        assert 0 < len(data) <= 512 * 1024
        kind, _, digest = call.headers.get("Upload-Checksum", "").partition(" ")
        if kind and (kind != "sha256" or b64decode(digest) != sha256(data).digest()):
            return fault(460, "checksum-differs")
        upload.data += data
        self.taken += len(data)
        if len(upload.data) == upload.length:
            if file_hash(sha256(upload.data).digest()) != upload.hash:
                del self.uploads[known]
                return fault(460, "hash-differs")
            self.stored.setdefault(upload.hash, bytes(upload.data))
            self.holders.setdefault(upload.hash, set()).add(upload.holder)
        return 204, None, told_of(known, upload)


def told_of(known: str, upload: FakeUpload) -> dict[str, str]:
    return {
        "location": f"https://elsewhere.example/api/v1/files/{known}",
        "upload-offset": str(len(upload.data)),
        "upload-length": str(upload.length),
    }


def fault(status: int, code: str) -> Told:
    return status, {"error": {"code": code, "message": code}}, {}
