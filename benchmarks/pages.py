"""The office's pages over HTTP: how long a page of the queue and one submission take, and what they weigh."""

import re
import time
from collections.abc import Iterable
from typing import Any, Final

import requests

from benchmarks.crowd import Crowd, crowd
from benchmarks.installation import Installation
from benchmarks.meters import percentile
from domain.access import Actor, Role
from server.clock import now_ms
from server.services.accounts import set_password
from server.store import accounts
from tests.support.examples import examples
from tests.support.forms import compiled, definition

FORM: Final = "verifikasi_anak"
PASSWORD: Final = "rahasia sekali 17"
TIMES: Final = 15
FILTERS: Final = (
    *("tab=approved", "tab=all", "conflicts=1", "problems=1", "problems=0", "officer=petugas7"),
    *("flag=not-found", "age=today", "age=30", f"form={FORM}"),
)


def pages(where: Installation, count: int) -> dict[str, Any]:
    """Milliseconds for the head of a regency and the supervisor of a kecamatan, among `count` submissions."""
    where.publish(compiled(FORM).definition_bytes)
    filled = {path: str(value) for path, value in examples(FORM)[0].answers.items()}
    made = crowd(where.store, definition(FORM), filled, count)
    found: dict[str, Any] = {"submissions": count}
    for role, area in ((Role.HEAD, "64.02"), (Role.SUPERVISOR, made.kecamatan)):
        name = f"pages-{role.value}"
        with where.store.write() as connection:
            accounts.add(connection, Actor(name, role, (area,)), None, "id", now_ms())
            set_password(connection, name, PASSWORD, now_ms())
        with requests.Session() as session:
            _sign_in(session, where.server.url, name)
            found |= {f"{role.value}_{what}": value for what, value in _measure(session, where, made).items()}
    plain = _took(requests.Session(), f"{where.server.url}/sign-in")
    found["plain_page_p50_ms"] = round(percentile(plain, 0.5), 1)
    found["head_queue_to_plain_page"] = round(found["head_queue_p50_ms"] / percentile(plain, 0.5), 1)
    return found


def _sign_in(session: requests.Session, url: str, name: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', session.get(f"{url}/sign-in").text)
    assert token, "the page for signing in has no token"
    sent = {"csrf_token": token[1], "name": name, "password": PASSWORD}
    assert "/sign-out" in session.post(f"{url}/sign-in", data=sent).text


def _measure(session: requests.Session, where: Installation, made: Crowd) -> dict[str, float]:
    url = where.server.url
    queue, record = f"{url}/records?tab=open", f"{url}/records/{made.record}"
    deep = f"{queue}&after={made.middle}.{made.record}"
    by_filter = {one: percentile(_took(session, f"{url}/records?{one}"), 0.5) for one in FILTERS}
    first, shown = _took(session, queue), _took(session, record)
    return {
        "queue_p50_ms": round(percentile(first, 0.5), 1),
        "queue_p95_ms": round(percentile(first, 0.95), 1),
        "deep_p50_ms": round(percentile(_took(session, deep), 0.5), 1),
        "slowest_filter_p50_ms": round(max(by_filter.values()), 1),
        "record_p50_ms": round(percentile(shown, 0.5), 1),
        "record_p95_ms": round(percentile(shown, 0.95), 1),
        "queue_kb": round(_weight(session, url, queue), 1),
        "record_kb": round(_weight(session, url, record), 1),
    }


def _took(session: requests.Session, address: str) -> list[float]:
    """Milliseconds of each of some requests; the first, which warms up, is left out."""
    took = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        answer = session.get(address)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return took[1:]


def _weight(session: requests.Session, url: str, address: str) -> float:
    """KB of a page with its styles, scripts and icons, as they are sent; without pictures of answers."""
    page = session.get(address)
    named: Iterable[str] = re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text)
    parts = [session.get(f"{url}{one}".replace("&amp;", "&")) for one in sorted(set(named))]
    return sum(int(one.headers["Content-Length"]) for one in (page, *parts)) / 1000
