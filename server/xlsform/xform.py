"""
What the XForm says that a workbook does not: every expression as the phone runs it.

pyxform turns ``${umur}`` into paths, fills in what it takes for granted and adds nodes of its own. Server and
phone mean the same only when they run the same text, so the definition takes its expressions from here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import ParseError, fromstring

from server.faults import refuse
from server.xlsform.itemsets import Itemset, read_itemset

XF: Final = "{http://www.w3.org/2002/xforms}"
HTML: Final = "{http://www.w3.org/1999/xhtml}"
JR: Final = "{http://openrosa.org/javarosa}"
SAVE_TO: Final = "{http://www.opendatakit.org/xforms/entities}saveto"
CLEARED: Final = "''"
"""What a ``setvalue`` without a value sets."""


@dataclass(frozen=True)
class Action:
    """A value that an event sets; `trigger` is the node whose change is the event."""

    events: tuple[str, ...]
    trigger: str | None
    value: str


@dataclass(frozen=True)
class Entity:
    """A node ``meta/entity``: where it stands (`at`), and the calculations of its attributes and label."""

    list_name: str
    at: str
    always: frozenset[str]
    bind: Mapping[str, str]

    def expression(self, name: str) -> str | None:
        """The calculation of ``@id``, ``@create``, ``@update`` or ``label``."""
        return self.bind.get(name)

    def condition(self, name: str) -> str | None:
        """When it creates or updates: an expression, ``true()`` for always, none for never."""
        return self.bind.get(f"@{name}") or ("true()" if name in self.always else None)


@dataclass(frozen=True)
class XForm:
    """
    The parts of an XForm by node (``/data/g_anak/umur``).

    `instances` gives the address of a file; `shown` are the values within texts: node, kind, expression.
    """

    binds: Mapping[str, Mapping[str, str]]
    actions: Mapping[str, tuple[Action, ...]]
    itemsets: Mapping[str, Itemset]
    counts: Mapping[str, str]
    defaults: Mapping[str, str]
    entities: tuple[Entity, ...]
    instances: Mapping[str, str | None]
    repeats: frozenset[str] = field(default=frozenset())
    nodes: frozenset[str] = field(default=frozenset())
    shown: tuple[tuple[str, str, str], ...] = ()

    def bind(self, node: str, name: str) -> str | None:
        """An attribute of a node's bind, such as ``relevant``."""
        return (self.binds.get(node, {}).get(name) or "").strip() or None

    def definition_path(self, node: str) -> str:
        """``/data/anggota/a_umur`` as the definition writes it: ``anggota/*/a_umur``."""
        return definition_path(node, self.repeats)

    @cached_property
    def containers(self) -> frozenset[str]:
        """The groups and repeats, and the form itself."""
        return frozenset(node.rpartition("/")[0] for node in self.nodes if "@" not in node)

    @property
    def files(self) -> dict[str, str]:
        """The name of the file of each external instance; ``last-saved`` is none."""
        found = {name: PurePosixPath(src).name for name, src in self.instances.items() if src}
        return {name: file for name, file in found.items() if file != "last-saved"}


def read_xform(xform: str) -> XForm:
    """The parts of an XForm that pyxform wrote."""
    try:
        root = fromstring(xform)  # noqa: S314 (pyxform wrote it; it declares no document type, so no entity)
    except ParseError as error:
        refuse("form-unreadable", reason=f"XForm: {error}")
    model = root.find(f"{HTML}head/{XF}model")
    body = root.find(f"{HTML}body")
    assert model is not None  # pyxform always writes both
    assert body is not None
    repeats = {_own(node, "nodeset"): node for node in body.iter(f"{XF}repeat")}
    binds = {_own(bind, "nodeset"): dict(bind.attrib) for bind in model.iter(f"{XF}bind")}
    primary = model.find(f"{XF}instance/*")
    assert primary is not None
    return XForm(
        binds=binds,
        actions=_actions(model, body),
        itemsets=dict(_itemsets(body)),
        counts={path: node.get(f"{JR}count", "").strip() for path, node in repeats.items()},
        defaults=dict(_defaults(primary, "/data")),
        entities=tuple(_entities(primary, "/data", binds)),
        instances={
            one.get("id", ""): one.get("src") for one in model.findall(f"{XF}instance") if one.get("id")
        },
        repeats=frozenset(repeats),
        nodes=frozenset(_nodes(primary, "/data")),
        shown=tuple(dict.fromkeys((*_shown_in_itext(model), *_shown_in_body(body)))),
    )


