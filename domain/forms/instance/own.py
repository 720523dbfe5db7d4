"""
What XForms cannot say, in one element of our own at the end of the instance.

Its text is JSON in ASCII, so that it holds every character::

    <own xmlns="urn:verilap:instance:1">{"answers": {path: value}, "members": {repeat: [id, …]},
                                         "seen": [operation, …], "texts": [mark, …]}</own>

`answers` are those whose value is not simply the text in the element of their question: cleared by hand,
restricted, a file, a character that XML cannot hold, a question that this version of the form does not have.
`members` are the ids, in order, of the members whose elements do not tell them. `seen` are the operations
whose answers were in view, and `texts` stand for what the elements held: by them it is told what was changed
in the XML, and what others have changed in the record since. Readers that do not know the element leave it
out; what they changed in the other elements counts, and not what stands here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.canonical import canonical_bytes, digest_of
from domain.errors import InvalidRequest, MalformedOperation
from domain.forms.instance.markup import Element
from domain.merge import is_removal_marker
from domain.operations import OPERATION_ID, Value, is_path, is_reserved

NAMESPACE: Final = "urn:verilap:instance:1"
NAME: Final = "own"
MARK_LENGTH: Final = 8
"""Of a mark in characters, 48 bits: it is only ever compared with those of one instance."""


@dataclass(frozen=True)
class Own:
    """The content of our element."""

    answers: Mapping[str, Value] = field(default_factory=dict)
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def text(self) -> str:
        """As JSON; empty when there is nothing to say."""
        marks = {"seen": sorted(self.seen), "texts": sorted(self.texts)}
        told = {"answers": self.answers, "members": self.members, **marks}
        said = {name: content for name, content in told.items() if content}
        return json.dumps(said, sort_keys=True, separators=(",", ":")) if said else ""


def mark_of(path: str, text: str = "") -> str:
    """What stands for an element and its text; for a member, whose element holds others, without one."""
    return digest_of(f"{path}\n{text}".encode("utf-8", "replace"))[:MARK_LENGTH]


def read_own(root: Element) -> Own:
    """
    Our element in an instance; empty where there is none.

    Raises `InvalidRequest` (code ``instance-own``) for anything that we cannot have written: it came from
    outside like the rest.
    """
    found = [one for one in root.children if (one.namespace, one.name) == (NAMESPACE, NAME)]
    if not found:
        return Own()
    told = _json(found[0].text)
    if len(found) > 1 or found[0].children or not isinstance(told, dict):
        raise _refused("it is not one JSON object")
    answers, members = told.get("answers", {}), told.get("members", {})
    if not isinstance(answers, dict) or not all(_is_answer(*pair) for pair in answers.items()):
        raise _refused("answers are texts or markers by path")
    if not isinstance(members, dict) or not all(map(_are_ids, members.values())):
        raise _refused("members are lists of ids")
    seen, texts = told.get("seen", []), told.get("texts", [])
    if not _are_texts(seen) or not all(map(OPERATION_ID.fullmatch, seen)) or not _are_texts(texts):
        raise _refused("operations and marks are lists of them")
    return Own(answers, members, frozenset(seen), frozenset(texts))


def _json(text: str) -> Any:
    try:
        told = json.loads(text)
        canonical_bytes({"told": _without_halves(told)})  # no floats, no nesting that breaks other readers
    except (ValueError, RecursionError, MalformedOperation):
        raise _refused("it is no JSON as it is written here") from None
    return told


def _without_halves(told: Any) -> Any:
    """The same with a sign for each half surrogate, which no canonical JSON can hold."""
    if isinstance(told, dict):
        return {_without_halves(name): _without_halves(one) for name, one in told.items()}
    if isinstance(told, list):
        return [_without_halves(one) for one in told]
    return told.encode("utf-8", "replace").decode() if isinstance(told, str) else told


def _is_answer(path: str, value: object) -> bool:
    """Removals are entered by people, and never come in by way of a form."""
    if not is_path(path) or is_reserved(path):
        return False
    return isinstance(value, str) or (isinstance(value, dict) and not is_removal_marker(value))


def _are_ids(ids: object) -> bool:
    return isinstance(ids, list) and all(
        isinstance(one, str) and is_path(one) and "/" not in one for one in ids
    )


def _are_texts(told: object) -> bool:
    return isinstance(told, list) and all(isinstance(one, str) for one in told)


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"our own element cannot be read: {why}", code="instance-own", why=why)
