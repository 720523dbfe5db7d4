"""One question in the definition (`server.xlsform`): its words from the sheet, its logic from the XForm."""

from collections.abc import Mapping
from typing import Any, Final

from pyxform.parsing.parameters import parse as parse_parameters

from domain.protection import DataClass
from server.xlsform.elements import Element, Text
from server.xlsform.itemsets import Itemset
from server.xlsform.xform import XForm

ALWAYS: Final = "true()"
NEVER: Final = "false()"
MEDIA: Final = ("image", "big-image", "audio", "video")


def field_of(element: Element, xform: XForm, protection: str, choices: str | None) -> dict[str, Any]:
    """One of the definition's ``fields``; `choices` is the name of its list there."""
    further = {
        **_messages(element),
        **_logic(element, xform),
        **_choices(xform.itemsets.get(element.node)),
        "parameters": _parameters(element),
        "media": media_of(element.row),
    }
    return {
        "path": element.path,
        "type": element.type,
        "label": element.text("label"),
        "hint": element.text("hint") or None,
        "choices": choices,
        **_ours(element, protection),
        "required": xform.bind(element.node, "required") == ALWAYS,
        "group": [container.path for container in element.around],
        "appearance": appearance_of(element),
        **without_empty(further),
    }


def without_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something: a device gets the definition over a slow line."""
    return {name: value for name, value in members.items() if value}


def appearance_of(element: Element) -> str | None:
    """How a question or group is shown."""
    appearance = (element.row.get("control") or {}).get("appearance")
    return str(appearance) if appearance else None


def conditions(element: Element, xform: XForm) -> dict[str, Any]:
    """When a question, group or repeat is asked, and whether it may be changed."""
    read_only, read_only_if = _flag(xform.bind(element.node, "readonly"))
    return {
        "relevant": xform.bind(element.node, "relevant"),
        "read_only": read_only,
        "read_only_if": read_only_if,
    }


def media_of(row: Mapping[str, Any]) -> dict[str, Text]:
    """The files shown or played with a question or choice: kind → file by language."""
    element = Element("", "", "", (), dict(row))
    found = {kind: element.text("media", kind) for kind in MEDIA}
    return {kind: files for kind, files in found.items() if files}


def _messages(element: Element) -> dict[str, Any]:
    return {
        "guidance": element.text("guidance_hint") or None,
        "constraint_message": element.text("bind", "jr:constraintMsg"),
        "required_message": element.text("bind", "jr:requiredMsg"),
    }


def _ours(element: Element, protection: str) -> dict[str, Any]:
    is_kept = element.is_typed_in and protection != DataClass.RESTRICTED and element.own("x_prefill") != "no"
    return {"pdp": protection, "role": element.own("x_peran"), "prefill": is_kept}


def _logic(element: Element, xform: XForm) -> dict[str, Any]:
    node = element.node
    return {
        **conditions(element, xform),
        "required_if": _flag(xform.bind(node, "required"))[1],
        "calculate": xform.bind(node, "calculate"),
        "constraint": xform.bind(node, "constraint"),
        "default": xform.defaults.get(node),
        "actions": [
            {
                "events": list(action.events),
                "trigger": xform.definition_path(action.trigger) if action.trigger else None,
                "value": action.value,
            }
            for action in xform.actions.get(node, ())
        ],
        "bind_type": xform.bind(node, "type"),
    }


def _flag(expression: str | None) -> tuple[bool, str | None]:
    """Whether it is always so, else the condition."""
    if expression in {None, ALWAYS, NEVER}:
        return expression == ALWAYS, None
    return False, expression


def _choices(itemset: Itemset | None) -> dict[str, Any]:
    source = None
    if itemset and itemset.instance is None:
        source = {"nodeset": itemset.source, "value": itemset.value, "label": itemset.label}
    return {"choices_from": source, "choice_filter": itemset.condition if itemset else None}


def _parameters(element: Element) -> dict[str, str]:
    given = element.row.get("parameters")
    if isinstance(given, str):
        return {str(name): str(text) for name, text in parse_parameters(given, 0).items()}
    return {str(name): str(text) for name, text in (given or {}).items()}
