"""
The officers' app as the server hands it out: packed as browsers take it, and kept where it never changes.

Broken on purpose, each seen here: the page kept for a year; the packed file sent to who does not take it; the
path not joined safely; the office's policy on the app, under which its WebAssembly does not run.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.conftest import sqlite_url
from tests.support.office import Office

PAGE = b"<!doctype html><title>Verilap</title>"
SCRIPT = b"export const answer = 42;"
PACKED = gzip.compress(SCRIPT, mtime=0)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    """Of a server with an app of three files; nothing of it touches a database."""
    static = tmp_path / "static"
    (static / "officer" / "assets").mkdir(parents=True)
    (static / "secret.txt").write_bytes(b"beside")
    (static / "officer" / "index.html").write_bytes(PAGE)
    (static / "officer" / "sw.js").write_bytes(SCRIPT)
    script = static / "officer" / "assets" / "index-abc.js"
    script.write_bytes(SCRIPT)
    script.with_name("index-abc.js.br").write_bytes(b"as brotli")
    script.with_name("index-abc.js.gz").write_bytes(PACKED)
    (static / "officer" / "assets" / "sqlite.wasm").write_bytes(b"\0asm")
    office = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    office.app.static_folder = str(static)
    yield office.app.test_client()
    office.close()


def test_the_page_is_asked_for_again_each_time_and_may_do_what_the_app_needs(client: FlaskClient) -> None:
    assert client.get("/app").headers["Location"].endswith("/app/")
    answer = client.get("/app/")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PAGE, "text/html")
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "'wasm-unsafe-eval'" in policy
    assert "'unsafe-inline'" not in policy
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get("/app/", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_worker_that_serves_without_a_line_is_never_kept(client: FlaskClient) -> None:
    answer = client.get("/app/sw.js")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")


@pytest.mark.parametrize(
    ("accepted", "coding", "data"),
    [
        ("br, gzip", "br", b"as brotli"),
        ("gzip", "gzip", PACKED),
        ("gzip, br;q=0", "gzip", PACKED),
        ("", None, SCRIPT),
        ("identity", None, SCRIPT),
    ],
)
def test_what_has_a_digest_in_its_name_is_kept_and_comes_packed(
    client: FlaskClient, accepted: str, coding: str | None, data: bytes
) -> None:
    answer = client.get("/app/assets/index-abc.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.data == data


def test_webassembly_comes_as_what_a_browser_compiles_while_it_comes(client: FlaskClient) -> None:
    assert client.get("/app/assets/sqlite.wasm").mimetype == "application/wasm"


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "assets",
        "assets/",
        "assets/index-abc.js.br",
        "../secret.txt",
        "..%2fsecret.txt",
        "assets/..%5c..%5csecret.txt",
        "%00",
        "a" * 5000,
    ],
)
def test_nothing_else_is_there(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/app/{name}")
    assert answer.status_code in (404, 308), answer.data
    assert b"beside" not in answer.data
