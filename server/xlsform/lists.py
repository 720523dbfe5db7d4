"""The lists of a definition: choices of the sheet and of files, tables, and attached lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.xlsform.elements import Element, Text, text_by_language
from server.xlsform.fields import media_of
from server.xlsform.files import Files
from server.xlsform.itemsets import Itemset
from server.xlsform.tables import Choice, choices_in, rows_in
from server.xlsform.xform import XForm

MediaByName = dict[str, dict[str, Text]]


@dataclass(frozen=True)
class Lists:
    """
    `choices` by list, `of_field` the list of each question by its node, `media` the pictures and sounds of
    choices.

    `tables` are the instances that no question takes its choices from, `attached` those that the server
    attaches.
    """

    choices: Mapping[str, list[Choice]]
    of_field: Mapping[str, str]
    media: Mapping[str, MediaByName]
    tables: Mapping[str, list[dict[str, str]]]
    attached: tuple[str, ...]


def lists_of(tree: Mapping[str, Any], elements: list[Element], xform: XForm, files: Files) -> Lists:
    """All lists of a form. A list file is known by its name without the ending."""
    sheet = tree.get("choices") or {}
    choices = {name: [_choice(row) for row in rows] for name, rows in sheet.items()}
    of_field: dict[str, str] = {}
    read: dict[tuple[str, str, str], str] = {}
    for element in elements:
        itemset = xform.itemsets.get(element.node)
        if itemset and itemset.instance:
            of_field[element.node] = _list_for(itemset, choices, read, xform, files)
    for element in elements:
        ticks = (
            (element.row.get("parameters") or {}) if isinstance(element.row.get("parameters"), dict) else {}
        )
        if element.node not in of_field and ticks.get("tick_labelset") in choices:
            of_field[element.node] = ticks["tick_labelset"]
    return Lists(choices, of_field, _media(sheet), _tables(xform, files, read), files.attached)


def _list_for(
    itemset: Itemset,
    choices: dict[str, list[Choice]],
    read: dict[tuple[str, str, str], str],
    xform: XForm,
    files: Files,
) -> str:
    """The list of an itemset; two readings of one file by other columns are two lists."""
    name = itemset.instance or ""
    file = xform.files.get(name)
    if file is None or file not in files.media:
        return name
    key = name, itemset.value, itemset.label
    if key not in read:
        is_first = all(known[0] != name for known in read)
        read[key] = name if is_first else f"{name}?value={itemset.value}&label={itemset.label}"
        choices[read[key]] = choices_in(file, files.media[file], itemset.value, itemset.label)
    return read[key]


def _tables(
    xform: XForm, files: Files, read: Mapping[tuple[str, str, str], str]
) -> dict[str, list[dict[str, str]]]:
    lists = {key[0] for key in read}
    return {
        name: rows_in(file, files.media[file])
        for name, file in xform.files.items()
        if name not in lists and file in files.media
    }


def _choice(row: Mapping[str, Any]) -> Choice:
    others = {column: text for column, text in row.items() if isinstance(text, str) and column != "label"}
    return {**others, "name": str(row["name"]), "label": text_by_language(row.get("label")) or {}}


def _media(sheet: Mapping[str, Any]) -> dict[str, MediaByName]:
    found = {
        name: {str(row["name"]): media for row in rows if (media := media_of(row))}
        for name, rows in sheet.items()
    }
    return {name: media for name, media in found.items() if media}
