"""A line from a real device store to a real server in the same process, with the faults of a bad one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from flask.testing import FlaskClient

from client_sync.errors import Unreachable
from client_sync.line import Patience
from client_sync.transport import Answer, Call, Traffic

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
        headers = {"Content-Type": "application/json"}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        answer = self.client.open(call.path, method=call.method, data=call.body, headers=headers)
        return Answer(answer.status_code, answer.get_json(silent=True), len(call.body or b""))

    def close(self) -> None:
        """Nothing to hang up."""


def impatient() -> Patience:
    """Gives up at the first failure and never waits."""
    return Patience(attempts=1, sleep=lambda _: None)


def line_to(client: FlaskClient) -> tuple[LocalLine, Callable[[str], LocalLine]]:
    """A line, and the function that a device opens it with."""
    line = LocalLine(client)
    return line, lambda _url: line
