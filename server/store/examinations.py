"""What was found when records were examined, and which records are still to be examined.

A record is unexamined while its digest is another than the one it was examined at, so
whoever changes a record need not say so. Workers *take* records for a while; a taken
record of a worker that died becomes free again by itself.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, or_, select, text, union, update

from domain.forms.problems import Problem
from domain.operations import SUBMISSION
from server.models import UNEXAMINED, ExaminationRow, ProblemRow, RecordRow
from server.store import facts
from server.store.chunks import CHUNK, chunks
from server.store.sealing import PARAMS, opened, sealed

LEASE_MS: Final = 5_000
"""For how long a record is a worker's own; longer than a batch takes."""
COUNTED: Final = 10_000
"""So many unexamined records are counted, and no more: whoever watches asks often."""

_FREE: Final = "(examination.taken IS NULL OR examination.taken NOT BETWEEN :oldest AND :latest)"
"""A time to come is that of a worker whose clock is wrong, and holds nothing either."""
_WANTED: Final = (
    "FROM record LEFT JOIN examination ON examination.record = record.id"
    f" WHERE {UNEXAMINED} AND {_FREE} AND (coalesce(examination.tries, 0) > 0) = :again"
    " ORDER BY record.updated DESC LIMIT :most"
)
_TAKE = text(
    f"INSERT INTO examination (record, taken, tries) SELECT record.id, :now, 1 {_WANTED}"
    " ON CONFLICT (record) DO UPDATE SET taken = excluded.taken, tries = examination.tries + 1"
    f" WHERE {_FREE} RETURNING record, tries"
)
_ANY = text(f"SELECT 1 {_WANTED}")
_FINISH = text(
    "INSERT INTO examination"
    " (record, submission, version, moment, form, problems_open, problems_whole, tries)"
    " VALUES (:record, :submission, :version, :moment, :form, :open, :whole, 0)"
    " ON CONFLICT (record) DO UPDATE SET submission = excluded.submission, version = excluded.version,"
    " moment = excluded.moment, form = excluded.form, problems_open = excluded.problems_open,"
    " problems_whole = excluded.problems_whole, taken = NULL, tries = 0"
)


class Taken(NamedTuple):
    """A record that a worker has taken; `tries` counts how often that was begun, this time included."""

    record: str
    tries: int


class Wanted(NamedTuple):
    """A record's digest, and the submissions to examine for its sake."""

    digest: str
    submissions: set[str]


@dataclass(frozen=True)
class Finding:
    """A problem, and for whom: those who may not (`is_open`) and who may read the restricted answers."""

    problem: Problem
    is_open: bool
    is_whole: bool


class Counts(NamedTuple):
    """How many problems there are for those who may not and who may read the restricted answers."""

    open: int
    whole: int

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Counts":
        """Warnings are not counted."""
        counted = [one for one in findings if one.problem.is_counted]
        return cls(sum(one.is_open for one in counted), sum(one.is_whole for one in counted))


