"""Restricted answers that stand outside the restricted parts: which they are, and who may read them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.access import Action, Actor, Reach, covered_villages, reach_of
from domain.cases import list_of
from domain.forms.definition import FormDefinition
from domain.operations import RESTRICTED_PART, Operation, Part
from server.services.forms import nearest_definition
from server.store.records import StoredRecord


def restricted_in_open(
    part: Part, forms: Iterable[str | None], definitions: Mapping[str, FormDefinition]
) -> frozenset[str]:
    """
    The paths at which an open part holds a text that any of these forms keeps for restricted parts.

    A case's paths are properties, without groups: a question of the form may have the same name.
    """
    if part.kind == RESTRICTED_PART:
        return frozenset()
    asked = {definitions[form] for form in forms if form and form in definitions}
    strict = [definition for definition in asked if definition.has_restricted]
    if not strict:
        return frozenset()
    texts = (path for path, value in zip(part.paths, part.values, strict=True) if isinstance(value, str))
    is_case = list_of(part.kind) is not None
    asked_there = (path for path in texts if not (is_case and "/" not in path))
    return frozenset(path for path in asked_there if any(one.is_restricted(path) for one in strict))


@dataclass
class Withholding:
    """What one reader is not told of operations, whatever became of them; `action` is how he reads them."""

    connection: Connection
    actor: Actor
    action: Action = Action.READ
    _definitions: dict[str, FormDefinition] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    @property
    def reach(self) -> Reach:
        """Whose restricted answers the reader may see."""
        return reach_of(self.actor, self.action)

    def covered(self, villages: Collection[str]) -> list[str]:
        """Those of the villages that the reader has anything to do with."""
        return covered_villages(self.actor, villages, self.action)

    def in_open(self, operation: Operation, part: Part, stored: StoredRecord | None) -> frozenset[str]:
        """The paths of an open part whose answers are kept from the reader.

        By the form that the operation names and by that of its record: the class of an answer does not
        depend on why an operation was not taken in.
        """
        if part.kind == RESTRICTED_PART or self.reach.has_part_of(operation.author):
            return frozenset()
        forms = (operation.form, stored.state.form if stored else None)
        for form in forms:
            self._learn(form)
        return restricted_in_open(part, forms, self._definitions)

    def _learn(self, form: str | None) -> None:
        if form is None or form in self._asked:
            return
        self._asked.add(form)
        if definition := nearest_definition(self.connection, form):
            self._definitions[form] = definition
