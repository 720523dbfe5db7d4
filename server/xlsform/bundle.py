"""
A workbook with its files: beside one another in a folder, or in one zip archive.

An archive comes from outside. Nothing of it is ever written to disk: its members are read into memory by
plain names, within limits, so that a path that climbs out, a link or a bomb has nothing to work on. It is
refused all the same: whoever sent it should know.
"""

import io
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from server.faults import refuse
from server.xlsform.files import SAFE_NAME, Read, beside, none_given
from server.xlsform.workbook import DAMAGED, ENCRYPTED, MAX_FILE, check_workbook, read_file, read_workbook

MAX_ARCHIVE: Final = 32 * 1024 * 1024
"""Bytes of an archive, packed."""
MAX_UNPACKED: Final = 64 * 1024 * 1024
MAX_MEMBERS: Final = 500
FOLDERS: Final = 2
"""Folders that may stand around a file in an archive: that of the form, and its ``media``."""
LEFT_ASIDE: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "~$")
"""What operating systems and Excel put into archives by themselves."""
NESTED: Final = (".zip", ".7z", ".rar", ".gz", ".tar", ".xls", ".xlsm")


@dataclass(frozen=True)
class Bundle:
    """The bytes of a workbook that is safe to unpack, and its files by name."""

    workbook: bytes
    read: Read


def open_bundle(path: Path) -> Bundle:
    """A workbook at `path` with the files beside it, or the archive at `path` that holds both."""
    if path.suffix.lower() == ".zip":
        return archived(read_file(path, MAX_ARCHIVE))
    return Bundle(read_workbook(path), beside(path))


def received(name: str, content: bytes) -> Bundle:
    """The bundle in the bytes of a file that somebody sent as `name`: a workbook alone, or an archive."""
    if name.lower().endswith(".zip"):
        return archived(content)
    if len(content) > MAX_FILE:
        refuse("file-large", file=PurePosixPath(name).name, most=MAX_FILE // 1024 // 1024)
    check_workbook(content)
    return Bundle(content, none_given)


def archived(content: bytes) -> Bundle:
    """The bundle in the bytes of a zip archive; `WorkbookError` for whatever is wrong with it."""
    try:
        members = _members(content)
    except DAMAGED as error:
        refuse("archive-damaged", reason=str(error))
    books = [name for name in members if name.lower().endswith(".xlsx")]
    if len(books) != 1:
        refuse("archive-books", count=len(books), found=", ".join(books) or "—")
    workbook = members.pop(books[0])
    check_workbook(workbook)
    return Bundle(workbook, members.get)


def _members(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [entry for entry in archive.infolist() if not _is_aside(entry)]
        _check(entries)
        for entry in entries:
            name = PurePosixPath(entry.filename).name
            if name in found:
                refuse("archive-twice", file=name)
            found[name] = archive.read(entry)
    return found


def _is_aside(entry: zipfile.ZipInfo) -> bool:
    name, parts = PurePosixPath(entry.filename).name, PurePosixPath(entry.filename).parts
    if ".." in parts:
        return False
    return entry.is_dir() or entry.filename.startswith(LEFT_ASIDE[0]) or name.startswith(LEFT_ASIDE[1:])


def _check(entries: list[zipfile.ZipInfo]) -> None:
    """Refuses by the directory of the archive alone, before anything is unpacked."""
    if len(entries) > MAX_MEMBERS:
        refuse("archive-members", most=MAX_MEMBERS)
    # zipfile never yields more of an entry than its header declares, so the sum is a true bound.
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        refuse("archive-unpacked", most=MAX_UNPACKED // 1024 // 1024)
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = PurePosixPath(name).parts
    if not all(SAFE_NAME.fullmatch(part) for part in parts) or not 1 <= len(parts) <= FOLDERS + 1:
        refuse("archive-path", file=name)
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
        refuse("archive-link", file=name)
    if entry.flag_bits & ENCRYPTED:
        refuse("archive-password", file=name)
    if entry.file_size > MAX_FILE:
        refuse("file-large", file=name, most=MAX_FILE // 1024 // 1024)
    if name.lower().endswith(NESTED):
        refuse("archive-nested", file=name)
