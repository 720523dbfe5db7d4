"""Long work: ordering, taking with a lease, noting how far it is; and the files that belong to it."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from domain.canonical import ID_BYTES, Json, canonical_bytes, to_text
from domain.operations import OPERATION_ID
from server.models_jobs import JobPiece, JobRow
from server.store.sealing import (
    JOB_CURSOR,
    JOB_DATA,
    JOB_PARAMS,
    JOB_RESULT,
    SealedColumn,
    opened,
    sealed,
)

LEASE_MS: Final = 30_000
"""For how long a job is a worker's own without a step; a step takes a second."""
OPEN, DONE, FAILED, CANCELLED, STOPPED = "open", "done", "failed", "cancelled", "stopped"
GIVEN, MADE = "given", "made"
"""Files of a job: what was given to it, what it made."""
PIECE: Final = 256 * 1024
_SEALED: Final = (JOB_PARAMS, JOB_CURSOR, JOB_RESULT)


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as it stands; see `JobRow`. What was emptied, or cannot be opened, is nothing."""

    id: str
    account: str
    kind: str
    areas: tuple[str, ...]
    state: str
    code: str | None
    done: int
    total: int | None
    steps: int
    attempts: int
    due: int
    token: str | None
    taken: int | None
    ordered: int
    begun: int | None
    ended: int | None
    cancel: int | None
    begins_again: bool
    is_forgetting: bool
    fetched: int | None
    emptied: int | None
    params: Any = field(repr=False)
    cursor: Any = field(repr=False)
    result: Any = field(repr=False)

    @property
    def is_open(self) -> bool:
        return self.ended is None

    def is_leased(self, now: int) -> bool:
        """Whether a worker has it. A time to come is that of a worker whose clock is wrong."""
        return self.token is not None and self.taken is not None and abs(now - self.taken) <= LEASE_MS


_PLAIN: Final = [name for name in StoredJob.__slots__ if name not in ("params", "cursor", "result")]
_COLUMNS: Final = [getattr(JobRow, name) for name in (*_PLAIN, "params", "cursor", "result")]


def add(
    connection: Connection,
    account: str,
    kind: str,
    areas: tuple[str, ...],
    params: Json,
    now: int,
    *,
    begins_again: bool = False,
) -> str:
    """Orders a job; gives its id."""
    made = to_text(secrets.token_bytes(ID_BYTES))
    connection.execute(
        insert(JobRow).values(
            id=made,
            account=account,
            kind=kind,
            areas=",".join(areas),
            state=OPEN,
            params=_to_store(connection, JOB_PARAMS, made, params),
            done=0,
            steps=0,
            attempts=0,
            due=now,
            ordered=now,
            begins_again=begins_again,
            is_forgetting=False,
        )
    )
    return made


# --- reading -------------------------------------------------------------------------------------


def find(connection: Connection, job: str) -> StoredJob | None:
    """One by its id."""
    return _one(connection, job, select(*_COLUMNS))


def lock(connection: Connection, job: str) -> StoredJob | None:
    """The same; nobody else changes it meanwhile."""
    return _one(connection, job, select(*_COLUMNS).with_for_update())


def _one(connection: Connection, job: str, query: Select[*tuple[Any, ...]]) -> StoredJob | None:
    if not OPERATION_ID.fullmatch(job):  # an address may hold a NUL, which PostgreSQL does not take
        return None
    row = connection.execute(query.where(JobRow.id == job)).one_or_none()
    return _read(connection, row._asdict()) if row else None


def latest(connection: Connection, account: str | None, most: int) -> list[StoredJob]:
    """The latest jobs, of one account or of everybody; without what they hold."""
    query = select(*[getattr(JobRow, name) for name in _PLAIN])
    if account is not None:
        query = query.where(JobRow.account == account)
    rows = connection.execute(query.order_by(JobRow.ordered.desc(), JobRow.id).limit(most))
    empty = {"params": None, "cursor": None, "result": None}
    return [_read(connection, {**row._asdict(), **empty}) for row in rows]


def _read(connection: Connection, row: Mapping[str, Any]) -> StoredJob:
    found = dict(row)
    found["areas"] = tuple(one for one in found["areas"].split(",") if one)
    for column in _SEALED:
        found[column.column] = _from_store(connection, column, found["id"], found[column.column])
    return StoredJob(**found)


def _to_store(connection: Connection, column: SealedColumn, job: str, said: Json) -> bytes | None:
    return sealed(connection, column, job, canonical_bytes(said))


def _from_store(connection: Connection, column: SealedColumn, job: str, stored: bytes | None) -> Json:
    if stored is None:
        return None
    try:
        found: Json = json.loads(opened(connection, column, job, stored))
    except ValueError:  # damaged
        return None
    return found


# --- working -------------------------------------------------------------------------------------


def _is_free(now: int) -> ColumnElement[bool]:
    return or_(JobRow.taken.is_(None), ~JobRow.taken.between(now - LEASE_MS, now + LEASE_MS))


def is_any_due(connection: Connection, now: int) -> bool:
    """Whether there is one to take, without taking it."""
    query = select(JobRow.id).where(JobRow.ended.is_(None), JobRow.due <= now, _is_free(now)).limit(1)
    return connection.execute(query).first() is not None


def take(connection: Connection, now: int, job: str | None = None) -> StoredJob | None:
    """
    Takes the job that is due longest, or this one; no other worker gets it while the lease lasts.

    Gives nothing where there is none, or somebody else has it.
    """
    query = select(JobRow.id).where(JobRow.ended.is_(None), JobRow.due <= now, _is_free(now))
    if job is not None:
        query = query.where(JobRow.id == job)
    query = query.order_by(JobRow.due, JobRow.ordered, JobRow.id).limit(1)
    found = connection.execute(query.with_for_update(skip_locked=True)).scalar()
    if found is None:
        return None
    token = to_text(secrets.token_bytes(ID_BYTES))
    begun = func.coalesce(JobRow.begun, now)
    said = {"token": token, "taken": now, "attempts": JobRow.attempts + 1, "begun": begun}
    connection.execute(update(JobRow).where(JobRow.id == found).values(**said))
    return find(connection, found)


def go_on(
    connection: Connection, job: str, now: int, *, cursor: Json, done: int, total: int | None, result: Json
) -> None:
    """Notes how far a locked job is, in the transaction that took it there; its lease begins anew."""
    connection.execute(
        update(JobRow)
        .where(JobRow.id == job)
        .values(
            cursor=_to_store(connection, JOB_CURSOR, job, cursor),
            result=_to_store(connection, JOB_RESULT, job, result),
            done=done,
            total=total,
            steps=JobRow.steps + 1,
            attempts=1,
            taken=now,
        )
    )


def renew(connection: Connection, job: str, token: str, now: int) -> None:
    """The lease of a worker that reads for long."""
    mine = (JobRow.id == job, JobRow.token == token)
    connection.execute(update(JobRow).where(*mine).values(taken=now))


def give_back(connection: Connection, job: str, token: str, due: int, *, is_fault: bool) -> None:
    """Lets others have it from `due` on; what was no fault is no attempt."""
    said: dict[str, Any] = {"token": None, "taken": None, "due": due}
    if not is_fault:
        said["attempts"] = 0
    connection.execute(update(JobRow).where(JobRow.id == job, JobRow.token == token).values(**said))


def ask_to_cancel(connection: Connection, job: str, now: int) -> None:
    """The worker that has it ends it after its step."""
    connection.execute(update(JobRow).where(JobRow.id == job).values(cancel=now))


def end(
    connection: Connection,
    job: StoredJob,
    state: str,
    now: int,
    code: str | None = None,
    *,
    result: Json = None,
    keeps_given: bool = False,
) -> None:
    """Ends a locked job; a `result` takes the place of what it told so far. What it made by halves goes."""
    said: dict[str, Any] = {"state": state, "ended": now, "code": code, "token": None, "taken": None}
    if result is not None:
        said["result"] = _to_store(connection, JOB_RESULT, job.id, result)
    connection.execute(update(JobRow).where(JobRow.id == job.id).values(**said))
    if not keeps_given:
        drop_file(connection, job.id, GIVEN)
    if state != DONE:
        drop_file(connection, job.id, MADE)
    if job.is_forgetting:
        empty(connection, job.id, now)


# --- files ---------------------------------------------------------------------------------------


def write_pieces(connection: Connection, job: str, file: str, data: bytes, first: int = 0) -> int:
    """Adds bytes to a file of a job, from piece `first` on; gives the number of the next piece."""
    for number, start in enumerate(range(0, len(data), PIECE), start=first):
        piece = sealed(connection, JOB_DATA, (job, file, number), data[start : start + PIECE])
        connection.execute(insert(JobPiece).values(job=job, file=file, number=number, data=piece))
        first = number + 1
    return first


def pieces(connection: Connection, job: str, file: str) -> Iterator[bytes]:
    """A file of a job, piece by piece; nothing where there is none."""
    number = 0
    while True:
        query = select(JobPiece.data).where(
            JobPiece.job == job, JobPiece.file == file, JobPiece.number == number
        )
        found = connection.execute(query).scalar()
        if found is None:
            return
        yield opened(connection, JOB_DATA, (job, file, number), found)
        number += 1


def has_file(connection: Connection, job: str, file: str) -> bool:
    """Whether there is one."""
    query = select(JobPiece.number).where(JobPiece.job == job, JobPiece.file == file).limit(1)
    return connection.execute(query).first() is not None


def hand_on(connection: Connection, job: str, to: str, file: str) -> bool:
    """Gives a file of one job to another one; whether there was any."""
    number = 0
    for piece in list(pieces(connection, job, file)):
        number = write_pieces(connection, to, file, piece, number)
    drop_file(connection, job, file)
    return number > 0


def drop_file(connection: Connection, job: str, file: str) -> None:
    """Takes a file of a job out."""
    connection.execute(delete(JobPiece).where(JobPiece.job == job, JobPiece.file == file))


def note_fetched(connection: Connection, job: str, now: int) -> None:
    """Its file was handed out, and is gone here."""
    connection.execute(update(JobRow).where(JobRow.id == job).values(fetched=now))
    drop_file(connection, job, MADE)


# --- emptying ------------------------------------------------------------------------------------


def empty(connection: Connection, job: str, now: int) -> None:
    """Leaves of a job who ordered it, what kind it was and how it ended."""
    nothing = _to_store(connection, JOB_PARAMS, job, None)
    said = {"params": nothing, "cursor": None, "result": None, "emptied": now}
    connection.execute(update(JobRow).where(JobRow.id == job).values(**said))
    connection.execute(delete(JobPiece).where(JobPiece.job == job))


def ended_before(connection: Connection, moment: int, most: int) -> list[str]:
    """Jobs that ended before a moment and hold something yet."""
    query = select(JobRow.id).where(JobRow.emptied.is_(None), JobRow.ended < moment)
    return list(connection.execute(query.order_by(JobRow.ended, JobRow.id).limit(most)).scalars())


def forget(connection: Connection, now: int) -> None:
    """
    Somebody is erased: what ended jobs hold is taken out, and what open ones hold with their end.

    Any of them may hold him, and in which nobody could tell. What only reads begins again.
    """
    query = select(JobRow.id, JobRow.ended, JobRow.begins_again).where(JobRow.emptied.is_(None))
    for row in connection.execute(query.order_by(JobRow.id).with_for_update()).all():
        if row.ended is not None:
            empty(connection, row.id, now)
        elif row.begins_again:
            nothing = {"cursor": None, "result": None, "done": 0, "token": None, "taken": None}
            connection.execute(update(JobRow).where(JobRow.id == row.id).values(**nothing))
            drop_file(connection, row.id, MADE)
        else:
            connection.execute(update(JobRow).where(JobRow.id == row.id).values(is_forgetting=True))