@dataclass(frozen=True)
class Examination:
    """What was found in a submission. `version` covers all that it depends on, `moment` is its time.

    `counts` are what lists show.
    """

    submission: str
    version: str
    moment: int
    form: str | None
    findings: tuple[Finding, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many records are unexamined (at most `COUNTED`), and since when the one that waits longest."""

    records: int = 0
    since: int | None = None


# --- taking --------------------------------------------------------------------------------------


def is_any_free(connection: Connection, now: int, *, again: bool) -> bool:
    """Whether there is anything to take (see `take`), without taking it."""
    return connection.execute(_ANY, {**_lease(now), "again": again, "most": 1}).first() is not None


def take(connection: Connection, now: int, most: int, *, again: bool = False) -> list[Taken]:
    """Takes up to `most` unexamined records, the latest changed first; no other worker gets them meanwhile.

    `again` are those, and only those, that were taken before by a worker that did not
    get done with them.
    """
    rows = connection.execute(_TAKE, {**_lease(now), "now": now, "again": again, "most": most})
    return [Taken(row[0], row[1]) for row in rows]


def _lease(now: int) -> dict[str, int]:
    return {"oldest": now - LEASE_MS, "latest": now + LEASE_MS}


def give_back(connection: Connection, records: Collection[str]) -> None:
    """Makes taken records free again."""
    for some in chunks(sorted(records)):
        query = update(ExaminationRow).where(ExaminationRow.record.in_(some)).values(taken=None, tries=0)
        connection.execute(query)


def submissions_of(connection: Connection, records: Collection[str]) -> dict[str, Wanted]:
    """What is to be examined for the sake of these records.

    A submission itself; for a restricted part the submission that it belongs to, and the
    one that it was examined with before, which it may have left.
    """
    query = select(
        RecordRow.id, RecordRow.digest, RecordRow.kind, RecordRow.parent, ExaminationRow.submission
    )
    query = query.outerjoin(ExaminationRow, ExaminationRow.record == RecordRow.id)
    found: dict[str, Wanted] = {}
    for some in chunks(sorted(records)):
        for one, digest, kind, parent, before in connection.execute(query.where(RecordRow.id.in_(some))):
            found[one] = Wanted(digest, {one} if kind == SUBMISSION else {p for p in (parent, before) if p})
    return found


def received(connection: Connection, records: Collection[str]) -> dict[str, int]:
    """When the server last took something in for each of the records."""
    query = select(RecordRow.id, RecordRow.updated)
    return {
        one: updated
        for some in chunks(sorted(records))
        for one, updated in connection.execute(query.where(RecordRow.id.in_(some)))
    }


# --- writing -------------------------------------------------------------------------------------


def lock_digests(connection: Connection, submissions: Collection[str]) -> dict[str, dict[str, str]]:
    """The digests of submissions and of their restricted parts, by submission; locked, in order of ids."""
    query = select(RecordRow.id, RecordRow.kind, RecordRow.parent, RecordRow.digest)
    query = query.order_by(RecordRow.id).with_for_update()
    found: dict[str, dict[str, str]] = {one: {} for one in submissions}
    for some in chunks(sorted(submissions)):
        rows = connection.execute(query.where(or_(RecordRow.id.in_(some), RecordRow.parent.in_(some))))
        for one, kind, parent, digest in rows:
            found.setdefault(one if kind == SUBMISSION else str(parent), {})[one] = digest
    return found


def write(
    connection: Connection, done: Sequence[Examination], digests: Mapping[str, Mapping[str, str]]
) -> None:
    """Puts examinations in the place of earlier ones; `digests` are those of their records, as locked."""
    for some in chunks(sorted(one.submission for one in done)):
        connection.execute(delete(ProblemRow).where(ProblemRow.record.in_(some)))
    problems = [row for one in done for row in _problem_rows(connection, one)]
    if problems:
        connection.execute(insert(ProblemRow), problems)
    rows = [row for one in done for row in _examination_rows(one, digests[one.submission])]
    if rows:
        connection.execute(_FINISH, rows)
    for some in chunks(sorted(row["record"] for row in rows)):
        query = update(RecordRow).where(RecordRow.id.in_(some)).values(examined=RecordRow.digest)
        connection.execute(query)
    facts.note_problems(connection, [one.submission for one in done])


def mark_examined(connection: Connection, digests: Mapping[str, str]) -> None:
    """Says of records that they were examined at these digests."""
    table = RecordRow.__table__
    query = table.update().where(table.c.id == bindparam("one")).values(examined=bindparam("at"))  # type: ignore[attr-defined]
    if digests:
        connection.execute(query, [{"one": one, "at": digests[one]} for one in sorted(digests)])
        facts.note_problems(connection, digests.keys())


def _problem_rows(connection: Connection, one: Examination) -> Iterable[dict[str, Any]]:
    for number, finding in enumerate(one.findings):
        problem = finding.problem
        params = json.dumps(dict(problem.params)).encode()
        yield {
            "record": one.submission,
            "number": number,
            "path": problem.path,
            "code": problem.code,
            "severity": problem.severity,
            "params": sealed(connection, PARAMS, (one.submission, number), params),
            "is_open": finding.is_open,
            "is_whole": finding.is_whole,
        }


def _examination_rows(one: Examination, digests: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    own = {"version": one.version, "moment": one.moment, "form": one.form, **one.counts._asdict()}
    for record in digests:
        is_part = record != one.submission
        empty = dict.fromkeys(own, None) | {"open": 0, "whole": 0}
        yield {
            "record": record,
            "submission": one.submission if is_part else None,
            **(empty if is_part else own),
        }


def forget(connection: Connection, records: Collection[str]) -> None:
    """Removes what was found in records, and that they were examined."""
    for some in chunks(sorted(records)):
        connection.execute(delete(ProblemRow).where(ProblemRow.record.in_(some)))
        connection.execute(delete(ExaminationRow).where(ExaminationRow.record.in_(some)))
        connection.execute(update(RecordRow).where(RecordRow.id.in_(some)).values(examined=""))
    facts.note_problems(connection, records)


# --- beginning again -----------------------------------------------------------------------------


def forget_form(connection: Connection, form: str) -> None:
    """Makes those records unexamined that were examined with this version of a form."""
    those = select(ExaminationRow.record).where(ExaminationRow.form == form)
    connection.execute(update(RecordRow).where(RecordRow.id.in_(those)).values(examined=""))
    facts.forget_problems(connection, form)


def forget_some(connection: Connection, after: str, most: int = CHUNK) -> str | None:
    """Makes the next records behind an id unexamined; gives the last one's id, nothing at the end."""
    query = select(RecordRow.id).where(RecordRow.id > after).order_by(RecordRow.id).limit(most)
    ids = connection.execute(query).scalars().all()
    if not ids:
        return None
    connection.execute(
        update(RecordRow).where(RecordRow.id.in_(ids), RecordRow.examined != "").values(examined="")
    )
    facts.note_problems(connection, ids)
    return str(ids[-1])


# --- reading -------------------------------------------------------------------------------------


def find(connection: Connection, submission: str) -> Examination | None:
    """What was found in a submission when it was last examined, whatever has become of it since."""
    table = ExaminationRow.__table__
    one = connection.execute(select(table).where(table.c.record == submission)).one_or_none()
    if one is None or one.version is None:
        return None
    problems = ProblemRow.__table__
    query = select(problems).where(problems.c.record == submission).order_by(problems.c.number)
    try:
        found = tuple(_finding(connection, row) for row in connection.execute(query))
    except ValueError:  # damaged: it is to be examined anew
        return None
    counts = Counts(one.problems_open, one.problems_whole)
    return Examination(submission, one.version, one.moment, one.form, found, counts)


def _finding(connection: Connection, row: Any) -> Finding:
    params = opened(connection, PARAMS, (row.record, row.number), row.params)
    problem = Problem(row.code, row.path, json.loads(params), severity=row.severity)
    return Finding(problem, row.is_open, row.is_whole)


def backlog(connection: Connection) -> Backlog:
    """What is still to be examined."""
    wanted = select(RecordRow.id).where(text(UNEXAMINED)).limit(COUNTED).subquery()
    records = connection.execute(select(func.count()).select_from(wanted)).scalar_one()
    since = connection.execute(select(func.min(RecordRow.updated)).where(text(UNEXAMINED))).scalar()
    return Backlog(records, since)


def digests_after(connection: Connection, submission: str, most: int) -> list[tuple[str, str, str]]:
    """(submission, digest, digest at which it was examined) of the next ones, in the order of ids."""
    query = select(RecordRow.id, RecordRow.digest, RecordRow.examined)
    query = query.where(RecordRow.kind == SUBMISSION, RecordRow.id > submission)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(RecordRow.id).limit(most))]


def without_record(connection: Connection) -> list[str]:
    """What examinations and problems stand beside although it is not there."""
    stray = union(select(ExaminationRow.record), select(ProblemRow.record)).subquery()
    query = select(stray.c.record).where(~exists().where(RecordRow.id == stray.c.record))
    return sorted(connection.execute(query).scalars())
