"""
The office API takes a form back as XML: what was changed in the version that is named, and nothing over it.

Broken on purpose, each seen to fail: the version not compared, and not compared once more under the lock; a
conflict settled by the one value of it that stood in the XML; a removed member answered; an instance of
another record taken.
"""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain.forms.definition import FormDefinition
from domain.forms.instance import instance_xml
from server.services import instances
from tests.support.builders import new_id
from tests.support.exchange import typed, without_own
from tests.support.filings import KECAMATAN, VILLAGE, edit, in_conflict, review, submit, with_restricted
from tests.support.office import DEFINITION, ApiClient, Office
from tests.support.raw_device import RawDevice

FORM = FormDefinition.from_json(DEFINITION)
FILLED = {"a": "1", "m/m_1/x": "Ani", "new": "2"}


@pytest.fixture
def siti(office: Office) -> ApiClient:
    return office.api("siti", "supervisor", KECAMATAN)


def taken(client: ApiClient, record: str) -> tuple[str, str]:
    """The XML of a record, and its ETag."""
    answer = client.take(f"records/{record}/xml")
    return answer.text, answer.headers["ETag"]


def put(
    client: ApiClient, record: str, xml: str | bytes, version: str | None, **headers: str
) -> TestResponse:
    given = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/xml", **headers}
    given |= {"If-Match": version} if version is not None else {}
    return client.client.put(f"/api/v1/records/{record}/xml", data=xml, headers=given)


def code_of(answer: TestResponse) -> tuple[int, str]:
    told: Any = answer.json
    return answer.status_code, told["error"]["code"]


def count(client: ApiClient, record: str) -> int:
    return len(client.get(f"records/{record}/history")["operations"])


# --- what is entered -----------------------------------------------------------------------------


@pytest.mark.parametrize("giving_back", [str, without_own])
def test_what_was_changed_is_entered_whether_our_element_came_back_or_not(
    asha: RawDevice, siti: ApiClient, giving_back: Callable[[str], str]
) -> None:
    record = submit(asha, {"a": "1", "b": "x", "m/m_1/x": "", "new": "2"})
    xml, version = taken(siti, record)
    answer = put(siti, record, giving_back(typed(xml, a="3", b="")), version)
    assert answer.status_code == 200, answer.text
    told: Any = answer.json
    assert told["answers"].items() >= {"a": "3", "b": "", "new": "2"}.items()
    assert told["conflicts"] == {}
    made = siti.get(f"records/{record}/history")["operations"][-1]
    assert made["id"] == told["operation"]
    assert sorted((path, value) for path, value, _ in made["changes"]) == [("a", "3"), ("b", "")]
    assert all(preds for _, _, preds in made["changes"])
    assert taken(siti, record)[1] not in (version, None)


def test_an_xml_that_nobody_changed_makes_no_operation(asha: RawDevice, siti: ApiClient) -> None:
    record = submit(asha, FILLED)
    xml, version = taken(siti, record)
    answer = put(siti, record, xml, version)
    told: Any = answer.json
    assert (answer.status_code, "operation" in told) == (200, False)
    assert (count(siti, record), f'"{told["etag"]}"') == (1, version)


def test_an_approval_becomes_stale_by_it(asha: RawDevice, siti: ApiClient) -> None:
    record = submit(asha, FILLED)
    assert review(siti, record, "approve")[0] == 200
    xml, version = taken(siti, record)
    told: Any = put(siti, record, typed(xml, a="3"), version).json
    assert told["review"]["state"] == "stale"


def test_the_body_may_be_packed_and_the_tag_weakened_by_a_proxy(asha: RawDevice, siti: ApiClient) -> None:
    record = submit(asha, FILLED)
    xml, version = taken(siti, record)
    packed = gzip.compress(typed(xml, a="3").encode())
    answer = put(siti, record, packed, f"W/{version}", **{"Content-Encoding": "gzip"})
    assert answer.status_code == 200, answer.text


# --- versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [None, "*", "", '"of-another-version"', "nonsense"])
def test_nothing_is_entered_over_a_version_that_is_not_the_one_that_was_read(
    asha: RawDevice, siti: ApiClient, version: str | None
) -> None:
    record = submit(asha, FILLED)
    xml, _ = taken(siti, record)
    told = code_of(put(siti, record, typed(xml, a="3"), version))
    unnamed = version in (None, "*", "")
    assert told == ((428, "if-match-missing") if unnamed else (412, "record-changed"))
    assert count(siti, record) == 1


def test_who_was_slower_gets_the_version_that_is_there(asha: RawDevice, siti: ApiClient) -> None:
    record = submit(asha, FILLED)
    xml, version = taken(siti, record)
    edit(asha, record, "b", "9")
    answer = put(siti, record, typed(xml, a="3"), version)
    told: Any = answer.json
    assert code_of(answer) == (412, "record-changed")
    assert f'"{told["error"]["etag"]}"' == taken(siti, record)[1]
    assert siti.get(f"records/{record}")["answers"]["a"] == "1"


