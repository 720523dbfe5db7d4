"""The JSON definition of a form (its shape: `server.xlsform`), from pyxform's tree and the choice files."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from domain.errors import FormError
from server.xlsform.classes import classes_of
from server.xlsform.convert import Converted
from server.xlsform.elements import Element, Text, elements_of, text_by_language
from server.xlsform.media import Choice, choices_in

ALWAYS = {"yes", "true", "true()"}
VILLAGE_ROLES = ("desa", "desa_kasus")
"""The question marked as the village of the visit; else the hidden one that the case fills."""


def define(form: Converted, media: Mapping[str, bytes]) -> dict[str, Any]:
    """The definition: plain JSON values, the same for the same workbook and choice files."""
    elements = elements_of(form.tree)
    protection = classes_of(elements)
    fields = [_field(element, protection) for element in elements if not element.is_container]
    if not any(element.is_typed_in for element in elements if not element.is_container):
        raise FormError("the sheet survey asks nothing", sheet="survey")
    choices = _choices(form.tree, elements, media)
    return {
        "form_id": form.form_id,
        "version": form.version,
        "title": _title(form.tree),
        "languages": _languages(fields),
        "fields": fields,
        "groups": _containers(elements, "group"),
        "repeats": _containers(elements, "repeat"),
        "choices": choices,
        "village_question": _village_question(fields),
    }


def _field(element: Element, protection: Mapping[str, str]) -> dict[str, Any]:
    restricted = protection[element.path] == "terbatas"
    return {
        "path": element.path,
        "type": element.type,
        "label": text_by_language(element.row.get("label")) or {},
        "hint": text_by_language(element.row.get("hint")),
        "choices": _list_name(element),
        "pdp": protection[element.path],
        "role": element.own("x_peran"),
        "prefill": element.is_typed_in and not restricted and _says_prefill(element),
        "required": element.bind("required").lower() in ALWAYS,
        "group": [container.path for container in element.around],
        "appearance": (element.row.get("control") or {}).get("appearance"),
    }


def _says_prefill(element: Element) -> bool:
    said = element.own("x_prefill")
    if said not in {None, "yes", "no"}:
        raise FormError(
            f"{element.name}: x_prefill must be yes or no, found: {said!r}", question=element.name
        )
    return said != "no"


def _list_name(element: Element) -> str | None:
    """A choice file is known by its name without the ending; choices taken from answers have no list."""
    name = element.row.get("itemset") or element.row.get("list_name")
    if not isinstance(name, str) or name.startswith("${"):
        return None
    return PurePosixPath(name).stem if _is_file(name) else name


def _is_file(itemset: str) -> bool:
    return itemset.lower().endswith((".csv", ".xml", ".geojson"))


def _choices(
    tree: Mapping[str, Any], elements: list[Element], media: Mapping[str, bytes]
) -> dict[str, list[Choice]]:
    """The lists of the choices sheet, then those of the choice files, by the name that the fields give."""
    lists = {name: [_choice(row) for row in rows] for name, rows in (tree.get("choices") or {}).items()}
    for element in elements:
        file = element.row.get("itemset")
        if isinstance(file, str) and file.lower().endswith(".csv") and file in media:
            lists[PurePosixPath(file).stem] = choices_in(file, media[file], _parameters(element))
    return lists


def _parameters(element: Element) -> dict[str, str]:
    parameters = element.row.get("parameters")
    return parameters if isinstance(parameters, dict) else {}


def _choice(row: Mapping[str, Any]) -> Choice:
    others = {column: text for column, text in row.items() if isinstance(text, str) and column != "label"}
    return {**others, "name": str(row["name"]), "label": text_by_language(row.get("label")) or {}}


def _containers(elements: list[Element], kind: str) -> list[dict[str, Any]]:
    return [
        {"path": element.path, "label": text_by_language(element.row.get("label")) or {}}
        for element in elements
        if element.type == kind
    ]


def _title(tree: Mapping[str, Any]) -> Text:
    """The settings' ``form_title`` is Indonesian; our column ``x_title_en`` holds the English one."""
    title = str(tree.get("title") or tree["id_string"])
    return {"id": title, "en": str(tree.get("x_title_en") or title)}


def _languages(fields: list[dict[str, Any]]) -> list[str]:
    """The languages of the questions, in the order of the columns."""
    return list(dict.fromkeys(language for field in fields for language in field["label"])) or ["id"]


def _village_question(fields: list[dict[str, Any]]) -> str | None:
    for role in VILLAGE_ROLES:
        for field in fields:
            if field["role"] == role:
                return str(field["path"])
    return None
