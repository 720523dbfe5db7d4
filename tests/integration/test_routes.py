"""Every route declares who may use it, and every route of the API is described and refuses strangers.

That it does for everybody else what the table says: `test_access.py`.
"""

import re
from typing import Any

import pytest
from werkzeug.routing import Rule

from server.access import access_of
from tests.support.access_calls import methods_of
from tests.support.office import ApiClient, Office

HARMLESS = {"static"}
"""Endpoints that Flask adds by itself: files of ours."""


def rules(office: Office) -> list[Rule]:
    return [rule for rule in office.app.url_map.iter_rules() if rule.endpoint not in HARMLESS]


def path_of(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "x", rule.rule)


def test_every_route_declares_who_may_use_it(office: Office) -> None:
    """Broken on purpose: a route without a declaration was added, and was named here."""
    undeclared = [
        rule.rule for rule in rules(office) if access_of(office.app.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def test_a_route_that_is_open_to_all_says_why(office: Office) -> None:
    for rule in rules(office):
        access = access_of(office.app.view_functions[rule.endpoint])
        assert access is None or access.action is not None or access.reason, rule.rule


def test_no_route_that_asks_for_an_action_answers_a_stranger(office: Office) -> None:
    for rule in rules(office):
        access = access_of(office.app.view_functions[rule.endpoint])
        if access is None or access.action is None:
            continue
        for method in methods_of(rule):
            answer = office.client.open(path_of(rule), method=method)
            expected = (401,) if rule.rule.startswith("/api/") else (302, 303, 400, 401, 403)
            assert answer.status_code in expected, (method, rule.rule, answer.status_code)


# --- the description, and what is no route -------------------------------------------------------


def test_the_description_lists_every_route_of_the_api(office: Office) -> None:
    answer = office.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described: Any = answer.json
    assert described["openapi"] == "3.1.0"
    listed = {re.sub(r"\{[^}]+\}", "x", path) for path in described["paths"]}
    wanted = {path_of(rule) for rule in rules(office) if rule.rule.startswith("/api/v1/")}
    assert wanted - {"/api/v1/openapi.json"} <= listed
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                assert operation.get("summary"), (method, path)
                assert {"200", "201", "204"} & operation["responses"].keys(), (method, path)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/api/v1/forms/x", "/api/v2/sync"])
def test_an_unknown_route_is_not_found(office: Office, path: str) -> None:
    answer = office.client.get(path)
    assert answer.status_code == 404
    assert answer.json == {"error": {"code": "not-found", "message": "Not Found"}}


def test_a_wrong_method_is_told_which_are_right(office: Office) -> None:
    answer = office.client.delete("/api/v1/sync")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert answer.json is not None
    assert answer.json["error"]["code"] == "method-not-allowed"


def test_a_body_that_is_too_large_is_refused_as_json(office: Office) -> None:
    supervisor = office.api("siti", "supervisor", "64.02")
    body = b" " * (3 * 1024 * 1024)
    headers = {"Authorization": f"Bearer {supervisor.token}", "Content-Type": "application/json"}
    answer = office.client.post("/api/v1/records/x/review", data=body, headers=headers)
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["error"]["code"] == "too-large"


def test_a_fault_of_ours_is_a_plain_500_and_tells_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("answer of a household: 6402180101010001")

    monkeypatch.setattr("server.api.records.read_record", fail)
    supervisor: ApiClient = office.api("siti", "supervisor", "64.02")
    status, body = supervisor.call("GET", "records/3f9a4f5e-0000-4000-8000-000000000000")
    assert status == 500
    assert body == {"error": {"code": "internal", "message": "the server made a mistake; nothing was taken"}}
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert "6402180101010001" not in logged


def test_a_busy_database_asks_to_try_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    supervisor = office.api("siti", "supervisor", "64.02")
    monkeypatch.setattr("server.api.records.read_record", fail)
    headers = {"Authorization": f"Bearer {supervisor.token}"}
    answer = office.client.get("/api/v1/records/3f9a4f5e-0000-4000-8000-000000000000", headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json is not None
    assert answer.json["error"]["code"] == "database-busy"
