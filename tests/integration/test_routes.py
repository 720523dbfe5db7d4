"""Every route declares who may use it, and every route of the API is described and refuses strangers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.routing import Rule

from domain.access import ALLOWED, TABLE, Action, Role, Scope
from server.access import access_of
from server.clock import now_ms
from server.services import second_person
from tests.support.builders import new_id, op_id
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, REGENCY, VILLAGE, submit
from tests.support.office import ApiClient, Office
from tests.support.pages import PASSWORD, at_work
from tests.support.raw_device import RawDevice

HARMLESS = {"static"}
"""Endpoints that Flask adds by itself: files of ours."""


def rules(office: Office) -> list[Rule]:
    return [rule for rule in office.app.url_map.iter_rules() if rule.endpoint not in HARMLESS]


def path_of(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "x", rule.rule)


def methods_of(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


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


def test_no_route_of_the_api_answers_a_role_without_its_action(office: Office) -> None:
    people = {
        role: office.api(f"a-{role}", role.value, *([] if role is Role.ADMIN else ["64.02"])) for role in Role
    }
    for rule in rules(office):
        access = access_of(office.app.view_functions[rule.endpoint])
        if access is None or access.action is None or not rule.rule.startswith("/api/v1/"):
            continue
        for role, person in people.items():
            if access.action in ALLOWED[role]:
                continue
            for method in methods_of(rule):
                status, _ = person.call(method, path_of(rule).removeprefix("/api/v1/"))
                assert status in (401, 403), (role, method, rule.rule, status)


# --- route x role x village x method -------------------------------------------------------------

OF_NO_VILLAGE = {"form_id", "version", "name", "list_name"}
"""Arguments of routes that everybody may read: forms, and lists (what is in them: `test_cases.py`)."""
LEADS_ON = "/records/<record>/next"
"""Names a record only as a place in the caller's own list, and tells nothing of it."""
WORK: dict[str, Any] = {
    "review": {"decision": "reject", "etag": "of another version", "comment": "x"},
    "changes": {"changes": [["b", "9", []]]},
    "resolve": {"choice": "0:free"},
    "xml": "<data/>",
    "<operation>": {"decision": "void", "reason": "x"},
    "reveal": {
        "paths": ["b"],
        "reason": "untuk rapat kasus",
        "reveal_reason": "untuk rapat kasus",
        "password_again": PASSWORD,
    },
    "<confirmation>": {"decision": "refuse", "reason": "tidak perlu lagi", "password_again": PASSWORD},
}
"""What is sent to a route, by the end of its path."""


@dataclass(frozen=True)
class Target:
    """What lies in one village: a submission, a case, and work that is held."""

    record: str
    operation: str
    case: str
    confirmation: str = ""

    def path(self, rule: Rule) -> str:
        known = {"record", "operation", "confirmation"}
        assert rule.arguments <= known, f"say how the villages of {rule.rule} are tested"
        record = self.case if "/cases/" in rule.rule else self.record
        path = rule.rule.replace("<record>", record).replace("<operation>", self.operation)
        return path.replace("<confirmation>", self.confirmation)

    def rules(self, office: Office, is_of_api: bool) -> Iterator[tuple[Rule, str, Action, Any]]:
        """Routes that name it, each with its method, its action and what is sent."""
        for rule in rules(office):
            access = access_of(office.app.view_functions[rule.endpoint])
            is_here = rule.rule.startswith("/api/") == is_of_api and rule.rule != LEADS_ON
            if is_here and access and access.action and rule.arguments - OF_NO_VILLAGE:
                for method in methods_of(rule):
                    is_work = method in ("POST", "PUT")
                    work = WORK[rule.rule.rpartition("/")[2]] if is_work else None
                    yield rule, method, access.action, work


