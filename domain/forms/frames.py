"""
A filled form while it is evaluated: frames with values, and nodes over them for paths with predicates.

Members of a repeat are ordered by their ids, as everywhere in a record.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from domain.forms.shape import MEMBER, Level, Shape, Spot
from domain.forms.xpath.nodes import Node, Run
from domain.operations import RESTRICTED, Value

ALL: Final = "*"


class Frame:
    """
    The form itself, or one member of a repeat: the values of its questions.

    `entered` is what the record says, `seen` what expressions see (none: not computed yet), `asked` whether
    the parts of the frame are asked, `inner` the members of each repeat inside.
    """

    __slots__ = ("asked", "entered", "inner", "level", "member", "number", "root", "run", "seen", "up")

    def __init__(self, level: Level, up: "Frame | None", member: str, run: Run) -> None:
        self.level = level
        self.up = up
        self.root: Frame = up.root if up else self
        self.member = member
        self.number = 1
        self.run = run
        self.entered = [""] * len(level.questions)
        self.seen: list[str | None] = []
        self.asked = [True] * level.gates
        self.inner: list[list[Frame]] = [[] for _ in level.repeats]

    @property
    def name(self) -> str:
        return self.level.top.name

    @property
    def key(self) -> object:
        return self

    def text(self) -> str:
        return ""

    def parent(self) -> Node | None:
        outer = self.level.top.parent
        if self.up is None or outer is None:
            return None
        return self.up if outer is self.up.level.top else Element(self.up, outer)

    def children(self, name: str) -> Sequence[Node]:
        return children_of(self, self.level.top, name)

    def place(self) -> int:
        return self.number

    def another(self, level: Level) -> "Frame":
        """One member more of a repeat inside: a blank one, which is no part of the filling."""
        made = Frame(level, self, "", self.run)
        made.seen = list(made.entered)
        return made

    def path(self, spot: Spot) -> str:
        """The record's path of a question, group or repeat of this frame: with ids in place of ``*``."""
        members = self.members()
        steps = [members.pop(0) if step == MEMBER else step for step in spot.path.split("/")]
        return "/".join(steps)

    def members(self) -> list[str]:
        """The ids of the members around, outermost first, its own last."""
        return [*self.up.members(), self.member] if self.up else []


class Element:
    """A question or group of a frame, as a node."""

    __slots__ = ("frame", "spot")

    def __init__(self, frame: Frame, spot: Spot) -> None:
        self.frame = frame
        self.spot = spot

    @property
    def name(self) -> str:
        return self.spot.name

    @property
    def key(self) -> object:
        return self.frame, self.spot

    def text(self) -> str:
        if self.spot.slot < 0:
            return ""
        return self.frame.seen[self.spot.slot] or ""

    def parent(self) -> Node | None:
        outer = self.spot.parent
        if outer is None:
            return None
        return self.frame if outer is self.frame.level.top else Element(self.frame, outer)

    def children(self, name: str) -> Sequence[Node]:
        return children_of(self.frame, self.spot, name)

    def place(self) -> int:
        return 1


def children_of(frame: Frame, spot: Spot, name: str) -> Sequence[Node]:
    """The nodes inside a part of a frame; the members of a repeat among them."""
    if name == ALL:
        return [node for child in spot.children.values() for node in _nodes(frame, child)]
    child = spot.children.get(name)
    return _nodes(frame, child) if child else ()


def _nodes(frame: Frame, spot: Spot) -> Sequence[Node]:
    return frame.inner[spot.home.index] if spot.kind == "repeat" else (Element(frame, spot),)


class Document:
    """What stands above the root element."""

    __slots__ = ("root",)

    def __init__(self, root: Frame) -> None:
        self.root = root

    name = ""

    @property
    def key(self) -> object:
        return self.root, "document"

    def text(self) -> str:
        return ""

    def parent(self) -> Node | None:
        return None

    def children(self, name: str) -> Sequence[Node]:
        return (self.root,) if name in {ALL, self.root.name} else ()

    def place(self) -> int:
        return 1


class Filling:
    """
    The answers of a record, laid out in frames.

    `strange` are answered paths that the form does not have, `hidden` the questions whose answers the reader
    may not see. `members` are paths of members that are there, answered or not.
    """

    def __init__(
        self, shape: Shape, answers: Mapping[str, Value], run: Run, members: Iterable[str] = ()
    ) -> None:
        self.shape = shape
        self.run = run
        self.root = Frame(shape.level, None, "", run)
        self.frames: dict[Level, list[Frame]] = {}
        self.strange: list[str] = []
        self.hidden: set[Spot] = set()
        self._by_member: dict[str, Frame] = {}
        for path, value in answers.items():
            self._enter(path, value)
        for member in members:
            if shape.definition.is_member(member):
                self._made(member)
        self._order(self.root)

    def _enter(self, path: str, value: Value) -> None:
        if path.startswith("$") or not (isinstance(value, str) or value == RESTRICTED):
            return
        spot = self.shape.spots.get(path) or self.shape.find(path)
        if spot is None or spot.slot < 0:
            if value:
                self.strange.append(path)
            return
        frame = self.root if spot.home is self.shape.level else self._made(path)
        if isinstance(value, str):
            frame.entered[spot.slot] = value
        else:
            self.hidden.add(spot)

    def _made(self, path: str) -> Frame:
        """The frame of a question's or member's path; members that are not there yet are made."""
        frame, spot, walked = self.root, self.shape.root, ""
        for step in path.split("/"):
            walked = f"{walked}/{step}" if walked else step
            if spot.home is not frame.level:
                frame = self._by_member.get(walked) or self._member(frame, spot.home, step, walked)
            else:
                spot = spot.children[step]
        return frame

    def _member(self, frame: Frame, level: Level, member: str, path: str) -> Frame:
        made = self._by_member[path] = Frame(level, frame, member, self.run)
        frame.inner[level.index].append(made)
        return made

    def _order(self, frame: Frame) -> None:
        self.frames.setdefault(frame.level, []).append(frame)
        for members in frame.inner:
            members.sort(key=lambda one: one.member)
            for number, member in enumerate(members, start=1):
                member.number = number
                self._order(member)

    def nearest(self, path: str) -> Frame:
        """The innermost frame around a record's path."""
        while path:
            found = self._by_member.get(path)
            if found is not None:
                return found
            path = path.rpartition("/")[0]
        return self.root

    def find(self, path: str) -> tuple[Frame, Spot] | None:
        """The frame and the part of it at a record's path; none for a path that the filling does not have."""
        spot = self.shape.find(path)
        if spot is None:
            return None
        frame, walked = self.root, path
        while spot.home is not frame.level and walked:
            member = self._by_member.get(walked)
            if member is not None and member.level is spot.home:
                frame = member
            walked = walked.rpartition("/")[0]
        return (frame, spot) if spot.home is frame.level else None
