"""The cases that a finished form creates or updates, by ODK's entity specification."""

from typing import Any

from server.xlsform.elements import Element
from server.xlsform.xform import SAVE_TO, Entity, XForm


def entities_of(xform: XForm, elements: list[Element]) -> list[dict[str, Any]]:
    """
    The definition's ``entities``.

    ``at`` is where the node stands: relative expressions begin at its parts (``at/label``). ``path`` is the
    member of the innermost repeat around it. An answer belongs to the entity in the innermost container
    around it.
    """
    return [
        {
            "list": one.list_name,
            "at": xform.definition_path(one.at),
            "path": _member_around(xform, one),
            "id": one.expression("@id"),
            "create_if": one.condition("create"),
            "update_if": one.condition("update"),
            "label": one.expression("label"),
            "save_to": _saved(xform, one, elements),
        }
        for one in xform.entities
    ]


def _member_around(xform: XForm, entity: Entity) -> str:
    around = [repeat for repeat in xform.repeats if f"{entity.at}/".startswith(f"{repeat}/")]
    return f"{xform.definition_path(max(around, key=len))}/*" if around else ""


def _saved(xform: XForm, entity: Entity, elements: list[Element]) -> dict[str, str]:
    saved = {}
    for element in elements:
        name = xform.bind(element.node, SAVE_TO)
        if name and _owner(xform, element.node) is entity:
            saved[element.path] = name
    return saved


def _owner(xform: XForm, node: str) -> Entity | None:
    """The entity whose container is the innermost around a node."""
    containers = {one.at.removesuffix("/meta/entity"): one for one in xform.entities}
    around = [container for container in containers if node.startswith(f"{container}/")]
    return containers[max(around, key=len)] if around else None
