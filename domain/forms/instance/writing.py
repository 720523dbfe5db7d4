"""From the answers of a record to the XML that ODK Collect and the phone's engine open."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.instance.entities import Entity, entity_element
from domain.forms.instance.layout import Node, Place, layout_of, place_of
from domain.forms.instance.markup import escaped, possible, quoted
from domain.forms.instance.model import SCHEME
from domain.forms.instance.own import NAME, NAMESPACE, Own, mark_of
from domain.operations import Value, is_reserved

ROOT: Final = "data"
META: Final = "meta"
STEP: Final = "  "
NOTHING: Final[Mapping[str, Iterable[str]]] = {}
MOST_OF_ID: Final = 100
"""Characters of a member's id that another program may bring."""


@dataclass
class _Content:
    """
    Answers, sorted out by where they go: text of elements, members of repeats, our own element.

    `written` are the elements of questions and members that stand in the XML, each with its text.
    """

    texts: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    untold: set[str] = field(default_factory=set)
    exact: dict[str, Value] = field(default_factory=dict)
    entities: dict[str, list[Entity]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def add_members(self, place: Place) -> None:
        for repeat, member, is_told in place.members:
            self.members.setdefault(repeat, set()).add(member)
            if not is_told or not is_plain_id(member):
                self.untold.add(repeat)

    def add(self, path: str, place: Place, value: Value) -> None:
        self.add_members(place)
        text = place.text_of(value)
        if place.question and not place.is_member_id:
            self.texts[path] = text
        if not place.question or place.is_member_id or value == "" or text != value:
            self.exact[path] = value

    def beyond_xforms(self, seen: Iterable[str], kept: Mapping[str, Iterable[str]]) -> Own:
        members = {repeat: sorted(self.members[repeat]) for repeat in self.untold}
        marks = {
            mark_of(path, one)
            for path, text in self.written.items()
            for one in (text, *map(possible, kept.get(path, ())))
        }
        return Own(self.exact, members, frozenset(seen), frozenset(marks if seen else ()))


def instance_xml(
    definition: FormDefinition,
    record_id: str,
    answers: Mapping[str, Value],
    *,
    deprecated_id: str | None = None,
    entities: Sequence[Entity] = (),
    seen: Collection[str] = (),
    kept: Mapping[str, Iterable[str]] = NOTHING,
) -> bytes:
    """
    The instance of a record, in UTF-8; `read_instance` gives the same answers back, paths with ``$`` apart.

    Every question stands in it, in the form's order, the members of a repeat in the order of their ids.
    `deprecated_id` is the instance id that this one takes the place of, as it stood in that instance. `seen`
    are the operations behind the answers: with them it can be told later what was changed in the XML; `kept`
    by path is how another program may write an answer that nobody has changed (`kept_texts`).
    """
    layout = layout_of(definition)
    content = _sorted_out(layout, answers, entities)
    meta = _meta(record_id, deprecated_id, content.entities.get("", ()))
    body = [*_inside(layout, "", content, 1), *_block(meta, 1)]
    said = content.beyond_xforms(seen, kept).text()
    if said:
        body.append(f'{STEP}<{NAME} xmlns="{NAMESPACE}">{escaped(said)}</{NAME}>')
    head = f"<{ROOT} id={quoted(definition.form_id)} version={quoted(definition.version)}>"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head, *body, f"</{ROOT}>", ""]
    return "\n".join(lines).encode()


def _sorted_out(layout: Node, answers: Mapping[str, Value], entities: Iterable[Entity]) -> _Content:
    content = _Content()
    for path, value in answers.items():
        if not is_reserved(path):
            content.add(path, place_of(layout, path), value)
    for entity in entities:
        content.entities.setdefault(entity.path, []).append(entity)
        if entity.path:
            content.add_members(place_of(layout, entity.path))
    return content


def _inside(node: Node, prefix: str, content: _Content, depth: int) -> Iterator[str]:
    """The lines of what stands in the form, in a group or in a member; `prefix` ends in a slash."""
    indent = STEP * depth
    for name, child in node.children.items():
        path = prefix + name
        if child.kind == "question":
            text = _member_of(prefix) if name == node.member_question else content.texts.get(path, "")
            content.written[path] = possible(text)
            yield f"{indent}<{name}>{escaped(text)}</{name}>" if text else f"{indent}<{name}/>"
            continue
        members = sorted(content.members.get(path, ())) if child.kind == "repeat" else [None]
        for member in members:
            inner = f"{path}/" if member is None else f"{path}/{member}/"
            if member is not None:
                content.written[inner.removesuffix("/")] = ""
            yield f"{indent}<{name}>"
            yield from _inside(child, inner, content, depth + 1)
            yield from _block(
                map(entity_element, content.entities.get(inner.removesuffix("/"), ())), depth + 1
            )
            yield f"{indent}</{name}>"


def _member_of(prefix: str) -> str:
    return prefix.removesuffix("/").rpartition("/")[2]


def _meta(record_id: str, deprecated_id: str | None, entities: Sequence[Entity]) -> Iterator[str]:
    yield f"<instanceID>{SCHEME}{escaped(record_id)}</instanceID>"
    if deprecated_id is not None:
        yield f"<deprecatedID>{escaped(deprecated_id)}</deprecatedID>"
    yield from map(entity_element, entities)


def _block(lines: Iterable[str], depth: int) -> Iterator[str]:
    """A meta block, unless it would be empty."""
    inside = [STEP * (depth + 1) + line for line in lines]
    if inside:
        yield from (f"{STEP * depth}<{META}>", *inside, f"{STEP * depth}</{META}>")


def is_plain_id(text: str) -> bool:
    """Whether a text can be a member's id as it stands in XML."""
    return 0 < len(text) <= MOST_OF_ID and possible(text) == text and not set(text) & set("/#\t\n\r")
