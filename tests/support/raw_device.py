"""A device that speaks the protocol by hand: for tests of what the server does with any message."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.canonical import Json
from tests.support.builders import operation_json, submission_json

FORM = "verifikasi_anak@2026010101"


@dataclass
class RawDevice:
    """Keeps nothing but its cursors and a counter; every message is what the test says."""

    client: FlaskClient
    token: str
    replica: str
    author: str
    cursors: dict[str, str] = field(default_factory=dict)
    n: int = 0

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        """A request as it is, to the API."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            f"/api/v1/{path}",
            data=data,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers},
        )

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"})

    def request(self, *ops: Json, **members: Any) -> dict[str, Any]:
        """A sync request of this device."""
        return {
            "protocol": 1,
            "replica": self.replica,
            "clock": 1_790_000_500_123,
            "cursors": self.cursors,
            "ops": list(ops),
            **members,
        }

    def sync(self, *ops: Json, **members: Any) -> dict[str, Any]:
        """One exchange that must succeed; the cursors move on."""
        answer = self.post("sync", self.request(*ops, **members))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json or {}
        self.cursors.update(told.get("cursors", {}))
        return told

    def pull(self, **members: Any) -> tuple[dict[str, Any], set[tuple[str, str]]]:
        """Everything until nothing is left: whole records by id, and what has left where."""
        records: dict[str, Any] = {}
        left: set[tuple[str, str]] = set()
        while True:
            told = self.sync(**members)
            records.update({r["record"]: r for r in told.get("records", []) if isinstance(r, dict)})
            left |= {(village, record) for village, record in told.get("left", [])}
            if not told.get("more"):
                return records, left

    def operation(self, changes: Any, **facts: Any) -> dict[str, Json]:
        """A new operation of this device."""
        self.n += 1
        defaults = {"author": self.author, "replica": self.replica, "n": self.n, "form": FORM}
        return operation_json(changes, **{**defaults, **facts})

    def submission(self, record: str, answers: dict[str, Any] | None = None, **facts: Any) -> dict[str, Json]:
        """A new first filling of this device."""
        self.n += 1
        defaults = {"author": self.author, "replica": self.replica, "n": self.n, "form": FORM}
        return submission_json(answers or {"a": "1"}, record=record, **{**defaults, **facts})


def whole(answer: dict[str, Any]) -> dict[str, Any]:
    """The whole records of an answer, by id."""
    return {r["record"]: r for r in answer.get("records", []) if isinstance(r, dict)}


def short(answer: dict[str, Any]) -> dict[str, str]:
    """The digests of an answer, by record."""
    return {r[0]: r[1] for r in answer.get("records", []) if isinstance(r, list)}
