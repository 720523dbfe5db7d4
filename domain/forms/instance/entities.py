"""What an instance does to case lists: the elements ``entity`` of ODK's entity specification."""

from dataclasses import dataclass
from typing import Final

from domain.forms.instance.markup import Element, escaped, quoted

ATTRIBUTES: Final = {"baseVersion": "base_version", "trunkVersion": "trunk_version", "branchId": "branch_id"}
TRUE: Final = frozenset({"1", "true", "true()"})


@dataclass(frozen=True)
class Entity:
    """
    What an instance does to a case list (ODK's entity specification).

    `path` is that of the member of a repeat or of the group that it stands in, empty for the whole form;
    `dataset` the list, `id` the case. Without a `label` there is no element for it.
    """

    dataset: str
    id: str
    path: str = ""
    label: str | None = None
    is_created: bool = False
    is_updated: bool = False
    base_version: str = ""
    trunk_version: str = ""
    branch_id: str = ""


def entity_element(entity: Entity) -> str:
    """The element, on one line."""
    flags = {"create": entity.is_created, "update": entity.is_updated}
    attributes = {"dataset": entity.dataset, "id": entity.id}
    attributes |= {name: "1" for name, is_set in flags.items() if is_set}
    attributes |= {name: getattr(entity, told) for name, told in ATTRIBUTES.items()}
    said = "".join(f" {name}={quoted(text)}" for name, text in attributes.items() if text)
    if entity.label is None:
        return f"<entity{said}/>"
    return f"<entity{said}><label>{escaped(entity.label)}</label></entity>"


def read_entity(element: Element, path: str) -> Entity:
    """What the element says; `path` is that of the member or group that it stands in."""
    told = element.attributes
    return Entity(
        dataset=told.get("dataset", ""),
        id=told.get("id", ""),
        path=path,
        label=next((child.text for child in element.children if child.name == "label"), None),
        is_created=told.get("create") in TRUE,
        is_updated=told.get("update") in TRUE,
        **{name: told.get(attribute, "") for attribute, name in ATTRIBUTES.items()},
    )
