"""
The phone's worker in Chromium on a profile that stays, asked by its messages as the pages ask it.

::

    with phone_in(browser.browser_type, profile, url) as phone:
        store = phone.ask("begin", {"url": url, "code": code, "deviceName": "", "pin": PIN})["store"]
        phone.ask("keep", draft, [["nama", "Asha"]])

Bytes travel as `Bytes`. The page behind it is a picture of the app's address, so no page of the app is open.
"""

from __future__ import annotations

import os
import signal
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from server.clock import now_ms
from server.services.enrol import make_code
from tests.support.browser import ARGUMENTS, PATIENCE, ensure_chromium
from tests.support.office import Office
from tests.support.phone_app import BUILT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, BrowserType, Page

PIN: Final = "830264"
START: Final = """
(address) => {
  const worker = new Worker(address, { type: "module" });
  const waiting = new Map();
  let last = 0;
  window.events = [];
  worker.onmessage = ({ data }) => {
    if ("event" in data) return window.events.push(data.event);
    const { done, failed } = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) failed(data.error); else done(data.result);
  };
  window.device = (method, ...given) => new Promise((done, failed) => {
    waiting.set(++last, { done, failed });
    worker.postMessage({ id: last, method, given });
  });
  const bytesOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  window.blobOf = (text, type) => new Blob([bytesOf(text)], { type });
  window.plain = async (value) => {
    if (value instanceof Blob) {
      let text = "";
      for (const byte of new Uint8Array(await value.arrayBuffer())) text += String.fromCharCode(byte);
      return { $bytes: btoa(text), type: value.type };
    }
    if (Array.isArray(value)) return Promise.all(value.map(window.plain));
    if (value === null || typeof value !== "object") return value;
    const pairs = Object.entries(value).map(async ([name, one]) => [name, await window.plain(one)]);
    return Object.fromEntries(await Promise.all(pairs));
  };
}
"""
ASK: Final = """
async ([method, given]) => {
  const read = (one) => one && one.$bytes !== undefined ? window.blobOf(one.$bytes, one.type) : one;
  try {
    return { result: await window.plain(await window.device(method, ...given.map(read))) };
  } catch (error) {
    return { error };
  }
}
"""
UNTIL_OURS: Final = """async () => {
  while ((await window.device("phone")).isElsewhere) await new Promise((done) => setTimeout(done, 20));
}"""


@dataclass(frozen=True)
class Bytes:
    """A blob of the browser."""

    data: bytes
    type: str = ""


class Told(Exception):
    """The worker said that it cannot; by a code, with facts."""

    def __init__(self, code: str, facts: dict[str, Any], message: str) -> None:
        super().__init__(f"{code}: {message} {facts}")
        self.code, self.facts = code, facts


class PhoneBrowser:
    """One start of the app on a phone: a worker in a page of its own."""

    def __init__(self, context: BrowserContext, url: str, worker: str) -> None:
        self.context = context
        self.url = url
        self.worker = worker
        self.page = self.open()

    def open(self) -> Page:
        """Another tab with a worker; the newest one is asked."""
        page = self.context.new_page()
        page.goto(f"{self.url}/app/icon-192.png")
        page.evaluate(START, f"/app/assets/{self.worker}")
        self.page = page
        return page

    def start_anew(self, worker: str) -> None:
        """Closes the tab, and opens one with another build's worker."""
        self.page.close()
        self.worker = worker
        self.open().evaluate(UNTIL_OURS)

    def ask(self, method: str, *given: object) -> Any:
        """Raises `Told`."""
        said = self.page.evaluate(ASK, [method, [_outwards(one) for one in given]])
        if "error" in said:
            error = said["error"]
            raise Told(error["code"], error["facts"], error["message"])
        return _inwards(said.get("result"))


def worker_file() -> str:
    """What the build calls the worker."""
    return next((BUILT / "assets").glob("worker-*.js")).name


@contextmanager
def phone_in(kind: BrowserType, profile: Path, url: str, worker: str = "") -> Iterator[PhoneBrowser]:
    """Chromium on the profile in a folder, and the built `worker` in it; may be killed meanwhile."""
    from playwright.sync_api import Error

    program = ensure_chromium()
    assert program
    context = kind.launch_persistent_context(
        profile, executable_path=program, args=ARGUMENTS, locale="id-ID", timezone_id="Asia/Makassar"
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield PhoneBrowser(context, url, worker or worker_file())
    finally:
        with suppress(Error):  # of one that was killed
            context.close()


def enrolled(phone: PhoneBrowser, office: Office, name: str = "asha", pin: str = PIN) -> str:
    """Makes a store for an account that there is, and fetches its forms; gives the store's id."""
    with office.store.write() as connection:
        code = make_code(connection, name, now_ms())
    begun = phone.ask("begin", {"url": phone.url, "code": code, "deviceName": "HP", "pin": pin})
    assert begun["author"] == name
    phone.ask("sync", True)
    return str(begun["store"])


def kill(profile: Path) -> None:
    """SIGKILL to the Chromium on this profile and to all that it has started, as a battery that is empty."""
    parents = {process: parent for process, parent, _ in _processes()}
    doomed = {process for process, _, said in _processes() if f"--user-data-dir={profile}".encode() in said}
    while more := {one for one, parent in parents.items() if parent in doomed} - doomed:
        doomed |= more
    for process in doomed:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _processes() -> Iterator[tuple[int, int, bytes]]:
    """Number, parent and command of each process."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                yield int(folder.name), int(status[1]), (folder / "cmdline").read_bytes()


def _outwards(value: object) -> object:
    if isinstance(value, Bytes):
        return {"$bytes": b64encode(value.data).decode(), "type": value.type}
    return value


def _inwards(value: object) -> object:
    if isinstance(value, list):
        return [_inwards(one) for one in value]
    if not isinstance(value, dict):
        return value
    told = cast("dict[str, Any]", value)
    if "$bytes" in told:
        return Bytes(b64decode(told["$bytes"]), told["type"])
    return {name: _inwards(one) for name, one in told.items()}
