"""Who this device is: its account, its server, its replica ids and what it keeps in mind between syncs."""

import json
from dataclasses import dataclass
from typing import Any, Final

from client_sync.chain import SentChain, read_chain
from client_sync.database import Database
from schemas.replies import NOTHING, Have

IDENTITY: Final = "identity"
CONFIG: Final = "config"
OFFSET: Final = "offset_ms"
CONFIRMED: Final = "confirmed_cursors"
LINE: Final = "line"
RECONCILE: Final = "reconcile"
LAST_SYNC: Final = "last_sync"
REVOKED: Final = "is_revoked"
LEASE: Final = "lease"
"""Milliseconds without contact up to a use, and what the clocks said then: see `client_sync.lease`."""
LEASE_DAYS: Final = "lease_days"
OFFICE_KEY: Final = "office_key"
"""The public key that unsent work is sealed to, as the office told it."""
RECOVERY: Final = "recovery"
"""For which key `recovery.key` was written, and the digest of that file."""
LOCK: Final = "lock"
"""The id of the lock by which nothing is shown, while there is one."""
KEY: Final = "key"
CHAIN: Final = "chain"
ASK_FILES: Final = "ask_files"
"""Whether the server may lack files that it once had: it came back from a backup, or is another one."""
ORIGINALS: Final = "originals"
"""On which lines files travel that are not small: ``any`` (also where nothing is said) or ``wifi``."""
KEEP_FILES: Final = "keep_files"
"""For how many days a file stays here that the server has."""
NUMBER: Final = "confirmation_number"
"""What the office types to confirm the enrolment, while it has not."""


@dataclass(frozen=True)
class Identity:
    """The account behind this device, as the server named it; `areas` are the codes it is responsible for."""

    url: str
    token: str
    author: str
    role: str
    areas: tuple[str, ...]

    @property
    def reading_class(self) -> tuple[str, str]:
        """What the records on this device were chosen by, villages apart."""
        return self.author, self.role


@dataclass(frozen=True)
class DeviceKey:
    """
    The device's private key (the 32 bytes of Ed25519, as text), and the id by which the server knows the
    device: none until it has taken the public key.
    """

    seed: str
    device: str | None = None


@dataclass(frozen=True)
class Replica:
    """The current replica id, its last counter, and what the server must have counted from it."""

    id: str
    last_n: int
    have: Have = NOTHING


class Settings:
    """Small values by name, each a JSON text; and the replica ids."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, name: str, default: Any = None) -> Any:
        found = self._db.value("setting", name)
        return default if found is None else json.loads(found)

    def put(self, name: str, value: Any) -> None:
        """Keeps a value; `None` forgets it. Writes nothing when it is there already."""
        if value == self.get(name):
            return
        if value is None:
            self._db.run("drop_setting", name)
        else:
            self._db.run("set_setting", name, json.dumps(value, ensure_ascii=False))

    @property
    def identity(self) -> Identity | None:
        found = self.get(IDENTITY)
        return Identity(**{**found, "areas": tuple(found["areas"])}) if found else None

    @identity.setter
    def identity(self, identity: Identity) -> None:
        self.put(IDENTITY, {**vars(identity), "areas": list(identity.areas)})

    @property
    def key(self) -> DeviceKey | None:
        """The device's key; none in a store that enrolled before there were keys."""
        found = self.get(KEY)
        return DeviceKey(**found) if found else None

    @key.setter
    def key(self, key: DeviceKey) -> None:
        self.put(KEY, vars(key))

    @property
    def chain(self) -> SentChain:
        """Where the chain of signed batches stands."""
        return read_chain(self.get(CHAIN))

    @chain.setter
    def chain(self, chain: SentChain) -> None:
        self.put(CHAIN, chain.to_json())

    def begin_key(self, key: DeviceKey) -> None:
        """Goes on with a fresh key: nothing was signed with it yet."""
        self.key = key
        self.put(CHAIN, None)

    @property
    def replica(self) -> Replica | None:
        """The current replica; none before the first enrolment."""
        found = self._db.row("current_replica")
        return Replica(found[0], found[1], Have(found[2], found[3])) if found else None

    def earlier_replicas(self) -> list[str]:
        """The other replica ids under which operations were made that are still here."""
        return [row[0] for row in self._db.rows("earlier_replicas")]

    def begin_replica(self, replica: str) -> None:
        """Goes on under a new replica id: nothing of what the server counted under the old one counts for it.

        The old operations stay guarded: they are offered to the server at the end of the next sync.
        """
        self._db.run("add_replica", replica)
        self._db.run("count_no_operation")
        self.put(CONFIRMED, None)
        self.put(RECONCILE, True if self._db.value("has_own_operations") else None)

    def next_n(self, replica: Replica, n: int) -> None:
        self._db.run("count_replica", n, replica.id)

    def set_have(self, replica: str, have: Have) -> None:
        self._db.run("set_have", have.total, have.xor, replica)
