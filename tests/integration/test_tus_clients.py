"""
The tus project's own clients upload to a real server: `tuspy`, and `tus-js-client` in Node.js.

They know nothing of this server but its address and a device's token. Broken on purpose, each found here: no
`Upload-Offset` in the answer to PATCH; `sha1` not known; POST with X-HTTP-Method-Override not served.
"""

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader.uploader import Uploader

from tests.support.cutting_proxy import Cut, CuttingProxy, Way, cutting_proxy
from tests.support.node import TUS, find_node
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.server import serving
from tests.support.uploading import PATH, hash_of, kept_bytes, metadata_of

PHOTO = random.Random(7).randbytes(200_000)
HASH = hash_of(PHOTO)
CHUNK = 60_000


class OurClient(Uploader):
    """tuspy, that is told the hash as bytes: its own metadata are texts."""

    def encode_metadata(self) -> list[str]:
        return [metadata_of(PHOTO)]


@dataclass
class Line:
    """A server, and a line to it that can be cut."""

    office: Office
    proxy: CuttingProxy
    token: str
    file: Path

    def uploader(self, **settings: Any) -> OurClient:
        """tuspy; it tries again at once, as often as it is told."""
        client = TusClient(f"{self.proxy.url}{PATH}", {"Authorization": f"Bearer {self.token}"})
        return OurClient(str(self.file), client=client, retry_delay=0, **{"chunk_size": CHUNK, **settings})

    def node(self, **options: Any) -> dict[str, Any]:
        """What tus-js-client did."""
        told = {
            "endpoint": f"{self.proxy.url}{PATH}",
            "token": self.token,
            "file": str(self.file),
            "options": {"chunkSize": CHUNK, **options},
        }
        command = [str(find_node()), str(TUS.folder / "upload.mjs"), json.dumps(told)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        read: dict[str, Any] = json.loads(done.stdout)
        return read


@pytest.fixture
def line(office: Office, asha: RawDevice, tmp_path: Path) -> Iterator[Line]:
    file = tmp_path / "photo.jpg"
    file.write_bytes(PHOTO)
    with serving(office.app) as url, cutting_proxy(url) as proxy:
        yield Line(office, proxy, asha.token, file)


# --- tuspy ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"upload_checksum": True}, {"chunk_size": 512 * 1024}])
def test_tuspy_uploads_a_file(line: Line, settings: dict[str, Any]) -> None:
    uploader = line.uploader(**settings)
    uploader.upload()
    assert uploader.get_offset() == len(PHOTO)
    assert kept_bytes(line.office, HASH) == PHOTO


@pytest.mark.parametrize("way", list(Way))
def test_tuspy_goes_on_after_a_cut(line: Line, way: Way) -> None:
    """In the middle of a chunk, and with an answer that is lost."""
    uploader = line.uploader(retries=3)
    uploader.upload(stop_at=CHUNK)
    line.proxy.arm(Cut(way, 30_000 if way is Way.UP else 0, is_reset=True))
    uploader.upload()
    assert not line.proxy.is_armed
    assert kept_bytes(line.office, HASH) == PHOTO


def test_tuspy_goes_on_with_the_address_of_an_upload_that_was_given_up(line: Line) -> None:
    """As after a restart of its program."""
    uploader = line.uploader()
    uploader.upload(stop_at=CHUNK)
    line.proxy.arm(Cut(Way.UP, 30_000))
    with pytest.raises((TusUploadFailed, TusCommunicationError)):
        uploader.upload()
    again = line.uploader(url=uploader.url)
    assert CHUNK <= again.offset < 2 * CHUNK
    again.upload()
    assert kept_bytes(line.office, HASH) == PHOTO


def test_tuspy_sends_one_chunk_at_most_of_what_need_not_be_sent(line: Line) -> None:
    """It looks at the offset only when its first chunk was not taken."""
    line.uploader().upload()
    line.proxy.arm(None)
    again = line.uploader(retries=1)
    again.upload()
    assert again.offset == len(PHOTO)
    assert line.proxy.passed[Way.UP] < CHUNK + 4_000
    assert kept_bytes(line.office, HASH) == PHOTO


# --- tus-js-client -------------------------------------------------------------------------------


@pytest.mark.tus
def test_tus_js_client_uploads_a_file(line: Line) -> None:
    told = line.node()
    assert told == {"requests": [["POST", 201], *([["PATCH", 204]] * 4)], "error": ""}
    assert kept_bytes(line.office, HASH) == PHOTO


@pytest.mark.tus
def test_tus_js_client_sends_the_first_chunk_with_the_creation_and_posts_the_others(line: Line) -> None:
    told = line.node(uploadDataDuringCreation=True, overridePatchMethod=True)
    assert told == {"requests": [["POST", 201], *([["POST", 204]] * 3)], "error": ""}
    assert kept_bytes(line.office, HASH) == PHOTO
    told = line.node(uploadDataDuringCreation=True)
    assert told == {"requests": [["POST", 201]], "error": ""}


@pytest.mark.tus
@pytest.mark.parametrize("way", list(Way))
def test_tus_js_client_goes_on_after_a_cut(line: Line, way: Way) -> None:
    line.proxy.arm(Cut(way, 100_000 if way is Way.UP else 600, is_reset=True))
    told = line.node()
    assert not line.proxy.is_armed
    assert told["error"] == ""
    assert ["HEAD", 200] in told["requests"]
    assert kept_bytes(line.office, HASH) == PHOTO