@pytest.fixture
def target(office: Office, asha: RawDevice) -> Target:
    record = submit(asha)
    office.person("head", "head", REGENCY)
    office.person("inside", "supervisor", KECAMATAN)
    asha.sync(held := asha.submission(new_id(), form="unknown@1"))
    case = new_id()
    began = asha.operation([("$village", VILLAGE, []), ("nama", "Ani", [])], record=case, kind="case:anak")
    asha.sync(began)
    asked = office.store.transact(
        lambda c: second_person.ask(
            c, office.person_in(c, "head"), Action.EXPORT_RESTRICTED, record, "untuk rapat kasus", now_ms()
        )
    )
    return Target(record, op_id(held), case, asked)


def expected(role: Role, action: Action, is_inside: bool) -> str:
    if action not in ALLOWED[role]:
        return "refused"
    is_anywhere = any(grant.scope is Scope.ANYWHERE for grant in TABLE[action][role])
    return "let in" if is_inside or is_anywhere else "not there"


def outcome(status: int) -> str:
    return {401: "refused", 403: "refused", 404: "not there"}.get(status, "let in")


@pytest.mark.parametrize("area", [KECAMATAN, VILLAGE, NEIGHBOUR, FAR])
@pytest.mark.parametrize("role", list(Role))
def test_what_the_api_names_is_there_only_for_roles_with_its_village(
    office: Office, target: Target, role: Role, area: str
) -> None:
    """Broken on purpose, each found: `find_readable` without the question, and `decide` without it."""
    is_inside = area in (KECAMATAN, VILLAGE)
    person = office.api("somebody", role.value, *([] if role is Role.ADMIN else [area]))
    office.give_password(person)
    seen = 0
    for rule, method, action, work in target.rules(office, is_of_api=True):
        path = target.path(rule).removeprefix("/api/v1/")
        status, told = person.call(method, path, work)
        assert outcome(status) == expected(role, action, is_inside), (method, rule.rule, status, told)
        seen += 1
    assert seen == 8
    for path, action, one in (
        ("records", Action.READ, target.record),
        ("held", Action.READ_HELD, target.operation),
    ):
        status, told = person.call("GET", path)
        may = expected(role, action, is_inside)
        assert (status == 403, one in str(told)) == (may == "refused", may == "let in"), path


@pytest.mark.parametrize("area", [KECAMATAN, FAR])
@pytest.mark.parametrize("role", [role for role in Role if Action.SIGN_IN in ALLOWED[role]])
def test_what_a_page_names_is_there_only_for_roles_with_its_village(
    office: Office, target: Target, role: Role, area: str
) -> None:
    """Broken on purpose, as above."""
    person = at_work(office, "somebody", role.value, area)
    token = person.get("/").form("/sign-out").fields["csrf_token"]
    seen = 0
    for rule, method, action, work in target.rules(office, is_of_api=False):
        data = {"csrf_token": token, **work} if work else None
        answer = person.client.open(target.path(rule), method=method, data=data, base_url=person.base)
        told = outcome(answer.status_code)
        assert told == expected(role, action, area == KECAMATAN), (method, rule.rule, answer.status_code)
        seen += 1
    assert seen == 8


@pytest.mark.parametrize("area", [KECAMATAN, FAR])
@pytest.mark.parametrize("role", list(Role))
def test_a_device_gets_a_village_and_its_records_only_with_role_and_area(
    office: Office, target: Target, role: Role, area: str
) -> None:
    """Broken on purpose: `etags` without the question, and records that are asked for by their ids."""
    device = office.device("somebody", role.value, area)
    is_let_in = Action.SYNC in ALLOWED[role] and area == KECAMATAN
    assert (device.get(f"etags?village={VILLAGE}").status_code == 200) == is_let_in
    told = device.post("sync", device.request(want=[target.record]))
    assert ('"kind"' in told.text and target.record in told.text) == is_let_in
    work = device.operation([("b", "9", [])], record=target.record)
    verdict = device.post("sync", device.request(work))
    if Action.SYNC in ALLOWED[role]:
        assert ("outside-scope" in verdict.text) != is_let_in
    else:
        assert verdict.status_code == 403


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
                assert "200" in operation["responses"], (method, path)


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
