"""An office on SQLite and a laptop in front of its pages, for every test of them in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import sqlite_url
from tests.support.desk import Desk
from tests.support.office import ApiClient, Office
from tests.support.pages import KECAMATAN, hire
from tests.support.server import serving
from tests.support.visits import publish

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def empty_office(tmp_path: Path) -> Iterator[Office]:
    """An office with villages, without a form and without people."""
    made = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    yield made
    made.close()


@pytest.fixture
def office(empty_office: Office) -> Office:
    """An office with the small form and a supervisor, Siti."""
    publish(empty_office)
    hire(empty_office, "siti", "supervisor", KECAMATAN)
    return empty_office


@pytest.fixture
def desk(office: Office, page: Page) -> Iterator[Desk]:
    """A laptop; the test fails when the browser complains of anything that the test does not expect."""
    with serving(office.app) as url:
        made = Desk(office, url, page)
        yield made
        assert made.complaints == []


@pytest.fixture
def api(office: Office) -> ApiClient:
    """What Siti has done at the pages, by the API."""
    return office.api("siti")
