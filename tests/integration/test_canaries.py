"""
Secrets of every kind, used through a whole day and thrown at every door: none of them comes out elsewhere.

Looked through are 20,000 lines of the log, every address that an answer leads to, the answers to whatever was
refused or broke, and the audit. Broken on purpose, each found: the path of a request in its log line; the
message of an exception in the log. Found by it: a number among the audit's details, as the name of a store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from server import logs
from server.clock import now_ms
from server.models import Base
from server.services.accounts import set_password
from server.services.audit import seal_some
from server.services.enrol import make_code
from server.working import work_once
from tests.support.builders import new_id, with_part, with_restricted_part
from tests.support.canaries import Canaries
from tests.support.office import NOW, Office
from tests.support.pages import DEFINITION, KECAMATAN, VILLAGE, VISIT, Person
from tests.support.raw_device import RawDevice
from tests.support.visits import RESTRICTED, WOUND

LINES: Final = 20_000
ADDRESS: Final = re.compile(r'(?:href|src|action|formaction|content)="([^"]*)"')


@dataclass
class Watched:
    """
    What came back, in so far as it might carry a secret further than it should go.

    `sent` is the secret that the requests carry just now: a page may tell its sender what he typed.
    """

    canaries: Canaries
    sent: str = ""
    addresses: set[str] = field(default_factory=set)
    refusals: set[tuple[str, str]] = field(default_factory=set)

    def see(self, answer: TestResponse) -> TestResponse:
        """Keeps the addresses of an answer, and all of it where something was refused."""
        self.addresses.add(answer.headers.get("Location", ""))
        self.addresses.update(ADDRESS.findall(answer.text) if answer.mimetype == "text/html" else ())
        is_of_reader = answer.status_code == 409  # the page of a record that moved on shows it as it is now
        if answer.status_code >= 400 and not is_of_reader:
            self.refusals.add((answer.text, self.sent if answer.mimetype == "text/html" else ""))
        return answer


@dataclass
class Day:
    """An office with a supervisor's password and session, an officer's device, and tokens."""

    office: Office
    watched: Watched
    asha: RawDevice
    siti: Person
    token: str

    @property
    def canaries(self) -> Canaries:
        return self.watched.canaries

    def call(self, method: str, path: str, token: str = "", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token or self.token}", **options.pop("headers", {})}
        return self.watched.see(
            self.office.client.open(f"/api/v1/{path}", method=method, headers=headers, **options)
        )

    def open(self, method: str, path: str, **options: Any) -> TestResponse:
        """What somebody without a session asks of the pages."""
        return self.watched.see(self.office.client.open(path, method=method, **options))

    def page(self, path: str, **data: str) -> TestResponse:
        """A page of the supervisor's, or a form that he sends."""
        if not data:
            return self.watched.see(self.siti.client.get(path))
        token = self.siti.get("/held").form("/sign-out").fields["csrf_token"]
        return self.watched.see(self.siti.client.post(path, data={"csrf_token": token, **data}))


def read(answer: TestResponse) -> Any:
    """The JSON of an answer that must be a success."""
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def day(office: Office, tmp_path: Path) -> Day:
    canaries = Canaries()
    kinds = canaries.kinds
    office.publish(DEFINITION)
    office.person("siti", "supervisor", KECAMATAN)
    office.person("asha", "officer", KECAMATAN)
    with office.store.write() as connection:
        set_password(connection, "siti", kinds["password"], NOW)
        code = canaries.plant("enrolment code", make_code(connection, "asha", now_ms()))
    canaries.plant("key of the sessions", (tmp_path / "secret-key").read_text())
    told = office.client.post(
        "/api/v1/enroll", json={"code": code, "replica": "replica-of-asha", "device": "HP Asha"}
    )
    token = canaries.plant("token of a device", read(told)["token"])
    asha = RawDevice(office.client, token, "replica-of-asha", "asha")
    siti = Person(office, "siti")
    siti.sign_in(kinds["password"])
    cookie = siti.client.get_cookie("verilap")
    assert cookie is not None
    canaries.plant("session", cookie.value)
    api = office.api("siti")
    canaries.plant("token of a person", api.token)
    return Day(office, Watched(canaries), asha, siti, api.token)


