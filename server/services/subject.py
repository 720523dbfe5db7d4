"""What is kept of a person or family: shown to whoever answers for it, before it is taken out or erased."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from domain.access import Action, Actor
from domain.erasing import Erased
from domain.files import is_file_hash, read_file_answer
from server.services.accounts import acting_account
from server.services.audit import Act, Audited, put
from server.services.erasing import operation_of, subject_of
from server.services.erasures import check_subject
from server.store import file_uses, queue, records
from server.store.log import HELD, LoggedOperation
from server.store.records import StoredRecord


@dataclass(frozen=True)
class Kept:
    """A record: its kind, its form without the version, its villages."""

    record: str
    kind: str
    form: str | None
    villages: tuple[str, ...]

    @classmethod
    def of(cls, stored: StoredRecord) -> "Kept":
        form = stored.state.form.partition("@")[0] if stored.state.form else None
        return cls(stored.state.record, stored.state.kind, form, tuple(sorted(stored.villages)))


@dataclass(frozen=True)
class Belonging:
    """
    What belongs to a `case`: `records` whole, and `members` (with their paths) in records that stay.

    `operations` say it in the log, of which `waiting` are held; they name so many photos and other `files`,
    of which `shared` are also named elsewhere, and stay there.
    """

    case: str
    records: tuple[Kept, ...]
    members: tuple[tuple[Kept, str], ...]
    operations: int
    waiting: int
    files: int
    shared: int

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "case": self.case,
            "erased": [{**vars(one), "villages": list(one.villages)} for one in self.records],
            "members": [{"record": one.record, "form": one.form, "path": path} for one, path in self.members],
            "operations": self.operations,
            "held": self.waiting,
            "files": self.files,
            "files_elsewhere": self.shared,
        }


def belongings(connection: Connection, by: str, case: str, now: int) -> Belonging:
    """What an account that may erase it is shown of a case. Raises `NotFound`, `NotAllowed`, `Outdated`."""
    actor = acting_account(connection, by, Action.ERASE)
    check_subject(connection, actor, case)
    found = belonging_to(connection, case)
    shown = [one.record for one in (*found.records, *(record for record, _ in found.members))]
    _put_on_record(connection, actor, shown, found, now)
    return found


def belonging_to(connection: Connection, case: str) -> Belonging:
    """The same for whoever has been asked for already."""
    erased = subject_of(connection, case)
    stored = records.load(connection, erased.touched)
    operations = queue.operations_on(connection, erased.touched)
    return Belonging(
        case,
        tuple(Kept.of(stored[one]) for one in sorted(erased.records) if one in stored),
        tuple((Kept.of(stored[one]), path) for one, path in sorted(erased.members) if one in stored),
        len(operations),
        sum(row.status == HELD for row in operations),
        *_count_files(connection, operations, erased),
    )


def _count_files(
    connection: Connection, rows: Collection[LoggedOperation], erased: Erased
) -> tuple[int, int]:
    """How many files are named by what is erased, and how many of them by something else as well."""
    going: set[str] = set()
    staying: set[str] = set()
    for operation in filter(None, map(operation_of, rows)):
        for part in operation.parts:
            for path, value in zip(part.paths, part.values, strict=True):
                if answer := read_file_answer(value):
                    (going if erased.covers(part.record, path) else staying).add(answer.hash)
    going = set(filter(is_file_hash, going))
    elsewhere = file_uses.named_by_others(connection, going, {row.id for row in rows})
    return len(going), len(going & (staying | elsewhere))


def _put_on_record(
    connection: Connection, actor: Actor, shown: Collection[str], found: Belonging, now: int
) -> None:
    village = next((one.villages[0] for one in found.records if one.villages), "")
    told = {"asked_for": Action.ERASE.value}
    put(connection, Act(actor.name, Audited.LIST, shown, village, detail=told), now)
