"""The bytes of a workbook, looked at before any library unpacks them: this file came from outside."""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Final

from server.faults import refuse

MAX_FILE: Final = 10 * 1024 * 1024
"""Bytes of a workbook or of a choice file."""
MAX_INFLATED: Final = 16 * 1024 * 1024
"""Bytes of everything in a workbook, unpacked; the largest of our forms has 0.4 MB."""
MAX_ENTRIES: Final = 1_000
PIECE: Final = 1024 * 1024
"""Bytes of a part that are in memory at once."""
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What zipfile raises for archives that are none, broken off, or packed in a way it does not know."""

OLE_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED: Final = 0x1
"""Bit of a zip entry's flags (APPNOTE 4.4.4)."""
# An entity that expands to gigabytes needs a DOCTYPE, in any encoding that expat reads by itself.
DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def read_workbook(path: Path) -> bytes:
    """
    The content of an .xlsx file that is safe to unpack.

    Raises `WorkbookError` for a file that cannot be read, is no workbook, has a password or unpacks to too
    much.
    """
    content = read_file(path)
    check_workbook(content)
    return content


def check_workbook(content: bytes, most: int = MAX_INFLATED) -> None:
    """Refuses bytes that are no .xlsx file that is safe to unpack, to at most `most` bytes."""
    if content.startswith(OLE_MAGIC):
        refuse("workbook-old")
    try:
        _check_archive(content, most)
    except DAMAGED as error:
        refuse("workbook-not", reason=str(error))


def read_file(path: Path, most: int = MAX_FILE) -> bytes:
    """The bytes of a file of at most `most` bytes; `WorkbookError` otherwise."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        refuse("file-unreadable", file=path.name, reason=error.strerror)
    if len(content) > most:
        refuse("file-large", file=path.name, most=most // 1024 // 1024)
    return content


def _check_archive(content: bytes, most: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            refuse("workbook-parts", most=MAX_ENTRIES)
        # zipfile never yields more of an entry than its header declares, so the sum is a true bound.
        if sum(entry.file_size for entry in entries) > most:
            refuse("workbook-unpacked", most=most // 1024 // 1024)
        if any(entry.flag_bits & ENCRYPTED for entry in entries):
            refuse("workbook-password")
        if "xl/workbook.xml" not in archive.namelist():
            refuse("workbook-other")
        _check_parts(archive, entries)


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if _declares_type(archive, entry) and entry.filename.endswith((".xml", ".rels")):
            refuse("workbook-doctype", part=entry.filename)


def _declares_type(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether a document type stands in a part, which is read to its end: a damaged one is found as well."""
    is_declared, before = False, b""
    with archive.open(entry) as part:
        while piece := part.read(PIECE):
            is_declared = is_declared or any(mark in before + piece for mark in DOCTYPES)
            before = piece[-max(map(len, DOCTYPES)) :]
    return is_declared
