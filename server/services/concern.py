"""Whom a held or void operation concerns: who sees it in the office, and so may decide on it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.access import TABLE, Action, Actor, Concern
from domain.operations import Operation
from server.services.judge import villages_set
from server.store import accounts


@dataclass
class Concerns:
    """Tells of many operations whom they concern; accounts are read once."""

    connection: Connection
    _deciders: tuple[Actor, ...] | None = None
    _areas: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, account: str, villages: Collection[str], is_set_aside: bool = False) -> Concern:
        """
        Whom an operation on these villages concerns that `account` sent; `domain.access` decides on it.

        `is_set_aside`: whether it is about somebody the processing of whose data is restricted.
        """
        if self._deciders is None:
            self._deciders = tuple(accounts.with_roles(self.connection, TABLE[Action.DECIDE_HELD]))
        if account not in self._areas:
            self._areas[account] = accounts.areas_of(self.connection, account)
        return Concern(frozenset(villages), self._areas[account], self._deciders, is_set_aside)


def villages_concerned(operation: Operation | None, had: Collection[str]) -> set[str]:
    """The codes of the villages that the operation's records have, and those it would put them into.

    One of a village that is not loaded here may be among them.
    """
    if operation is None:
        return set()
    return {*had, *(village for part in operation.parts for village in villages_set(part) if village)}