def work(day: Day) -> None:
    """What people do: fill, sync, read, list, review, return, hold, decide, sign in and out."""
    kinds, asha = day.canaries.kinds, day.asha
    record, case = new_id(), new_id()
    answers = {
        "g/nama": kinds["name of a child"],
        "g/nik": kinds["NIK"],
        "g/catatan": f"{kinds['specific answer']} {kinds['KK']}",
        WOUND: RESTRICTED,
    }
    sent = with_restricted_part(
        asha.submission(record, answers, form=VISIT), record, {WOUND: kinds["restricted answer"]}
    )
    named = (["$village", VILLAGE, []], ["label", kinds["name in a case"], []], ["nik", kinds["NIK"], []])
    asha.sync(with_part(sent, case, "case:anak", *named))
    held = asha.submission(new_id(), {"g/nama": kinds["name of a child"]}, form="belum@1")
    asha.sync(held, {"v": 1, "author": kinds["name of a child"]})
    day.office.device("budi", "officer", VILLAGE).pull()
    for path in ("", f"/{record}", f"/{record}/history"):
        day.call("GET", f"records{path}")
    for path in ("cases?list=anak", "held", f"records/{case}"):
        day.call("GET", path)
    for path in ("/", "/records", f"/records/{record}", f"/records/{record}/history", "/cases", "/held"):
        day.page(path)
    day.page(f"/cases/{case}")
    waiting = read(day.call("GET", "held?status=held"))["held"][0]["id"]
    day.page(f"/held/{waiting}", decision="void", reason=kinds["reason of a decision"])
    version = read(day.call("GET", f"records/{record}"))["etag"]
    comment = {"comment": kinds["comment of a reviewer"]}
    for etag in ("of-another-version", version):
        body = {"decision": "return", "etag": etag, **comment}
        day.call("POST", f"records/{record}/review", json=body)
    day.page(f"/records/{record}/review", decision="return", etag="of-another", **comment)
    changes = [["g/nama", kinds["name of a child"], []], ["g/nik", "6402********0001", []]]
    day.call("POST", f"records/{record}/changes", json={"changes": changes})
    day.call("PUT", f"records/{record}/xml", data=f"<x>{kinds['NIK']}", headers={"If-Match": '"x"'})
    for password in ("wrong password", "password"):
        day.call("POST", "confirmations", json={"password": kinds[password]})
    revealing = {"paths": ["g/nik"], "reason": "Mencocokkan dengan kartu keluarga."}
    for path in (f"records/{record}/reveal", f"records/{record}/xml"):
        assert kinds["NIK"] in day.call("POST", path, json=revealing).text
    work_once(day.office.store)
    seal_some(day.office.store)


def refused(day: Day, secret: str) -> Iterator[Callable[[], object]]:
    """A secret at every door: in paths, queries, headers, bodies, and names of members."""
    for path in ("records/{}", "records/{}/xml", "forms/{}/1/definition", "cases/{}.csv", "nothing/{}"):
        yield partial(day.call, "GET", path.format(secret))
    for name in ("cursor", "village", "form", "state", "limit"):
        yield partial(day.call, "GET", "records", query_string={name: secret})
    for path in ("/records/{}", "/cases/{}", "/held?after={}", "/nothing/{}", "/sign-in?next=/{}"):
        yield partial(day.page, path.format(secret))
    for name in ("Content-Type", "Content-Encoding", "If-Match", "Referer", "User-Agent", "X-Forwarded-For"):
        yield partial(day.call, "POST", "sync", headers={name: secret}, data=secret)
    for scheme in ("Bearer", "Basic"):
        yield partial(day.call, "GET", "records", headers={"Authorization": f"{scheme} {secret}"})
    yield partial(day.open, "GET", "/records", headers={"Cookie": f"verilap={secret}"})
    yield partial(day.open, "POST", "/sign-in", data={"name": secret, "password": secret})
    yield from bodies(day, secret)


