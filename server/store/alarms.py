"""Alarms: which are open, who acknowledged them, and the mail that tells of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from domain.alarms import Alarm, Stage
from server.models import Account, RecordRow
from server.models_office import AlarmMailRow as Mail
from server.models_office import AlarmRow as Row
from server.models_office import AlarmVillageRow as Place
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside
from server.store.sealing import ALARM_NOTE, opened_text, sealed_text

LONGEST_DUE_MS: Final = 25 * 60 * 60_000


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """
    One alarm: the submission and operation behind it, who said so by which form (``id@version``), since when.

    `is_held`: nothing of the submission was taken in yet. `villages` are those that it was in, or would be.
    """

    id: str
    submission: str
    operation: str
    officer: str
    form: str | None
    raised: int
    escalated: int | None
    acknowledged: int | None
    acknowledged_by: str | None
    note: str | None
    is_held: bool
    is_set_aside: bool
    villages: frozenset[str] = frozenset()

    @property
    def alarm(self) -> Alarm:
        """What decides whom it reaches."""
        return Alarm(self.villages, self.escalated is not None, self.is_set_aside)


_PLAIN: Final = (
    Row.id,
    Row.submission,
    Row.operation,
    Row.officer,
    Row.form,
    Row.raised,
    Row.escalated,
    Row.acknowledged,
    Row.acknowledged_by,
    Row.note,
    (~select(RecordRow.id).where(RecordRow.id == Row.submission).exists()).label("is_held"),
    is_set_aside(Row.submission).label("is_set_aside"),
)


# --- reading -------------------------------------------------------------------------------------


def open_ones(connection: Connection) -> list[StoredAlarm]:
    """Those that nobody has acknowledged, the oldest first."""
    query = select(*_PLAIN).where(Row.acknowledged.is_(None)).order_by(Row.raised, Row.id)
    return _read(connection, query)


def not_escalated(connection: Connection) -> list[tuple[str, int]]:
    """The open ones that have not gone further: (id, since when)."""
    query = select(Row.id, Row.raised).where(Row.acknowledged.is_(None), Row.escalated.is_(None))
    return [(alarm, raised) for alarm, raised in connection.execute(query)]


def acknowledged_ones(connection: Connection, before: tuple[int, str] | None, most: int) -> list[StoredAlarm]:
    """Those that somebody acknowledged, the latest first; behind a place (when, id) in that order."""
    query = select(*_PLAIN).where(Row.acknowledged.is_not(None))
    if before is not None:
        at, one = before
        query = query.where(or_(Row.acknowledged < at, and_(Row.acknowledged == at, Row.id > one)))
    return _read(connection, query.order_by(Row.acknowledged.desc(), Row.id).limit(most))


def of_submissions(connection: Connection, submissions: Iterable[str]) -> list[StoredAlarm]:
    """All that these ever had, the oldest first."""
    found: list[StoredAlarm] = []
    for some in chunks(submissions):
        query = select(*_PLAIN).where(Row.submission.in_(some)).order_by(Row.raised, Row.id)
        found += _read(connection, query)
    return found


def open_among(connection: Connection, submissions: Collection[str]) -> set[str]:
    """Those of the submissions of which nobody has taken care yet."""
    found: set[str] = set()
    for some in chunks(sorted(submissions)):
        query = select(Row.submission).where(Row.submission.in_(some))
        found.update(connection.execute(query.where(Row.acknowledged.is_(None))).scalars())
    return found


def lock(connection: Connection, alarm: str) -> StoredAlarm | None:
    """One by its id; nobody else acknowledges it meanwhile."""
    connection.execute(select(Row.id).where(Row.id == alarm).with_for_update())
    return next(iter(_read(connection, select(*_PLAIN).where(Row.id == alarm))), None)


def known(connection: Connection, submissions: Iterable[str]) -> dict[str, set[str]]:
    """
    Of these submissions those that ever had an alarm, each with the operations behind its alarms; an empty
    name among these where one is open.
    """
    found: dict[str, set[str]] = {}
    for some in chunks(submissions):
        query = select(Row.submission, Row.operation, Row.acknowledged).where(Row.submission.in_(some))
        for submission, operation, acknowledged in connection.execute(query):
            names = {operation} if acknowledged is not None else {operation, ""}
            found.setdefault(submission, set()).update(names)
    return found


def _read(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[StoredAlarm]:
    rows = connection.execute(query).all()
    villages: dict[str, set[str]] = {}
    for some in chunks(row.id for row in rows):
        for alarm, village in connection.execute(
            select(Place.alarm, Place.village).where(Place.alarm.in_(some))
        ):
            villages.setdefault(alarm, set()).add(village)
    return [_opened(connection, row, frozenset(villages.get(row.id, ()))) for row in rows]


def _opened(connection: Connection, row: Any, villages: frozenset[str]) -> StoredAlarm:
    told = dict(row._mapping)
    told["note"] = opened_text(connection, ALARM_NOTE, row.id, row.note)
    told["is_held"], told["is_set_aside"] = bool(row.is_held), bool(row.is_set_aside)
    return StoredAlarm(**told, villages=villages)


# --- writing -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewAlarm:
    """One that is raised."""

    id: str
    submission: str
    operation: str
    officer: str
    form: str | None
    villages: frozenset[str]


def add(connection: Connection, raised: Collection[NewAlarm], now: int) -> None:
    """New ones. Raises SQLAlchemy's `IntegrityError` where somebody else opened one meanwhile."""
    rows = [
        {
            "id": one.id,
            "submission": one.submission,
            "operation": one.operation,
            "officer": one.officer,
            "form": one.form,
            "raised": now,
        }
        for one in raised
    ]
    if rows:
        connection.execute(insert(Row), rows)
        put_villages(connection, {one.id: one.villages for one in raised})


