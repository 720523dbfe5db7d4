"""
Versions of the officers' app at one address, as an office that upgrades its server hands them out.

::

    with versions_of(office.app, tmp_path) as server:
        server.start(FIRST)
        ...
        server.start(NEXT)

The next version is the built one with each script under another name, as after a change of all: it says
another number, and changes the store of whoever opens it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain import __version__
from server.web.phone_app import FOLDER
from tests.support.phone_app import BUILT
from tests.support.server import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

FIRST: Final = __version__
NEXT: Final = "99.0"
_STATEMENTS: Final = '"../../../client_sync/sql/drafts.sql":'
_CHANGE: Final = '"../../../client_sync/sql/9999_later.sql":`CREATE TABLE later (word TEXT);\n`,'


class Versions:
    """The office's server, stopped at first. `url` stays the same whatever it hands out."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self._places = {FIRST: BUILT.parent, NEXT: folder / "next"}
        make_next(self._places[NEXT] / FOLDER)
        self._running = ExitStack()
        self.url = ""

    def start(self, version: str = FIRST, cut_after: int | None = None) -> None:
        """Hands out a version instead. `cut_after`: so many of its parts, and the half of one more."""
        self.stop()
        self.app.static_folder = str(self._places[version])
        answer: WSGIApplication = self.app if cut_after is None else cut(self.app, cut_after)
        port = int(self.url.rpartition(":")[2] or 0)
        self.url = self._running.enter_context(serving(answer, port))

    def parts(self, version: str) -> list[str]:
        """The names of its scripts and of what else has a digest in its name."""
        folder = self._places[version] / FOLDER / "assets"
        return sorted(one.name for one in folder.iterdir() if one.suffix not in {".br", ".gz"})

    def worker(self, version: str) -> str:
        """Its worker with the store."""
        return next(name for name in self.parts(version) if name.startswith("worker-"))

    def stop(self) -> None:
        """Nobody listens at its address."""
        self._running.close()


@contextmanager
def versions_of(app: Flask, folder: Path) -> Iterator[Versions]:
    """Stopped at the end; `folder` keeps the next version."""
    usual = app.static_folder
    server = Versions(app, folder)
    try:
        yield server
    finally:
        server.stop()
        app.static_folder = usual


def make_next(folder: Path) -> None:
    """Leaves the next version there."""
    shutil.copytree(BUILT, folder, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    scripts = sorted(file.name for file in (folder / "assets").glob("*.js"))
    # Numbered: two may differ in nothing but their digest.
    names = {
        name: re.sub(r"-[\w-]{8}\.js$", f"-Next{number:04}.js", name) for number, name in enumerate(scripts)
    }
    for old, new in names.items():
        (folder / "assets" / old).rename(folder / "assets" / new)
    for file in (*folder.glob("assets/*.js"), folder / "index.html", folder / "sw.js"):
        _rewrite(file, names)
    worker = next(folder.glob("assets/worker-*.js"))
    _replace(worker, f"`{FIRST}`", f"`{NEXT}`")
    _replace(worker, _STATEMENTS, _CHANGE + _STATEMENTS)
    page, built = ((one / "index.html").read_bytes() for one in (folder, BUILT))
    _replace(folder / "sw.js", _revision(built), _revision(page))


def cut(app: Flask, after: int) -> WSGIApplication:
    """The same behind a line that breaks in the middle of a part of the app, and of each that follows."""
    left = iter(range(after))

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = app(environ, start_response)
        if "/assets/" not in environ["PATH_INFO"] or next(left, None) is not None:
            return body
        whole = b"".join(body)
        return [whole[: len(whole) // 2]]  # fewer bytes than the head has promised

    return answer


def _rewrite(file: Path, names: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in names.items():
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def _revision(data: bytes) -> str:
    """By what the service worker knows a file whose name stays."""
    return md5(data, usedforsecurity=False).hexdigest()
