"""The demo's processes that stay, its server and its door for phones: started, found again, stopped."""

import json
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from demo.door import READY
from demo.installation import DemoError, Installation, program

PID_FILE: Final = "server.json"
DOOR_FILE: Final = "door.json"
FIRST_PORT, LAST_PORT = 8000, 8099
FIRST_HTTPS, LAST_HTTPS = 8443, 8499
SECONDS_TO_START: Final = 30.0
SECONDS_TO_STOP: Final = 12.0
LISTENING: Final = re.compile(r"http://127\.0\.0\.1:\d+")
DOOR: Final = "demo.door"
CANNOT_LISTEN: Final = "(cannot-listen)"


def start(installation: Installation, port: int | None = None) -> str:
    """Starts the server on `port` (0: any free one), else on the first free one from 8000; gives its address.

    Raises `DemoError`.
    """
    ports = range(FIRST_PORT, LAST_PORT + 1) if port is None else [port]
    for one in ports:
        url = _try_port(installation, one)
        if url:
            return url
    raise DemoError("no port is free", code="no-port", first=ports[0], last=ports[-1])


def free_ports(count: int) -> list[int]:
    """The first ports for the door that nobody listens on; fewer where so many are not free."""
    found: list[int] = []
    for port in range(FIRST_HTTPS, LAST_HTTPS + 1):
        with suppress(OSError), socket.create_server(("", port)):
            found.append(port)
        if len(found) == count:
            break
    return found


def open_door(folder: Path, server_port: int, https_port: int, plain_port: int) -> bool:
    """Opens the door for phones; whether it opened. Its files are those of `demo.certificates`."""
    command = [sys.executable, "-m", DOOR, str(folder), *map(str, (server_port, https_port, plain_port))]
    with (folder / "door.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _remember(folder / DOOR_FILE, process.pid)
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if READY in (folder / "door.log").read_text("utf-8", "replace"):
            return True
        time.sleep(0.05)
    return False


def stop(folder: Path) -> bool:
    """Stops the server that a demo left in this folder, and its door; whether there was a server."""
    _stop(folder / DOOR_FILE)
    return _stop(folder / PID_FILE)


def _stop(file: Path) -> bool:
    process = _find(file)
    if process is None:
        file.unlink(missing_ok=True)
        return False
    process.terminate()
    if not _ends_within(process, SECONDS_TO_STOP):
        process.kill()
        _ends_within(process, SECONDS_TO_STOP)
    file.unlink(missing_ok=True)
    return True


def _ends_within(process: psutil.Process, seconds: float) -> bool:
    """Whether the process ends. In a container nobody may ask after it: then it has ended as a zombie."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            process.wait(0.1)
        except psutil.TimeoutExpired:
            if _is_alive(process):
                continue
        return True
    return False


def _try_port(installation: Installation, port: int) -> str | None:
    """The address once the server listens, nothing when the port is taken."""
    with installation.log.open("wb") as log:
        process = subprocess.Popen(
            [program("verilap-server"), "run", "--port", str(port)],
            env=dict(installation.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _remember(installation.folder / PID_FILE, process.pid)
    return _wait_for_address(process, installation.log)


def _wait_for_address(process: "subprocess.Popen[bytes]", log: Path) -> str | None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        said = log.read_text("utf-8", "replace")
        if found := LISTENING.search(said):
            return found[0]
        if ended and CANNOT_LISTEN in said:
            return None
        if ended:
            raise DemoError(said, code="server-failed", reason=said.strip()[-2000:])
        time.sleep(0.05)
    process.kill()
    raise DemoError("the server does not listen", code="server-slow", seconds=SECONDS_TO_START)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# --- whose process it is -------------------------------------------------------------------------


def _remember(file: Path, pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        file.write_text(json.dumps({"pid": pid, "began": psutil.Process(pid).create_time()}), "utf-8")


def _find(file: Path) -> psutil.Process | None:
    """The process that the file names, if it still is the one: numbers of processes are used again."""
    try:
        kept = json.loads(file.read_text("utf-8"))
        process = psutil.Process(int(kept["pid"]))
        is_ours = process.create_time() == kept["began"] and _is_of_a_demo(process)
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return process if is_ours else None


def _is_of_a_demo(process: psutil.Process) -> bool:
    return any(Path(word).name in ("verilap-server", DOOR) for word in process.cmdline())
