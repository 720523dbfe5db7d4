"""Sends files by the protocol alone, with no device around it: what is timed is the server."""

import time
from base64 import b64encode
from hashlib import sha256
from typing import Final
from urllib.parse import urljoin

import requests

PIECE: Final = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
PATIENCE_S: Final = 120


class Uploader:
    """One connection with a device's token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/api/v1/files"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, data: bytes, chunk: int) -> list[float]:
        """Sends a file whole; the seconds of each piece, of which the last is answered when it is durable."""
        metadata = f"sha256 {b64encode(sha256(data).digest()).decode()}"
        headers = {**PIECE, "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        created = self._session.post(self._url, headers=headers, timeout=PATIENCE_S)
        assert created.status_code == 201, created.text
        place = urljoin(self._url, created.headers["Location"])
        return [self._append(place, at, data[at : at + chunk]) for at in range(0, len(data), chunk)]

    def _append(self, place: str, offset: int, piece: bytes) -> float:
        began = time.perf_counter()
        headers = {
            **PIECE,
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {b64encode(sha256(piece).digest()).decode()}",
        }
        answer = self._session.patch(place, piece, headers=headers, timeout=PATIENCE_S)
        assert answer.status_code == 204, answer.text
        return time.perf_counter() - began

    def close(self) -> None:
        self._session.close()
