"""
What a list that the office keeps elsewhere says of a case, beside what is said of it already.

Whoever imports a list has no case on his screen. So a row replaces nothing but what the list itself said
before; what anybody else said stays, and what is new beside it waits for a person as a conflict.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from domain.merge import RecordState, Survivor
from domain.operations import Change, Operation, Value


def case_of_key(secret: bytes, list_name: str, key: str) -> str:
    """
    The id of the case that a row with this key begins in a list: the same each time, also for two at once.

    A UUID of version 4 by its form. Its bits are a digest with the installation's secret, since ids travel
    where a NIK may not be read, and all NIKs can be tried.
    """
    said = "\n".join(("case", list_name, key)).encode()
    return str(UUID(bytes=hmac.digest(secret, said, hashlib.sha256)[:16], version=4))


class Saying(NamedTuple):
    """What an operation said at a path, and what it replaced there; whether an import of the list made it."""

    id: str
    value: Value
    preds: tuple[str, ...]
    is_own: bool


@dataclass(frozen=True)
class Past:
    """All that was ever said of a case, by path in the order of receipt."""

    said: Mapping[str, Sequence[Saying]] = field(default_factory=dict)

    def own_at(self, path: str) -> set[str]:
        """The operations by which the list said something at a path."""
        return {one.id for one in self.said.get(path, ()) if one.is_own}

    def was_said(self, path: str, value: str) -> bool:
        """Whether anybody ever said it."""
        return any(one.value == value for one in self.said.get(path, ()))

    def is_answered(self, path: str, value: str) -> bool:
        """
        Whether somebody who saw a value that is not there any more has replaced it, and that still counts.

        Then saying it again tells nobody anything. It counts no more once the list has said something else
        since: who changes his mind twice says something new.
        """
        said = self.said.get(path, ())
        own = [place for place, one in enumerate(said) if one.is_own]
        if not own or said[own[-1]].value == value:
            return self.was_said(path, value)
        seen = {one.id for one in said if one.value == value}
        return any(not seen.isdisjoint(one.preds) for one in said[own[-1] + 1 :])


def past_of(record: str, operations: Iterable[tuple[Operation, bool]]) -> Past:
    """The past of a case. `operations` are those it accepted, in order of receipt; which are the list's."""
    said: dict[str, list[Saying]] = {}
    for operation, is_own in operations:
        for path, value, preds in operation.part_of(record).changes:
            said.setdefault(path, []).append(Saying(operation.id, value, preds, is_own))
    return Past(said)


def is_told_otherwise(state: RecordState, row: Mapping[str, str]) -> bool:
    """Whether the case says anything else than a row: only then its past is asked for."""
    return any(one.value != value for path, value in row.items() for one in state.at(path))


def changes_of_row(state: RecordState | None, row: Mapping[str, str], past: Past) -> list[Change]:
    """What a row, by path, changes in a case; a case that is not there is begun by it."""
    found = (_change(state.at(path) if state else (), path, value, past) for path, value in row.items())
    return [change for change in found if change is not None]


def leaves_conflict(state: RecordState | None, changes: Iterable[Change]) -> bool:
    """Whether any of the changes stands beside another value from then on."""
    return state is not None and any(
        one.id not in change.preds and one.value != change.value
        for change in changes
        for one in state.at(change.path)
    )


def _change(there: Sequence[Survivor], path: str, value: str, past: Past) -> Change | None:
    """What the list said before gives way to what it says now; beside what others say only news is said."""
    own_ids = past.own_at(path)
    own = [one for one in there if one.id in own_ids]
    change = Change(path, value, tuple(one.id for one in own))
    if any(one.value != value for one in own):
        return change
    is_known = any(one.value == value for one in there) or (there and past.is_answered(path, value))
    return None if is_known else change
