"""A restricted answer that arrives outside its restricted part: held, and withheld whatever became of it.

Whether a change is restricted is asked of the change itself, by the form that the operation names and by that
of the record; the verdict's code does not say it. Broken on purpose: the history looked at kinds of parts
only, the list of held work at the code only, the judge at the operation's form only.
"""

import copy
from typing import Any

import pytest

from tests.support.builders import new_id, op_id
from tests.support.filings import FAR, REGENCY, VILLAGE, submit
from tests.support.office import DEFINITION, ApiClient, Office
from tests.support.pages import Person
from tests.support.raw_device import RawDevice

SECRET = "luka lebam"
IN_OPEN = "restricted-in-open"
OLDER, NEWER, OTHER = "verifikasi_anak@2025010101", "verifikasi_anak@2099010101", "verifikasi_keluarga@1"


def publish(office: Office, name: str, **classes: str) -> None:
    """Publishes the usual form under another name, with other classes at some paths."""
    definition: Any = copy.deepcopy(DEFINITION)
    definition["form_id"], _, definition["version"] = name.partition("@")
    for one in definition["fields"]:
        one["pdp"] = classes.get(one["path"], one["pdp"])
    office.publish(definition)


def held(device: RawDevice, record: str, code: str = IN_OPEN, **facts: Any) -> str:
    """An officer's restricted answer, sent as an open one; gives the operation's id."""
    sent = device.operation([("r", SECRET, [])], record=record, **facts)
    assert device.sync(sent)["verdicts"]["0"]["code"] == code
    return op_id(sent)


def told(reader: ApiClient, record: str) -> str:
    """Everything that the office API tells of a record to somebody."""
    return str([reader.get(path) for path in (f"records/{record}", f"records/{record}/history")])


@pytest.mark.parametrize("decision", ["held", "void"])
def test_it_is_withheld_wherever_a_record_is_told(
    office: Office, asha: RawDevice, supervisor: ApiClient, siti: Person, decision: str
) -> None:
    record = submit(asha)
    operation = held(asha, record)
    if decision == "void":
        assert supervisor.post(f"held/{operation}", {"decision": "void", "reason": "salah tempat"})[0] == 200
    for reader in (supervisor, office.api("budi", "officer", VILLAGE)):
        assert SECRET not in told(reader, record)
    (row,) = supervisor.get(f"held?status={decision}")["held"]
    assert row["changes"] == [{"record": record, "path": "r", "restricted": True}]
    events = supervisor.get(f"records/{record}/history")["operations"]
    assert [one["restricted"] for one in events if one["id"] == operation] == [["r"]]
    for page in (f"/records/{record}/history", f"/records/{record}", "/held", f"/held?status={decision}"):
        assert SECRET not in siti.get(page).html, page
    for reader in (office.api("peksos", "peksos", REGENCY), office.api("asha")):
        assert SECRET in told(reader, record)


@pytest.mark.parametrize("code", ["outside-scope", "unknown-form", "revoked-device", "other-author"])
def test_it_is_withheld_under_whatever_rule_held_it_first(
    office: Office, asha: RawDevice, supervisor: ApiClient, code: str
) -> None:
    record, sender, facts = submit(asha), asha, {}
    if code == "outside-scope":
        sender = office.device("rani", "officer", FAR)
    elif code == "unknown-form":
        facts = {"form": NEWER}
    elif code == "revoked-device":
        office.revoke("asha")
    else:
        facts = {"author": "budi"}
    held(sender, record, code, **facts)
    (row,) = supervisor.get("held")["held"]
    assert row["changes"] == [{"record": record, "path": "r", "restricted": True}]
    assert SECRET not in told(supervisor, record)


def test_an_operation_is_judged_by_the_form_of_its_record_too(office: Office, asha: RawDevice) -> None:
    """An older version asked the same question in the open."""
    publish(office, OLDER, r="umum")
    held(asha, submit(asha), form=OLDER)


def test_and_a_record_by_the_form_of_the_operation(office: Office, asha: RawDevice) -> None:
    publish(office, OLDER, r="umum")
    held(asha, submit(asha, {"a": "1"}, form=OLDER))


def test_what_names_a_version_that_is_not_published_is_not_accepted_with_it(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    """On a record that is there, and where it begins one: then the newest published version counts."""
    begins = asha.submission(record := new_id(), {"r": SECRET}, form=NEWER)
    assert asha.sync(begins)["verdicts"]["0"]["code"] == "unknown-form"
    for operation in (held(asha, submit(asha), "unknown-form", form=NEWER), op_id(begins)):
        status, answer = supervisor.post(f"held/{operation}", {"decision": "ok", "reason": "x"})
        assert (status, answer["error"]["code"]) == (409, IN_OPEN)
    assert SECRET not in str(supervisor.get("held"))
    publish(office, NEWER, r="umum")
    assert supervisor.post(f"held/{op_id(begins)}", {"decision": "ok", "reason": "x"})[0] == 200
    assert supervisor.get(f"records/{record}")["answers"]["r"] == SECRET
