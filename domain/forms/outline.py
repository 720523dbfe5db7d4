"""
A record's answers laid out as its form is: sections within sections, rows within them.

Only what has an answer appears. Members of a repeat are ordered by their id: arbitrary, but the same for
everybody and after every merge. What the form does not know (an older or newer version's question) is not
hidden but stands in a section of its own at the end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from domain.forms.fields import Field, Text
from domain.operations import Value

if TYPE_CHECKING:
    from domain.forms.definition import FormDefinition

Kind: TypeAlias = Literal["form", "group", "repeat", "member", "other", "row"]
OTHER_LABEL: Final[Text] = {"id": "Jawaban lain", "en": "Other answers"}
NAME_ROLE: Final = "nama"


@dataclass(frozen=True)
class Row:
    """One answer, with its field unless the form does not know the path."""

    path: str
    field: Field | None
    value: Value


@dataclass(frozen=True)
class Section:
    """
    A heading and what stands under it.

    `kind` is form (the whole), group, repeat, member (one of a repeat: `number` from 1, `name` if the form
    asks one) or other (paths that the form does not have). `path` is the record's path, with member ids.
    """

    kind: Kind
    path: str
    label: Text
    items: tuple["Row | Section", ...]
    number: int | None = None
    name: str = ""

    def rows(self) -> Iterator[Row]:
        """Every row in and below this section, in order."""
        for item in self.items:
            if isinstance(item, Row):
                yield item
            else:
                yield from item.rows()


class _Step(NamedTuple):
    """One level of a path: its place in the form, or for a member its id."""

    order: int
    member: str
    kind: Kind
    path: str
    known: str


class _Entry(NamedTuple):
    steps: tuple[_Step, ...]
    row: Row


def outline_of(definition: "FormDefinition", answers: Mapping[str, Value]) -> Section:
    """The answers as one section of the kind form. ``$`` paths are no answers and are left out."""
    known, unknown = [], []
    for path, value in answers.items():
        steps = _steps(definition, path)
        if steps:
            known.append(_Entry(steps, Row(path, definition.field_at(path), value)))
        elif isinstance(value, str) and not path.startswith("$"):
            unknown.append(Row(path, None, value))
    known.sort(key=lambda entry: entry.steps)
    items = tuple(_items(definition, known, 0))
    if unknown:
        rows = tuple(sorted(unknown, key=lambda row: row.path))
        items += (Section("other", "", OTHER_LABEL, rows),)
    return Section("form", "", definition.title, items)


def _steps(definition: "FormDefinition", path: str) -> tuple[_Step, ...]:
    """The levels of a path, the row itself last; none when the form has no question there."""
    if definition.field_at(path) is None:
        return ()
    steps: list[_Step] = []
    walked = known = ""
    for part in path.split("/"):
        walked = f"{walked}/{part}" if walked else part
        if steps and steps[-1].kind == "repeat":
            known += "/*"
            steps.append(_Step(0, part, "member", walked, known))
        else:
            known = f"{known}/{part}" if known else part
            steps.append(_Step(definition.order(known) or 0, "", _kind(definition, known), walked, known))
    return tuple(steps)


def _kind(definition: "FormDefinition", known: str) -> Kind:
    if known in definition.repeats:
        return "repeat"
    return "group" if known in definition.groups else "row"


def _items(definition: "FormDefinition", entries: list[_Entry], depth: int) -> Iterator[Row | Section]:
    """The rows and sections at one level, from entries in order."""
    for number, (step, group) in enumerate(groupby(entries, key=lambda entry: entry.steps[depth]), start=1):
        inside = list(group)
        if step.kind == "row":
            yield inside[0].row
        else:
            yield _section(definition, step, number, tuple(_items(definition, inside, depth + 1)))


def _section(
    definition: "FormDefinition", step: _Step, number: int, items: tuple[Row | Section, ...]
) -> Section:
    known = step.known.removesuffix("/*")
    label = definition.groups.get(known) or definition.repeats.get(known) or {}
    if step.kind != "member":
        return Section(step.kind, step.path, label, items)
    return Section("member", step.path, label, items, number, _name(items))


def _name(items: tuple[Row | Section, ...]) -> str:
    """What a member is called by its own answers."""
    for item in items:
        if (
            isinstance(item, Row)
            and item.field
            and item.field.role == NAME_ROLE
            and isinstance(item.value, str)
        ):
            return item.value
    return ""
