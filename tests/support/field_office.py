"""An office with its server in a process of its own, so that phones can lose it; and the officers' phones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.clock import now_ms
from server.config import Config
from server.installation import initialise
from server.services.enrol import make_code
from server.services.files import read_file
from server.services.publish_form import publish
from server.services.read_record import read_record
from server.store import files
from server.xlsform import CompiledForm
from tests.conftest import sqlite_url
from tests.support.filings import review
from tests.support.office import ApiClient, Office
from tests.support.officers_phone import PhoneApp, phone_of
from tests.support.pages import KECAMATAN
from tests.support.server import LiveServer
from tests.support.stored_files import blobs_of

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType


class FieldOffice:
    """The office, its server (`stop`, `start`), and phones by their officers' names."""

    def __init__(self, folder: Path, kind: BrowserType, *forms: CompiledForm) -> None:
        self.folder, self.kind = folder, kind
        self.config = Config(folder, sqlite_url(folder / "database" / "verilap.db"))
        initialise(self.config)
        self.office = Office(self.config.database_url, self.config.data)
        with self.office.store.write() as connection:
            for form in forms:
                publish(connection, form, now_ms())
        self.server = LiveServer(self.config, work=True)
        self.url = self.server.url
        self._phones = ExitStack()

    def stop(self) -> None:
        """Ends the server: nobody listens at its address."""
        self.server.kill()

    def start(self) -> None:
        """A new one at the same address."""
        self.server = LiveServer(self.config, self.server.port, work=True)

    def phone(self, name: str) -> PhoneApp:
        """An officer's own phone, switched on and not enrolled."""
        self.office.person(name, "officer", KECAMATAN)
        return self._phones.enter_context(phone_of(self.kind, self.folder / f"phone-{name}", self.url))

    def code(self, name: str) -> str:
        """A one-use code for a phone."""
        self.office.person(name, "officer", KECAMATAN)
        with self.office.store.write() as connection:
            return make_code(connection, name, now_ms())

    def enrolled(self, name: str) -> PhoneApp:
        """An officer's phone that has met its server."""
        phone = self.phone(name)
        phone.set_up(self.code(name), name=f"Ponsel {name}")
        phone.sync()
        return phone

    @property
    def reader(self) -> ApiClient:
        """Somebody of the office who may read everything."""
        return self.office.api("dewi", "peksos", KECAMATAN)

    def answers(self, record: str) -> dict[str, Any]:
        """What the office API has of a record."""
        found: dict[str, Any] = self.reader.get(f"records/{record}")["answers"]
        return found

    def kept(self, record: str) -> Mapping[str, Any]:
        """The same, with numbers of people as they were entered."""
        reader = self.office.person("dewi", "peksos", KECAMATAN)
        with self.office.store.read() as connection:
            return read_record(connection, reader, record).answers

    def file(self, hash_: str) -> bytes:
        """The bytes of a file that has arrived."""
        with self.office.store.read() as connection:
            found = files.find(connection, hash_)
        assert found, hash_
        return b"".join(read_file(blobs_of(self.office), found))

    def decide(self, record: str, decision: str, **members: Any) -> None:
        """A supervisor's decision on what is there now."""
        status, body = review(self.office.api("siti", "supervisor", KECAMATAN), record, decision, **members)
        assert status in {200, 201}, body

    def close(self) -> None:
        self._phones.close()
        self.stop()
        self.office.close()


@contextmanager
def field_office(folder: Path, kind: BrowserType, *forms: CompiledForm) -> Iterator[FieldOffice]:
    """Closed at the end, with its phones."""
    made = FieldOffice(folder, kind, *forms)
    try:
        yield made
    finally:
        made.close()
