"""A line from a real device store to a real server in the same process, with the faults of a bad one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from flask.testing import FlaskClient

from client_sync.device import Device
from client_sync.errors import Unreachable
from client_sync.line import Patience
from client_sync.transport import Answer, Call, Traffic
from server.clock import now_ms
from server.services.enrol import make_code
from tests.support.office import Office

KEY: Final = "x'" + "07" * 32 + "'"
"""A raw key of the device's store: nothing to stretch, so it opens at once."""
URL: Final = "http://localhost"
Fault = Literal["lost request", "lost answer", "twice", "none"]


@dataclass
class LocalLine:
    """Carries calls into a Flask client; each call meets the next fault in the list, if there is one."""

    client: FlaskClient
    faults: list[Fault] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)

    def exchange(self, call: Call) -> Answer:
        fault = self.faults.pop(0) if self.faults else "none"
        self.traffic.requests += 1
        if fault == "lost request":
            raise Unreachable("the request got lost")
        answer = self._carry(call)
        if fault == "twice":
            answer = self._carry(call)
        if fault == "lost answer":
            raise Unreachable("the answer got lost")
        return answer

    def _carry(self, call: Call) -> Answer:
        headers = {"Content-Type": call.kind, **call.headers}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        answer = self.client.open(call.path, method=call.method, data=call.body, headers=headers)
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, answer.get_json(silent=True), len(call.body or b""), told)

    def close(self) -> None:
        """Nothing to hang up."""


def impatient() -> Patience:
    """Gives up at the first failure and never waits."""
    return Patience(attempts=1, sleep=lambda _: None)


def line_to(client: FlaskClient) -> tuple[LocalLine, Callable[[str], LocalLine]]:
    """A line, and the function that a device opens it with."""
    line = LocalLine(client)
    return line, lambda _url: line


def enrolled(office: Office, name: str, home: Path, line: LocalLine | None = None) -> Device:
    """A device of an account that is there, enrolled by a code; its calls go over the line."""
    with office.store.write() as connection:
        code = make_code(connection, name, now_ms())
    over = line or LocalLine(office.client)
    device = Device.open(home, KEY, connect=lambda _url: over, patience=impatient())
    device.enroll(URL, code)
    return device
