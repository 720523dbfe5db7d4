"""How far villages have come: cases and forms, counted from what is kept beside their records."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from domain.cases import case_kind
from server.models import Account, AccountArea, Device, FeedRow, RecordRow, VillageRow
from server.models_evidence import SetAsideRow
from server.models_office import SubmissionFact
from server.store.areas import within
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside

APPROVED: Final = "approved"
RETURNED: Final = "returned"
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Span:
    """
    Which forms are counted: of one form's id or of all, received from `since` on and before `until` (ms).

    For a `round` those that name it, and in its villages those of its form that name none and came since it
    began there: `begins` has each of them with the first millisecond of that day. `with_set_aside`: also what
    is set aside.
    """

    areas: tuple[str, ...]
    form: str | None = None
    since: int | None = None
    until: int | None = None
    round: str | None = None
    begins: Mapping[str, int] = field(default_factory=dict)
    with_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """A village in numbers of forms; `visited` are the cases that those name that were not rejected."""

    village: str
    forms: int
    approved: int
    returned: int
    conflicts: int
    visited: int
    visited_approved: int
    not_found: int


def count_forms(connection: Connection, span: Span) -> list[Counts]:
    """The villages with any such form. One that lies in two villages is counted in both."""
    if span.round is None:
        return _count(connection, span, ())
    moments: dict[int, list[str]] = {}
    for village, moment in sorted(span.begins.items()):
        moments.setdefault(moment, []).append(village)
    return [
        one
        for moment, villages in moments.items()
        for some in chunks(villages)
        for one in _count(connection, span, _of_round(span, moment, some))
    ]


def _of_round(span: Span, moment: int, villages: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    row = SubmissionFact
    unnamed = and_(row.round.is_(None), row.form == span.form, row.received >= moment)
    return row.village.in_(villages), or_(row.round == span.round, unnamed)


def _count(connection: Connection, span: Span, further: tuple[ColumnElement[bool], ...]) -> list[Counts]:
    """By village and case first: counting cases that differ would sort all of them."""
    row = SubmissionFact
    is_visit, is_approved = row.state != REJECTED, row.state == APPROVED
    query = select(
        row.village,
        row.case_id,
        func.count().label("forms"),
        _sum(is_approved).label("approved"),
        _sum(row.state == RETURNED).label("returned"),
        _sum(row.conflicts > 0).label("conflicts"),
        _sum(is_visit).label("visits"),
        _sum(and_(row.is_not_found, is_visit)).label("not_found"),
    )
    query = query.where(*_conditions(connection, span), *further)
    each = query.group_by(row.village, row.case_id).subquery().c
    is_case = each.case_id.is_not(None)
    columns = (
        each.village,
        func.sum(each.forms),
        func.sum(each.approved),
        func.sum(each.returned),
        func.sum(each.conflicts),
        _sum(and_(is_case, each.visits > 0)),
        _sum(and_(is_case, each.approved > 0)),
        func.sum(each.not_found),
    )
    rows = connection.execute(select(*columns).group_by(each.village))
    return [Counts(one[0], *map(int, one[1:])) for one in rows]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _conditions(connection: Connection, span: Span) -> list[ColumnElement[bool]]:
    """No join for the areas, no look at what is set aside where nothing is: there are many rows."""
    row = SubmissionFact
    conditions: list[ColumnElement[bool]] = [or_(row.village.in_(span.areas), *_below(span.areas))]
    if span.form is not None and span.round is None:
        conditions.append(row.form == span.form)
    if span.since is not None:
        conditions.append(row.received >= span.since)
    if span.until is not None:
        conditions.append(row.received < span.until)
    if not span.with_set_aside and connection.execute(select(SetAsideRow.record).limit(1)).first():
        conditions.append(~is_set_aside(row.record))
    return conditions


def _below(areas: Collection[str]) -> list[ColumnElement[bool]]:
    """The condition for each area that a village's code begins with it."""
    return [SubmissionFact.village.startswith(f"{area}.", autoescape=True) for area in areas]


def count_cases(
    connection: Connection, areas: tuple[str, ...], list_name: str, *, with_set_aside: bool = False
) -> dict[str, int]:
    """The cases of a list by village."""
    query = select(FeedRow.feed, func.count()).join(RecordRow, RecordRow.id == FeedRow.record)
    query = query.join(VillageRow, VillageRow.code == FeedRow.feed)
    query = query.where(RecordRow.kind == case_kind(list_name), FeedRow.present, within(areas))
    if not with_set_aside:
        query = query.where(~is_set_aside(RecordRow.id))
    return {row[0]: row[1] for row in connection.execute(query.group_by(FeedRow.feed))}


@dataclass(frozen=True, slots=True)
class Contact:
    """A device that is not revoked: whose it is, for which area, and when it last asked (ms, to the hour)."""

    device: str
    account: str
    name: str
    area: str
    seen: int | None


def contacts(connection: Connection, roles: frozenset[str]) -> list[Contact]:
    """The devices of open accounts with one of these roles, one for each of their areas."""
    query = select(Device.id, Device.account, Device.name, AccountArea.area, Device.seen)
    query = query.join(Account, Account.name == Device.account)
    query = query.join(AccountArea, AccountArea.account == Account.name)
    query = query.where(Device.revoked.is_(None), Account.disabled.is_(None), Account.role.in_(sorted(roles)))
    return [Contact(*row) for row in connection.execute(query.order_by(Device.account, Device.id))]
