"""What a run costs: processor time and memory of processes, and yardsticks of the machine in the same run."""

import os
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil
import sqlcipher3.dbapi2 as sqlite


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of the values lie, between two of them by straight line."""
    listed = sorted(values)
    place = (len(listed) - 1) * share
    low = int(place)
    return listed[low] + (listed[min(low + 1, len(listed) - 1)] - listed[low]) * (place - low)


def fdatasync_ms(count: int = 200) -> dict[str, float]:
    """p50 and p95 of forcing one 4 KB page to disk: what every durable commit pays at least."""
    took = []
    with tempfile.TemporaryFile(dir=Path.cwd()) as file:
        for _ in range(count):
            file.write(os.urandom(4096))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return {"p50": round(percentile(took, 0.5), 3), "p95": round(percentile(took, 0.95), 3)}


def plain_rows_per_second(rows: list[bytes]) -> float:
    """Durable inserts of the same bytes into SQLite, 100 to a commit: the yardstick for new records."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        connection = sqlite.connect(f"{folder}/plain.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE plain (id INTEGER PRIMARY KEY, body BLOB)")
        began = time.perf_counter()
        for start in range(0, len(rows), 100):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO plain (body) VALUES (?)", [(r,) for r in rows[start : start + 100]]
            )
            connection.execute("COMMIT")
        seconds = time.perf_counter() - began
        connection.close()
    return len(rows) / seconds


@dataclass
class Meter:
    """CPU seconds and the peak of memory of processes with their children, between entering and leaving."""

    pids: Mapping[str, int]
    cpu_s: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    others_cpu: float = 0.0
    """The share of all processors that went to processes other than these and our own."""

    def __enter__(self) -> "Meter":
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._before = {name: _cpu(pid) for name, pid in self.pids.items()}
        self._busy, self._own = _busy(), _cpu(os.getpid())
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._began
        self.cpu_s = {name: _cpu(pid) - self._before[name] for name, pid in self.pids.items()}
        counted = _cpu(os.getpid()) - self._own
        foreign = _busy() - self._busy - counted - self._uncounted()
        self.others_cpu = max(0.0, foreign / (self.seconds * (psutil.cpu_count() or 1)))
        self._stop.set()
        self._watcher.join()

    def _uncounted(self) -> float:
        """CPU of metered processes that are not our own children (PostgreSQL's)."""
        children = {one.pid for one in psutil.Process().children(recursive=True)}
        return sum(self.cpu_s[name] for name, pid in self.pids.items() if pid not in children)

    def _watch(self) -> None:
        while not self._stop.is_set():
            for name, pid in self.pids.items():
                self.peak_mib[name] = max(self.peak_mib.get(name, 0.0), _proportional_mib(pid))
            self._stop.wait(0.2)


@contextmanager
def resident_peak_mib(pid: int) -> Iterator[list[float]]:
    """The most memory that a process has resident between entering and leaving; one figure, afterwards."""
    found: list[float] = []
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")  # the peak begins anew (Linux)
    yield found
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines())
    found.append(int(told["VmHWM"].split()[0]) / 1024)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu(pid: int) -> float:
    spent = 0.0
    for process in _tree(pid):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _proportional_mib(pid: int) -> float:
    """Memory with shared pages divided among those who share them, of a process and its children."""
    kib = 0
    for process in _tree(pid):
        with suppress(OSError):
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    kib += int(line.split()[1])
    return kib / 1024
