"""The device's own operations: saved, handed in, acknowledged, guarded for ninety days."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from client_sync.database import Database
from client_sync.errors import StoreDamaged
from domain.erasing import ERASED
from domain.operations import Operation, id_of, parse_raw
from schemas.replies import VOID, Verdict

KEPT_MS: Final = 90 * 24 * 3600 * 1000
"""How long an operation is kept after the server has it and sent it back."""
MOST_OFFERED: Final = 20_000


class Outgoing(NamedTuple):
    """An operation that waits to be sent; `raw` are its bytes, which travel as they are."""

    id: str
    replica: str
    is_counted: bool
    raw: bytes
    is_urgent: bool = False
    """Whether it cannot wait, or something that cannot needs it before itself."""


class Open(NamedTuple):
    """An own operation that the stored document of a record does not include."""

    id: str
    status: str
    raw: bytes


@dataclass(frozen=True)
class Refusal:
    """An operation that was held or made void: kept, and shown until it is decided or dismissed."""

    id: str
    records: tuple[str, ...]
    status: str
    code: str
    message: str
    is_dismissed: bool = False


class Outbox:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, operation: Operation, created: int, is_urgent: bool = False) -> None:
        self._db.run(
            "add_operation",
            operation.id,
            operation.replica,
            operation.n,
            operation.author,
            created,
            operation.raw,
            int(is_urgent),
        )
        self._db.run_many("link_operation", [(record, operation.id) for record in operation.records])

    def queued(self, most: int, besides: Iterable[str] = ()) -> Iterator[Outgoing]:
        """
        The first operations in the order of sending, but for those named, read as asked for.

        Urgent ones first, with those before them that speak of any of their records; else in the order of
        saving. So of what speaks of the same record the earlier always goes first.

        Raises `StoreDamaged` when the bytes are not those that were saved.
        """
        left_out = set(besides)
        for name in ("urgent_operations", "queued_operations"):
            is_urgent = name == "urgent_operations"
            for one, replica, is_counted, raw in self._db.each(name, json.dumps(sorted(left_out)), most):
                if most <= 0:
                    return
                if is_urgent:
                    left_out.add(one)
                most -= 1
                yield Outgoing(one, replica, bool(is_counted), _sound(one, raw), is_urgent)

    def unsent_ids(self) -> list[str]:
        """What no server has counted, in the order of saving: what waits, and what none even took in."""
        return [row[0] for row in self._db.rows("unsent_ids")]

    def unsent(self) -> Iterator[bytes]:
        """Their bytes, read as asked for. Raises `StoreDamaged`."""
        for one, raw in self._db.each("unsent_operations"):
            yield _sound(one, raw)

    def ranges_beside(self, operations: Iterable[str]) -> list[tuple[str, int, int]]:
        """What waits besides these operations: (replica, first n, last n), in order."""
        named = json.dumps(sorted(operations))
        return [(replica, first, last) for replica, first, last in self._db.rows("ranges_beside", named)]

    def count_queued(self) -> int:
        return int(self._db.value("count_queued"))

    def acknowledge(self, verdicts: Iterable[tuple[str, Verdict]], clock: int) -> None:
        """Takes operations out of the outbox, each with its verdict; `clock` is the server's."""
        self._db.run_many(
            "acknowledge_operation", [(*verdict, clock, operation) for operation, verdict in verdicts]
        )

    def refuse(self, operation: str, verdict: Verdict, clock: int) -> None:
        """Takes one out of the outbox that no server has counted."""
        self._db.run("refuse_operation", *verdict, clock, operation)

    def judge(self, operation: str, verdict: Verdict, clock: int) -> list[str]:
        """
        Takes another verdict over than the one that is known; `clock` is the server's.

        Gives the records that the operation touches: none when it is not ours, or this is nothing new.
        """
        if not self._db.run("judge_operation", *verdict, clock, operation):
            return []
        return self.records_of(operation)

    def accept_shown(self, operation: str) -> None:
        """A document of the server shows it, so it is accepted, whatever was said of it before."""
        self._db.run("accept_operation", operation)

    def records_of(self, operation: str) -> list[str]:
        return [row[0] for row in self._db.rows("records_of_operation", operation)]

    def records_of_each(self, operations: Iterable[str]) -> dict[str, list[str]]:
        """The records that each of the operations touches."""
        found: dict[str, list[str]] = {}
        for operation, record in self._db.among("records_of_operations", operations):
            found.setdefault(operation, []).append(record)
        return found

    def touched_among(self, records: Iterable[str]) -> set[str]:
        """Those of the records that any own operation touches."""
        return {row[0] for row in self._db.among("records_with_operations", records)}

    def status_of(self, operation: str) -> str | None:
        row = self._db.row("status_of_operation", operation)
        return str(row[0]) if row else None

    def dismiss(self, operation: str) -> None:
        self._db.run("dismiss_operation", operation)

    def refused(self) -> list[Refusal]:
        """Everything that is held or void, dismissed or not."""
        rows = self._db.rows("refused_operations")
        return [
            Refusal(one, tuple((records or "").split()), status, code, message, bool(is_dismissed))
            for one, status, code, message, is_dismissed, _, records in rows
        ]

    def refused_of(self, record: str) -> list[Refusal]:
        """What of a record is held or void and not dismissed."""
        rows = self._db.rows("refused_of_record", record)
        return [Refusal(one, (record,), *rest) for one, *rest in rows]

    def marked(self) -> set[str]:
        """The ids of everything that is held or void."""
        return {row[0] for row in self._db.rows("held_or_void")}

    def marked_of(self, record: str) -> set[str]:
        """Those of them that touch a record."""
        return {row[0] for row in self._db.rows("held_or_void_of", record)}

    def counts(self) -> dict[str, int]:
        """How many operations have each status, dismissed ones apart."""
        return dict(self._db.rows("count_by_status"))

    # --- what a record still lacks ---

    def open_of(self, record: str) -> list[Open]:
        """The operations that are in the person's view of the record but not in its document."""
        return [Open(*row) for row in self._db.rows("open_of_record", record)]

    def void_of(self, record: str) -> list[Operation]:
        """Those of them that are void: nobody will accept them any more."""
        return [parse_raw(one.raw) for one in self.open_of(record) if one.status == VOID]

    def uncontained_of(self, record: str) -> set[str]:
        return {row[0] for row in self._db.rows("uncontained_of_record", record)}

    def is_unsettled(self, record: str) -> bool:
        """Whether the view of the record holds anything that the server has not accepted."""
        return self._db.row("unsettled_of_record", record) is not None

    def dismissed_of(self, record: str) -> set[str]:
        return {row[0] for row in self._db.rows("dismissed_of_record", record)}

    def contain_accepted(self, record: str) -> None:
        """The document is the server's: it includes what the server accepted, and nothing else of ours."""
        self._db.run("contain_accepted", record)

    def contain_all(self, records: Iterable[str]) -> None:
        """The documents of these records include every own operation."""
        self._db.run_many("contain_all", [(record,) for record in records])

    def contain(self, record: str, operation: str, is_contained: bool = True) -> None:
        self._db.run("contain_operation", int(is_contained), record, operation)

    # --- erasing ---

    def sent_of(self, records: Iterable[str]) -> list[Operation]:
        """The operations on these records that were sent, and of which there is anything left."""
        return [parse_raw(raw) for _, raw in self._db.among("sent_of_records", records) if raw]

    def empty(self, operation: str) -> None:
        """Leaves nothing of an operation but its id and what became of it."""
        self._db.run("empty_operation", ERASED, operation)
        self._db.run("unlink_operation", operation, "[]")

    def redact(self, operation: Operation) -> None:
        """Puts a redacted operation in the place of the whole one."""
        self._db.run("redact_operation", operation.raw, operation.id)
        self._db.run("unlink_operation", operation.id, json.dumps(operation.records))

    # --- reconciling ---

    def offered(self, author: str) -> list[str]:
        """The newest ids that this account made here; those that the server would not even look at apart."""
        return [row[0] for row in self._db.rows("offered_operations", author, MOST_OFFERED)]

    def count_only(self, operations: Sequence[str]) -> None:
        """Exactly these are counted in the current replica's have."""
        self._db.run("count_no_operation")
        self._db.run_many("count_operation", [(one,) for one in operations])

    def queue_again(self, operation: str) -> bool:
        """Puts an operation that the server lost back into the outbox; false if it is there already."""
        return self._db.run("queue_again", operation) > 0

    def prune(self, clock: int) -> None:
        """Forgets what the server has had for ninety days by its own clock, and sent back."""
        self._db.run("prune_operations", clock - KEPT_MS)


def _sound(one: str, raw: bytes) -> bytes:
    """The bytes of an operation, if they are those that were saved."""
    if id_of(raw) != one:
        raise StoreDamaged("the device store is damaged: an operation has changed", detail=one)
    return raw
