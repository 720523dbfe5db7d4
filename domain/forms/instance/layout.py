"""The elements of a form's instance: which stand in which, and which of them repeat."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from domain.forms.definition import FormDefinition
from domain.forms.display import FILES
from domain.forms.fields import Field
from domain.forms.instance.markup import possible
from domain.operations import Value

Kind: TypeAlias = Literal["group", "repeat", "question"]

MEMBER_ROLE: Final = "id_anggota"
"""Of the hidden question in a repeat that holds the id of its member."""
ENTITY_TYPE: Final = "entity"
"""What stands in a meta block is told apart from answers."""
HOLDS_FILE: Final = FILES | {"background-audio"}
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""As pyxform allows them; a definition with others has questions that no XML can hold."""


@dataclass
class Node:
    """
    One element of the instance; the form itself is a group.

    `member_question` is, for a repeat, the name of the question that holds the member's id.
    """

    kind: Kind
    question: Field | None = None
    children: dict[str, "Node"] = field(default_factory=dict)
    member_question: str | None = None


class Member(NamedTuple):
    """A member of the repeat at a record's path; `is_told`: one of the form's questions holds its id."""

    repeat: str
    id: str
    is_told: bool


class Place(NamedTuple):
    """
    Where a record's path leads.

    `members` are those on the way, outermost first. `question` is none for a path that the form does not
    ask; `is_member_id` says that it holds the id of the last of the members.
    """

    members: tuple[Member, ...]
    question: Field | None
    is_member_id: bool = False

    def text_of(self, value: Value) -> str:
        """What stands in the XML for a value."""
        if self.is_member_id:
            return possible(self.members[-1].id)
        return _text_of(value, self.question)


def layout_of(definition: FormDefinition) -> Node:
    """The instance of a form, in the form's order."""
    root = Node("group")
    for one in definition.fields:
        steps = [step for step in one.path.split("/") if step != "*"]
        if one.type != ENTITY_TYPE and all(map(NAME.fullmatch, steps)):
            _add(root, definition, one, steps)
    return root


def _add(root: Node, definition: FormDefinition, question: Field, steps: list[str]) -> None:
    node, walked = root, ""
    for step in steps[:-1]:
        walked = f"{walked}/{step}" if walked else step
        kind: Kind = "repeat" if walked in definition.repeats else "group"
        node = node.children.setdefault(step, Node(kind))
        if node.kind == "question":  # a definition that nobody compiled: what is below is no element
            return
        walked += "/*" if kind == "repeat" else ""
    node.children.setdefault(steps[-1], Node("question", question))
    if node.kind == "repeat" and question.role == MEMBER_ROLE and not node.member_question:
        node.member_question = steps[-1]


def place_of(root: Node, path: str) -> Place:
    """Where a record's path leads in the instance."""
    node: Node | None = root
    members: list[Member] = []
    walked = ""
    wants_member = is_member_id = False
    for step in path.split("/"):
        if node and wants_member:
            members.append(Member(walked, step, node.member_question is not None))
            wants_member = False
        else:
            is_member_id = node is not None and node.member_question == step
            node = node.children.get(step) if node else None
            wants_member = node is not None and node.kind == "repeat"
        walked = f"{walked}/{step}" if walked else step
    question = node.question if node else None
    return Place(tuple(members), question, is_member_id and question is not None)


def _text_of(value: Value, question: Field | None) -> str:
    if not isinstance(value, str):
        return ""
    if question and question.type in HOLDS_FILE:
        return possible(_file_name(value) or value)
    return possible(value)


def _file_name(value: str) -> str | None:
    """A file is the JSON text of its hash, size, type and name; the XML holds its name."""
    try:
        told = json.loads(value)
    except (ValueError, RecursionError):
        return None
    name = told.get("name") if isinstance(told, Mapping) and "hash" in told else None
    return name if isinstance(name, str) else None
