"""
Pages of the phone app that only tests open (`officer_app/tests/pages`), built once and served here.

`forms_page` opens forms without a screen, `filling_page` shows the one on which they are filled, with a
device that keeps everything in the page.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from server.xlsform import CompiledForm
from tests.support.axe import PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT: Final = Path(__file__).parents[2]
RECORD: Final = "3f9a4f5e-0000-4000-8000-000000000000"
AUTHOR, REPLICA = "asha", "replica-0001"
_TEXTS: Final = {".csv", ".xml", ".geojson"}


class _Quiet(SimpleHTTPRequestHandler):
    def guess_type(self, path: str | PathLike[str]) -> str:
        """Scripts as such, whatever the machine takes them for."""
        return "text/javascript" if str(path).endswith(".js") else super().guess_type(path)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture(scope="session")
def phone_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pages are served."""
    folder = tmp_path_factory.mktemp("phone-pages")
    build = [sys.executable, str(ROOT / "scripts" / "officer_app.py"), "pages", "--outDir", str(folder)]
    subprocess.run(build, check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def forms_page(page: Page, phone_pages: str) -> Page:
    """The page of `officer_app/tests/pages/forms`."""
    page.goto(f"{phone_pages}/forms/index.html")
    return page


@pytest.fixture
def filling_page(page: Page, phone_pages: str) -> Page:
    """The page of `officer_app/tests/pages/filling` on a phone; `show` fills it."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{phone_pages}/filling/index.html")
    return page


def show(page: Page, filling: Mapping[str, Any]) -> None:
    """Opens a form on the filling page."""
    page.evaluate("filling => test.show(filling)", filling)
    page.locator("h1").wait_for()


def kept(page: Page) -> dict[str, str]:
    """What the device was given to keep, the last text of each path."""
    page.evaluate("test.flush()")
    found: dict[str, str] = dict(page.evaluate("test.device.kept"))
    return found


def filling_of(form: CompiledForm, **more: Any) -> dict[str, Any]:
    """What the device gives to open a form; `more` is set in it."""
    fields = form.definition["fields"]
    media = {name: data.decode() for name, data in form.media.items() if Path(name).suffix in _TEXTS}
    return {
        "draft": "draft-1",
        "mode": "new",
        "record": RECORD,
        "identity": f"{form.form_id}@{form.version}",
        "title": {"id": "Formulir coba", "en": "A form to try"},
        "village": "64.02.18.2007",
        "started": 0,
        "xform": form.xform,
        "media": media,
        "answers": {},
        "members": {},
        "prefilled": [],
        "disputed": [],
        "unreadable": [],
        "idQuestions": [one["path"] for one in fields if one.get("role") == "id_anggota"],
        "ownCases": {},
        "remarks": [],
        "comment": "",
        "author": AUTHOR,
        "replica": REPLICA,
        **more,
    }
