"""
A file whose way to the server is cut anywhere arrives all the same, in the same sync.

Its pieces, and the requests around them, are cut one byte before, at and behind each border of head and body,
on the way there and on the way back; with `--length long` at every byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from client_sync.device import Device
from client_sync.line import Patience
from tests.conftest import Length
from tests.support.attached import PHOTO_FORM
from tests.support.cutting_proxy import Cut, CuttingProxy, Way, cutting_proxy
from tests.support.file_world import CHUNK, KEY, SIZE, Sender, before_files, cut_small, officer
from tests.support.office import Office
from tests.support.server import serving

HEAD_END: Final = b"\r\n\r\n"
PIECES: Final = -(-SIZE // CHUNK)


@dataclass
class Cutting:
    """A sender behind a proxy that is armed when the text is done and the files begin."""

    office: Office
    proxy: CuttingProxy
    sender: Sender
    cut: Cut | None = None

    def send(self, cut: Cut | None) -> bool:
        """Attaches a file and syncs over a line that breaks as told; whether it did."""
        self.cut = cut
        self.sender.attach()
        report = self.sender.device.sync()
        assert (report.is_quiet, report.files.is_done, report.files.code) == (True, True, ""), cut
        return cut is not None and not self.proxy.is_armed


@pytest.fixture
def cutting(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cutting]:
    office.publish(PHOTO_FORM)
    code = officer(office)
    cut_small(monkeypatch)
    patience = Patience(attempts=4, sleep=lambda _: None)
    with (
        serving(office.app) as url,
        cutting_proxy(url) as proxy,
        Device.open(tmp_path / "device", KEY, patience=patience) as device,
    ):
        device.enroll(proxy.url, code)
        device.sync()
        made = Cutting(office, proxy, Sender(device, tmp_path))
        before_files(monkeypatch, lambda: proxy.arm(made.cut))
        yield made


def borders(tape: bytes) -> list[int]:
    """Where heads and bodies of the messages on a tape end."""
    found, at = [], 0
    while at < len(tape):
        head_end = tape.index(HEAD_END, at) + len(HEAD_END)
        fields = dict(
            line.lower().split(b":", 1) for line in tape[at:head_end].split(b"\r\n") if b":" in line
        )
        at = head_end + int(fields.get(b"content-length", b"0"))
        found += [head_end, at]
    return found


@pytest.mark.parametrize("way", Way)
def test_a_file_that_is_cut_anywhere_arrives_in_the_same_sync(
    cutting: Cutting, way: Way, length: Length
) -> None:
    """
    Broken on purpose: a file counted as sent once its last piece had gone, whatever was answered.
    """
    cutting.send(None)
    size = cutting.proxy.passed[way]
    tapes = cutting.proxy.tapes = {one: bytearray() for one in Way}
    cutting.send(None)
    tape = bytes(tapes[way][-size:])
    cutting.proxy.tapes = None
    edges = borders(tape)
    assert len(edges) >= 2 * (1 + PIECES)
    near = {edge + step for edge in edges for step in (-1, 0, 1)}
    tried = sorted(near if length.name == "short" else {*near, *range(len(tape))})
    cuts = sum(cutting.send(Cut(way, offset, is_reset=bool(offset % 2))) for offset in tried)
    assert cuts >= len(tried) - 2  # those beyond the end cut nothing
    cutting.sender.assert_there(cutting.office)
