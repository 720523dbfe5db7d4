"""A compiled form: what its questions are, whom their answers concern, and how a record reads in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from domain.errors import FormError
from domain.forms.display import shown
from domain.forms.fields import (
    DEFAULT_LANGUAGE,
    Choice,
    Container,
    Field,
    Text,
    choice_from_json,
    container_from_json,
    field_from_json,
    in_language,
)
from domain.forms.outline import Section, outline_of
from domain.operations import Value


@dataclass(frozen=True, eq=False)
class FormDefinition:
    """
    One version of a form, read from the JSON definition that the compiler wrote.

    Fields stand in the form's order; `groups` and `repeats` give the label by path, `choices` the choice by
    list and name. Paths have ``*`` for the member of a repeat; every method also takes a record's paths, with
    the member's id there.

    `format` 2 also holds what the form does by itself: the logic of fields and `containers`, and the `tables`
    beside it. An older definition has none of it, and nothing is judged by it.
    """

    form_id: str
    version: str
    title: Text
    languages: tuple[str, ...]
    fields: tuple[Field, ...]
    groups: Mapping[str, Text]
    repeats: Mapping[str, Text]
    choices: Mapping[str, Mapping[str, Choice]]
    village_question: str | None
    format: int = 1
    containers: Mapping[str, Container] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    entities: Sequence[Mapping[str, Any]] = ()
    programs: dict[int, object] = field(init=False, repr=False, default_factory=dict)
    _by_path: Mapping[str, Field] = field(init=False, repr=False)
    _order: Mapping[str, int] = field(init=False, repr=False)
    _restricted: frozenset[str] = field(init=False, repr=False)
    _names_with_role: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_path", {one.path: one for one in self.fields})
        object.__setattr__(self, "_order", _order_of(self.fields))
        restricted = frozenset(one.path for one in self.fields if one.is_restricted)
        object.__setattr__(self, "_restricted", restricted)
        told = frozenset(one.path.rpartition("/")[2] for one in self.fields if one.role)
        object.__setattr__(self, "_names_with_role", told)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FormDefinition":
        """The definition in the compiler's JSON; members that this version does not know are left aside."""
        try:
            return _from_json(data)
        except (KeyError, TypeError, AttributeError) as error:
            raise FormError(f"the form definition is malformed: {type(error).__name__}: {error}") from None

    @property
    def identity(self) -> str:
        """``form_id@version``, as operations name a form."""
        return f"{self.form_id}@{self.version}"

    def definition_path(self, path: str) -> str:
        """A record's path with ``*`` for every member id: ``anggota/m_9K/a_nama`` → ``anggota/*/a_nama``."""
        if path in self._by_path:
            return path
        walked = ""
        is_member = False
        for step in path.split("/"):
            walked = f"{walked}/{'*' if is_member else step}" if walked else step
            is_member = not is_member and walked in self.repeats
        return walked

    def knows(self, path: str) -> bool:
        """Whether the form has a question, group or repeat at a record's path."""
        known = self.definition_path(path)
        return known in self._by_path or known in self.groups or known in self.repeats

    def encloses(self, path: str) -> bool:
        """Whether a record's path is that of a group, a repeat or a member of one, which is no question."""
        known = self.definition_path(path)
        return known not in self._by_path and (
            known in self.groups or known in self.repeats or known.removesuffix("/*") in self.repeats
        )

    def is_member(self, path: str) -> bool:
        """Whether a record's path is that of one member of a repeat."""
        repeat, _, member = self.definition_path(path).rpartition("/")
        return member == "*" and repeat in self.repeats

    def field_at(self, path: str) -> Field | None:
        """The field at a record's path; none for a group, a member, or a path that the form does not have."""
        return self._by_path.get(path) or self._by_path.get(self.definition_path(path))

    def role_at(self, path: str) -> str | None:
        """What the answer at a record's path is to the office, such as ``nik``; mostly nothing."""
        # Asked of every answer that is stored, of which few have a role: the last step tells most others.
        if path.rpartition("/")[2] not in self._names_with_role:
            return None
        found = self.field_at(path)
        return found.role if found else None

    def is_restricted(self, path: str) -> bool:
        """Whether the answer belongs into a restricted part. An unknown path is not restricted."""
        return bool(self._restricted) and self.definition_path(path) in self._restricted

    @property
    def has_restricted(self) -> bool:
        """Whether the form asks anything that belongs into a restricted part."""
        return bool(self._restricted)

    def with_role(self, role: str) -> tuple[Field, ...]:
        """The fields that are the same thing to the office, such as ``nik``."""
        return tuple(one for one in self.fields if one.role == role)

    def order(self, definition_path: str) -> int | None:
        """The place of a field, group or repeat in the form; none for a path that the form does not have."""
        return self._order.get(definition_path)

    def label(self, path: str, language: str = DEFAULT_LANGUAGE) -> str:
        """
        What stands at a path, in words: a question, a group, a repeat, or (its repeat's words) a member.

        An unknown path is its own label. What follows ``#`` (as in ``anggota/m_9K#removal``) is left aside.
        """
        known = self.definition_path(path.partition("#")[0]).removesuffix("/*")
        found = self._by_path.get(known)
        text = found.label if found else self.groups.get(known) or self.repeats.get(known) or {}
        return in_language(text, language) or path

    def choice(self, one: Field, name: str) -> Choice | None:
        """The choice of a field's list with that name."""
        return self.choices.get(one.choices or "", {}).get(name)

    def display(
        self, path: str, value: Value, language: str = DEFAULT_LANGUAGE, *, reveal: bool = False
    ) -> str:
        """
        An answer as a person reads it: choices by label, a place or file in short.

        NIK and KK numbers are masked unless `reveal`, which the caller logs.
        """
        found = self.field_at(path)
        labels = self.choices.get(found.choices or "", {}) if found else {}
        return shown(value, found, labels, language, reveal=reveal)

    def outline(self, answers: Mapping[str, Value]) -> Section:
        """A record's answers, nested and ordered as in the form; see `domain.forms.outline`."""
        return outline_of(self, answers)


def _from_json(data: Mapping[str, Any]) -> FormDefinition:
    media = data.get("choice_media") or {}
    return FormDefinition(
        form_id=data["form_id"],
        version=data["version"],
        title=data["title"],
        languages=tuple(data["languages"]),
        fields=tuple(field_from_json(one) for one in data["fields"]),
        groups={one["path"]: one["label"] for one in data["groups"]},
        repeats={one["path"]: one["label"] for one in data["repeats"]},
        choices={
            name: {row["name"]: choice_from_json(row, media.get(name, {}).get(row["name"])) for row in rows}
            for name, rows in data["choices"].items()
        },
        village_question=data.get("village_question"),
        format=data.get("format", 1),
        containers={one["path"]: container_from_json(one) for one in (*data["groups"], *data["repeats"])},
        tables=data.get("tables") or {},
        entities=data.get("entities") or (),
    )


def _order_of(fields: tuple[Field, ...]) -> dict[str, int]:
    """Places of fields and of what is around them: a group stands where its first field would."""
    order: dict[str, int] = {}
    place = count()
    for one in fields:
        for path in (*one.around, one.path):
            if path not in order:
                order[path] = next(place)
    return order
