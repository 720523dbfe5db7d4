"""
Files to the server, after the text: small pictures first, then originals; within both urgent cases first.

What arrived is in the store after each piece, so a sync may be cut at any point and simply be run again. No
file keeps another one back, but for what would befall them all.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from client_sync.errors import DeviceError, Refused, StoreDamaged, StoreFailed, TimedOut, Unreachable
from client_sync.file_queue import ANY, USUAL_DAYS, WIFI, in_order, urgent_files
from client_sync.pace import Pace
from client_sync.report import FilesReport, SyncReport
from client_sync.store import Store
from client_sync.store.files import KeptFile
from client_sync.store.settings import ASK_FILES, KEEP_FILES, LAST_SYNC, ORIGINALS
from client_sync.surroundings import Surroundings
from client_sync.transport import Transport
from client_sync.uploads import MOST_ASKED, HashDiffers, Upload, UploadGone, Uploads

DAY_MS: Final = 24 * 3_600_000
BEGINNINGS: Final = 3
"""How often in one sync an upload begins anew of which the server does not know."""
OF_ALL: Final = (401, 403, 507)
"""Statuses that say nothing of one file: the next one would be answered likewise."""
NO_FILES: Final = "no-files"
"""The code of a server of before there were files."""

T = TypeVar("T")


class FileSync:
    """
    One sync of the files of a device store; its report is `report.files`.

    `is_wifi`: this line costs its person nothing.
    """

    def __init__(
        self, store: Store, transport: Transport, around: Surroundings, token: str, report: SyncReport
    ) -> None:
        self._store = store
        self._around = around
        self._report = report
        self._uploads = Uploads(transport, token, around.tick, Pace(), self._sending)

    @property
    def files(self) -> FilesReport:
        return self._report.files

    def run(self, *, is_wifi: bool = False) -> FilesReport:
        """
        Sends what is to be sent, as far as it goes; the report says what remains, and why.

        Raises `StoreDamaged` and `StoreFailed` alone: of the line and the server the report tells.
        """
        if not self._store.files.any():
            return self.files
        is_free = is_wifi or self._store.settings.get(ORIGINALS, ANY) != WIFI
        try:
            self._compare()
            for file in in_order(self._store.files.waiting(), urgent_files(self._store)):
                if file.is_small or is_free:
                    self._send_or_explain(file)
        except (StoreDamaged, StoreFailed):
            raise
        except DeviceError as error:
            self.files.code = code_of(error)
        finally:
            self._count_rest(is_free)
        return self.files

    # --- which ---

    def _compare(self) -> None:
        """Asks of what waits, and of what the server may have lost, whether it is needed there."""
        store = self._store
        waiting = [one.hash for one in store.files.waiting()]
        days = int(store.settings.get(KEEP_FILES, USUAL_DAYS))
        old = set(store.files.kept_since_before(self._now() - days * DAY_MS))
        is_doubtful = bool(store.settings.get(ASK_FILES))
        kept = [one.hash for one in store.files.all() if one.sent is not None] if is_doubtful else sorted(old)
        asked = [*waiting, *kept]
        for start in range(0, len(asked), MOST_ASKED):
            self._compare_some(asked[start : start + MOST_ASKED], old)
        store.settings.put(ASK_FILES, None)

    def _compare_some(self, asked: Sequence[str], old: set[str]) -> None:
        needed = self._persist(lambda: self._uploads.needed(asked))
        files = self._store.files
        with self._store.transaction():
            for file in asked:
                known = files.find(file)
                if known is None:
                    continue
                if known.sent is None and file not in needed:
                    files.sent([file], self._now())
                    self.files.known += 1
                elif known.sent is not None and file in needed:
                    files.send_again([file])  # nobody else may have it any more
                elif known.sent is not None and file in old:
                    files.drop([file])

    # --- sending ---

    def _send_or_explain(self, file: KeptFile) -> None:
        """Sends a file; where the server refuses or loses it, that is noted, and the next has its turn."""
        self.files.begin(file)
        try:
            self._send(file)
        except (Refused, HashDiffers, UploadGone) as error:
            self._store.files.explain(file.hash, error.code)
            if error.facts.get("status") in OF_ALL:
                raise
            return
        with self._store.transaction():
            self._store.files.sent([file.hash], self._now())
        self.files.sent += 1
        self._tell()

    def _send(self, file: KeptFile) -> None:
        """Until the server has all of it. Raises when patience is at its end, or the server refuses."""
        upload = Upload(file.upload, file.arrived) if file.upload else None
        is_sure, is_new, beginnings, furthest = False, upload is None, 0, -1
        self._uploads.is_careful = False
        self._around.patience.begin()
        while upload is None or not is_sure or upload.arrived < file.size:
            try:
                upload = self._step(file, upload, is_sure) if upload else self._begin(file, is_new)
                is_sure = True
                if upload.arrived > furthest:
                    furthest = upload.arrived
                    self._around.patience.begin()
            except (UploadGone, HashDiffers) as error:
                beginnings += 1
                self._store.files.begin_upload(file.hash, None, 0)
                upload, is_sure, is_new, furthest = None, False, True, 0
                if beginnings >= BEGINNINGS or (self._uploads.is_careful and isinstance(error, HashDiffers)):
                    raise
                self._uploads.is_careful = isinstance(error, HashDiffers)
            except Unreachable as error:
                is_sure = is_new = False
                self._bear(error)

    def _begin(self, file: KeptFile, is_new: bool) -> Upload:
        """Begins an upload; what was tried before may have arrived, and is not sent again at once."""
        first = self._store.files.read(file, 0, self._uploads.length(file.size)) if is_new else b""
        return self._note(file, self._uploads.create(file.hash, file.size, first))

    def _step(self, file: KeptFile, upload: Upload, is_sure: bool) -> Upload:
        """Asks how far an upload is, or sends the next piece."""
        if not is_sure:
            return self._note(file, self._uploads.arrived(upload.id, file.size))
        length = self._uploads.length(file.size - upload.arrived)
        data = self._store.files.read(file, upload.arrived, length)
        now = self._uploads.append(upload.id, upload.arrived, data, file.size)
        if now.arrived <= upload.arrived:
            raise Unreachable("the server did not take a piece")
        return self._note(file, now)

    def _sending(self, moved: int) -> None:
        """Bytes of a piece have left; whether they arrive is told by its answer."""
        self.files.moving += moved
        self._tell()

    def _note(self, file: KeptFile, upload: Upload) -> Upload:
        """Keeps how far a file is, so that any later sync goes on from there."""
        self._store.files.begin_upload(file.hash, upload.id, upload.arrived)
        self.files.arrived(upload.arrived)
        self._tell()
        return upload

    # --- inside ---

    def _persist(self, attempt: Callable[[], T]) -> T:
        self._around.patience.begin()
        while True:
            try:
                return attempt()
            except Unreachable as error:
                self._bear(error)

    def _bear(self, error: Unreachable) -> None:
        """Waits before the next attempt; a server without room for more is not asked again at once."""
        if isinstance(error, TimedOut):
            self._uploads.pace.failed()
        if error.facts.get("status") in OF_ALL:
            raise error
        self._around.patience.bear(error)

    def _tell(self) -> None:
        if self._around.progress:
            self._around.progress(self._report)

    def _now(self) -> int:
        """The server's clock, as it was in this sync; the device's may be decades off."""
        return int(self._store.settings.get(LAST_SYNC) or self._around.clock())

    def _count_rest(self, is_free: bool) -> None:
        waiting = self._store.files.waiting()
        self.files.count_rest(waiting, 0 if is_free else sum(not one.is_small for one in waiting))


def code_of(error: DeviceError) -> str:
    """Why nothing more is sent now, in one word."""
    if isinstance(error, Refused) and error.facts.get("status") == 404:
        return NO_FILES
    return str(error.facts.get("code_sent") or error.code)