def test_a_change_between_reading_and_writing_is_seen(
    asha: RawDevice, siti: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = submit(asha, FILLED)
    xml, version = taken(siti, record)
    read = instances.changes_in_xml

    def slowly(*arguments: Any) -> Any:
        found = read(*arguments)
        edit(asha, record, "b", "9")
        return found

    monkeypatch.setattr("server.api.records.changes_in_xml", slowly)
    assert code_of(put(siti, record, typed(xml, a="3"), version)) == (412, "record-changed")
    assert siti.get(f"records/{record}")["answers"].items() >= {"a": "1", "b": "9"}.items()


# --- what is refused -----------------------------------------------------------------------------


def test_a_conflict_is_not_settled_by_the_one_value_that_stood_in_the_xml(
    office: Office, asha: RawDevice, siti: ApiClient
) -> None:
    record = in_conflict(office, asha)
    xml, version = taken(siti, record)
    assert code_of(put(siti, record, typed(xml, a="3"), version)) == (400, "conflicted")
    assert put(siti, record, typed(xml, b="4"), version).status_code == 200
    assert siti.get(f"records/{record}")["conflicts"].keys() == {"a"}


def test_a_removed_member_is_not_answered_unseen(asha: RawDevice, siti: ApiClient) -> None:
    record = submit(asha, FILLED)
    xml = taken(siti, record)[0]
    edit(asha, record, "m/m_1", {"$": "dead"}, *siti.get(f"records/{record}")["survivors"]["m/m_1/x"])
    answer = put(siti, record, typed(xml, x="Beni"), taken(siti, record)[1])
    assert code_of(answer) == (400, "member-removed")


@pytest.mark.parametrize(("role", "reads"), [("supervisor", False), ("peksos", True)])
def test_restricted_answers_stay_where_they_are(
    office: Office, asha: RawDevice, role: str, reads: bool
) -> None:
    record, part = with_restricted(asha, "memar")
    reader = office.api("somebody", role, KECAMATAN)
    xml, version = taken(reader, record)
    assert put(reader, record, typed(xml, b="9"), version).status_code == 200
    head = office.api("kepala", "head", KECAMATAN)
    assert head.get(f"records/{record}")["answers"]["r"] == "memar"
    if reads:
        xml, version = taken(reader, record)
        # The file has nothing of the part: what is typed there replaces nothing that nobody saw.
        assert put(reader, record, typed(xml, r="sembuh"), version).status_code == 200
        assert head.get(f"records/{part}")["answers"]["r"] == "memar"
        sides = head.get(f"records/{record}")["conflicts"]["r"]
        assert {one["value"] for one in sides} == {"memar", "sembuh"}
        assert "sembuh" not in str(office.api("siti", "supervisor", KECAMATAN).get(f"records/{record}"))


def test_an_instance_of_another_record_is_refused(asha: RawDevice, siti: ApiClient) -> None:
    record, other = submit(asha, FILLED), submit(asha, {"a": "9"})
    version = taken(siti, record)[1]
    assert code_of(put(siti, record, taken(siti, other)[0], version)) == (400, "instance-record")
    nobodys = instance_xml(FORM, new_id(), {"a": "9"})
    assert code_of(put(siti, record, nobodys, version)) == (400, "instance-record")


def test_what_is_no_form_takes_no_xml(asha: RawDevice, siti: ApiClient) -> None:
    case = new_id()
    asha.sync(asha.operation([("$village", VILLAGE, []), ("a", "1", [])], record=case, kind="case:anak"))
    assert code_of(put(siti, case, "<data/>", '"x"')) == (404, "no-instance")


BAD = {
    "nothing": (b"", 400, "instance-malformed"),
    "entities": (
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        400,
        "instance-doctype",
    ),
    "another form": (b'<data id="lain" version="1"/>', 400, "instance-form"),
    "another encoding": (b'<?xml version="1.0" encoding="latin-1"?><data/>', 400, "instance-encoding"),
    "deep": (b"<n>" * 100_000, 400, "instance-nesting"),
    "many": (b"<d>" + b"<a/>" * 100_001 + b"</d>", 413, "instance-too-large"),
    "large": (b"<d>" + b" " * 1024 * 1024 + b"</d>", 413, "too-large"),
}


@pytest.mark.parametrize("name", BAD)
def test_xml_that_no_honest_program_writes_gets_a_code(asha: RawDevice, siti: ApiClient, name: str) -> None:
    record = submit(asha, FILLED)
    xml, status, code = BAD[name]
    assert code_of(put(siti, record, xml, taken(siti, record)[1])) == (status, code)
    assert count(siti, record) == 1


def test_an_answer_that_is_larger_than_an_operation_is_refused_whole(
    asha: RawDevice, siti: ApiClient
) -> None:
    record = submit(asha, FILLED)
    xml, version = taken(siti, record)
    answer = put(siti, record, typed(xml, a="x" * 70_000, b="1"), version)
    assert code_of(answer) == (400, "too-large")
    assert count(siti, record) == 1


def test_it_is_described(office: Office) -> None:
    described: Any = office.client.get("/api/v1/openapi.json").json
    told = described["paths"]["/api/v1/records/{record}/xml"]["put"]
    assert list(told["requestBody"]["content"]) == ["application/xml"]
    assert [one["name"] for one in told["parameters"]] == ["If-Match"]
