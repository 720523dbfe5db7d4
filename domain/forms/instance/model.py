"""What an instance says, read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.forms.instance.entities import Entity
from domain.forms.instance.own import Own
from domain.operations import RECORD_ID, Value

SCHEME: Final = "uuid:"


@dataclass(frozen=True)
class Instance:
    """
    An XForm instance in the terms of a record.

    `answers` are by record path, as in docs/protocol.md; calculated values that stand in the XML are among
    them. `blank` are the questions that stand there without an answer, and without our mark that one was
    cleared by hand: whoever knows what stood there before can tell. A question that is in neither was left
    out of the XML, as Collect does with what a skip hides, and nothing is said of it.

    `meta` holds the other texts of the meta block, such as ``instanceName``; `own` is our element.
    """

    form: str
    version: str
    instance_id: str | None
    deprecated_id: str | None
    answers: Mapping[str, Value]
    entities: tuple[Entity, ...] = ()
    blank: frozenset[str] = frozenset()
    meta: Mapping[str, str] = field(default_factory=dict)
    own: Own = field(default_factory=Own)

    @property
    def entity(self) -> Entity | None:
        """What the form as a whole does to a case list."""
        return next((one for one in self.entities if not one.path), None)

    @property
    def record(self) -> str | None:
        """The record that the instance is, if its id is one that we gave."""
        return _record(self.instance_id)

    @property
    def edited_record(self) -> str | None:
        """The record that it is an edit of, where another program has given the instance an id of its own."""
        return _record(self.deprecated_id)


def _record(instance_id: str | None) -> str | None:
    name = (instance_id or "").removeprefix(SCHEME).lower()  # UUIDs are written in either case
    return name if RECORD_ID.fullmatch(name) else None
