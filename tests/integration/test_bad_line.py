"""Real TCP over the benchmark's bad line: it is as slow as it says, and a cut ends its connections.

Where the machine gives no line (no root, no /dev/net/tun), what is tested is that it says so.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_server

import pytest

from benchmarks.line import Lost, Quality
from benchmarks.tunnel import Tunnel, missing

CALM = Quality(bits_per_s=400_000, delay_ms=20, jitter_ms=0, loss=0, queue_bytes=64_000, cut_every_s=0)
SENDER = """
import socket, sys
line = None
while line is None:  # the line may be cut just now, and TCP's own next try fall into the next cut
    try:
        line = socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.5)
    except TimeoutError:
        pass
line.settimeout(20)
try:
    line.sendall(b"x" * int(sys.argv[3]))
    print(line.recv(1) or "closed")
except ConnectionError as error:
    print(type(error).__name__)
"""


class Receiver:
    """Takes what comes on one connection, and answers once it is `expected` bytes; else waits for more."""

    def __init__(self, host: str, expected: int) -> None:
        self.listener = create_server((host, 0))
        self.received, self.expected, self.ended = 0, expected, ""
        self.thread = threading.Thread(target=self._receive, daemon=True)
        self.thread.start()

    def _receive(self) -> None:
        line, _ = self.listener.accept()
        line.settimeout(20)
        with line:
            try:
                while self.received != self.expected and (piece := line.recv(65_536)):
                    self.received += len(piece)
                line.sendall(b"k")
            except OSError as error:
                self.ended = type(error).__name__


@contextmanager
def line_with(quality: Quality, expected: int) -> Iterator[tuple[Tunnel, Receiver] | None]:
    """The line and who listens at its near end; nothing where there can be none."""
    if lacking := missing():
        with pytest.raises(RuntimeError, match=lacking), Tunnel(quality):
            pass
        yield None
        return
    with Tunnel(quality) as tunnel:
        receiver = Receiver(tunnel.near, expected)
        try:
            yield tunnel, receiver
        finally:
            receiver.listener.close()


def send(tunnel: Tunnel, receiver: Receiver, size: int) -> str:
    """Sends from the far end; what the sender says in the end."""
    host, port = receiver.listener.getsockname()
    command = tunnel.command(sys.executable, "-c", SENDER, host, str(port), str(size))
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    receiver.thread.join(20)
    return told.strip()


def test_what_is_sent_arrives_whole_and_takes_the_time_of_the_line():
    """Broken on purpose: a rate counted in bytes, and packets that were not carried."""
    with line_with(CALM, 60_000) as made:
        if made is None:
            return
        tunnel, receiver = made
        began = time.monotonic()
        assert send(tunnel, receiver, 60_000) == "b'k'"
        assert time.monotonic() - began >= CALM.ideal_s(60_000)
        assert receiver.received == 60_000
        assert 60_000 < tunnel.up.bytes < 75_000
        assert tunnel.down.bytes > 0


def test_lost_packets_are_counted_and_sent_again_by_tcp():
    """Broken on purpose: no packet was lost."""
    lossy = Quality(bits_per_s=0, delay_ms=1, jitter_ms=0, loss=0.05, cut_every_s=0)
    with line_with(lossy, 200_000) as made:
        if made is None:
            return
        tunnel, receiver = made
        assert send(tunnel, receiver, 200_000) == "b'k'"
        assert receiver.received == 200_000
        assert tunnel.up.lost[Lost.CHANCE] > 0


def test_a_cut_ends_the_connections_at_both_ends():
    """Broken on purpose: no resets; sender and receiver then waited for each other."""
    quality = Quality(bits_per_s=0, delay_ms=1, jitter_ms=0, loss=0, cut_every_s=2, cut_for_s=0.2)
    with line_with(quality, 2_000) as made:
        if made is None:
            return
        tunnel, receiver = made
        assert send(tunnel, receiver, 1_000) == "ConnectionResetError"
        assert (receiver.received, receiver.ended) == (1_000, "ConnectionResetError")
