"""A bad line that real TCP goes over: two TUN devices, one of them in a network namespace of its own.

Works where the kernel has no netem. What runs by `Tunnel.command` sees nothing but the line;
the other end is an address of this machine, at which a server or a proxy listens. Packets are
carried by a thread, as `benchmarks.line` decides. Namespace and devices belong to processes and
open files, so that nothing is left when they end, however they end.

Needs root, /dev/net/tun, and the programs `ip` (iproute2), `unshare` and `nsenter` (util-linux).
"""

import fcntl
import heapq
import os
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from benchmarks.line import Lost, OneWay, Quality
from benchmarks.packets import Flows, address, read_segment, reset_to_sender

DEVICE: Final = Path("/dev/net/tun")
PROGRAMS: Final = ("ip", "unshare", "nsenter")
ENDS: Final = "198.18.{number}.2", "198.18.{number}.1"
"""The far and the near one, of the network that is set apart for benchmarks (RFC 2544)."""
MOST: Final = 256
"""Lines at once on a machine: each has a number, which the system gives to its device here."""
MTU: Final = 1400
LARGEST: Final = 65_535
TUN, NO_HEAD, SET_NAME = 0x0001, 0x1000, 0x400454CA
"""IFF_TUN, IFF_NO_PI, TUNSETIFF."""
AT_LEAST_S: Final = 0.5
"""How often the line looks whether it is to stop."""


def missing() -> str | None:
    """What this machine lacks for a bad line, or None."""
    if os.geteuid() != 0:
        return "root"
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return str(DEVICE)
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"the program {lacking[0]}" if lacking else None


@dataclass
class Passed:
    """What one direction of the line carried, in packets of IP with their headers."""

    packets: int = 0
    bytes: int = 0
    """As sent, what got lost on the way included; not what found no room in the queue or the line down."""
    lost: dict[Lost, int] = field(default_factory=lambda: dict.fromkeys(Lost, 0))


class Tunnel:
    """A line between the namespace (`up` is what it sends) and this machine, at `near`."""

    def __init__(self, quality: Quality) -> None:
        self.quality = quality
        self.up, self.down = Passed(), Passed()
        self._stack = ExitStack()
        self._stopping = threading.Event()

    def command(self, *arguments: str) -> list[str]:
        """A command as it runs at the far end."""
        return ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", *arguments]

    def __enter__(self) -> "Tunnel":
        if lacking := missing():
            raise RuntimeError(f"a bad line needs {lacking}")
        with self._stack:
            self._holder = self._stack.enter_context(_namespace())
            near, name = self._device()
            number = int(name.removeprefix("verilap")) % MOST
            self.far, self.near = (one.format(number=number) for one in ENDS)
            far, far_name = self._device()
            self._ends = [far, near]
            self._connect(far_name, name)
            kept = self._stack.pop_all()
        self._stack = kept
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._stack.close()

    def _device(self) -> tuple[int, str]:
        """A new device: its file and the name that the system chose."""
        file = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
        self._stack.callback(os.close, file)
        told = fcntl.ioctl(file, SET_NAME, struct.pack("16sH22x", b"verilap%d", TUN | NO_HEAD))
        return file, told[:16].rstrip(b"\0").decode()

    def _connect(self, far: str, near: str) -> None:
        _run("ip", "link", "set", far, "netns", str(self._holder.pid))
        for prefix, name, here, there in (
            (self.command(), far, self.far, self.near),
            ([], near, self.near, self.far),
        ):
            _run(*prefix, "ip", "address", "add", here, "peer", there, "dev", name)
            _run(*prefix, "ip", "link", "set", name, "up", "mtu", str(MTU))

    # --- the thread ---

    def _carry(self) -> None:
        ways = [OneWay(self.quality, "up"), OneWay(self.quality, "down")]
        flying: list[tuple[float, int, int, bytes]] = []
        flows, cuts, count = Flows(), 0, 0
        poll = select.poll()
        for end in self._ends:
            poll.register(end, select.POLLIN)
        while not self._stopping.is_set():
            soon = min(flying[0][0] - self._now(), AT_LEAST_S) if flying else AT_LEAST_S
            poll.poll(max(soon, 0.0) * 1000)
            now = self._now()
            if self.quality.cuts_until(now) > cuts and not self.quality.is_down(now):
                cuts = self.quality.cuts_until(now)
                self._break(flows)
            for side, passed in ((0, self.up), (1, self.down)):
                for packet in _packets(self._ends[side]):
                    at = self._take(packet, side, ways[side], passed, flows)
                    if at is not None:
                        count += 1
                        heapq.heappush(flying, (at, count, 1 - side, packet))
            while flying and flying[0][0] <= self._now():
                _, _, side, packet = heapq.heappop(flying)
                _write(self._ends[side], packet)

    def _take(self, packet: bytes, side: int, way: OneWay, passed: Passed, flows: Flows) -> float | None:
        """When a packet arrives at the other end; None for one that does not."""
        segment = read_segment(packet)
        if segment is None:
            return None
        now = self._now()
        if not self.quality.is_down(now) and not flows.is_known(segment):
            if reset := reset_to_sender(segment):
                _write(self._ends[side], reset)
            return None
        arrival = way.arrival(now, len(packet))
        if arrival not in (Lost.DOWN, Lost.QUEUE):
            passed.packets += 1
            passed.bytes += len(packet)
        if isinstance(arrival, Lost):
            passed.lost[arrival] += 1
            return None
        return arrival

    def _break(self, flows: Flows) -> None:
        """The line is back, and the connections of before are not: both ends hear of it."""
        for (host, _), packet in flows.forget():
            _write(self._ends[0 if host == address(self.far) else 1], packet)

    def _now(self) -> float:
        return time.monotonic() - self._began


@contextmanager
def _namespace() -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a network namespace of its own; it ends when its input is closed, so also with us."""
    holder = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout
        holder.stdout.readline()
        yield holder
    finally:
        holder.communicate(timeout=10)


def _packets(end: int) -> Iterator[bytes]:
    """What waits at a device."""
    with suppress(BlockingIOError):
        while True:
            yield os.read(end, LARGEST)


def _write(end: int, packet: bytes) -> None:
    with suppress(OSError):  # a full or vanished device loses packets, as lines do
        os.write(end, packet)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
