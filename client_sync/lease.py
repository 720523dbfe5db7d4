"""
The lock of a store that was without its server for too long: nothing in it is shown until the office says so.

It is a mark inside the encrypted store, and no second key (docs/decisions/0033). Nothing is erased by it, new
forms are filled and everything is handed in as ever.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from client_sync.errors import StoreFailed, StoreLocked
from client_sync.store import Store
from client_sync.store.settings import LEASE, LEASE_DAYS, LOCK
from domain.canonical import to_text
from domain.lease import Lease, Moment, at, begun, is_over
from schemas.replies import SyncReply

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
LOCK_BYTES: Final = 8
WORTH_A_WRITE_MS: Final = 60_000
"""Of time that would be counted within the same boot anyway."""


class Boot(NamedTuple):
    """Which start of the machine this is (empty: unknown), and for how many milliseconds it has been on."""

    id: str
    up: int


def boot_now() -> Boot:
    """What the machine says, which counts on while it sleeps and cannot be set."""
    try:
        name = BOOT_ID.read_text("ascii").strip()
        return Boot(name, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000)
    except (OSError, ValueError, AttributeError):
        return Boot("", 0)


class LeaseKeeper:
    """Counts the lease of a store at each use, and locks it when that is over."""

    def __init__(self, store: Store, clock: Callable[[], int], boot: Callable[[], Boot] = boot_now) -> None:
        self._store = store
        self._clock = clock
        self._boot = boot

    def note_use(self) -> None:
        """Keeps how long it has been. A store that cannot be written is read all the same."""
        if not self._is_due:
            return
        with suppress(StoreFailed), self._store.transaction():
            if self._is_due:  # another process may have been faster
                kept, now = self._kept(), self._moment()
                lease = at(kept, now) if kept else begun(now)
                self._store.settings.put(LEASE, _to_json(lease))
                if is_over(lease, self._days):
                    self._store.settings.put(LOCK, to_text(secrets.token_bytes(LOCK_BYTES)))

    @property
    def _is_due(self) -> bool:
        """Whether there is anything to keep: whoever only reads waits for nobody who writes."""
        if not self._days or self._lock:
            return False
        kept = self._kept()
        return kept is None or _is_worth_a_write(kept, at(kept, self._moment())) or self.is_locked

    @property
    def is_locked(self) -> bool:
        """Whether nothing may be shown; looked at anew each time, since a program may be open for months."""
        if self._lock:
            return True
        kept = self._kept() if self._days else None
        return kept is not None and is_over(at(kept, self._moment()), self._days)

    def check(self) -> None:
        """Raises `StoreLocked`."""
        if self.is_locked:
            raise StoreLocked("this device was without its server for too long", days=self._days)

    def hear(self, reply: SyncReply, named: str | None) -> None:
        """What an answer says of it; `named` is the lock that the request named."""
        settings = self._store.settings
        if reply.revoked:
            return
        if reply.locked:
            settings.put(LOCK, reply.locked)
            return
        if reply.unlocked and named == self._lock:
            settings.put(LOCK, None)
        if not self._lock:
            settings.put(LEASE, _to_json(begun(self._moment())))

    @property
    def _lock(self) -> str | None:
        found: str | None = self._store.settings.get(LOCK)
        return found

    @property
    def _days(self) -> int:
        return int(self._store.settings.get(LEASE_DAYS, 0))

    def _kept(self) -> Lease | None:
        found = self._store.settings.get(LEASE)
        return Lease(found[0], Moment(*found[1:])) if found else None

    def _moment(self) -> Moment:
        boot = self._boot()
        return Moment(self._clock(), boot.id, boot.up)


def _is_worth_a_write(kept: Lease, lease: Lease) -> bool:
    is_known = bool(kept.moment.boot) and kept.moment.boot == lease.moment.boot
    return not is_known or lease.elapsed - kept.elapsed >= WORTH_A_WRITE_MS


def _to_json(lease: Lease) -> list[object]:
    return [lease.elapsed, lease.moment.wall, lease.moment.boot, lease.moment.up]
