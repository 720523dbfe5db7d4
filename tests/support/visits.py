"""Visits of the pages' small form, made by devices: for tests of what the office sees of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.operations import read_operation
from tests.support.office import Office
from tests.support.pages import DEFINITION, VILLAGE, VISIT
from tests.support.raw_device import RawDevice

RESTRICTED = {"$": "restricted"}
DEAD = {"$": "dead"}
WOUND = "lindung/luka"


def publish(office: Office) -> None:
    """Makes the small form known."""
    office.publish(DEFINITION)


@dataclass(frozen=True)
class Visit:
    """A submission that was sent, and the operation that began it."""

    record: str
    first: str

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/records/{self.record}"

    def change(self, device: RawDevice, changes: Mapping[str, Any], *sees: str, **facts: Any) -> str:
        """Answers changed on a device that saw the first filling, or the operations given; gives the id."""
        named = list(sees) or [self.first]
        sent = device.operation(
            [(path, value, named) for path, value in changes.items()],
            record=self.record,
            **{"form": VISIT, **facts},
        )
        told = device.sync(sent)
        assert "verdicts" not in told, told
        return read_operation(sent).id


def visit(device: RawDevice, answers: Mapping[str, Any] | None = None, **facts: Any) -> Visit:
    """A visit to Asha, unless told otherwise, that was taken in."""
    told = {"g/nama": "Asha"} if answers is None else dict(answers)
    record = str(uuid.uuid4())
    return send(device, device.submission(record, told, **{"form": VISIT, "village": VILLAGE, **facts}))


def send(device: RawDevice, sent: Any) -> Visit:
    """A submission that is taken in, as a device sends it."""
    told = device.sync(sent)
    assert "verdicts" not in told, told
    return Visit(sent["parts"][0]["record"], read_operation(sent).id)


def disputed(
    office: Office, device: RawDevice, path: str, values: Iterable[str], **further: str
) -> tuple[Visit, list[str]]:
    """A visit on which further officers (budi, then carla) answered a question unseen; their operations."""
    made = visit(device, {"g/nama": "Asha", path: "0", **further})
    names = ("budi", "carla")
    changes = [
        made.change(office.device(name, "officer", VILLAGE), {path: value})
        for name, value in zip(names, values, strict=False)
    ]
    return made, changes


def with_wound(device: RawDevice, answer: str, **answers: str) -> Visit:
    """A visit with an answer to the restricted question, in a part of its own."""
    record, part = str(uuid.uuid4()), str(uuid.uuid4())
    told = {"g/nama": "Asha", **answers, WOUND: RESTRICTED}
    sent: Any = device.submission(record, told, form=VISIT, village=VILLAGE)
    changes = [["$of", record, []], ["$village", VILLAGE, []], [WOUND, answer, []]]
    sent["parts"] = [*sent["parts"], {"record": part, "kind": "restricted", "changes": changes}]
    return send(device, sent)
