"""
Collecting what nobody needs: files that no operation names, objects that no file has, uploads left behind.

Nothing is taken that somebody may still be about to need. Devices send operations before files, so a file
that no operation names was erased everywhere, or somebody sent it for nothing. An object without a file is
what a kill left between storage and database; or the database is older than the storage, and perhaps the
wrong one: so it is noted first, and deleted when this very database has not known it for a week.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from domain.uploading import LIFETIME_MS
from server import logs
from server.blobs import Blobs
from server.store import orphans, settings
from server.store.transactions import Store

DAY_MS: Final = 24 * 60 * 60 * 1000
GRACE_MS: Final = 30 * DAY_MS
"""A file that nobody names is kept so long after it was sent last."""
STRAY_MS: Final = 7 * DAY_MS
"""An object that no file has is kept so long after that was seen first."""
EVERY_MS: Final = DAY_MS
"""Between two looks of workers: a look lists the whole storage."""
COLLECTED: Final = "files-collected"


@dataclass(frozen=True, slots=True)
class Collected:
    """How much was taken away; `noted` objects are new ones that no file has, and stay for now."""

    uploads: int = 0
    files: int = 0
    objects: int = 0
    noted: int = 0
    drafts: int = 0

    @property
    def total(self) -> int:
        return self.uploads + self.files + self.objects + self.drafts


def collect_some(store: Store, blobs: Blobs, now: int) -> int:
    """What workers do: one of them looks, once a day; gives how much it took away."""
    if not _is_due(store, now) or not store.transact(partial(_take_turn, now=now)):
        return 0
    done = collect(store, blobs, now)
    if done.total or done.noted:
        logs.logger().info(
            COLLECTED,
            uploads=done.uploads,
            files=done.files,
            objects=done.objects,
            noted=done.noted,
            drafts=done.drafts,
        )
    return done.total


def _is_due(store: Store, now: int) -> bool:
    with store.read() as connection:
        return _due(connection, now)


def _take_turn(connection: Connection, now: int) -> bool:
    """Whether it is still this one's; others see it taken, also where it is killed meanwhile."""
    settings.lock(connection, settings.FILES_COLLECTED)
    if not _due(connection, now):
        return False
    settings.write(connection, settings.FILES_COLLECTED, str(now))
    return True


def _due(connection: Connection, now: int) -> bool:
    """A clock that was ahead once does not put it off for ever."""
    last = settings.read(connection, [settings.FILES_COLLECTED]).get(settings.FILES_COLLECTED, "")
    return not last.isdecimal() or not 0 <= now - int(last) < EVERY_MS


def collect(store: Store, blobs: Blobs, now: int) -> Collected:
    """
    Takes away all that is due. May be killed anywhere, and begun again.

    The objects of files are deleted by `server.services.files.delete_doomed` afterwards. Raises
    `BlobsAwayError`; what was done until then stays done.
    """
    blobs.look()
    before = now - LIFETIME_MS
    uploads = sum(
        store.transact(partial(orphans.remove_left, upload=one, before=before))
        for one in _each(store, partial(orphans.left_uploads, before=before))
    )
    grace = now - GRACE_MS
    files = sum(
        store.transact(partial(orphans.remove_unnamed, hash_=one, before=grace, now=now))
        for one in _each(store, partial(orphans.unnamed_files, before=grace))
    )
    noted = _note_strays(store, blobs, now)
    objects = _delete_strays(store, blobs, now - STRAY_MS)
    return Collected(uploads, files, objects, noted, blobs.clear_drafts(now - STRAY_MS))


def what_is_due(store: Store, blobs: Blobs, now: int) -> Collected:
    """What `collect` would do now, of which nothing is done."""
    uploads = sum(1 for _ in _each(store, partial(orphans.left_uploads, before=now - LIFETIME_MS)))
    files = sum(1 for _ in _each(store, partial(orphans.unnamed_files, before=now - GRACE_MS)))
    old = sum(1 for _ in _each(store, partial(orphans.old_strays, before=now - STRAY_MS)))
    strays = 0
    for names in _named(blobs):
        with store.read() as connection:
            strays += len(set(names) - orphans.known_objects(connection, names))
    return Collected(uploads, files, old, max(0, strays - old))


def _each(store: Store, some: Callable[..., list[str]]) -> Iterator[str]:
    """All that a query gives behind what it gave before, each part read when it is needed."""
    last = ""
    while True:
        with store.read() as connection:
            found = some(connection, after=last)
        if not found:
            return
        yield from found
        last = found[-1]


def _note_strays(store: Store, blobs: Blobs, now: int) -> int:
    return sum(store.transact(partial(orphans.note_strays, names=names, now=now)) for names in _named(blobs))


def _named(blobs: Blobs) -> Iterator[list[str]]:
    listed = (one.name for one in blobs.names())
    while names := list(islice(listed, orphans.AT_ONCE)):
        yield names


def _delete_strays(store: Store, blobs: Blobs, before: int) -> int:
    """Nobody can come to have an object of long ago: its key is nowhere."""
    deleted = 0
    for name in _each(store, partial(orphans.old_strays, before=before)):
        with store.read() as connection:
            is_known = bool(orphans.known_objects(connection, [name]))
        if not is_known:
            blobs.delete(name)
            deleted += 1
        store.transact(partial(orphans.forget_strays, names=[name]))
    return deleted