def bodies(day: Day, secret: str) -> Iterator[Callable[[], object]]:
    """A secret in what is sent."""
    asha = day.asha
    send = partial(day.call, "POST", "sync", asha.token)
    for body in (f'{{"a": "{secret}"', f'"{secret}"', f'{{"{secret}": 1}}', f"<x>{secret}"):
        yield partial(send, data=body)
    for member in ("code", "device"):
        yield partial(day.call, "POST", "enroll", json={"code": "x", member: secret})
    # What has the form of a device store's id is one, also in the audit: this has not.
    yield partial(send, json=asha.request(replica=f"!{secret}"))
    for member in ("have", "clock", "config", "limit", "cursors", "want"):
        yield partial(send, json=asha.request(**{member: secret}))
    for member in ("replica", "author", "salt", "meta", "preds", "parts", "v"):
        yield partial(send, json=asha.request({**asha.submission(new_id()), member: secret}))


def knocks(day: Day) -> Iterator[Callable[[], object]]:
    """Every secret at every door, then for ever at two that answer fast."""
    every = list(day.canaries.kinds.values())
    for day.watched.sent in every:
        yield from refused(day, day.watched.sent)
    for secret in cycle(every):
        yield partial(day.call, "GET", f"nothing/{secret}", headers={"Referer": secret})
        yield partial(day.call, "GET", "records", secret)


def broken(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of ours whose messages repeat all secrets."""
    every = " ".join(day.canaries.kinds.values())

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(every)

    def fail_in_the_database(*_: object, **__: object) -> None:
        raise IntegrityError(every, {"p": every}, Exception(every))

    for fault in (fail, fail_in_the_database):
        with monkeypatch.context() as patched:
            patched.setattr("server.services.read_record.find_readable", fault)
            patched.setattr("server.web.held.list_waiting", fault)
            day.call("GET", f"records/{new_id()}")
            day.page("/held")


def audited(office: Office) -> list[str]:
    with office.store.read() as connection:
        return [str(tuple(row)) for row in connection.execute(text("SELECT * FROM audit"))]


def test_no_secret_comes_out_where_it_is_not_meant_to(
    day: Day, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    logs.forward_libraries()
    is_whole = "sqlite" in request.node.callspec.id  # the lines are the same on the other one
    work(day)
    broken(day, monkeypatch)
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if '"fault"' in line]) >= 4
    for attempt in islice(knocks(day), LINES if is_whole else LINES // 20):
        attempt()
    day.watched.sent = ""
    lines += capsys.readouterr().err.splitlines()
    work(day)
    lines += capsys.readouterr().err.splitlines()
    canaries, watched = day.canaries, day.watched
    assert canaries.found_in(lines) == []
    assert canaries.found_in(watched.addresses) == []
    assert [one for text, sent in watched.refusals for one in canaries.found_in([text], sent)] == []
    assert canaries.found_in(audited(day.office)) == []
    assert len(watched.refusals) > 20
    assert not is_whole or len(lines) > LINES


def stored(office: Office) -> Iterator[bytes]:
    """Every byte of the database: the files of SQLite, the values of all columns of PostgreSQL."""
    if office.url.startswith("sqlite:///"):
        for file in Path(office.url.removeprefix("sqlite:///")).parent.iterdir():
            yield file.read_bytes()
        return
    with office.store.read() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                yield b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in row)


def test_a_stolen_database_tells_no_secret(day: Day) -> None:
    """Broken on purpose: operations stored as they came."""
    work(day)
    assert day.canaries.found_in(one.decode("latin-1") for one in stored(day.office)) == []
