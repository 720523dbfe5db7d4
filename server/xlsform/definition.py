"""The JSON definition of a form (its shape: `server.xlsform`) from pyxform's tree, XForm and files."""

from collections.abc import Mapping
from typing import Any, Final

from server.faults import refuse
from server.xlsform.classes import classes_of
from server.xlsform.convert import Converted
from server.xlsform.elements import Element, Text, elements_of
from server.xlsform.entities import entities_of
from server.xlsform.fields import appearance_of, conditions, field_of, without_empty
from server.xlsform.files import Files
from server.xlsform.lists import lists_of
from server.xlsform.xform import XForm

FORMAT: Final = 2
VILLAGE_ROLES: Final = ("desa", "desa_kasus")
"""The question marked as the village of the visit; else the hidden one that the case fills."""


def define(form: Converted, xform: XForm, files: Files) -> dict[str, Any]:
    """The definition: plain JSON values, the same for the same workbook and files."""
    elements = elements_of(form.tree)
    questions = [element for element in elements if not element.is_container]
    if not any(element.is_typed_in for element in questions):
        refuse("survey-empty")
    protection = classes_of(elements)
    lists = lists_of(form.tree, questions, xform, files)
    fields = [
        field_of(element, xform, protection[element.path], lists.of_field.get(element.node))
        for element in questions
    ]
    return {
        "format": FORMAT,
        "form_id": form.form_id,
        "version": form.version,
        "title": _title(form.tree),
        "languages": _languages(fields),
        "fields": fields,
        "groups": [_group(element, xform) for element in elements if element.type == "group"],
        "repeats": [_repeat(element, xform) for element in elements if element.type == "repeat"],
        "choices": lists.choices,
        "village_question": _village_question(fields),
        **without_empty(
            {
                "choice_media": lists.media,
                "tables": lists.tables,
                "attached": list(lists.attached),
                "entities": entities_of(xform, questions),
                "instance_name": xform.bind("/data/meta/instanceName", "calculate"),
            }
        ),
    }


def _group(element: Element, xform: XForm) -> dict[str, Any]:
    further = {"appearance": appearance_of(element), **conditions(element, xform)}
    return {"path": element.path, "label": element.text("label"), **without_empty(further)}


def _repeat(element: Element, xform: XForm) -> dict[str, Any]:
    return {**_group(element, xform), **without_empty({"count": xform.counts.get(element.node)})}


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
