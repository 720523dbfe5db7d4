"""
The form as a tree: which question stands where, and where its value is kept while a filling is evaluated.

Each repeat is a level: its members are frames of the same lay-out, each inside a frame of the level above.
The
form itself is the lowest level, with one frame.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from domain.forms.definition import FormDefinition
from domain.forms.fields import Field

ROOT: Final = "data"
"""The name of every form's root element."""
MEMBER: Final = "*"

SpotKind: TypeAlias = Literal["form", "group", "repeat", "question"]


@dataclass(eq=False)
class Spot:
    """
    One element of the form.

    `home` is the level whose frames hold it: for a repeat its own, since a member is a frame. `slot` is a
    question's place among the values of a frame, `gate` the place that says whether it is asked.
    """

    name: str
    path: str
    kind: SpotKind
    parent: "Spot | None"
    home: "Level"
    field: Field | None = None
    relevant: str | None = None
    slot: int = -1
    gate: int = 0
    is_hideable: bool = False
    """Whether a condition on it or on what is around it can hide it."""
    children: dict[str, "Spot"] = dataclasses.field(default_factory=dict)

    @property
    def below(self) -> Iterator["Spot"]:
        """It and everything inside it, in the order of the form."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.children.values()))


@dataclass(eq=False)
class Level:
    """The lay-out of a frame. `index` is the place of its members among the repeats of the level above."""

    outer: "Level | None"
    depth: int
    index: int = 0
    questions: list[Spot] = dataclasses.field(default_factory=list)
    repeats: list["Level"] = dataclasses.field(default_factory=list)
    gates: int = 1
    top: Spot = dataclasses.field(init=False)

    def gate(self) -> int:
        self.gates += 1
        return self.gates - 1


class Shape:
    """
    The tree of a form. Paths of fields without a group or repeat of their own in the definition are groups.
    """

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.level = Level(None, 0)
        self.root = Spot(ROOT, "", "form", None, self.level)
        self.level.top = self.root
        self.spots: dict[str, Spot] = {}
        for path in (*(one.path for one in definition.fields), *definition.groups, *definition.repeats):
            self._place(path)

    def find(self, path: str) -> Spot | None:
        """The part of the form at a record's path, which has a member's id after each repeat."""
        spot, is_member = self.root, False
        for step in path.split("/"):
            is_member = spot.kind == "repeat" and not is_member
            if is_member:
                continue
            child = spot.children.get(step)
            if child is None:
                return None
            spot = child
        return spot

    def named(self, name: str) -> list[Spot]:
        """The questions of a name, in the order of the form."""
        return [spot for spot in self.spots.values() if spot.name == name and spot.field]

    def beside(self, path: str) -> Spot:
        """
        The part at a definition path, made up where the form has none there.

        The XForm has elements that are no questions, such as ``meta/entity/label``; expressions stand at
        them.
        """
        spot, walked = self.root, ""
        for step in path.split("/"):
            walked = f"{walked}/{step}" if walked else step
            if step != MEMBER:
                made = Spot(step, walked, "group", spot, spot.home, gate=spot.gate)
                spot = spot.children.get(step) or made
        return spot

    def _place(self, path: str) -> None:
        spot, walked = self.root, ""
        for step in path.split("/"):
            walked = f"{walked}/{step}" if walked else step
            if step == MEMBER:
                continue
            spot = spot.children.get(step) or self._add(spot, step, walked)

    def _add(self, parent: Spot, name: str, path: str) -> Spot:
        if path in self.definition.repeats:
            spot = self._repeat(parent, name, path)
        else:
            found = self.definition.field_at(path)
            kind: SpotKind = "question" if found else "group"
            spot = Spot(name, path, kind, parent, parent.home, found, self._condition(path, found))
            if found:
                spot.slot = len(spot.home.questions)
                spot.home.questions.append(spot)
            spot.gate = parent.gate if spot.relevant is None else spot.home.gate()
        spot.is_hideable = spot.relevant is not None or parent.is_hideable
        parent.children[name] = spot
        self.spots[path] = spot
        return spot

    def _repeat(self, parent: Spot, name: str, path: str) -> Spot:
        level = Level(parent.home, parent.home.depth + 1, len(parent.home.repeats))
        parent.home.repeats.append(level)
        level.top = Spot(name, path, "repeat", parent, level, relevant=self._condition(path, None))
        return level.top

    def _condition(self, path: str, found: Field | None) -> str | None:
        if found:
            return found.logic.relevant
        container = self.definition.containers.get(path)
        return container.relevant if container else None
