"""What waits for a second person, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from server.models_evidence import ConfirmationRow as Row
from server.store.chunks import chunks
from server.store.sealing import REMARK, WHY, opened_text, sealed_text

CONFIRMED: Final = "confirm"
REFUSED: Final = "refuse"


@dataclass(frozen=True, slots=True)
class StoredConfirmation:
    """Something that was asked for; `decision` is `CONFIRMED`, `REFUSED`, or none while it waits."""

    id: str
    action: str
    record: str
    reason: str
    asked_by: str
    asked: int
    expires: int
    decided_by: str | None = None
    decided: int | None = None
    decision: str | None = None
    remark: str | None = None
    used: int | None = None

    def waits(self, now: int) -> bool:
        """Whether somebody may still decide on it."""
        return self.decision is None and now < self.expires

    def can_be_used(self, now: int) -> bool:
        """Whether it was confirmed, and neither used nor left until it expired."""
        return self.decision == CONFIRMED and self.used is None and now < self.expires


_COLUMNS: Final = [getattr(Row, name) for name in StoredConfirmation.__slots__]


def add(connection: Connection, asked: StoredConfirmation) -> None:
    """Something new that somebody asks for."""
    values = {name: getattr(asked, name) for name in StoredConfirmation.__slots__}
    for column in (WHY, REMARK):
        values[column.column] = sealed_text(connection, column, asked.id, values[column.column])
    connection.execute(insert(Row).values(**values))


def lock(connection: Connection, confirmation: str) -> StoredConfirmation | None:
    """One by its id; nobody else decides on it or uses it meanwhile."""
    query = select(*_COLUMNS).where(Row.id == confirmation).with_for_update()
    row = connection.execute(query).one_or_none()
    return _opened(connection, row) if row else None


def waiting(connection: Connection, now: int) -> list[StoredConfirmation]:
    """Everything that nobody has decided on, the oldest first."""
    query = select(*_COLUMNS).where(Row.decision.is_(None), Row.expires > now).order_by(Row.asked, Row.id)
    return [_opened(connection, row) for row in connection.execute(query)]


def of(connection: Connection, account: str, since: int) -> list[StoredConfirmation]:
    """What somebody has asked for since a moment, the newest first."""
    query = select(*_COLUMNS).where(Row.asked_by == account, Row.asked >= since)
    rows = connection.execute(query.order_by(Row.asked.desc(), Row.id))
    return [_opened(connection, row) for row in rows]


def decide(
    connection: Connection, confirmation: str, decision: str, remark: str | None, by: str, now: int
) -> None:
    """What a second person decided."""
    said = sealed_text(connection, REMARK, confirmation, remark)
    values = {"decision": decision, "remark": said, "decided_by": by, "decided": now}
    connection.execute(update(Row).where(Row.id == confirmation).values(**values))


def use(connection: Connection, confirmation: str, now: int) -> None:
    """From now on it is used up."""
    connection.execute(update(Row).where(Row.id == confirmation).values(used=now))


def forget(connection: Connection, records: Collection[str], now: int) -> None:
    """
    Leaves of what was asked for about erased records who asked and decided, and nothing that a person wrote.

    None of it can be decided on or used any more.
    """
    for some in chunks(sorted(records)):
        query = select(Row.id, Row.used, Row.expires).where(Row.record.in_(some)).order_by(Row.id)
        for row in connection.execute(query.with_for_update()).all():
            expires = row.expires if row.used is not None else min(row.expires, now)
            nothing = sealed_text(connection, WHY, row.id, "")
            told = {"reason": nothing, "remark": None, "expires": expires}
            connection.execute(update(Row).where(Row.id == row.id).values(**told))


def _opened(connection: Connection, row: Sequence[Any]) -> StoredConfirmation:
    """What cannot be opened is told as nothing."""
    found = StoredConfirmation(*row)
    reason = opened_text(connection, WHY, found.id, found.reason)
    return replace(found, reason=reason or "", remark=opened_text(connection, REMARK, found.id, found.remark))
