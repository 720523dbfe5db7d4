"""The office API as a person with a token uses it."""

from typing import Any, Final, NamedTuple

import requests

from demo.installation import DemoError

API: Final = "/api/v1"
TIMEOUT_S: Final = 30


class Submission(NamedTuple):
    """A line of the queue."""

    record: str
    form: str
    village: str
    etag: str


class Supervisor:
    """Somebody who reviews. Every method raises `DemoError` when the server refuses."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._session.close()

    def pending(self) -> list[Submission]:
        """Everything that waits for a review and is in no conflict."""
        found: list[Submission] = []
        query: dict[str, Any] = {"state": "pending", "limit": 500}
        while True:
            page = self._call("GET", "/records", params=query)
            found += [
                Submission(one["record"], one["form"], one["village"], one["etag"])
                for one in page["records"]
                if not one["conflicts"]
            ]
            if "cursor" not in page:
                return found
            query["cursor"] = page["cursor"]

    def record(self, record: str) -> dict[str, Any]:
        """A record as the supervisor may see it."""
        found: dict[str, Any] = self._call("GET", f"/records/{record}")
        return found

    def held(self) -> list[dict[str, Any]]:
        """The operations that wait for a decision."""
        found: list[dict[str, Any]] = self._call("GET", "/held", params={"status": "held"})["held"]
        return found

    def approve(self, record: str, etag: str = "", comment: str = "") -> None:
        """Approves the version `etag`, else the present one."""
        self._review(record, "approve", etag, comment, {})

    def give_back(self, record: str, comment: str, remarks: dict[str, str], etag: str = "") -> None:
        """Returns a submission with remarks at its questions."""
        self._review(record, "return", etag, comment, remarks)

    def reject(self, record: str, comment: str, etag: str = "") -> None:
        """Rejects a submission."""
        self._review(record, "reject", etag, comment, {})

    def _review(self, record: str, decision: str, etag: str, comment: str, remarks: dict[str, str]) -> None:
        seen = etag or self.record(record)["etag"]
        body = {"decision": decision, "etag": seen, "comment": comment, "remarks": remarks}
        self._call("POST", f"/records/{record}/review", json=body)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        answer = self._session.request(method, f"{self.url}{API}{path}", timeout=TIMEOUT_S, **more)
        if answer.status_code != 200:
            told = f"{method} {path}"
            reason = f"{answer.status_code} {answer.text[:500]}"
            raise DemoError(f"{told}: {reason}", code="call-failed", call=told, reason=reason)
        return answer.json()