def follow(connection: Connection, villages: Mapping[str, Collection[str]]) -> None:
    """Takes over the villages that submissions (by id) are in now, for their open alarms."""
    moved: dict[str, Collection[str]] = {}
    for some in chunks(villages):
        query = select(Row.id, Row.submission).where(Row.submission.in_(some), Row.acknowledged.is_(None))
        moved |= {alarm: villages[submission] for alarm, submission in connection.execute(query)}
    put_villages(connection, {alarm: places for alarm, places in moved.items() if places})


def put_villages(connection: Connection, villages: Mapping[str, Collection[str]]) -> None:
    """Replaces the villages of alarms."""
    for some in chunks(villages):
        connection.execute(delete(Place).where(Place.alarm.in_(some)))
    rows = [
        {"alarm": one, "village": village} for one, of_it in villages.items() for village in sorted(of_it)
    ]
    if rows:
        connection.execute(insert(Place), rows)


def acknowledge(connection: Connection, alarm: str, by: str, note: str | None, now: int) -> None:
    """Somebody takes care of it; its mail that has not left is dropped."""
    said = sealed_text(connection, ALARM_NOTE, alarm, note)
    told = {"acknowledged": now, "acknowledged_by": by, "note": said}
    connection.execute(update(Row).where(Row.id == alarm).values(**told))
    connection.execute(delete(Mail).where(Mail.alarm == alarm, Mail.sent.is_(None)))


def escalate(connection: Connection, alarms: Collection[str], now: int) -> int:
    """Marks those that have not gone further yet; gives how many it were."""
    count = 0
    for some in chunks(alarms):
        still = (Row.id.in_(some), Row.escalated.is_(None), Row.acknowledged.is_(None))
        count += connection.execute(update(Row).where(*still).values(escalated=now)).rowcount
    return count


def forget(connection: Connection, records: Collection[str], changed: Collection[str] = ()) -> None:
    """Takes out what is erased, and of those of which something is what a person noted."""
    for some in chunks(records):
        gone = select(Row.id).where(Row.submission.in_(some))
        connection.execute(delete(Mail).where(Mail.alarm.in_(gone)))
        connection.execute(delete(Place).where(Place.alarm.in_(gone)))
        connection.execute(delete(Row).where(Row.submission.in_(some)))
    for some in chunks(changed):
        connection.execute(update(Row).where(Row.submission.in_(some)).values(note=None))


# --- mail ----------------------------------------------------------------------------------------


class Told(NamedTuple):
    """Who is to be told of an alarm at a stage."""

    alarm: str
    stage: Stage
    account: str


