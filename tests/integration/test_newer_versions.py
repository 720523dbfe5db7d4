"""Operations of a newer version, held until the server is upgraded: then judged like any other.

Broken on purpose: what was held as `unknown-version` was taken for unreadable for ever.
"""

from typing import Any

import pytest

from domain import operations
from domain.canonical import canonical_bytes, digest_of
from server.services.check_store import Checked, check_store
from tests.support.builders import new_id
from tests.support.filings import FAR
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice, short, whole


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What an upgrade does here: version 2 is read as well."""
    return lambda: monkeypatch.setattr(operations, "READABLE", (1, 2))


def held(device: RawDevice, **facts: Any) -> tuple[str, str, Any]:
    """A first filling of version 2, which waits; the ids of record and operation, and what was sent."""
    sent: Any = {**device.submission(record := new_id(), **facts), "v": 2}
    assert device.sync(sent)["verdicts"]["0"]["code"] == "unknown-version"
    return record, digest_of(canonical_bytes(sent)), sent


def is_sound(office: Office) -> bool:
    with office.store.read() as connection:
        return list(check_store(connection, Checked())) == []


def test_before_the_upgrade_nobody_can_accept_it_and_again_it_is_held(
    asha: RawDevice, supervisor: ApiClient
) -> None:
    _, one, sent = held(asha)
    status, told = supervisor.post(f"held/{one}", {"decision": "ok", "reason": "x"})
    assert (status, told["error"]["code"]) == (409, "unknown-version")
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "unknown-version"


def test_after_it_the_office_takes_it_in(
    office: Office, asha: RawDevice, supervisor: ApiClient, upgrade: Any
) -> None:
    record, one, _ = held(asha)
    upgrade()
    assert supervisor.get("held")["held"][0]["acceptable"] is True
    assert supervisor.post(f"held/{one}", {"decision": "ok", "reason": "terbaca"})[0] == 200
    assert supervisor.get(f"records/{record}")["answers"]["a"] == "1"
    assert supervisor.get(f"records/{record}/history")["operations"][0]["author"] == "asha"
    assert asha.sync()["decisions"] == [[one, {"status": "ok"}]]
    assert is_sound(office)


def test_or_finds_what_else_is_in_its_way(
    office: Office, asha: RawDevice, supervisor: ApiClient, upgrade: Any
) -> None:
    _, one, _ = held(asha, village="64.02.18.9999")
    upgrade()
    status, told = supervisor.post(f"held/{one}", {"decision": "ok", "reason": "x"})
    assert (status, told["error"]["code"]) == (409, "unknown-village")
    assert supervisor.post(f"held/{one}", {"decision": "void", "reason": "salah"})[0] == 200
    assert is_sound(office)


def test_the_device_that_sends_it_again_has_it_judged_anew(
    office: Office, asha: RawDevice, budi: RawDevice, upgrade: Any
) -> None:
    record, one, sent = held(asha)
    _, far, sent_far = held(asha, village=FAR)
    waiting = budi.operation([("b", "2", ())], record=record)
    assert budi.sync(waiting)["verdicts"]["0"]["code"] == "unknown-record"
    upgrade()
    told = asha.sync(sent, sent_far)
    assert {i: v["code"] for i, v in told["verdicts"].items()} == {"1": "outside-scope"}
    assert record in {**whole(told), **short(told)}
    asha.cursors = {name: cursor for name, cursor in asha.cursors.items() if not name.startswith("~")}
    told = asha.sync()
    assert {one: v["status"] for one, v in told["decisions"]} == {one: "ok", far: "held"}
    assert "verdicts" not in asha.sync(sent)
    assert whole(budi.sync(want=[record]))[record]["values"]
    assert is_sound(office)