def definition_path(node: str, repeats: Iterable[str]) -> str:
    """A node of the form as the definition writes it, with ``*`` for the member of each repeat around it."""
    walked, steps = "", []
    names = node.strip("/").split("/")
    for name in names:
        if walked in repeats:
            steps.append("*")
        walked = f"{walked}/{name}"
        steps.append(name)
    return "/".join(steps[1:])


def _own(node: Node, name: str) -> str:
    return node.get(name, "").strip()


def _actions(model: Node, body: Node) -> dict[str, tuple[Action, ...]]:
    """The values that events set, those of one expression together, in the order of the form."""
    found: defaultdict[str, dict[tuple[str | None, str], tuple[str, ...]]] = defaultdict(dict)
    for trigger, node in (*((None, one) for one in model.findall(f"{XF}setvalue")), *_in_controls(body)):
        events = tuple(node.get("event", "").split())
        key = trigger, (node.get("value") or CLEARED).strip()
        of_node = found[_own(node, "ref")]
        of_node[key] = (*of_node.get(key, ()), *events)
    return {
        ref: tuple(Action(events, trigger, value) for (trigger, value), events in actions.items())
        for ref, actions in found.items()
    }


def _in_controls(body: Node) -> Iterator[tuple[str | None, Node]]:
    """The actions of the body: those within a control are set when its answer changes."""
    for parent in body.iter():
        for node in parent.findall(f"{XF}setvalue"):
            is_change = "xforms-value-changed" in node.get("event", "")
            yield _own(parent, "ref") if is_change else None, node


def _itemsets(body: Node) -> Iterator[tuple[str, Itemset]]:
    for control in body.iter():
        itemset = control.find(f"{XF}itemset")
        if itemset is not None:
            value, label = itemset.find(f"{XF}value"), itemset.find(f"{XF}label")
            texts = [_own(one, "ref") if one is not None else "" for one in (value, label)]
            yield _own(control, "ref"), read_itemset(_own(itemset, "nodeset"), *texts)


def _defaults(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """What the questions hold in a new form; a repeat's template and its first member say the same."""
    for child in node:
        at = f"{path}/{child.tag.removeprefix(XF)}"
        if len(child):
            yield from _defaults(child, at)
        elif child.text:
            yield at, child.text


def _entities(node: Node, path: str, binds: Mapping[str, Mapping[str, str]]) -> Iterator[Entity]:
    for child in node:
        at = f"{path}/{child.tag.removeprefix(XF)}"
        if child.tag == f"{XF}entity" and path.endswith("/meta"):
            yield _entity(child, at, binds)
        elif f"{JR}template" not in child.attrib or not _stands_twice(node, child):
            yield from _entities(child, at, binds)


def _nodes(node: Node, path: str) -> Iterator[str]:
    yield path
    yield from (f"{path}/@{name}" for name in node.attrib)
    for child in node:
        yield from _nodes(child, f"{path}/{child.tag.removeprefix(XF)}")


def _shown_in_itext(model: Node) -> Iterator[tuple[str, str, str]]:
    """``<text id="/data/umur:label">``; the texts of choices belong to no node and are left out."""
    for text in model.iter(f"{XF}text"):
        node, _, kind = text.get("id", "").partition(":")
        if node.startswith("/data/"):
            yield from ((node, kind, _own(one, "value")) for one in text.iter(f"{XF}output"))


def _shown_in_body(body: Node) -> Iterator[tuple[str, str, str]]:
    for control in body.iter():
        for kind in ("label", "hint"):
            for text in control.findall(f"{XF}{kind}"):
                outputs = text.iter(f"{XF}output")
                yield from ((_own(control, "ref"), kind, _own(one, "value")) for one in outputs)


def _stands_twice(parent: Node, template: Node) -> bool:
    """Whether a first member stands beside a repeat's template and says the same."""
    return len(parent.findall(template.tag)) > 1


def _entity(node: Node, at: str, binds: Mapping[str, Mapping[str, str]]) -> Entity:
    parts = {name: binds.get(f"{at}/{name}", {}).get("calculate", "").strip() for name in PARTS}
    always = frozenset(name for name in ("create", "update") if node.get(name) == "1")
    return Entity(node.get("dataset", ""), at, always, {name: text for name, text in parts.items() if text})


PARTS: Final = ("@id", "@create", "@update", "label")