@dataclass(frozen=True, slots=True)
class Letter:
    """
    What is sent to one account in one mail: the alarms of a stage. `tries` counts attempts, this one
    included; the id is the same at each, and so is what the mail is about.
    """

    id: str
    account: str
    stage: Stage
    alarms: tuple[str, ...]
    tries: int


class Recipient(NamedTuple):
    """An open account with an address."""

    name: str
    email: str
    language: str


def recipients(connection: Connection) -> dict[str, Recipient]:
    """Everybody who has an address and whose account is open, by name."""
    query = select(Account.name, Account.email, Account.language)
    query = query.where(Account.email.is_not(None), Account.disabled.is_(None))
    return {row.name: Recipient(row.name, row.email or "", row.language) for row in connection.execute(query)}


def planned(connection: Connection) -> set[Told]:
    """Of whom it is known already that they are told of an open alarm."""
    query = select(Mail.alarm, Mail.stage, Mail.account).join(Row, Row.id == Mail.alarm)
    rows = connection.execute(query.where(Row.acknowledged.is_(None)))
    return {Told(alarm, Stage(stage), account) for alarm, stage, account in rows}


def plan(connection: Connection, told: Iterable[Told], now: int) -> None:
    """Mail that is to be sent. Raises SQLAlchemy's `IntegrityError` where another worker planned it."""
    rows = [
        {"alarm": one.alarm, "stage": one.stage.value, "account": one.account, "due": now, "tries": 0}
        for one in sorted(told)
    ]
    if rows:
        connection.execute(insert(Mail), rows)


def _due(now: int) -> tuple[ColumnElement[bool], ...]:
    """What is to be tried: also what is due later than any pause lasts, by a clock that was wrong."""
    return Mail.sent.is_(None), or_(Mail.due <= now, Mail.due > now + LONGEST_DUE_MS)


def is_any_due(connection: Connection, now: int) -> bool:
    """Whether any mail is to be tried."""
    return connection.execute(select(Mail.alarm).where(*_due(now)).limit(1)).first() is not None


def take_letter(connection: Connection, now: int, until: int, fresh: str) -> Letter | None:
    """
    The next mail that is due, so that no other worker takes it before `until`; `fresh` is its id if it is
    new.

    What was in a mail that may or may not have arrived is sent once more as that mail, and nothing is added.
    """
    query = select(Mail.account, Mail.stage, Mail.letter).where(*_due(now))
    first = connection.execute(query.order_by(Mail.due, Mail.account, Mail.stage).limit(1)).one_or_none()
    if first is None:
        return None
    same = and_(
        Mail.account == first.account,
        Mail.stage == first.stage,
        *_due(now),
        Mail.letter.is_(None) if first.letter is None else Mail.letter == first.letter,
    )
    rows = connection.execute(
        select(Mail.alarm, Mail.tries).where(same).order_by(Mail.alarm).with_for_update()
    )
    found = rows.all()
    letter = first.letter or fresh
    connection.execute(update(Mail).where(same).values(letter=letter, tries=Mail.tries + 1, due=until))
    if not found:
        return None
    tries = max(row.tries for row in found) + 1
    return Letter(letter, first.account, Stage(first.stage), tuple(row.alarm for row in found), tries)


def settle(connection: Connection, letter: Letter, sent: int | None, due: int, fault: str) -> None:
    """What came of it: when it was sent, or when it is tried again and why it was not."""
    values = {"sent": sent, "due": due, "fault": fault}
    connection.execute(update(Mail).where(Mail.letter == letter.id, Mail.sent.is_(None)).values(**values))


def retry(connection: Connection, account: str, now: int) -> None:
    """Has all mail to an account tried at once that has not left."""
    waiting = (Mail.account == account, Mail.sent.is_(None))
    connection.execute(update(Mail).where(*waiting).values(due=now))


def drop(connection: Connection, letter: Letter) -> None:
    """Nobody is to get it any more."""
    connection.execute(delete(Mail).where(Mail.letter == letter.id))


def oldest_unsent(connection: Connection) -> int | None:
    """Since when the oldest mail waits that was tried and did not leave."""
    query = select(func.min(Row.raised)).join(Mail, Mail.alarm == Row.id)
    found = connection.execute(query.where(Mail.sent.is_(None), Mail.tries > 0)).scalar()
    return int(found) if found is not None else None
