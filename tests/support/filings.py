"""Submissions of the office's usual form that have arrived, and decisions on them, by the API."""

from __future__ import annotations

from typing import Any

from tests.support.builders import new_id, with_restricted_part
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice

VILLAGE, NEIGHBOUR, FAR = "64.02.18.2007", "64.02.18.2001", "64.02.01.2004"
KECAMATAN, REGENCY = "64.02.18", "64.02"
MARKER = {"$": "restricted"}


def submit(device: RawDevice, answers: dict[str, Any] | None = None, **facts: Any) -> str:
    """A submission that has arrived; gives its record id."""
    record = new_id()
    arrives(device, device.submission(record, answers, **facts))
    return record


def edit(device: RawDevice, record: str, path: str, value: Any, *preds: str) -> None:
    """An answer changed on a device that saw these values."""
    arrives(device, device.operation([(path, value, list(preds))], record=record))


def arrives(device: RawDevice, sent: Any) -> None:
    """An operation that is sent and accepted."""
    told = device.sync(sent)
    assert "verdicts" not in told, told


def in_conflict(office: Office, device: RawDevice) -> str:
    """A record in which two officers answered ``a`` without having seen each other."""
    record = submit(device, {"a": "1"})
    edit(office.device("budi", "officer", VILLAGE), record, "a", "2")
    return record


def with_restricted(device: RawDevice, answer: str = "luka") -> tuple[str, str]:
    """A submission with a restricted answer at ``r``; gives the ids of the submission and of its part."""
    record, part = new_id(), new_id()
    sent = device.submission(record, {"a": "1", "r": MARKER})
    arrives(device, with_restricted_part(sent, record, {"r": answer}, part=part))
    return record, part


def answers_apart(device: RawDevice, record: str, answer: str) -> None:
    """Another author's restricted answer at ``r``, in a part of his own, with the marker written anew."""
    marked = device.operation([("r", MARKER, [])], record=record)
    arrives(device, with_restricted_part(marked, record, {"r": answer}))


def review(client: ApiClient, record: str, decision: str, **members: Any) -> tuple[int, Any]:
    """A decision on the version that is there now, unless told otherwise."""
    etag = members.pop("etag", None) or client.get(f"records/{record}")["etag"]
    return client.post(f"records/{record}/review", {"decision": decision, "etag": etag, **members})
