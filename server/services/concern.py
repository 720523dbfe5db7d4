"""Whom a held or void operation concerns: who sees it in the office, and so may decide on it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.access import DECIDING_ROLES, Actor, Concern, is_concerned
from domain.operations import Operation
from server.services.judge import villages_set
from server.store import accounts


@dataclass
class Concerns:
    """Asks for many operations; accounts are read once."""

    connection: Connection
    _deciders: list[Actor] | None = None
    _areas: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def is_concerned(self, actor: Actor, account: str, villages: Collection[str]) -> bool:
        """Whether an operation on these villages that `account` sent is the actor's; see `domain.access`."""
        if self._deciders is None:
            self._deciders = accounts.with_roles(self.connection, DECIDING_ROLES)
        if account not in self._areas:
            self._areas[account] = accounts.areas_of(self.connection, account)
        return is_concerned(actor, Concern(frozenset(villages), self._areas[account]), self._deciders)


def villages_concerned(operation: Operation | None, had: Collection[str]) -> set[str]:
    """The codes of the villages that the operation's records have, and those it would put them into.

    One of a village that is not loaded here may be among them.
    """
    if operation is None:
        return set()
    return {*had, *(village for part in operation.parts for village in villages_set(part) if village)}
