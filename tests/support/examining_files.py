"""Files that have arrived in an office, and what a worker makes of them."""

import io
from dataclasses import dataclass, field
from hashlib import sha256

from PIL import Image

from domain.files import file_hash
from server.blobs import Blobs
from server.context import context_of
from server.services.files import keep, read_view
from server.store import files
from server.store.files import StoredFile
from server.working_files import look_after_files
from tests.support.examining import Clock
from tests.support.office import Office


@dataclass
class Files:
    """The files of an office."""

    office: Office
    clock: Clock = field(default_factory=Clock)

    @property
    def blobs(self) -> Blobs:
        return context_of(self.office.app).blobs

    def arrive(self, data: bytes, account: str = "asha") -> str:
        """A file that an account has sent whole; gives its hash."""
        named = file_hash(sha256(data).digest())
        keep(self.office.store, self.blobs, named, [data], account, self.clock())
        return named

    def work(self) -> int:
        """One turn of a worker; gives how much there was to do."""
        return look_after_files(self.office.store, self.blobs, self.clock())

    def stored(self, named: str) -> StoredFile:
        with self.office.store.read() as connection:
            found = files.find(connection, named)
        assert found
        return found

    def views(self, named: str) -> dict[str, bytes]:
        """
        What is shown of a file, by kind, as it lies in the storage; each is a JPEG of the size it is said to
        have.
        """
        with self.office.store.read() as connection:
            found = files.views_of(connection, [named])
        shown = {}
        for (_, kind), view in found.items():
            data = b"".join(read_view(self.blobs, view))
            assert (view.type, view.size) == ("image/jpeg", len(data))
            assert Image.open(io.BytesIO(data), formats=["JPEG"]).size == (view.width, view.height)
            shown[kind] = data
        return shown

    def objects(self) -> int:
        """How many objects the storage has."""
        return len(list(self.blobs.names()))
