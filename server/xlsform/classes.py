"""
Which class of personal data an answer has: umum, spesifik or terbatas (UU 27/2022).

What is made from an answer is as sensitive as that answer: a score that counts signs of abuse tells of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from domain.protection import DataClass
from server.xlsform.elements import Element

CLASSES: Final = tuple(one.value for one in DataClass)
"""From the least to the most protected."""
UNSAID: Final = DataClass.SPECIFIC.value
ROLES: Final = (
    *("nik", "nik_akhir", "kk", "nama", "nama_panggilan", "nama_ibu", "nama_lain", "tgl_lahir"),
    *("jenis_kelamin", "hp", "alamat", "lokasi", "id_kasus", "nama_kasus", "desa_kasus", "isi_kasus"),
    *("desa", "kecamatan", "desa_baru", "id_anggota"),
)
"""What an answer may be to the office (column ``x_peran``): by these words answers are masked and matched."""

LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
NAME: Final = re.compile(r"[^\W\d][\w.-]*")
REFERENCE: Final = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")


def classes_of(elements: list[Element]) -> dict[str, str]:
    """The class of every question, by path."""
    questions = [element for element in elements if not element.is_container]
    named = _paths_by_name(elements)
    inputs = {element.path: _inputs(element, named) for element in questions}
    own = {element.path: _own_class(element, bool(inputs[element.path])) for element in questions}
    return strictest(own, inputs)


def strictest(own: Mapping[str, str], inputs: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The class of each path: the strictest among its own and its inputs', however far back."""
    made_from = defaultdict(set)
    for path, sources in inputs.items():
        for source in sources:
            made_from[source].add(path)
    result: dict[str, str] = {}
    for protection in reversed(CLASSES):
        waiting = [path for path, named in own.items() if named == protection]
        while waiting:
            path = waiting.pop()
            if path not in result:
                result[path] = protection
                waiting.extend(made_from[path])
    return result


def _paths_by_name(elements: list[Element]) -> dict[str, set[str]]:
    """The questions that a name may mean; a group's or repeat's name means all that are in it."""
    named = defaultdict(set)
    for element in elements:
        if not element.is_container:
            for one in (element, *element.around):
                named[one.name].add(element.path)
    return named


def _inputs(element: Element, named: Mapping[str, set[str]]) -> set[str]:
    """
    The questions that an answer is made from.

    In an expression every word that is a question's name counts, not only ``${name}``: XPath can say
    ``/data/g_anak/umur`` or ``../umur`` as well, and counting one too many only protects more.
    """
    words: set[str] = set()
    for expression in (element.bind("calculate"), str(element.row.get("default") or "")):
        words.update(NAME.findall(LITERAL.sub(" ", expression)))
    # That a trigger changed is told by what it sets.
    words.update(element.row.get("trigger") or ())
    # Who chooses among answers of a repeat gives one of them.
    words.update(REFERENCE.findall(str(element.row.get("itemset") or "")))
    if element.type == "note":
        words.update(REFERENCE.findall(f"{element.row.get('label')} {element.row.get('hint')}"))
    return {path for word in words for path in named.get(word, ())} - {element.path}


def _own_class(element: Element, is_made: bool) -> str:
    said = [one.own("x_pdp") for one in (element, *element.around)]
    known = [word for word in said if word in CLASSES]  # check_rows has refused any other word
    if known:
        return max(known, key=CLASSES.index)
    return CLASSES[0] if is_made else UNSAID
