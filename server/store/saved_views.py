"""Choices of the queue that people keep under names of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from server.models import Account
from server.models_office import SavedView
from server.store.sealing import CHOICE_NAME, CHOICE_QUERY, opened_text, sealed_text


@dataclass(frozen=True, slots=True)
class StoredView:
    """A choice under a name; `query` is what stands in the address for it. One may be shown first."""

    id: str
    name: str
    query: str
    is_default: bool


def lock_owner(connection: Connection, account: str) -> None:
    """Lets nobody else change the views of an account until the transaction ends."""
    connection.execute(select(Account.name).where(Account.name == account).with_for_update())


def of_account(connection: Connection, account: str) -> list[StoredView]:
    """Those of somebody, in his order; without those that cannot be read."""
    query = select(SavedView.id, SavedView.name, SavedView.query, SavedView.is_default)
    query = query.where(SavedView.account == account).order_by(SavedView.place, SavedView.id)
    return [
        StoredView(row.id, name, told, bool(row.is_default))
        for row in connection.execute(query)
        if (name := opened_text(connection, CHOICE_NAME, row.id, row.name)) is not None
        and (told := opened_text(connection, CHOICE_QUERY, row.id, row.query)) is not None
    ]


def replace(connection: Connection, account: str, views: Sequence[StoredView]) -> None:
    """Puts views in the place of all that somebody has, in this order."""
    connection.execute(delete(SavedView).where(SavedView.account == account))
    rows = [
        {
            "id": one.id,
            "account": account,
            "place": place,
            "name": sealed_text(connection, CHOICE_NAME, one.id, one.name),
            "query": sealed_text(connection, CHOICE_QUERY, one.id, one.query),
            "is_default": one.is_default,
        }
        for place, one in enumerate(views)
    ]
    if rows:
        connection.execute(insert(SavedView), rows)
