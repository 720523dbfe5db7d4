"""
The description of the API says what travels: real messages fit it, and other ones do not.

Broken on purpose: an index left out of a document's values, a record's villages under another name, a member
without a schema.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.builders import new_id
from tests.support.filings import KECAMATAN, VILLAGE, in_conflict, review, submit
from tests.support.office import Office
from tests.support.raw_device import RawDevice


@pytest.fixture
def described(office: Office) -> Any:
    return office.client.get("/api/v1/openapi.json").json


def faults(described: Any, name: str, message: Any) -> list[str]:
    """What is wrong with a message by the schema of that name."""
    root = {**described, "$ref": f"#/components/schemas/{name}"}
    return [one.message for one in Draft202012Validator(root).iter_errors(message)]


def members(described: Any) -> Iterator[tuple[str, Any]]:
    for name, schema in described["components"]["schemas"].items():
        for member, told in schema.get("properties", {}).items():
            yield f"{name}.{member}", told
            if told.get("type") == "array":
                yield f"{name}.{member}[]", told if "allOf" in told else told["items"]


def test_no_member_is_without_a_schema(described: Any) -> None:
    words = {"type", "$ref", "allOf", "anyOf", "oneOf", "enum"}
    assert [place for place, told in members(described) if not words & told.keys()] == []


def test_what_a_device_sends_and_gets_fits_the_description(
    office: Office, asha: RawDevice, described: Any
) -> None:
    budi = office.device("budi", "officer", VILLAGE)
    record = submit(asha)
    gone = asha.operation([("anggota/m_1", {"$": "dead"}, [])], record=record, preds=[])
    sent = asha.request(asha.submission(new_id()), gone, {"v": 1})
    assert faults(described, "SyncRequest", {**sent, "ops": sent["ops"][:2]}) == []
    answers: list[Any] = [asha.post("sync", sent).json, budi.post("sync", budi.request()).json]
    assert [faults(described, "SyncReply", one) for one in answers] == [[], []]
    assert {type(one) for answer in answers for one in answer["records"]} == {dict, list}
    assert faults(described, "SyncRequest", {**sent, "have": [1, 2]})
    assert faults(described, "SyncRequest", {**sent, "ops": [{"v": 1}]})
    broken = answers[1]["records"][0]
    broken["values"][0].pop()
    assert faults(described, "SyncReply", answers[1])
    listed: Any = budi.get(f"etags?village={VILLAGE}").json
    assert faults(described, "EtagsReply", listed) == []
    assert listed["records"]


def test_what_the_office_gets_fits_the_description(office: Office, asha: RawDevice, described: Any) -> None:
    record = in_conflict(office, asha)
    siti = office.api("siti", "supervisor", KECAMATAN)
    review(siti, record, "return", remarks={"a": "why?"})
    told, history = siti.get(f"records/{record}"), siti.get(f"records/{record}/history")
    assert faults(described, "Record", told) == []
    assert faults(described, "History", history) == []
    assert told["review"]["surviving"]
