"""Whether a conflict is for the person of this device to settle, as far as is known here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from client_sync.store import Store
from client_sync.store.settings import Identity
from domain.access import Action, Actor, Role, Subject, is_authorized
from domain.areas import is_village
from domain.cases import case_of, list_of
from domain.dossier import REMOVAL, Dossier
from domain.merge import RecordState
from domain.operations import ALIVE, VILLAGE, Operation
from domain.planning import ASSIGNMENT, ROUND, read_assignment, read_round
from domain.settling import assigned_in, why_not


@dataclass(frozen=True)
class Settling:
    """
    Tells of conflicts on this device whose they are.

    That somebody else settled one before, the server alone knows; it says so when the settlement arrives.
    """

    store: Store
    identity: Identity

    def why_not(self, dossier: Dossier, path: str) -> str | None:
        """Why the office will decide instead (see `domain.settling`); nothing where it is this person's."""
        return why_not(
            self.identity.author,
            self._assigned(dossier),
            is_reviewer=self._is_reviewer(dossier),
            is_settled_before=self._has_settled(dossier, path),
        )

    def _is_reviewer(self, dossier: Dossier) -> bool:
        actor = Actor(self.identity.author, Role(self.identity.role), tuple(self.identity.areas))
        state = dossier.submission
        villages = frozenset(v for v in state.values_at(VILLAGE) if isinstance(v, str) and is_village(v))
        return is_authorized(actor, Action.REVIEW, Subject(state.kind, villages))

    def _assigned(self, dossier: Dossier) -> frozenset[str]:
        case = dossier.record if list_of(dossier.submission.kind) is not None else case_of(dossier)
        return assigned_in(self._assignments.get(case or "", ()))

    @cached_property
    def _assignments(self) -> dict[str, list[RecordState]]:
        """The assignments in rounds that are open, by case."""
        rounds = filter(None, map(read_round, self.store.records.all_shown(ROUND)))
        closed = {(one.round, one.village) for one in rounds if one.is_closed}
        found: dict[str, list[RecordState]] = {}
        for state in self.store.records.all_shown(ASSIGNMENT):
            read = read_assignment(state)
            if read and (read.round, read.village) not in closed:
                found.setdefault(read.case, []).append(state)
        return found

    def _has_settled(self, dossier: Dossier, path: str) -> bool:
        """Whether an operation of this device did that before; one that was held is no settlement."""
        undecided = {one for record in dossier.records for one in self.store.outbox.marked_of(record)}
        return any(
            one.id not in undecided and _settles(one, dossier, path)
            for one in self.store.outbox.sent_of(dossier.records)
        )


def _settles(operation: Operation, dossier: Dossier, path: str) -> bool:
    place = path.removesuffix(REMOVAL)
    for value, preds in _said_at(operation, dossier.records, place):
        if place == path and len(preds) > 1:
            return True
        # A first removal names answers too; what takes one back settles it, or was never contested.
        if place != path and value == ALIVE:
            return True
    return False


def _said_at(
    operation: Operation, records: Iterable[str], path: str
) -> Iterator[tuple[object, tuple[str, ...]]]:
    for part in operation.parts:
        if part.record in records and path in part.paths:
            at = part.paths.index(path)
            yield part.values[at], part.preds[at]
