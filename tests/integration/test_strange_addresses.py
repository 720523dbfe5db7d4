"""
What stands in an address of the office, or in its form, is anybody's: an answer for all of it, and no fault.

Broken once: a job was looked for by whatever stood in its address, an account or a device by any name
(PostgreSQL takes no NUL), and only the other database was asked.
"""

import re
from typing import Any

import pytest

from tests.support.access_calls import methods_of
from tests.support.office import Office
from tests.support.pages import REGENCY, at_work

NO_ID = "11111111-1111-4111-8111-111111111111"
FIELDS = (
    *(
        "area",
        "round",
        "form",
        "since",
        "until",
        "officer",
        "village",
        "what",
        "days",
        "page",
        "after",
        "tab",
    ),
    *(
        "account",
        "before",
        "show",
        "status",
        "job",
        "state",
        "role",
        "person",
        "device",
        "flag",
        "age",
        "part",
    ),
    *(
        "name",
        "change",
        "text",
        "pick",
        "etag",
        "seen",
        "operation",
        "decision",
        "reason",
        "choice",
        "path:1",
    ),
    *("title", "begins", "due", "villages", "to", "case", "note", "digest", "list", "key", "officers"),
)


@pytest.mark.parametrize("role", ["head", "admin"])
def test_no_page_breaks_by_what_stands_in_its_address_or_form(office: Office, role: str) -> None:
    siti = at_work(office, "siti", role, REGENCY)
    token = siti.get("/views").form("/sign-out").fields["csrf_token"]
    asked: list[tuple[str, dict[str, str]]] = [(NO_ID, dict.fromkeys(FIELDS, "a\0b")), ("a%00b", {})]
    broken = []
    for rule in office.app.url_map.iter_rules():
        if not rule.endpoint.startswith("office.") or "sign_" in rule.endpoint:
            continue
        for one, sent in asked:
            path = re.sub(r"<[^>]+>", one, rule.rule)
            for method in methods_of(rule):
                is_get = method == "GET"
                told: dict[str, Any] = (
                    {"query_string": sent} if is_get else {"data": {**sent, "csrf_token": token}}
                )
                answer = siti.client.open(path, method=method, base_url=siti.base, **told)
                if answer.status_code >= 500:
                    broken.append(f"{method} {path} {answer.status_code}")
    assert broken == []
