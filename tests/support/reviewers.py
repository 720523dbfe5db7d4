"""Reviewers who decide on what they read some time ago, and what must come of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.office import ApiClient

DECIDED: Final = {"approve": "approved", "return": "returned", "reject": "rejected"}
OUTCOMES: Final = {
    *("approve", "return", "reject"),
    *("record-changed", "review-unseen", "conflict-open", "conflict", "contested removal"),
}
"""What must have come of decisions, so that this proves something about them."""


@dataclass
class Reviewer:
    """Somebody with the office API; `screen` is the record as it was when it was opened."""

    api: ApiClient
    came_of_it: Counter[str]
    screen: dict[str, Any] = field(default_factory=dict)

    def open(self, record: str) -> bool:
        """Reads a record; whether it is there for this reader."""
        status, told = self.api.call("GET", f"records/{record}")
        if status == 200:
            self.screen = told
        return bool(status == 200)

    def open_one_of_the_queue(self, k: int) -> None:
        listed = self.api.get("records")["records"]
        if listed:
            self.open(listed[k % len(listed)]["record"])

    def decide(self, decision: str) -> None:
        """Decides on what is on the screen; the outcome follows from what has happened since.

        Invariant 7, as far as it is told at once: accepted is what nobody has touched meanwhile, a refusal
        says why, and after it nothing is decided.
        """
        path = f"records/{self.screen['record']}"
        status, now = self.api.call("GET", path)
        sent = {
            "decision": decision,
            "etag": self.screen["etag"],
            "seen": self.screen["review"]["ids"],
            "comment": "so",
            "remarks": {"a": "look"},
        }
        answered, told = self.api.post(f"{path}/review", sent)
        if status == 404:  # the server came back from a backup that does not have it
            assert answered == 404
        elif reason := self._reason_against(decision, now):
            assert (answered, told["error"]["code"]) == (409, reason), told
            assert told["error"]["etag"] == now["etag"]
            assert self.api.get(path)["review"] == now["review"]
            self.came_of_it[reason] += 1
        else:
            assert answered == 200, told
            assert (told["review"]["state"], told["review"]["ids"]) == (
                DECIDED[decision],
                [told["operation"]],
            )
            self.came_of_it[decision] += 1

    def _reason_against(self, decision: str, now: dict[str, Any]) -> str | None:
        if now["etag"] != self.screen["etag"]:
            return "record-changed"
        if set(now["review"]["ids"]) - set(self.screen["review"]["ids"]):
            return "review-unseen"
        if decision == "approve" and now["conflicts"]:
            is_removal = any(path.endswith("#removal") for path in now["conflicts"])
            self.came_of_it["contested removal" if is_removal else "conflict"] += 1
            return "conflict-open"
        return None
