"""
The files that a form needs beside its workbook, and where they come from.

A file is taken from beside the workbook (or out of the archive that came with it); failing that from what the
office holds: a list of the loaded villages. The office's own case lists are never files: the server attaches
them when a device asks, each with what its user may see.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from server.faults import Fault, Place, fault
from server.xlsform.sheets import Workbook
from server.xlsform.workbook import read_file
from server.xlsform.xform import XForm

MEDIA_URL: Final = re.compile(r"jr://(?:file|file-csv|images|audio|video)/([^\"<>]+)")
SAFE_NAME: Final = re.compile(r"[^/\\\x00-\x1f:.][^/\\\x00-\x1f:]{0,99}")
CASE_LISTS: Final = ("anak", "keluarga", "penyaluran")
"""The lists of cases that the server keeps and attaches to forms as ``<list>.csv``."""

Read = Callable[[str], bytes | None]
"""The content of a file by its name; none where there is no such file."""


@dataclass(frozen=True)
class Files:
    """The content of each file that was found, the case lists that the server attaches, what is missing."""

    media: Mapping[str, bytes]
    attached: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def beside(workbook: Path) -> Read:
    """Files in the workbook's folder, or in ``<name>-media`` beside it, as other XLSForm tools have it."""

    def read(name: str) -> bytes | None:
        for folder in (workbook.parent, workbook.parent / f"{workbook.stem}-media"):
            path = folder / name
            if path.is_file():
                return read_file(path)
        return None

    return read


def collect(xform_text: str, xform: XForm, workbook: Workbook, read: Read, given: Read) -> Files:
    """The files that the XForm names. A name with a folder in it is refused before anything is opened."""
    names = sorted(
        {html.unescape(name) for name in MEDIA_URL.findall(xform_text)} | set(xform.files.values())
    )
    media: dict[str, bytes] = {}
    attached: list[str] = []
    faults: list[Fault] = []
    for name in names:
        if not SAFE_NAME.fullmatch(name):
            faults.append(fault("file-name", _place(workbook, name), file=name))
            continue
        content = read(name)
        list_name = PurePosixPath(name).stem
        if content is None and name == f"{list_name}.csv" and list_name in CASE_LISTS:
            attached.append(list_name)
            continue
        content = content if content is not None else given(name)
        if content is None:
            faults.append(fault("file-missing", _place(workbook, name), file=name))
        else:
            media[name] = content
    return Files(media, tuple(attached), tuple(faults))


def _place(workbook: Workbook, name: str) -> Place:
    """The first cell that names a file, with or without its ending."""
    stem = PurePosixPath(name).stem
    for sheet in workbook.sheets.values():
        for cell in sheet.cells():
            if name in cell.text or f"'{stem}'" in cell.text or f'"{stem}"' in cell.text:
                return cell.place
    row = next((row for row in workbook.survey_rows if row.name == stem), None)
    return row.place("type") if row else Place()


def none_given(_name: str) -> bytes | None:
    """The office holds no lists: for checking a workbook where there is no server."""
    return None
