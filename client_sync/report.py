"""What a sync did, as it is told to people and programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from client_sync.apply import Applied
from client_sync.plan import PRIVATE
from client_sync.store.files import KeptFile
from client_sync.store.outbox import Refusal
from client_sync.transport import Traffic
from domain.canonical import Json
from schemas.replies import OK, SyncReply


@dataclass
class FilesReport:
    """
    What a sync did with files: `sent` went over the line (the server confirmed `bytes_sent`), `known` it had
    already; `waiting` remain, of which `for_wifi` are kept back by choice; `code` says why nothing more was
    sent. `name`, `size`, `done` and `moving` (bytes on their way) tell of the file that is being sent.
    """

    sent: int = 0
    known: int = 0
    bytes_sent: int = 0
    waiting: int = 0
    bytes_waiting: int = 0
    for_wifi: int = 0
    code: str = ""
    refused: list[KeptFile] = field(default_factory=list)
    name: str = ""
    size: int = 0
    done: int = 0
    moving: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing remains but what is kept back by choice."""
        return self.waiting == self.for_wifi

    def begin(self, file: KeptFile) -> None:
        """A file has its turn."""
        self.name, self.size, self.done, self.moving = file.name, file.size, file.arrived, 0

    def arrived(self, offset: int) -> None:
        """The server says how far it is."""
        self.bytes_sent += max(offset - self.done, 0)
        self.done, self.moving = offset, 0

    def count_rest(self, waiting: Sequence[KeptFile], for_wifi: int) -> None:
        self.waiting, self.for_wifi = len(waiting), for_wifi
        self.bytes_waiting = sum(one.size - one.arrived for one in waiting)
        self.refused = [one for one in waiting if one.code]

    def to_json(self) -> dict[str, Json]:
        return {
            "sent": self.sent,
            "known": self.known,
            "bytes_sent": self.bytes_sent,
            "waiting": self.waiting,
            "bytes_waiting": self.bytes_waiting,
            "for_wifi": self.for_wifi,
            "code": self.code,
            "refused": [{"hash": one.hash, "name": one.name, "code": one.code} for one in self.refused],
        }


@dataclass
class SyncReport:
    """
    What a sync did.

    `sent` operations were acknowledged, with these `verdicts`; `received` records came whole, `left` ones
    were dropped; `unsent` operations and `wanted` records remain (none when `is_quiet`); `refused` are the
    operations that were held or made void; `heads_differ` the kecamatan whose audit is not the one known.
    """

    sent: int = 0
    received: int = 0
    left: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: {"ok": 0, "held": 0, "void": 0})
    refused: list[Refusal] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)
    unsent: int = 0
    wanted: int = 0
    sent_again: int = 0
    unreadable: int = 0
    forked: bool = False
    revoked: bool = False
    locked: bool = False
    reset: list[str] = field(default_factory=list)
    heads_differ: list[str] = field(default_factory=list)
    is_quiet: bool = False
    files: FilesReport = field(default_factory=FilesReport)
    _counted: dict[str, str] = field(default_factory=dict)
    """Under which verdict those of the sent operations are counted that were not accepted at once."""

    def add(self, applied: Applied, reply: SyncReply) -> None:
        """Counts one answer in."""
        for status, count in applied.verdicts.items():
            self.sent += count
            self.verdicts[status] += count
        self._counted.update({one.id: one.status for one in applied.not_accepted})
        self._take_back(applied.decided)
        self.refused += [one for one in applied.refused if applied.decided.get(one.id) != OK]
        self.received += applied.received
        self.left += applied.left
        self.unreadable += reply.unreadable
        self.forked |= applied.forked
        self.heads_differ += applied.heads_differ
        self.revoked |= reply.revoked
        self.locked = reply.locked is not None
        villages = [feed for feed in reply.reset if not feed.startswith(PRIVATE)]
        self.reset += [village for village in villages if village not in self.reset]

    def _take_back(self, decided: Mapping[str, str]) -> None:
        """What was told of these operations holds no more: one may be accepted within the same sync."""
        self.refused = [one for one in self.refused if decided.get(one.id, one.status) == one.status]
        for operation in decided.keys() & self._counted.keys():
            self.verdicts[self._counted[operation]] -= 1
            self.verdicts[decided[operation]] += 1
            self._counted[operation] = decided[operation]

    def add_refused_here(self, refusal: Refusal) -> None:
        """Counts an operation in that the server did not even take."""
        self.refused.append(refusal)
        self.verdicts["void"] += 1

    def to_json(self) -> dict[str, Json]:
        """The report as ``verilap sync --json`` prints it."""
        return {
            "sent": self.sent,
            "received": self.received,
            "left": self.left,
            "requests": self.traffic.requests,
            "bytes_up": self.traffic.bytes_up,
            "bytes_down": self.traffic.bytes_down,
            "verdicts": dict[str, Json](self.verdicts),
            "refused": [
                {
                    "id": one.id,
                    "record": one.records[0] if one.records else None,
                    "status": one.status,
                    "code": one.code,
                    "message": one.message,
                }
                for one in self.refused
            ],
            "unsent": self.unsent,
            "wanted": self.wanted,
            "sent_again": self.sent_again,
            "unreadable": self.unreadable,
            "forked": self.forked,
            "revoked": self.revoked,
            "locked": self.locked,
            "reset": list[Json](self.reset),
            "heads_differ": list[Json](self.heads_differ),
            "quiet": self.is_quiet,
            "files": self.files.to_json(),
        }
