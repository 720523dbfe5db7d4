"""A device in a process of its own, told what to do line by line: ``python -m benchmarks.client FOLDER``.

Each line on standard input is a JSON object with ``do``; each answer is one line of JSON.
The store is the real one, encrypted and durable; the line is HTTP to the real server.
"""

import json
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.workload import FORM_ID, record
from client_sync.device import Device
from client_sync.line import LARGEST_BATCH
from client_sync.store.settings import LINE

KEY = "x'" + "07" * 32 + "'"
"""A raw key: the store is as encrypted as any, and opens at once, which is not measured."""


def answers_of(i: int) -> dict[str, str]:
    """Record i of the workload as answers by path."""
    document = record(i)
    answers = {name: str(value) for name, value in document.items() if name not in ("id", "members")}
    for member in document["members"]:
        root = f"members/m_{secrets.token_urlsafe(8)}"
        answers |= {f"{root}/{name}": str(value) for name, value in member.items()}
    return answers


class Client:
    """What a command line may ask of the device."""

    def __init__(self, folder: Path) -> None:
        self._device = Device.open(folder, KEY)

    def enroll(self, url: str, code: str) -> dict[str, Any]:
        self._device.enroll(url, code)
        return {}

    def fill(self, start: int, count: int, village: str) -> dict[str, Any]:
        """Files new records; each is saved durably before the next one."""
        filled = [answers_of(i) for i in range(start, start + count)]
        began = time.perf_counter()
        ids = [self._device.new(FORM_ID, village, answers).record for answers in filled]
        return {"seconds": time.perf_counter() - began, "records": ids}

    def sync(self) -> dict[str, Any]:
        cpu, began = time.process_time(), time.perf_counter()
        report = self._device.sync().to_json()
        return {
            **report,
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "held_here": self._device.store.records.count(),
        }

    def trust_line(self) -> dict[str, Any]:
        """As after a long sync on a good line: the next batches begin at their full size."""
        self._device.store.settings.put(LINE, 2 * LARGEST_BATCH)
        return {}

    def change(self, record: str, path: str, value: str) -> dict[str, Any]:
        self._device.set(record, {path: value})
        return self.sync()

    def singles(self, start: int, count: int, village: str) -> dict[str, Any]:
        """One new record and one sync, again and again; the seconds of each sync."""
        took, sizes = [], []
        for i in range(start, start + count):
            self._device.new(FORM_ID, village, answers_of(i))
            told = self.sync()
            took.append(told["seconds"])
            sizes.append(told["bytes_up"])
        return {"took": took, "bytes_up": sizes}


def main() -> None:
    client = Client(Path(sys.argv[1]))
    actions: dict[str, Callable[..., dict[str, Any]]] = {
        name: getattr(client, name) for name in ("enroll", "fill", "sync", "trust_line", "change", "singles")
    }
    for line in sys.stdin:
        asked = json.loads(line)
        told = actions[asked.pop("do")](**asked)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
