"""
A device: what a person does on it, saved before it is shown as saved, and its sync.

    device = Device.open(home, key)                     # or with connect=, clock=, patience=, …
    device.enroll("https://verilap.example.go.id", code)
    saved = device.new("verifikasi_anak", "64.02.18.2007", {"g_anak/nama_anak": "Asha"})
    device.set(saved.record, {"g_anak/nama_anak": "Aisyah"})
    report = device.sync()

Everything outside can be given: `connect` makes the transport from the server's
address (so that a test client of the server can stand in for HTTP), `clock` gives
milliseconds since 1970, `boot` which start of the machine this is, `patience` says how
often to try again and how to wait, `random_bytes` where ids come from. All of it may be
wrong or hostile; nothing saved is lost for it.
"""

import platform
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from client_sync.attaching import Attachments
from client_sync.desk import Workspace, now_ms, open_enrolled
from client_sync.drafting import Drafts
from client_sync.engine import Engine
from client_sync.enroll import enroll
from client_sync.errors import DeviceError, Unreachable
from client_sync.file_sync import FileSync
from client_sync.instances import XmlInstances
from client_sync.lease import Boot, boot_now
from client_sync.line import Patience
from client_sync.reader import Reader
from client_sync.recovery import RecoveryFile
from client_sync.report import SyncReport
from client_sync.store import Store, open_store
from client_sync.store.settings import NUMBER, Identity
from client_sync.surroundings import Surroundings
from client_sync.transport import HttpTransport, Transport, check_url
from client_sync.writer import Writer
from domain.canonical import to_text


class Device:
    """
    A workspace with a line to a server: what is entered never waits for the line.

    What programs do most is called on the device itself: `dossier` shows a record; `new`, `set`, `attach` and
    `resolve` save. Its parts do the rest: `reader`, `writer`, `drafts`, `attachments`, `xml_instances`.
    """

    def __init__(
        self,
        store: Store,
        *,
        connect: Callable[[str], Transport] = HttpTransport,
        clock: Callable[[], int] = now_ms,
        tick: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        boot: Callable[[], Boot] = boot_now,
        recovery: RecoveryFile | None = None,
    ) -> None:
        self.workspace = workspace = Workspace(store, clock, random_bytes, boot)
        self.store, self.lease = store, workspace.lease
        self.reader, self.writer = Reader(workspace), Writer(workspace)
        self.drafts, self.attachments = Drafts(workspace), Attachments(workspace)
        self.xml_instances = XmlInstances(workspace)
        self._name_the_usual()
        self._clock, self._random_bytes, self._boot = clock, random_bytes, boot
        self._recovery = recovery
        self._renew_recovery()
        self._connect = connect
        self._tick = tick
        self._patience = patience or Patience()
        self._transport: tuple[str, Transport] | None = None

    def _name_the_usual(self) -> None:
        """What is called on the device itself."""
        self.dossier, self.dossiers = self.reader.dossier, self.reader.dossiers
        self.case, self.cases, self.show = self.reader.case, self.reader.cases, self.reader.show
        self.new, self.begin_case, self.set = self.writer.new, self.writer.begin_case, self.writer.set
        self.remove, self.restore = self.writer.remove, self.writer.restore
        self.resolve, self.dismiss = self.writer.resolve, self.writer.dismiss
        self.attach = self.attachments.attach

    @property
    def now(self) -> int:
        """The device's clock: milliseconds since 1970, right or wrong."""
        return self.workspace.now

    @property
    def identity(self) -> Identity:
        """The account behind this device. Raises `NotEnrolled`."""
        return self.workspace.identity

    @classmethod
    def open(
        cls,
        home: Path,
        key: str,
        *,
        create: bool = True,
        connect: Callable[[str], Transport] = HttpTransport,
        clock: Callable[[], int] = now_ms,
        tick: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        boot: Callable[[], Boot] = boot_now,
    ) -> Self:
        """
        The device whose store is in the folder `home`, encrypted by the passphrase `key`.

        Without `create` a store that is missing or was never enrolled raises `NotEnrolled`; see
        `client_sync.database.open_database` for the rest.
        """
        opened = open_store if create else open_enrolled
        return cls(
            opened(home, key, clock()),
            connect=connect,
            clock=clock,
            tick=tick,
            patience=patience,
            random_bytes=random_bytes,
            boot=boot,
            recovery=RecoveryFile(home, key),
        )

    def close(self) -> None:
        self._hang_up()
        self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enroll(self, url: str, code: str, name: str | None = None) -> Identity:
        """
        Exchanges a one-use code for a token; a store that exists is kept, under a new replica id.

        Fetches villages and forms too, where that works; else the next sync does. Raises `InvalidRequest` for
        an address that is none, `Refused` with the server's code (``enroll-code``: wrong, used or expired),
        `Unreachable`.
        """
        self._hang_up()
        transport = self._line_to(check_url(url))
        device = name or platform.node()[:60] or "verilap"
        identity = enroll(self.store, transport, url, code.strip(), device, self._surroundings())
        # What is waiting is handed in before anything is dropped; the next sync sees to both.
        if self.number is not None:
            with suppress(Unreachable):
                self._engine().register()
        elif self.store.outbox.count_queued() == 0:
            with suppress(Unreachable):
                self._engine().refresh()
        self._renew_recovery()
        return identity

    @property
    def number(self) -> str | None:
        """What somebody in the office types to confirm the enrolment; none where nothing waits for it."""
        found: str | None = self.store.settings.get(NUMBER)
        return found

    def sync(
        self, progress: Callable[[SyncReport], None] | None = None, *, is_wifi: bool = False
    ) -> SyncReport:
        """
        Syncs until nothing is left, files after the text; `progress` is told after every answer.

        `is_wifi` says that originals may travel on this line which wait for such a one. Raises as
        `client_sync.engine.Engine.run`; ``facts["report"]`` of the error then holds what was done. The report
        tells of files too: for them it raises nothing but what is the matter with the store.
        """
        engine = self._engine(progress)
        try:
            report = engine.run()
            self.store.settings.put(NUMBER, None)
            self._send_files(engine, progress, is_wifi)
            return report
        except DeviceError as error:
            error.facts["report"] = engine.report
            error.facts["number"] = self.number or "-"
            raise
        finally:
            self._renew_recovery()

    # --- inside ---

    def _send_files(
        self, engine: Engine, progress: Callable[[SyncReport], None] | None, is_wifi: bool
    ) -> None:
        """Over the same line, once the text is done."""
        identity, around = self.identity, self._surroundings(progress)
        files = FileSync(self.store, self._line_to(identity.url), around, identity.token, engine.report)
        try:
            files.run(is_wifi=is_wifi)
        finally:
            engine.count_traffic()

    def _engine(self, progress: Callable[[SyncReport], None] | None = None) -> Engine:
        return Engine(self.store, self._line_to(self.identity.url), self._surroundings(progress))

    def _renew_recovery(self) -> None:
        """The office may have told a key just now."""
        if self._recovery:
            self._recovery.renew(self.store)

    def _line_to(self, url: str) -> Transport:
        if self._transport is None or self._transport[0] != url:
            self._hang_up()
            self._transport = (url, self._connect(url))
        return self._transport[1]

    def _hang_up(self) -> None:
        if self._transport:
            self._transport[1].close()
        self._transport = None

    def _surroundings(self, progress: Callable[[SyncReport], None] | None = None) -> Surroundings:
        return Surroundings(
            self._clock,
            self._tick,
            self._new_replica,
            self._random_bytes,
            self._patience,
            progress,
            self._boot,
        )

    def _new_replica(self) -> str:
        return to_text(self._random_bytes(16))
