"""
From the XML of ODK Collect or of the phone's engine to the answers of a record.

The order of elements does not matter, but for the members of a repeat of which nothing tells the ids. What
stands twice, or as text where elements belong, is refused: to take one of two answers would lose the other.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from domain.canonical import digest_of
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.instance.entities import Entity, read_entity
from domain.forms.instance.layout import Node, Place, layout_of, place_of
from domain.forms.instance.markup import SEPARATOR, Element, possible, read_markup, text_in
from domain.forms.instance.model import SCHEME, Instance
from domain.forms.instance.own import Own, read_own
from domain.forms.instance.writing import META, ROOT, is_plain_id
from domain.merge import at_and_above
from domain.operations import Value, is_path

XFORMS: Final = "http://www.w3.org/2002/xforms"
OPENROSA: Final = "http://openrosa.org/xforms"
TEMPLATE: Final = f"http://openrosa.org/javarosa{SEPARATOR}template"
SPACE: Final = " \t\r\n"


def form_of(xml: bytes) -> str:
    """
    ``form_id@version`` that an instance names, to find its definition.

    Raises what `read_markup` raises, and `InvalidRequest` (``instance-root``) for XML that is no instance.
    """
    root = _root(xml)
    return f"{root.attributes.get('id', '')}@{root.attributes.get('version', '')}"


def read_instance(definition: FormDefinition, xml: bytes, *, seed: str | None = None) -> Instance:
    """
    The instance in an XML document.

    Members whose ids nothing tells get some that follow from `seed` and their position: the record that the
    instance is known to be of, else the instance that it takes the place of, else its own id. So the same XML
    gives the same ids each time.

    Raises `TooLarge` and `InvalidRequest`; docs/forms.md lists the codes.
    """
    root = _root(xml)
    _check_form(definition, root)
    reading = _Reading(layout_of(definition), read_own(root), {"", XFORMS, root.namespace})
    reading.read_meta(root, "")
    reading.seed = seed or reading.meta.get("deprecatedID") or reading.meta.get("instanceID") or ""
    reading.read(reading.layout, root, "")
    answers = reading.answers()
    meta = reading.meta
    return Instance(
        form=definition.form_id,
        version=definition.version,
        instance_id=meta.pop("instanceID", "") or None,
        deprecated_id=meta.pop("deprecatedID", "") or None,
        answers=answers,
        entities=tuple(reading.entities),
        blank=frozenset(reading.blank(answers)),
        meta=meta,
        own=reading.own,
    )


def _root(xml: bytes) -> Element:
    root = read_markup(xml)
    if root.name != ROOT:
        raise InvalidRequest(
            f"an instance begins with <{ROOT}>, this one with <{root.name[:60]}>",
            code="instance-root",
            name=root.name[:60],
        )
    return root


def _check_form(definition: FormDefinition, root: Element) -> None:
    for name, wanted in (("id", definition.form_id), ("version", definition.version)):
        found = root.attributes.get(name, "")
        if found != wanted:
            raise InvalidRequest(
                f"the instance is of another form: {name} is {found[:60]!r}, not {wanted!r}",
                code="instance-form",
                found=found[:60],
                wanted=wanted,
            )


@dataclass
class _Reading:
    """What was found so far: `texts` of the form's questions, `others` of elements that it does not have."""

    layout: Node
    own: Own
    namespaces: set[str]
    seed: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    member_questions: dict[str, str] = field(default_factory=dict)
    """Where the id of a member stands: the question's path by the member's."""
    entities: list[Entity] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)

    # --- elements ---

    def read(self, node: Node, element: Element, prefix: str) -> None:
        """What stands in the form, a group or a member; `prefix` ends in a slash."""
        _refuse_stray_text(element, prefix)
        repeated: dict[str, list[Element]] = {}
        for child in self.questions_in(node, element):
            known = node.children.get(child.name)
            if known is not None and known.kind == "repeat":
                repeated.setdefault(child.name, []).append(child)
            else:
                self.read_one(known, child, prefix + child.name)
        for name, elements in repeated.items():
            self.read_members(node.children[name], elements, prefix + name)

    def questions_in(self, node: Node, element: Element) -> Iterator[Element]:
        """The elements that stand for questions, groups or members, each single one once."""
        seen = set()
        for child in element.children:
            if (
                child.namespace not in self.namespaces
                or _is_meta(node, child)
                or TEMPLATE in child.attributes
            ):
                continue
            known = node.children.get(child.name)
            if child.name in seen and not (known and known.kind == "repeat"):
                raise _doubled(child.name)
            seen.add(child.name)
            yield child

    def read_one(self, node: Node | None, element: Element, path: str) -> None:
        if node is None:
            self.read_other(element, path)
        elif node.kind == "group":
            self.read(node, element, f"{path}/")
            self.read_meta(element, path)
        elif element.children:
            raise _misshapen(path, "is a question and holds elements")
        else:
            self.texts[path] = element.text

    def read_other(self, element: Element, path: str) -> None:
        """An element that the form does not have, with what stands in it."""
        empty = Node("group")
        if element.children:
            self.read(empty, element, f"{path}/")
        elif element.text.strip(SPACE):
            self.others[path] = element.text

    def read_members(self, node: Node, elements: Sequence[Element], path: str) -> None:
        for element, member in zip(elements, self.ids_of(node, elements, path), strict=True):
            inner = f"{path}/{member}"
            self.members.setdefault(path, set()).add(member)
            if node.member_question:
                self.member_questions[inner] = f"{inner}/{node.member_question}"
            self.read(node, element, f"{inner}/")
            self.read_meta(element, inner)

    # --- ids of members ---

    def ids_of(self, node: Node, elements: Sequence[Element], path: str) -> list[str]:
        """The ids of members in order: told by their question or by our element, else made."""
        told = [self.told_id(node, element, path, position) for position, element in enumerate(elements)]
        taken = {one for one in told if one}
        # Beside members that tell their ids, one that does not is new: no id of an earlier reading is its.
        seed = (self.meta.get("instanceID") if taken else None) or self.seed
        seen: set[str | None] = {None}
        ids = []
        for position, one in enumerate(told):
            ids.append(_made_id(seed, path, position, taken) if one is None or one in seen else one)
            taken.add(ids[-1])
            seen.add(ids[-1])
        return ids

    def told_id(self, node: Node, element: Element, path: str, position: int) -> str | None:
        text = text_in(element, node.member_question) if node.member_question else None
        listed = self.own.members.get(path, ())
        if position < len(listed) and (text is None or possible(listed[position]) == text):
            return listed[position]
        return text if text and is_plain_id(text) else None

    # --- meta ---

    def read_meta(self, element: Element, path: str) -> None:
        """The ids of the instance, and what it does to case lists."""
        for block in element.children:
            if block.name != META or block.namespace not in self.namespaces | {OPENROSA}:
                continue
            for child in block.children:
                if child.name == "entity":
                    self.entities.append(read_entity(child, path))
                elif not path and child.name in self.meta:
                    raise _doubled(child.name)
                elif not path:
                    self.meta[child.name] = child.text

    # --- answers ---

    def answers(self) -> dict[str, Value]:
        """All that is said, by path; what our element says counts where nobody changed the others since."""
        found: dict[str, Value] = {path: text for path, text in self.texts.items() if text}
        for inner, question in self.member_questions.items():
            if found.get(question) == possible(inner.rpartition("/")[2]):
                del found[question]
        own = self.own.answers
        found |= {path: own[path] for path in own if self.still_counts(path, place_of(self.layout, path))}
        found |= self.others
        self.keep_empty_members(found)
        _check_paths(found)
        return found

    def still_counts(self, path: str, place: Place) -> bool:
        """Whether the elements say what they said when our element was written."""
        if any(one.id not in self.members.get(one.repeat, ()) for one in place.members):
            return False
        return place.question is None or self.texts.get(path) == place.text_of(self.own.answers[path])

    def keep_empty_members(self, found: dict[str, Value]) -> None:
        """A member that nothing is said of but its id would not be there at all: the id is an answer then."""
        answered = {above for path in found for above in at_and_above(path)}
        for inner, question in reversed(self.member_questions.items()):
            if inner not in answered and self.texts.get(question):
                found[question] = inner.rpartition("/")[2]
                answered.update(at_and_above(question))

    def blank(self, answers: Container[str]) -> Iterator[str]:
        """The questions that stand there without an answer."""
        ids = set(self.member_questions.values())
        return (
            path for path, text in self.texts.items() if not text and path not in answers and path not in ids
        )


def _is_meta(node: Node, element: Element) -> bool:
    return element.name == META and META not in node.children


def _made_id(seed: str, path: str, position: int, taken: Container[str]) -> str:
    """A member's id that nobody chose: the same for the same place in the same instance."""
    for attempt in count():
        made = "m_" + digest_of(
            "\n".join([seed.removeprefix(SCHEME), path, f"{position}.{attempt}"]).encode()
        )
        if made not in taken:
            return made
    raise AssertionError


def _refuse_stray_text(element: Element, prefix: str) -> None:
    if element.text.strip(SPACE):
        raise _misshapen(prefix.removesuffix("/") or ROOT, "holds text beside elements")


def _doubled(name: str) -> InvalidRequest:
    return InvalidRequest(f"<{name[:60]}> stands twice", code="instance-twice", name=name[:60])


def _misshapen(path: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"{path[:200]} {what}", code="instance-shape", path=path[:200])


def _check_paths(paths: Iterable[str]) -> None:
    for path in paths:
        if not is_path(path):
            raise InvalidRequest(f"{path[:200]} is no path", code="instance-path", path=path[:200])
