"""What a person enters on a device, without a line: the store, and what all who read and write it draw on."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from uuid import UUID

from client_sync import database
from client_sync.acting import Acting
from client_sync.casework import Casework
from client_sync.errors import DeviceError, NotEnrolled
from client_sync.lease import Boot, LeaseKeeper, boot_now
from client_sync.recovery import RecoveryFile
from client_sync.store import Store, open_store
from client_sync.store.settings import Identity
from domain.forms.definition import FormDefinition


def now_ms() -> int:
    """The device's clock: milliseconds since 1970, right or wrong."""
    return time.time_ns() // 1_000_000


def open_enrolled(home: Path, key: str, now: int) -> Store:
    """The store of an account in a folder. Raises `NotEnrolled`; see `client_sync.database.open_database`."""
    if database.exists(home):
        store = open_store(home, key, now)
        if store.settings.identity:
            return store
        store.close()
    raise NotEnrolled("this device is not enrolled", home=str(home))


class Workspace:
    """
    A device store with its clock, its chance and its lease.

    `Reader`, `Writer`, `Drafts`, `Attachments` and `XmlInstances` each take one, and keep nothing beside it.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int] = now_ms,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        boot: Callable[[], Boot] = boot_now,
    ) -> None:
        self.store = store
        self.random_bytes = random_bytes
        self._clock = clock
        self.lease = LeaseKeeper(store, clock, boot)
        self.lease.note_use()

    @classmethod
    def at(cls, home: Path, key: str) -> Self:
        """
        The workspace over the store in the folder `home`, which is encrypted by the passphrase `key`.

        Raises `NotEnrolled` when there is none, or it never was anybody's; see
        `client_sync.database.open_database` for the rest.
        """
        store = open_enrolled(home, key, now_ms())
        RecoveryFile(home, key).renew(store)
        return cls(store)

    def close(self) -> None:
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def now(self) -> int:
        """The device's clock: milliseconds since 1970, right or wrong."""
        return self._clock()

    @property
    def identity(self) -> Identity:
        """The account behind this device. Raises `NotEnrolled`."""
        identity = self.store.settings.identity
        if identity is None:
            raise NotEnrolled("this device is not enrolled")
        return identity

    def new_record(self) -> str:
        """An id for a record, or for whatever becomes one."""
        return str(UUID(bytes=self.random_bytes(16), version=4))

    def form(self, identity: str | None) -> FormDefinition:
        """A form. Without it nobody knows which answers are restricted. Raises `DeviceError`."""
        definition = self.store.forms.definition(identity)
        if definition is None:
            message = f"the form {identity} has not been fetched yet"
            raise DeviceError(message, code="form-unreadable", form=identity)
        return definition

    @property
    def casework(self) -> Casework:
        """The cases of the store, as its person sees them now."""
        identity = self.identity
        return Casework(self.store, identity.author, tuple(identity.areas), self.now)

    def acting(self, definition: FormDefinition, record: str, moment: int | None = None) -> Acting:
        """A form as it acts now, or at another moment that is known."""
        replica = self.store.settings.replica
        moment = self.now if moment is None else moment
        return Acting(definition, record, self.identity.author, replica.id if replica else "", moment)
